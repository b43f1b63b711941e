//! The one table of a slot's values.
//!
//! An axis is one value of a [`Slot`] with the name that outputs use, such as `x`, `id` or
//! `speed`. OSC, JSON lines, MQTT, the WebSockets, the C ABI (`rextrack_axes`), the
//! TouchDesigner channels, the panel's types and the tables of the documents all use
//! [`AXES`].

use std::borrow::Cow;
use std::ffi::CStr;
use std::fmt;
use std::ops::RangeInclusive;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::slot::{Slot, SlotState};

/// One value of a slot.
#[derive(Debug)]
pub struct Axis {
    /// The name in OSC addresses, in `osc.axes` and in TouchDesigner channels.
    pub name: &'static str,
    /// The key in JSON, and the field of [`Slot`] and `RextrackSlot`.
    pub key: &'static str,
    /// The unit of the value, such as `frame widths`; empty for plain numbers.
    pub unit: &'static str,
    /// How `slots.units` and `slots.origin` convert the value.
    pub quantity: Quantity,
    /// The value of an empty slot.
    pub empty: f32,
    /// The range in normalised units. A message of another node with a value outside it is
    /// rejected.
    pub range: RangeInclusive<f64>,
    /// One sentence for the documents.
    pub description: &'static str,
    /// Name, unit and description for hosts in C.
    pub(crate) c_texts: [&'static CStr; 3],
    get: fn(&Slot) -> AxisValue,
}

/// How a value is converted to other units or another origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Quantity {
    /// Never converted.
    Number = 0,
    /// Position across, 0 left to 1 right.
    X = 1,
    /// Position along, 0 top to 1 bottom.
    Y = 2,
    /// Width in frame widths.
    Width = 3,
    /// Height in frame heights.
    Height = 4,
    /// Velocity across in frame widths per second.
    VelocityX = 5,
    /// Velocity along in frame heights per second, positive downwards.
    VelocityY = 6,
}

/// The value of an axis, in the type that JSON gives it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum AxisValue {
    /// A whole number that may be negative.
    Signed(i32),
    /// A whole number.
    Unsigned(u64),
    /// A number with a fraction.
    Float(f32),
    /// `empty`, `active` or `held`; 0, 1 or 2 as a number.
    State(SlotState),
}

impl AxisValue {
    /// The value as a float, as OSC and TouchDesigner send it. Whole numbers are exact
    /// up to 2^24.
    pub fn as_f32(self) -> f32 {
        match self {
            Self::Signed(value) => value as f32,
            Self::Unsigned(value) => value as f32,
            Self::Float(value) => value,
            Self::State(state) => state as u32 as f32,
        }
    }

    fn as_f64(self) -> f64 {
        match self {
            Self::Signed(value) => value.into(),
            Self::Unsigned(value) => value as f64,
            Self::Float(value) => value.into(),
            Self::State(state) => f64::from(state as u32),
        }
    }
}

impl fmt::Display for AxisValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Signed(value) => value.fmt(f),
            Self::Unsigned(value) => value.fmt(f),
            Self::Float(value) => value.fmt(f),
            Self::State(state) => (*state as u32).fmt(f),
        }
    }
}

impl Serialize for AxisValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Signed(value) => value.serialize(serializer),
            Self::Unsigned(value) => value.serialize(serializer),
            Self::Float(value) => value.serialize(serializer),
            Self::State(state) => state.serialize(serializer),
        }
    }
}

impl Axis {
    /// The value of a slot.
    pub fn value(&self, slot: &Slot) -> AxisValue {
        (self.get)(slot)
    }

    /// Checks that a slot's value is within the range. NaN never is.
    ///
    /// # Errors
    /// When it is not.
    pub fn check(&self, slot: &Slot) -> Result<(), OutOfRange> {
        let value = self.value(slot);
        if self.range.contains(&value.as_f64()) {
            return Ok(());
        }
        Err(OutOfRange::new(self.key, value, &self.range))
    }
}

/// A value outside its range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key} must be within {range}, got {value}")]
pub struct OutOfRange {
    /// The key in JSON.
    pub key: &'static str,
    /// The range, such as `0..1`.
    pub range: String,
    /// The value.
    pub value: String,
}

impl OutOfRange {
    /// An error with the value and the range as text.
    pub fn new<T: fmt::Display>(
        key: &'static str,
        value: impl fmt::Display,
        range: &RangeInclusive<T>,
    ) -> Self {
        Self {
            key,
            range: format!("{}..{}", range.start(), range.end()),
            value: value.to_string(),
        }
    }
}

/// Centres: boxes reach beyond the frame, but not far.
const CENTRE: RangeInclusive<f64> = -1.0..=2.0;
/// Sizes of boxes.
const SIZE: RangeInclusive<f64> = 0.0..=2.0;
/// Velocities: across the frame in 10 ms.
const VELOCITY: RangeInclusive<f64> = -100.0..=100.0;
/// Times: an hour, the longest persistence.
const HOUR_MS: RangeInclusive<f64> = 0.0..=3_600_000.0;
/// Times that only their type limits.
const ANY_MS: RangeInclusive<f64> = 0.0..=4_294_967_295.0;
/// The list of class names has an entry for each number up to the largest.
const CLASS_ID: RangeInclusive<f64> = 0.0..=9_999.0;

/// A text that ends with NUL, checked by the compiler.
const fn c_text(text: &'static str) -> &'static CStr {
    match CStr::from_bytes_with_nul(text.as_bytes()) {
        Ok(text) => text,
        Err(_) => panic!("a text of the table contains NUL"),
    }
}

macro_rules! axis {
    ($name:literal, $key:ident as $kind:ident, $unit:literal, $quantity:ident, $range:expr,
     empty $empty:literal, $description:literal) => {
        Axis {
            name: $name,
            key: stringify!($key),
            unit: $unit,
            quantity: Quantity::$quantity,
            empty: $empty,
            range: $range,
            description: $description,
            c_texts: [
                c_text(concat!($name, "\0")),
                c_text(concat!($unit, "\0")),
                c_text(concat!($description, "\0")),
            ],
            get: |slot| AxisValue::$kind(slot.$key.into()),
        }
    };
}

/// Every axis. New ones are added at the end.
#[rustfmt::skip]
pub const AXES: &[Axis] = &[
    axis!("x", x as Float, "frame widths", X, CENTRE, empty 0.0,
        "Centre of the box, 0 left to 1 right."),
    axis!("y", y as Float, "frame heights", Y, CENTRE, empty 0.0,
        "Centre of the box, 0 top to 1 bottom."),
    axis!("w", w as Float, "frame widths", Width, SIZE, empty 0.0,
        "Width of the box."),
    axis!("h", h as Float, "frame heights", Height, SIZE, empty 0.0,
        "Height of the box."),
    axis!("vx", vx as Float, "frame widths/s", VelocityX, VELOCITY, empty 0.0,
        "Velocity of the centre to the right."),
    axis!("vy", vy as Float, "frame heights/s", VelocityY, VELOCITY, empty 0.0,
        "Velocity of the centre downwards."),
    axis!("id", track_id as Unsigned, "", Number, 0.0..=u64::MAX as f64, empty 0.0,
        "The owner's track id, never used twice."),
    axis!("generation", generation as Unsigned, "", Number, 0.0..=u32::MAX as f64, empty 0.0,
        "Number of owners that the slot has had; stays after a release."),
    axis!("state", state as State, "", Number, 0.0..=2.0, empty 0.0,
        "0 empty, 1 active (seen in the newest frame), 2 held (not seen, kept)."),
    axis!("class", class_id as Signed, "", Number, CLASS_ID, empty -1.0,
        "Number of the owner's class, an index into the model's names; -1 when empty."),
    axis!("score", score as Float, "", Number, 0.0..=1.0, empty 0.0,
        "Score of the latest detection, 0 to 1."),
    axis!("age", age_ms as Unsigned, "ms", Number, HOUR_MS, empty 0.0,
        "Time since the owner was last seen."),
    axis!("life", life_ms as Unsigned, "ms", Number, ANY_MS, empty 0.0,
        "Time since the owner was first seen."),
    axis!("speed", speed as Float, "frame heights/s", Number, 0.0..=1000.0, empty 0.0,
        "Speed of the centre, the same across and along the picture whatever its aspect."),
    axis!("presence", presence as Float, "", Number, 0.0..=1.0, empty 0.0,
        "For fading, 0 to 1: rises in half a second while active, falls to 0 while held."),
];

/// An axis by its name, as configurations hold it.
#[derive(Clone, Copy)]
pub struct AxisId(&'static Axis);

/// A name that no axis has. The text lists the names that exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownAxis(String);

impl fmt::Display for UnknownAxis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known: Vec<&str> = AXES.iter().map(|axis| axis.name).collect();
        write!(
            f,
            "unknown axis '{}'; known are {}",
            self.0,
            known.join(", ")
        )
    }
}

impl std::error::Error for UnknownAxis {}

impl std::str::FromStr for AxisId {
    type Err = UnknownAxis;

    fn from_str(name: &str) -> Result<Self, UnknownAxis> {
        let found = AXES.iter().find(|axis| axis.name == name);
        found.map(Self).ok_or_else(|| UnknownAxis(name.to_owned()))
    }
}

impl std::ops::Deref for AxisId {
    type Target = Axis;

    fn deref(&self) -> &Axis {
        self.0
    }
}

impl PartialEq for AxisId {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for AxisId {}

impl fmt::Debug for AxisId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl Serialize for AxisId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name)
    }
}

impl<'de> Deserialize<'de> for AxisId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = Cow::<str>::deserialize(deserializer)?;
        name.parse().map_err(de::Error::custom)
    }
}

impl JsonSchema for AxisId {
    fn schema_name() -> Cow<'static, str> {
        "Axis".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names: Vec<&str> = AXES.iter().map(|axis| axis.name).collect();
        json_schema!({
            "description": "One value of a slot, as outputs name it.",
            "type": "string",
            "enum": names,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn names_and_keys_are_unique() {
        for (index, axis) in AXES.iter().enumerate() {
            for other in &AXES[..index] {
                assert_ne!((axis.name, axis.key), (other.name, other.key));
                assert!(axis.name != other.name && axis.key != other.key);
            }
        }
    }

    #[test]
    fn empty_column_is_the_value_of_an_unused_slot() {
        for axis in AXES {
            let value = axis.value(&Slot::default());
            assert_eq!(value.as_f32(), axis.empty, "{}", axis.name);
        }
    }

    #[test]
    fn out_of_range_value_is_rejected_with_its_key() {
        let check = |slot: &Slot| AXES.iter().try_for_each(|axis| axis.check(slot));
        let possible = Slot {
            class_id: 0,
            ..Slot::default()
        };
        assert_eq!(check(&possible), Ok(()));
        let nan = Slot {
            x: f32::NAN,
            ..possible
        };
        let error = check(&nan).unwrap_err();
        assert_eq!((error.key, &*error.value), ("x", "NaN"));
        assert_eq!(error.to_string(), "x must be within -1..2, got NaN");
    }

    #[test]
    fn unknown_axis_error_lists_known_axes() {
        let error = "z".parse::<AxisId>().unwrap_err().to_string();
        assert!(error.starts_with("unknown axis 'z'; known are x, y, w, h"));
    }
}
