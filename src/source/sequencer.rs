//! Another node's snapshots, put in order and in this machine's time.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::base::clock::{NS_PER_MS, NS_PER_S};
use crate::flow::{BBox, RemoteNode, RemoteSlot, RemoteSlots};
use crate::protocol::{SlotMessage, SlotsMessage};

/// Messages that the difference of the clocks is taken from.
const CLOCK_WINDOW: usize = 64;
/// Publishers that are remembered, so that a late message of one that ended is not
/// taken for a new one.
const SESSIONS_KEPT: usize = 8;
/// A number so far behind the newest is a late message; further behind, the publisher
/// counts again from somewhere else.
const LATE_MAX: u64 = 64;
/// A number may run ahead so far, as it does while a broker is away: a day at 120
/// messages a second.
const AHEAD_MAX: u64 = 10_000_000;

/// How often class names that are known may change. Each change makes a new list, which
/// may be long; a node whose names change with every message must not cost that much.
const RENAME_PERIOD_NS: i64 = NS_PER_S;

/// Follows one publisher after the other, whatever order its messages come in.
#[derive(Debug, Default)]
pub struct MessageSequencer {
    remote: RemoteNode,
    session: u64,
    seq: u64,
    /// Session and number of a message that did not fit, and was not followed. A next
    /// one that continues it is: then it was the one before that did not belong.
    stray: Option<(u64, u64)>,
    ended: VecDeque<u64>,
    offsets: VecDeque<i64>,
    classes: Arc<[String]>,
    /// When known class names last changed, on the process's clock.
    renamed_ns: Option<i64>,
}

impl MessageSequencer {
    /// What is known of the node.
    pub fn remote(&self) -> RemoteNode {
        self.remote.clone()
    }

    /// Counts a message that could not be read.
    pub fn refuse(&mut self) {
        self.remote.refused += 1;
    }

    /// Takes a message that came at `received_ns` of the process's clock and
    /// `received_unix_ns` of the wall clock. `None` when a newer one came before, or
    /// the node has had no frame yet.
    ///
    /// # Errors
    /// When no node sends such a message: of another form, or with a number that
    /// cannot be. It is left out whole, and counted.
    pub fn accept(
        &mut self,
        message: SlotsMessage,
        received_ns: i64,
        received_unix_ns: i64,
    ) -> Result<Option<RemoteSlots>, String> {
        let message = message.checked().inspect_err(|_| self.refuse())?;
        if !self.comes_next(message.session, message.seq)? {
            return Ok(None);
        }
        self.remote.node.clone_from(&message.node);
        if self.offsets.len() == CLOCK_WINDOW {
            self.offsets.pop_front();
        }
        self.offsets
            .push_back(message.sent_unix_ns.saturating_sub(received_unix_ns));
        // A message's way makes the other clock seem late, never early: the largest
        // difference is nearest to the truth.
        self.remote.clock_offset_ns = self.offsets.iter().copied().max().unwrap_or(0);
        if message.is_before_first_frame() {
            return Ok(None);
        }
        self.learn_classes(&message.slots, received_ns);
        Ok(Some(self.slots(&message, received_ns)))
    }

    /// Whether a message is newer than all before. One message with a number or a
    /// session of its own never shuts the others out: two that follow each other are
    /// believed.
    fn comes_next(&mut self, session: u64, seq: u64) -> Result<bool, String> {
        let before = self.stray.replace((session, seq));
        let continues = before.is_some_and(|(other, number)| {
            other == session && (1..=LATE_MAX).contains(&seq.saturating_sub(number))
        });
        if session != self.session {
            if self.ended.contains(&session) && !continues {
                self.remote.reordered += 1;
                return Ok(false);
            }
            self.ended.retain(|ended| *ended != session);
            if self.ended.len() == SESSIONS_KEPT {
                self.ended.pop_front();
            }
            self.ended.push_back(self.session);
            self.session = session;
            self.classes = Arc::default();
            self.renamed_ns = None;
        } else if !continues {
            let newest = self.seq;
            if seq <= newest && newest - seq <= LATE_MAX {
                // Late, which says nothing of what comes next.
                self.stray = None;
                self.remote.duplicates += u64::from(seq == newest);
                self.remote.reordered += u64::from(seq != newest);
                return Ok(false);
            }
            if seq < newest || seq - newest > AHEAD_MAX {
                self.refuse();
                return Err(format!("its number is {seq} after {newest}"));
            }
        }
        self.seq = seq;
        self.stray = None;
        Ok(true)
    }

    /// Takes the names of the classes that are in a message into the list: those of new
    /// classes at once, other names for known ones once every [`RENAME_PERIOD_NS`].
    fn learn_classes(&mut self, slots: &[SlotMessage], received_ns: i64) {
        let named = |slot: &SlotMessage| (class_id(slot), class_name(slot));
        let may_rename = self
            .renamed_ns
            .is_none_or(|last| received_ns.saturating_sub(last) >= RENAME_PERIOD_NS);
        let is_news = |(id, name): &(usize, String)| match self.classes.get(*id) {
            None => true,
            Some(known) => known != name && (may_rename || *known == unnamed(*id)),
        };
        let new: Vec<_> = slots.iter().map(named).filter(is_news).collect();
        if new.is_empty() {
            return;
        }
        let mut classes = self.classes.to_vec();
        for (id, name) in new {
            let next = classes.len();
            classes.extend((next..=id).map(unnamed));
            if classes[id] != name && classes[id] != unnamed(id) {
                self.renamed_ns = Some(received_ns);
            }
            classes[id] = name;
        }
        self.classes = classes.into();
    }

    fn slots(&self, message: &SlotsMessage, received_ns: i64) -> RemoteSlots {
        let slot = |s: &SlotMessage| RemoteSlot {
            index: s.slot as usize - 1,
            owner: (message.session, s.values.track_id, s.values.generation),
            state: s.values.state,
            class_id: class_id(s) as u32,
            score: s.values.score,
            bbox: BBox::new(s.values.x, s.values.y, s.values.w, s.values.h),
            velocity: [s.values.vx, s.values.vy],
            age_ns: i64::from(s.values.age_ms) * NS_PER_MS,
            life_ns: i64::from(s.values.life_ms) * NS_PER_MS,
        };
        RemoteSlots {
            capture_ns: received_ns.saturating_sub(message.frame_age_ns),
            frame_size: message.frame_size,
            waiting: message.waiting,
            slots: message.slots.iter().map(slot).collect(),
            classes: Arc::clone(&self.classes),
        }
    }
}

/// Checked to be 0 or more.
fn class_id(slot: &SlotMessage) -> usize {
    usize::try_from(slot.values.class_id).unwrap_or(0)
}

fn class_name(slot: &SlotMessage) -> String {
    match slot.class.as_str() {
        "" => unnamed(class_id(slot)),
        name => name.to_owned(),
    }
}

/// The name of a class that has none.
fn unnamed(id: usize) -> String {
    format!("class{id}")
}

#[cfg(test)]
mod tests;
