//! Another node's snapshots, put in order and in this machine's time.

use std::collections::VecDeque;

use serde::Serialize;

use crate::clock::NS_PER_MS;
use crate::detect::COCO;
use crate::geometry::{BBox, FrameSize};
use crate::slots::SlotState;
use crate::wire::{SlotsMessage, VERSION};

/// Messages that the difference of the clocks is taken from.
const CLOCK_WINDOW: usize = 64;
/// Publishers that are remembered, so that a late message of one that ended is not
/// taken for a new one.
const SESSIONS_KEPT: usize = 8;

/// What is known of the node that tracks.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Remote {
    /// Its name.
    pub node: String,
    /// How far its wall clock is ahead of ours, less the time of the quickest of the
    /// latest messages.
    pub clock_offset_ns: i64,
    /// Messages that came twice.
    pub duplicates: u64,
    /// Messages that came after newer ones, and were left out.
    pub reordered: u64,
}

/// A snapshot of another node, in this machine's time.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RemoteSlots {
    /// When the frame was captured, on the clock of [`crate::clock::now_ns`].
    pub capture_ns: i64,
    /// Size of the other camera's frame.
    pub frame_size: FrameSize,
    /// Tracks that wait for a slot there.
    pub waiting: u32,
    /// The occupied slots.
    pub slots: Vec<RemoteSlot>,
}

/// Who sits in a slot there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RemoteSlot {
    /// Index of the slot, p1 is 0.
    pub index: usize,
    /// The same for as long as the same owner sits there: publisher, track and
    /// generation.
    pub owner: (u64, u64, u32),
    /// Active or held.
    pub state: SlotState,
    /// COCO's number of the class if it is one of COCO's, else the other node's.
    pub class_id: u32,
    /// 0..1.
    pub score: f32,
    /// Normalised.
    pub bbox: BBox,
    /// Frame widths and heights a second.
    pub velocity: [f32; 2],
    /// Since last seen.
    pub age_ns: i64,
    /// Since first seen.
    pub life_ns: i64,
}

/// Follows one publisher after the other, whatever order its messages come in.
#[derive(Debug, Default)]
pub struct Following {
    remote: Remote,
    session: u64,
    seq: u64,
    ended: VecDeque<u64>,
    offsets: VecDeque<i64>,
}

impl Following {
    /// What is known of the node.
    pub fn remote(&self) -> Remote {
        self.remote.clone()
    }

    /// Takes a message that came at `received_ns` of the process's clock and
    /// `received_unix_ns` of the wall clock. `None` when a newer one came before.
    ///
    /// # Errors
    /// When the message is of a form that this version does not know.
    pub fn follow(
        &mut self,
        message: SlotsMessage,
        received_ns: i64,
        received_unix_ns: i64,
    ) -> Result<Option<RemoteSlots>, String> {
        if message.v != VERSION {
            return Err(format!(
                "it is of form {}, this version reads {VERSION}; use the same version on all nodes",
                message.v
            ));
        }
        if message.session != self.session {
            if self.ended.contains(&message.session) {
                self.remote.reordered += 1;
                return Ok(None);
            }
            if self.ended.len() == SESSIONS_KEPT {
                self.ended.pop_front();
            }
            self.ended.push_back(self.session);
            self.session = message.session;
            self.seq = 0;
        }
        if message.seq <= self.seq {
            let twice = message.seq == self.seq;
            self.remote.duplicates += u64::from(twice);
            self.remote.reordered += u64::from(!twice);
            return Ok(None);
        }
        self.seq = message.seq;
        self.remote.node.clone_from(&message.node);
        if self.offsets.len() == CLOCK_WINDOW {
            self.offsets.pop_front();
        }
        self.offsets
            .push_back(message.sent_unix_ns.saturating_sub(received_unix_ns));
        // A message's way makes the other clock seem late, never early: the largest
        // difference is nearest to the truth.
        self.remote.clock_offset_ns = self.offsets.iter().copied().max().unwrap_or(0);
        Ok(Some(slots(&message, received_ns)))
    }
}

fn slots(message: &SlotsMessage, received_ns: i64) -> RemoteSlots {
    let slot = |s: &crate::wire::SlotMessage| {
        let finite = [s.x, s.y, s.w, s.h, s.vx, s.vy]
            .iter()
            .all(|v| v.is_finite());
        if s.slot == 0 || s.state == SlotState::Empty || !finite {
            return None;
        }
        let named = COCO.iter().position(|name| *name == s.class);
        let class_id = named.map_or(s.class_id.max(0) as u32, |index| index as u32);
        Some(RemoteSlot {
            index: s.slot as usize - 1,
            owner: (message.session, s.track_id, s.generation),
            state: s.state,
            class_id,
            score: s.score,
            bbox: BBox::new(s.x, s.y, s.w, s.h),
            velocity: [s.vx, s.vy],
            age_ns: i64::from(s.age_ms) * NS_PER_MS,
            life_ns: i64::from(s.life_ms) * NS_PER_MS,
        })
    };
    RemoteSlots {
        capture_ns: received_ns.saturating_sub(message.frame_age_ns.max(0)),
        frame_size: message.frame_size,
        waiting: message.waiting,
        slots: message.slots.iter().filter_map(slot).collect(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::slots::{Slot, Snapshot};

    fn message(session: u64, seq: u64) -> SlotsMessage {
        let slot = Slot {
            track_id: 7,
            generation: 2,
            state: SlotState::Active,
            class_id: 5,
            x: 0.5,
            ..Slot::default()
        };
        let snapshot = Snapshot {
            seq,
            slots: vec![Slot::default(), slot],
            ..Snapshot::default()
        };
        SlotsMessage {
            sent_unix_ns: 1_000,
            frame_age_ns: 40,
            ..SlotsMessage::new(&snapshot, "left", "hall", session, |_| "person")
        }
    }

    #[test]
    fn doubles_and_the_late_are_left_out_and_counted() {
        let mut following = Following::default();
        let mut takes = |session, seq| {
            let followed = following.follow(message(session, seq), 100, 1_000).unwrap();
            followed.is_some()
        };
        let taken = [
            (1, 1),
            (1, 2),
            (1, 2),
            (1, 1),
            (1, 4),
            (2, 1),
            (1, 5),
            (2, 2),
        ]
        .map(|(session, seq)| takes(session, seq));
        assert_eq!(taken, [true, true, false, false, true, true, false, true]);
        let remote = following.remote();
        assert_eq!((remote.duplicates, remote.reordered), (1, 2));
        assert_eq!(remote.node, "left");
    }

    #[test]
    fn times_are_this_machines_and_the_clocks_difference_is_known() {
        let mut following = Following::default();
        // The other clock is 500 ahead; messages take 10 to 90.
        for (seq, way) in [(1, 90), (2, 10), (3, 50)] {
            let slots = following
                .follow(message(1, seq), 10_000, 1_000 - 500 + way)
                .unwrap();
            assert_eq!(slots.unwrap().capture_ns, 10_000 - 40);
        }
        assert_eq!(following.remote().clock_offset_ns, 490);
    }

    #[test]
    fn slots_keep_their_places_and_classes_their_names() {
        let mut following = Following::default();
        let slots = following.follow(message(1, 1), 0, 0).unwrap().unwrap();
        let [slot] = slots.slots[..] else {
            panic!("{slots:?}");
        };
        assert_eq!((slot.index, slot.owner, slot.class_id), (1, (1, 7, 2), 0));
    }

    #[test]
    fn another_form_is_refused() {
        let mut other = message(1, 1);
        other.v = 99;
        let error = Following::default().follow(other, 0, 0).unwrap_err();
        assert!(
            error.contains("use the same version on all nodes"),
            "{error}"
        );
    }
}
