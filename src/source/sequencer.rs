//! Another node's snapshots, in order and in this machine's time.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::base::clock::{NS_PER_MS, NS_PER_S};
use crate::flow::{BBox, RemoteNode, RemoteSlot, RemoteSlots};
use crate::protocol::{MessageError, SlotMessage, SlotsMessage};

/// Number of messages that the clock offset is estimated from.
const CLOCK_WINDOW: usize = 64;
/// Number of past sessions that are remembered, so that a late message of one of them does
/// not look like a new session.
const PAST_SESSIONS_MAX: usize = 8;
/// A message at most this far behind the newest is late. One that is further behind means
/// that the publisher restarted its numbers.
const LATE_MAX: u64 = 64;
/// How far a number may run ahead of the newest, as it does during an outage of the
/// broker: a day at 120 messages a second.
const AHEAD_MAX: u64 = 10_000_000;

/// Shortest time between two changes of known class names. Each change copies the list,
/// which may be long, and a node may change its names with every message.
const RENAME_PERIOD_NS: i64 = NS_PER_S;

/// Accepts the messages of a publisher in order and drops duplicates and late ones. Adapts
/// when another publisher takes over.
#[derive(Debug, Default)]
pub struct MessageSequencer {
    remote: RemoteNode,
    session: u64,
    seq: u64,
    /// Session and number of the latest message, if it was out of sequence and dropped. If
    /// the next message continues it, the publisher has restarted, and that message is
    /// accepted.
    out_of_sequence: Option<(u64, u64)>,
    past_sessions: VecDeque<u64>,
    offsets: VecDeque<i64>,
    classes: Arc<[String]>,
    /// When known class names last changed, on the process's clock.
    renamed_ns: Option<i64>,
}

impl MessageSequencer {
    /// The node's name, clock offset and counters.
    pub fn remote(&self) -> RemoteNode {
        self.remote.clone()
    }

    /// Counts a rejected message.
    pub fn count_rejected(&mut self) {
        self.remote.refused += 1;
    }

    /// Processes a message that arrived at `received_ns` of the process's clock and
    /// `received_unix_ns` of the wall clock. Returns `None` if a newer message arrived
    /// before, or if the node has not received a frame yet.
    ///
    /// # Errors
    /// When the message has another version, a number out of range, or a number out of
    /// sequence. It is counted as rejected.
    pub fn accept(
        &mut self,
        message: SlotsMessage,
        received_ns: i64,
        received_unix_ns: i64,
    ) -> Result<Option<RemoteSlots>, MessageError> {
        let message = message.checked().inspect_err(|_| self.count_rejected())?;
        if !self.is_newest(message.session, message.seq)? {
            return Ok(None);
        }
        self.remote.node.clone_from(&message.node);
        if self.offsets.len() == CLOCK_WINDOW {
            self.offsets.pop_front();
        }
        self.offsets
            .push_back(message.sent_unix_ns.saturating_sub(received_unix_ns));
        // Travel time makes the other clock seem late, never early. So the largest
        // difference is the best estimate.
        self.remote.clock_offset_ns = self.offsets.iter().copied().max().unwrap_or(0);
        if message.is_before_first_frame() {
            return Ok(None);
        }
        self.update_classes(&message.slots, received_ns);
        Ok(Some(self.slots(&message, received_ns)))
    }

    /// Whether a message is newer than all before. A single message with a wrong number or
    /// session does not block the others, because two consecutive messages are trusted.
    fn is_newest(&mut self, session: u64, seq: u64) -> Result<bool, MessageError> {
        let before = self.out_of_sequence.replace((session, seq));
        let continues = before.is_some_and(|(other, number)| {
            other == session && (1..=LATE_MAX).contains(&seq.saturating_sub(number))
        });
        if session != self.session {
            if self.past_sessions.contains(&session) && !continues {
                self.remote.reordered += 1;
                return Ok(false);
            }
            self.past_sessions.retain(|past| *past != session);
            if self.past_sessions.len() == PAST_SESSIONS_MAX {
                self.past_sessions.pop_front();
            }
            self.past_sessions.push_back(self.session);
            self.session = session;
            self.classes = Arc::default();
            self.renamed_ns = None;
        } else if !continues {
            let newest = self.seq;
            if seq <= newest && newest - seq <= LATE_MAX {
                // A late message says nothing about the next one.
                self.out_of_sequence = None;
                self.remote.duplicates += u64::from(seq == newest);
                self.remote.reordered += u64::from(seq != newest);
                return Ok(false);
            }
            if seq < newest || seq - newest > AHEAD_MAX {
                self.count_rejected();
                return Err(MessageError::OutOfSequence { seq, newest });
            }
        }
        self.seq = seq;
        self.out_of_sequence = None;
        Ok(true)
    }

    /// Adds the class names of a message to the list. New classes are added at once, new
    /// names of known classes at most once every [`RENAME_PERIOD_NS`].
    fn update_classes(&mut self, slots: &[SlotMessage], received_ns: i64) {
        let named = |slot: &SlotMessage| (class_id(slot), class_name(slot));
        let may_rename = self
            .renamed_ns
            .is_none_or(|last| received_ns.saturating_sub(last) >= RENAME_PERIOD_NS);
        let is_changed = |(id, name): &(usize, String)| match self.classes.get(*id) {
            None => true,
            Some(known) => known != name && (may_rename || *known == unnamed(*id)),
        };
        let new: Vec<_> = slots.iter().map(named).filter(is_changed).collect();
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

/// The class's index. Already checked to be 0 or more.
fn class_id(slot: &SlotMessage) -> usize {
    usize::try_from(slot.values.class_id).unwrap_or(0)
}

fn class_name(slot: &SlotMessage) -> String {
    match slot.class.as_str() {
        "" => unnamed(class_id(slot)),
        name => name.to_owned(),
    }
}

/// The name of a class without a name.
fn unnamed(id: usize) -> String {
    format!("class{id}")
}

#[cfg(test)]
mod tests;
