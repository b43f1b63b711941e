//! OSC addresses of a camera's slots, and how many fit in a datagram.
//!
//! [`OscAddresses`] is built from the configuration before a socket opens. So a check of the
//! configuration finds errors, and two cameras that send to the same address.

mod error;
mod pattern;
mod size;

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::flow::AxisId;

pub use error::{OscAddressError, OscFault};
use pattern::{AddressFields, AddressPattern, array_address, safe};
pub use size::{BUNDLE_HEADER, DATAGRAM_MAX, datagram_size, element_size};

/// The layout of a frame in OSC messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OscFormat {
    /// One float message an axis.
    #[default]
    Channels,
    /// One message a frame: all slots' axes in order.
    Array,
}

/// The keys of `osc` that define the addresses.
#[derive(Debug, Clone, Copy)]
pub struct OscTemplate<'a> {
    /// `osc.address_prefix`.
    pub address_prefix: &'a str,
    /// `osc.channel_format`.
    pub channel_format: &'a str,
    /// `osc.axes`.
    pub axes: &'a [AxisId],
    /// `osc.format`.
    pub format: OscFormat,
}

/// The addresses that one camera's slots are sent to.
#[derive(Debug)]
pub struct OscAddresses {
    format: OscFormat,
    axes: Vec<AxisId>,
    pattern: AddressPattern,
    array_address: String,
    array_slots: usize,
    /// Class names as parts of addresses.
    classes: Vec<String>,
}

/// The owner of a slot, as far as an address depends on it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AddressOwner {
    /// The track.
    pub track_id: u64,
    /// The class.
    pub class_id: i32,
}

impl OscAddresses {
    /// The addresses of a camera. `classes` are the names of the model's classes; empty
    /// while no model is loaded.
    ///
    /// # Errors
    /// When the template has an unknown placeholder, a character that OSC reserves, or
    /// addresses that do not fit a datagram.
    pub fn new(
        template: OscTemplate<'_>,
        camera_id: &str,
        classes: &[String],
    ) -> Result<Self, OscAddressError> {
        let OscTemplate {
            address_prefix,
            channel_format,
            axes,
            format,
        } = template;
        let pattern = AddressPattern::parse(address_prefix, channel_format, camera_id)?;
        let array_address = array_address(address_prefix, camera_id)?;
        if axes.is_empty() {
            return Err(OscAddressError {
                key: "axes",
                fault: OscFault::NoAxes,
            });
        }
        let address = array_address.len() + "_4294967295".len();
        let array_size = |slots: usize| datagram_size([(address, slots * axes.len())]);
        let array_slots = (1..)
            .take_while(|slots| array_size(*slots) <= DATAGRAM_MAX)
            .last()
            .unwrap_or(0);
        let mut addresses = Self {
            format,
            axes: axes.to_vec(),
            pattern,
            array_address,
            array_slots,
            classes: Vec::new(),
        };
        addresses.set_classes(classes);
        let size = match format {
            OscFormat::Array => array_size(1),
            OscFormat::Channels => addresses.longest_slot(),
        };
        if size > DATAGRAM_MAX {
            return Err(OscAddressError {
                key: "channel_format",
                fault: OscFault::TooLong { size },
            });
        }
        Ok(addresses)
    }

    /// The layout of messages.
    pub fn format(&self) -> OscFormat {
        self.format
    }

    /// The axes, in the order in which they are sent.
    pub fn axes(&self) -> &[AxisId] {
        &self.axes
    }

    /// Slots that one array message holds.
    pub fn array_slots(&self) -> usize {
        self.array_slots
    }

    /// Sets the names of the model's classes.
    pub fn set_classes(&mut self, classes: &[String]) {
        self.classes = classes.iter().map(|name| safe(name)).collect();
    }

    /// Whether these class names change the address of a class.
    pub fn is_renamed(&self, class_id: i32, classes: &[String]) -> bool {
        let name = usize::try_from(class_id).ok().and_then(|c| classes.get(c));
        let new = name.map_or_else(|| unnamed(class_id), |name| safe(name));
        self.pattern.uses_class && *self.class_name(class_id) != *new
    }

    /// Whether two owners of a slot have different addresses.
    pub fn differ(&self, one: AddressOwner, other: AddressOwner) -> bool {
        (self.pattern.uses_id && one.track_id != other.track_id)
            || (self.pattern.uses_class && one.class_id != other.class_id)
    }

    /// The address of one channel of the slot with that index, from 0.
    pub fn channel(&self, index: usize, axis: AxisId, owner: AddressOwner) -> String {
        self.pattern.render(AddressFields {
            index,
            axis: axis.name,
            id: owner.track_id,
            class: &self.class_name(owner.class_id),
        })
    }

    /// The address of the array message that begins with that slot, from 0.
    pub fn array(&self, first: usize) -> String {
        match first {
            0 => self.array_address.clone(),
            _ => format!("{}_{}", self.array_address, first + 1),
        }
    }

    /// Every address that this number of slots may use, with `{class}` unreplaced and 1 for
    /// `{id}`.
    pub fn all(&self, slots: usize) -> Vec<String> {
        match self.format {
            OscFormat::Array => (0..slots)
                .step_by(self.array_slots.max(1))
                .map(|first| self.array(first))
                .collect(),
            OscFormat::Channels => (0..slots)
                .flat_map(|index| self.axes.iter().map(move |axis| (index, axis.name)))
                .map(|(index, axis)| {
                    self.pattern.render(AddressFields {
                        index,
                        axis,
                        id: 1,
                        class: "{class}",
                    })
                })
                .collect(),
        }
    }

    /// Bytes of a datagram with one slot and the longest possible names.
    fn longest_slot(&self) -> usize {
        let known = self.classes.iter().map(String::as_str);
        let class = known
            .chain(["class4294967295"])
            .max_by_key(|n| n.len())
            .unwrap_or_default();
        datagram_size(self.axes.iter().map(|axis| {
            let address = self.pattern.render(AddressFields {
                index: u32::MAX as usize - 1,
                axis: axis.name,
                id: u64::MAX,
                class,
            });
            (address.len(), 1)
        }))
    }

    /// A class's name as a part of an address.
    fn class_name(&self, class_id: i32) -> Cow<'_, str> {
        let name = usize::try_from(class_id).ok();
        match name.and_then(|c| self.classes.get(c)) {
            Some(name) => Cow::Borrowed(name),
            None => Cow::Owned(unnamed(class_id)),
        }
    }
}

fn unnamed(class_id: i32) -> String {
    format!("class{class_id}")
}
