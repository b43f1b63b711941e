//! OSC output over UDP.
//!
//! Each snapshot is one bundle with the time tag "immediately". A bundle that exceeds 1432
//! bytes is split between slots into several datagrams, each with its own bundle.
//!
//! * `format: channels` sends one message with one float for every axis of
//!   every occupied slot. A released slot is sent once more, with `state` 0. A slot
//!   that never had an owner is not sent. If the address contains `{id}` or `{class}`,
//!   that last message goes to the previous address.
//! * `format: array` sends one message, `slots` after the prefix, with the
//!   axes of all slots in order, with the empty ones, so that a value's position
//!   identifies slot and axis. Slots that exceed a datagram are sent in further messages,
//!   named by the number of their first slot, such as `slots_24`. With the default axes
//!   that happens beyond 139 slots.
//!
//! All values are 32-bit floats: track ids, generations and ages are exact up
//! to 2^24 (16.7 million).

mod bundle;
mod udp_sender;

use std::sync::Arc;

use super::api::{Sink, SinkError, SinkStats};
pub use super::osc_monitor::OscMonitor;
use super::registry::{CreatedSink, SinkContext};
use crate::address::OscAddressError;
use crate::address::osc::{AddressOwner, OscAddresses, OscFormat};
use crate::base::clock::{Clock, SystemClock};
use crate::config::{OnRelease, OscConfig, SinkConfig};
use crate::flow::{AxisId, Slot, SlotState, Snapshot};
use bundle::{BundleBuilder, Datagram, floats};
use udp_sender::UdpSender;

/// Sends snapshots to one OSC receiver. Never blocks: a missing receiver, a full buffer or an
/// unknown host name is counted and logged once. The next snapshot retries; a host name is
/// looked up again after 5 s, on a separate thread.
pub struct OscSink {
    name: String,
    layout: MessageLayout,
    sender: UdpSender,
    /// The owner that was last sent for each slot.
    last_sent: Vec<Option<Slot>>,
    monitor: Arc<OscMonitor>,
}

/// An update of `last_sent`, applied once the datagram is sent: index of the slot, and its
/// owner or `None` for empty.
type LastSent = (usize, Option<Slot>);

/// Converts a snapshot to messages. Independent of sockets.
struct MessageLayout {
    addresses: OscAddresses,
    on_release: OnRelease,
}

impl OscSink {
    /// Creates the sink. The receiver is looked up at the first snapshot. `classes` are the
    /// detector's class names, for `{class}`.
    ///
    /// # Errors
    /// When the configuration gives no valid addresses.
    pub fn new(
        config: &OscConfig,
        camera_id: &str,
        classes: Arc<[String]>,
    ) -> Result<Self, OscAddressError> {
        Self::with_clock(config, camera_id, &classes, Arc::new(SystemClock))
    }

    fn with_clock(
        config: &OscConfig,
        camera_id: &str,
        classes: &[String],
        clock: Arc<dyn Clock>,
    ) -> Result<Self, OscAddressError> {
        Ok(Self {
            name: format!("osc {}:{}", config.host, config.port),
            layout: MessageLayout {
                addresses: OscAddresses::new(config.template(), camera_id, classes)?,
                on_release: OnRelease::default(),
            },
            sender: UdpSender::new(camera_id, &config.host, config.port, clock),
            last_sent: Vec::new(),
            monitor: Arc::default(),
        })
    }

    /// Sets `slots.on_release`: the position to send for an owner whose release was in no
    /// sent snapshot.
    #[must_use]
    pub fn on_release(mut self, on_release: OnRelease) -> Self {
        self.layout.on_release = on_release;
        self
    }

    /// Forwards every sent datagram to `monitor`.
    #[must_use]
    pub fn monitored(mut self, monitor: Arc<OscMonitor>) -> Self {
        self.monitor = monitor;
        self
    }

    /// Sends the slots and records the owners that the receiver now has. After a failed
    /// datagram the rest is skipped, and the next snapshot sends them again: a release stays
    /// pending until it is sent.
    fn transmit(&mut self, slots: &[Slot]) -> Result<(), SinkError> {
        for mut datagram in self.layout.datagrams(slots, &self.last_sent) {
            let on_sent = std::mem::take(&mut datagram.on_sent);
            let bytes = datagram.encode().map_err(|e| SinkError {
                name: self.name.clone(),
                reason: format!("messages could not be encoded ({e}); please report this"),
            })?;
            if !self.sender.send(&bytes) {
                break;
            }
            self.monitor.forward(&bytes);
            for (index, owner) in on_sent {
                if self.last_sent.len() <= index {
                    self.last_sent.resize(index + 1, None);
                }
                self.last_sent[index] = owner;
            }
        }
        Ok(())
    }
}

/// Creates the sink of `osc`, if it is configured.
pub(super) fn create(config: &SinkConfig, context: &SinkContext<'_>) -> Option<CreatedSink> {
    let section = config.osc.as_ref()?;
    let camera = &context.config.camera;
    let sink = OscSink::new(section, &camera.id, Arc::clone(context.classes));
    Some(match sink {
        Ok(sink) => {
            let sink = sink.on_release(context.config.slots.on_release);
            let monitor = context.osc_monitor.cloned().unwrap_or_default();
            Ok(Box::new(sink.monitored(monitor)))
        }
        Err(error) => Err(error.into()),
    })
}

impl Sink for OscSink {
    fn name(&self) -> &str {
        &self.name
    }

    /// A slot whose owner's class gets another name moves to another address. It is sent
    /// empty at the old address first.
    fn learn_classes(&mut self, classes: &Arc<[String]>) {
        let addresses = &self.layout.addresses;
        let mut owners = self.last_sent.iter().flatten();
        if owners.any(|owner| addresses.is_renamed(owner.class_id, classes)) {
            // A failed datagram stays pending, as with every snapshot.
            if let Err(error) = self.transmit(&[]) {
                log::error!("{error}");
            }
        }
        self.layout.addresses.set_classes(classes);
    }

    fn send(&mut self, snapshot: &Snapshot) -> Result<(), SinkError> {
        self.transmit(&snapshot.slots)
    }

    fn stats(&self) -> SinkStats {
        self.sender.stats()
    }

    /// Sends every occupied slot as empty, so that the receiver shows no frozen slots after
    /// the program ends. To continue with other settings at the same addresses, drop the
    /// sink without calling this.
    fn finish(&mut self) -> Result<(), SinkError> {
        self.transmit(&[])
    }
}

impl MessageLayout {
    /// The datagrams for a snapshot, if the owners in `last_sent` were sent before.
    fn datagrams(&self, slots: &[Slot], last_sent: &[Option<Slot>]) -> Vec<Datagram<LastSent>> {
        match self.addresses.format() {
            OscFormat::Channels => self.channels(slots, last_sent),
            OscFormat::Array => self.arrays(slots, last_sent),
        }
    }

    fn channels(&self, slots: &[Slot], last_sent: &[Option<Slot>]) -> Vec<Datagram<LastSent>> {
        let mut builder = BundleBuilder::new();
        for index in 0..slots.len().max(last_sent.len()) {
            let slot = slots.get(index);
            let owner = slot.filter(|s| s.state != SlotState::Empty);
            if let Some(last) = last_sent.get(index).and_then(Option::as_ref)
                && owner.is_none_or(|owner| !self.continues(last, owner))
            {
                // Without a slot, objects_max has become smaller. With an owner, the
                // snapshot with the empty slot was not sent.
                let shown = slot.filter(|_| owner.is_none()).copied();
                let left = shown.unwrap_or_else(|| self.released(last));
                builder.push(self.messages(index, last, &left), [(index, None)]);
            }
            if let Some(owner) = owner {
                builder.push(self.messages(index, owner, owner), [(index, Some(*owner))]);
            }
        }
        builder.finish()
    }

    /// Whether the owner is the one that was last sent, at the same address.
    fn continues(&self, last: &Slot, owner: &Slot) -> bool {
        last.generation == owner.generation
            && !self
                .addresses
                .differ(address_owner(last), address_owner(owner))
    }

    /// The messages of one slot: the values of `slot` at the addresses of `owner`.
    fn messages(&self, index: usize, owner: &Slot, slot: &Slot) -> Vec<rosc::OscMessage> {
        let owner = address_owner(owner);
        let message = |axis: &AxisId| {
            let address = self.addresses.channel(index, *axis, owner);
            floats(address, [axis.value(slot).as_f32()])
        };
        self.addresses.axes().iter().map(message).collect()
    }

    fn arrays(&self, slots: &[Slot], last_sent: &[Option<Slot>]) -> Vec<Datagram<LastSent>> {
        // Slots that no longer exist, because objects_max became smaller or the program
        // ends, are sent empty once.
        let sent = last_sent
            .iter()
            .rposition(Option::is_some)
            .map_or(0, |i| i + 1);
        let removed = last_sent.get(slots.len()..sent).unwrap_or_default();
        let emptied = removed
            .iter()
            .map(|last| last.as_ref().map(|s| self.released(s)).unwrap_or_default());
        let all: Vec<Slot> = slots.iter().copied().chain(emptied).collect();
        let mut builder = BundleBuilder::new();
        let (axes, per_message) = (self.addresses.axes(), self.addresses.array_slots());
        for (chunk, slots) in all.chunks(per_message).enumerate() {
            let first = chunk * per_message;
            let values = slots
                .iter()
                .flat_map(|s| axes.iter().map(|axis| axis.value(s).as_f32()));
            let owners = slots
                .iter()
                .map(|s| Some(*s).filter(|s| s.state != SlotState::Empty));
            let on_sent = owners.enumerate().map(|(i, owner)| (first + i, owner));
            builder.push(vec![floats(self.addresses.array(first), values)], on_sent);
        }
        builder.finish()
    }

    /// The released slot of an owner whose release was in no snapshot.
    fn released(&self, last: &Slot) -> Slot {
        last.released(self.on_release == OnRelease::Keep)
    }
}

fn address_owner(slot: &Slot) -> AddressOwner {
    AddressOwner {
        track_id: slot.track_id,
        class_id: slot.class_id,
    }
}

#[cfg(test)]
mod tests;
