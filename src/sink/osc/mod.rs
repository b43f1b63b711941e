//! OSC output over UDP.
//!
//! Each snapshot is one bundle with the time tag "at once", split only between
//! slots into datagrams of at most 1432 bytes (each a bundle of its own).
//!
//! * `format: channels` sends one message with one float for every axis of
//!   every occupied slot. A slot that was released is sent once more, with
//!   `state` 0; a slot that nobody ever used is not sent. Where the address
//!   contains `{id}` or `{class}`, that last message goes to the address used
//!   before.
//! * `format: array` sends one message, `slots` after the prefix, with the
//!   axes of all slots in order, empty ones too, so that a value's place says
//!   whose it is. What exceeds a datagram goes on in messages named by the
//!   number of their first slot, such as `slots_24`; with the default axes that
//!   happens beyond 139 slots, with all twelve beyond 23.
//!
//! All values are 32-bit floats: track ids, generations and ages are exact up
//! to 2^24 (16.7 million).

mod address;
mod bundle;
mod link;
mod tap;

use std::borrow::Cow;
use std::sync::Arc;

use address::{AddressPattern, Fill, array_address, safe};
use bundle::{DATAGRAM_MAX, Datagram, Packer, datagram_size, floats};
use link::Link;
pub use tap::Tap;

use super::{Sink, SinkError, SinkStats};
use crate::clock::{Clock, SystemClock};
use crate::config::{Axis, OnRelease, OscConfig, OscFormat};
use crate::slots::{Slot, SlotState, Snapshot};

/// Sends snapshots to one OSC receiver. Never blocks: a missing receiver, a
/// full buffer or a name that is not known is counted, logged once, and tried
/// again with the next snapshot (a name after 5 s, on a thread of its own).
pub struct OscSink {
    name: String,
    layout: Layout,
    link: Link,
    /// The owner that the receiver was last told of, for each slot.
    told: Vec<Option<Slot>>,
    tap: Arc<Tap>,
}

/// Why an OSC output cannot work as configured.
#[derive(Debug, Clone, thiserror::Error, PartialEq)]
#[error("osc.{key}: {fault}")]
pub struct OscError {
    /// The key of `osc` at fault.
    pub key: &'static str,
    /// What is wrong with it, and the remedy.
    pub fault: OscFault,
}

/// What is wrong with a key of `osc`.
#[derive(Debug, Clone, thiserror::Error, PartialEq)]
pub enum OscFault {
    /// A placeholder that does not exist.
    #[error("unknown placeholder {{{name}}}; known are {known}")]
    Placeholder {
        /// What stands between the braces.
        name: String,
        /// Those that may stand there.
        known: &'static str,
    },
    /// A character that OSC keeps for other uses.
    #[error(
        "'{found}' in '{text}' cannot stand in an OSC address; use letters, digits, '_' and '/'"
    )]
    Character {
        /// The first one found.
        found: char,
        /// Where it was found.
        text: String,
    },
    /// One slot alone exceeds a datagram.
    #[error(
        "one slot takes up to {size} bytes, a datagram holds {DATAGRAM_MAX}; shorten osc.address_prefix and osc.channel_format, or name fewer osc.axes"
    )]
    TooLong {
        /// Bytes of the worst case.
        size: usize,
    },
    /// Nothing to send.
    #[error("is empty; name at least one, such as [x, y]")]
    NoAxes,
}

/// What is true of the receiver once a datagram is out: the slot of that index
/// shows that owner, or nobody.
type Told = (usize, Option<Slot>);

/// How a snapshot becomes messages. Knows nothing of sockets.
struct Layout {
    format: OscFormat,
    axes: Vec<Axis>,
    pattern: AddressPattern,
    array_address: String,
    /// Slots that one array message holds.
    array_slots: usize,
    /// Class names as pieces of addresses.
    classes: Vec<String>,
    on_release: OnRelease,
}

impl OscSink {
    /// Makes the sink; the receiver is looked for at the first snapshot.
    /// `classes` are the detector's class names, for `{class}`.
    ///
    /// # Errors
    /// When addresses cannot be made from the configuration.
    pub fn new(
        config: &OscConfig,
        camera_id: &str,
        classes: Arc<[String]>,
    ) -> Result<Self, OscError> {
        Self::with_clock(config, camera_id, &classes, Arc::new(SystemClock))
    }

    fn with_clock(
        config: &OscConfig,
        camera_id: &str,
        classes: &[String],
        clock: Arc<dyn Clock>,
    ) -> Result<Self, OscError> {
        Ok(Self {
            name: format!("osc {}:{}", config.host, config.port),
            layout: Layout::new(config, camera_id, classes)?,
            link: Link::new(camera_id, &config.host, config.port, clock),
            told: Vec::new(),
            tap: Arc::default(),
        })
    }

    /// Says what position is sent for an owner whose release no snapshot showed:
    /// one that was left out, or the last one. Give it `slots.on_release`.
    #[must_use]
    pub fn on_release(mut self, on_release: OnRelease) -> Self {
        self.layout.on_release = on_release;
        self
    }

    /// Lets those who watch `tap` see what is sent.
    #[must_use]
    pub fn tapped(mut self, tap: Arc<Tap>) -> Self {
        self.tap = tap;
        self
    }

    /// Sends the slots and remembers what the receiver now knows. When one
    /// datagram fails the rest is left out, and the next snapshot makes up for
    /// it: releases stay due until they are sent.
    fn transmit(&mut self, slots: &[Slot]) -> Result<(), SinkError> {
        for mut datagram in self.layout.datagrams(slots, &self.told) {
            let effects = std::mem::take(&mut datagram.effects);
            let bytes = datagram.encode().map_err(|e| SinkError {
                name: self.name.clone(),
                reason: format!("messages could not be encoded ({e}); please report this"),
            })?;
            if !self.link.send(&bytes) {
                break;
            }
            self.tap.offer(&bytes);
            for (index, owner) in effects {
                if self.told.len() <= index {
                    self.told.resize(index + 1, None);
                }
                self.told[index] = owner;
            }
        }
        Ok(())
    }
}

/// Whether addresses can be made from a configuration, before a model is there
/// to name its classes.
///
/// # Errors
/// As [`OscSink::new`].
pub fn check(config: &OscConfig, camera_id: &str) -> Result<(), OscError> {
    Layout::new(config, camera_id, &[]).map(drop)
}

/// Every address that a camera with so many slots may send to, before a model
/// is there to name its classes: `{class}` stands for itself, `{id}` is 1.
///
/// # Errors
/// As [`OscSink::new`].
pub fn addresses(config: &OscConfig, camera_id: &str, slots: u32) -> Result<Vec<String>, OscError> {
    let layout = Layout::new(config, camera_id, &[])?;
    let slots = slots as usize;
    Ok(match layout.format {
        OscFormat::Array => (0..slots)
            .step_by(layout.array_slots.max(1))
            .map(|first| layout.array_name(first))
            .collect(),
        OscFormat::Channels => (0..slots)
            .flat_map(|index| layout.axes.iter().map(move |axis| (index, *axis)))
            .map(|(index, axis)| {
                layout.pattern.render(Fill {
                    index,
                    axis,
                    id: 1,
                    class: "{class}",
                })
            })
            .collect(),
    })
}

impl Sink for OscSink {
    fn name(&self) -> &str {
        &self.name
    }

    /// A slot whose owner's class gets another name moves to another address; it is
    /// shown empty at the old one first.
    fn learn_classes(&mut self, classes: &Arc<[String]>) {
        let names: Vec<String> = classes.iter().map(|name| safe(name)).collect();
        let renamed = |class_id: i32| {
            let name = |names: &[String]| class_name(names, class_id).into_owned();
            name(&self.layout.classes) != name(&names)
        };
        let owners = self.told.iter().flatten();
        if self.layout.pattern.uses_class && owners.map(|o| o.class_id).any(renamed) {
            // What does not get out stays due, as with every snapshot.
            if let Err(error) = self.transmit(&[]) {
                log::error!("{error}");
            }
        }
        self.layout.classes = names;
    }

    fn send(&mut self, snapshot: &Snapshot) -> Result<(), SinkError> {
        self.transmit(&snapshot.slots)
    }

    fn stats(&self) -> SinkStats {
        self.link.stats()
    }

    /// Releases every slot that the receiver still takes for occupied, so that
    /// nothing stands still on stage when the program ends. To go on with other
    /// settings at the same addresses, drop the sink without this.
    fn finish(&mut self) -> Result<(), SinkError> {
        self.transmit(&[])
    }
}

impl Layout {
    fn new(config: &OscConfig, camera_id: &str, classes: &[String]) -> Result<Self, OscError> {
        let OscConfig {
            address_prefix,
            channel_format,
            axes,
            format,
            ..
        } = config;
        let pattern = AddressPattern::parse(address_prefix, channel_format, camera_id)?;
        let array_address = array_address(address_prefix, camera_id)?;
        if axes.is_empty() {
            return Err(OscError {
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
        let layout = Self {
            format: *format,
            axes: axes.clone(),
            pattern,
            array_address,
            array_slots,
            classes: classes.iter().map(|name| safe(name)).collect(),
            on_release: OnRelease::default(),
        };
        let size = match format {
            OscFormat::Array => array_size(1),
            OscFormat::Channels => layout.longest_slot(),
        };
        if size > DATAGRAM_MAX {
            Err(OscError {
                key: "channel_format",
                fault: OscFault::TooLong { size },
            })
        } else {
            Ok(layout)
        }
    }

    /// Bytes of a datagram with one slot, with the longest names there can be.
    fn longest_slot(&self) -> usize {
        let known = self.classes.iter().map(String::as_str);
        let class = known
            .chain(["class4294967295"])
            .max_by_key(|n| n.len())
            .unwrap_or_default();
        datagram_size(self.axes.iter().map(|axis| {
            let fill = Fill {
                index: u32::MAX as usize - 1,
                axis: *axis,
                id: u64::MAX,
                class,
            };
            (self.pattern.render(fill).len(), 1)
        }))
    }

    /// The address of the array message that begins with that slot, from 0.
    fn array_name(&self, first: usize) -> String {
        match first {
            0 => self.array_address.clone(),
            _ => format!("{}_{}", self.array_address, first + 1),
        }
    }

    /// What to send, for what the receiver was told before.
    fn datagrams(&self, slots: &[Slot], told: &[Option<Slot>]) -> Vec<Datagram<Told>> {
        match self.format {
            OscFormat::Channels => self.channels(slots, told),
            OscFormat::Array => self.arrays(slots, told),
        }
    }

    fn channels(&self, slots: &[Slot], told: &[Option<Slot>]) -> Vec<Datagram<Told>> {
        let mut packer = Packer::new();
        for index in 0..slots.len().max(told.len()) {
            let slot = slots.get(index);
            let owner = slot.filter(|s| s.state != SlotState::Empty);
            if let Some(last) = told.get(index).and_then(Option::as_ref)
                && owner.is_none_or(|owner| !self.continues(last, owner))
            {
                // No slot: objects_max became smaller. An owner: the snapshot
                // that showed the slot empty did not get here.
                let shown = slot.filter(|_| owner.is_none()).copied();
                let left = shown.unwrap_or_else(|| self.emptied(last));
                packer.push(self.messages(index, last, &left), [(index, None)]);
            }
            if let Some(owner) = owner {
                packer.push(self.messages(index, owner, owner), [(index, Some(*owner))]);
            }
        }
        packer.finish()
    }

    /// Whether the owner is the one told of before, at the same address.
    fn continues(&self, last: &Slot, owner: &Slot) -> bool {
        let moved = (self.pattern.uses_id && last.track_id != owner.track_id)
            || (self.pattern.uses_class && last.class_id != owner.class_id);
        last.generation == owner.generation && !moved
    }

    /// The messages of one slot: the values of `slot` at the addresses of `owner`.
    fn messages(&self, index: usize, owner: &Slot, slot: &Slot) -> Vec<rosc::OscMessage> {
        let class = class_name(&self.classes, owner.class_id);
        let message = |axis: &Axis| {
            let fill = Fill {
                index,
                axis: *axis,
                id: owner.track_id,
                class: &class,
            };
            floats(self.pattern.render(fill), [value(*axis, slot)])
        };
        self.axes.iter().map(message).collect()
    }

    fn arrays(&self, slots: &[Slot], told: &[Option<Slot>]) -> Vec<Datagram<Told>> {
        // Slots that are gone since objects_max became smaller, or at the end,
        // are shown empty once.
        let shown = told.iter().rposition(Option::is_some).map_or(0, |i| i + 1);
        let gone = told.get(slots.len()..shown).unwrap_or_default();
        let emptied = gone
            .iter()
            .map(|last| last.as_ref().map(|s| self.emptied(s)));
        let emptied = emptied.map(Option::unwrap_or_default);
        let all: Vec<Slot> = slots.iter().copied().chain(emptied).collect();
        let mut packer = Packer::new();
        for (chunk, slots) in all.chunks(self.array_slots).enumerate() {
            let first = chunk * self.array_slots;
            let addr = self.array_name(first);
            let values = slots
                .iter()
                .flat_map(|s| self.axes.iter().map(|axis| value(*axis, s)));
            let owners = slots
                .iter()
                .map(|s| Some(*s).filter(|s| s.state != SlotState::Empty));
            let effects = owners.enumerate().map(|(i, owner)| (first + i, owner));
            packer.push(vec![floats(addr, values)], effects);
        }
        packer.finish()
    }

    /// What a slot shows after an owner whose release was not seen.
    fn emptied(&self, last: &Slot) -> Slot {
        let empty = Slot {
            generation: last.generation,
            ..Slot::default()
        };
        match self.on_release {
            OnRelease::Zero => empty,
            OnRelease::Keep => {
                let Slot {
                    track_id,
                    x,
                    y,
                    w,
                    h,
                    ..
                } = *last;
                Slot {
                    track_id,
                    x,
                    y,
                    w,
                    h,
                    ..empty
                }
            }
        }
    }
}

/// A class's name as a piece of an address.
fn class_name(names: &[String], class_id: i32) -> Cow<'_, str> {
    let name = usize::try_from(class_id).ok().and_then(|c| names.get(c));
    name.map_or_else(
        || Cow::Owned(format!("class{class_id}")),
        |name| Cow::Borrowed(name.as_str()),
    )
}

/// One value of a slot as a float.
fn value(axis: Axis, slot: &Slot) -> f32 {
    match axis {
        Axis::X => slot.x,
        Axis::Y => slot.y,
        Axis::W => slot.w,
        Axis::H => slot.h,
        Axis::Vx => slot.vx,
        Axis::Vy => slot.vy,
        Axis::Id => slot.track_id as f32,
        Axis::Generation => slot.generation as f32,
        Axis::State => slot.state as i32 as f32,
        Axis::Class => slot.class_id as f32,
        Axis::Score => slot.score,
        Axis::Age => slot.age_ms as f32,
    }
}

#[cfg(test)]
mod tests;
