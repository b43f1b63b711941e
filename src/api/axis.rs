//! Values of slots by name.

use std::fmt;
use std::str::FromStr;

use super::error::{Error, ErrorKind};
use crate::flow::{self, AXES, AxisId};

/// One value of a slot, by its name: `x`, `speed`, `presence` and so on.
/// `docs/ref/axes.md` lists all of them.
///
/// Use an axis where the values are chosen at run time, for example by your user. A newer
/// version may have more axes.
///
/// ```
/// use rextrack::{Axis, Slot};
///
/// let speed: Axis = "speed".parse()?;
/// assert_eq!(speed.unit(), "frame heights/s");
/// assert_eq!(Slot::default().value(speed), speed.empty());
/// assert!("spede".parse::<Axis>().is_err());
/// # Ok::<(), rextrack::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Axis(&'static flow::Axis);

impl Axis {
    /// All axes.
    pub fn all() -> impl Iterator<Item = Self> {
        AXES.iter().map(Self)
    }

    /// The name, as in `osc.axes`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// The unit for the default `slots.units`, such as `frame widths` or `ms`. Empty for
    /// plain numbers.
    #[must_use]
    pub fn unit(self) -> &'static str {
        self.0.unit
    }

    /// One English sentence.
    #[must_use]
    pub fn description(self) -> &'static str {
        self.0.description
    }

    /// The value of an empty slot.
    #[must_use]
    pub fn empty(self) -> f32 {
        self.0.empty
    }

    pub(super) fn value(self, slot: &flow::Slot) -> f32 {
        self.0.value(slot).as_f32()
    }
}

impl FromStr for Axis {
    type Err = Error;

    /// Finds an axis by its name.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`]: no axis has that name. The text lists the names.
    fn from_str(name: &str) -> Result<Self, Error> {
        if let Err(unknown) = name.parse::<AxisId>() {
            let text = unknown.to_string();
            return Err(Error::new(ErrorKind::InvalidArgument, text));
        }
        let found = AXES.iter().find(|axis| axis.name == name);
        found
            .map(Self)
            .ok_or_else(|| Error::new(ErrorKind::Internal, format!("axis {name} has no row")))
    }
}

impl PartialEq for Axis {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Axis {}

impl fmt::Debug for Axis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Axis({})", self.name())
    }
}

impl fmt::Display for Axis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
