//! Events for hosts that act once on each: a person entered, a person left, the camera
//! was lost.
//!
//! Snapshots describe the current state, so a host may skip some of them. Events are
//! queued, so none is missed between two polls. The queue is bounded: a host that does
//! not poll loses the oldest events and gets their count. Every owner of the pipeline
//! reads the same queue at its own position.

use std::collections::VecDeque;

use parking_lot::Mutex;

use super::error::ErrorCategory;
use crate::flow::SourceState;
use crate::flow::{Slot, SlotState, Snapshot};

/// Most events that wait for a host: ten minutes of a busy stage.
pub const EVENTS_MAX: usize = 1024;

/// The kind of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventKind {
    /// A slot has a new owner.
    Entered = 1,
    /// A slot's owner is no longer seen. The slot is held for it.
    Lost = 2,
    /// An owner whose slot was held is seen again.
    Found = 3,
    /// A slot was released.
    Left = 4,
    /// The source's state changed.
    Source = 5,
    /// A stage failed inside and was restarted.
    Restarted = 6,
    /// Older events were dropped because the host did not poll in time.
    Overflow = 7,
    /// The pipeline cannot continue, or, without a problem, it can again.
    Problem = 8,
    /// A part of the configuration was not applied.
    ChangeRefused = 9,
}

/// One event.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Event {
    /// Its kind.
    pub kind: EventKind,
    /// Number of the first snapshot that shows it.
    pub seq: u64,
    /// The capture time of that snapshot.
    pub time_ns: i64,
    /// Index of the slot, 0 for p1. Meaningless for kinds without a slot.
    pub slot: u32,
    /// Track id of the slot's owner.
    pub track_id: u64,
    /// See [`Slot::generation`].
    pub generation: u32,
    /// See [`Slot::class_id`].
    pub class_id: i32,
    /// State of the source at that time.
    pub source_state: SourceState,
    /// For [`EventKind::Problem`] and [`EventKind::ChangeRefused`], the reason.
    pub problem: Option<ErrorCategory>,
    /// For [`EventKind::Overflow`], how many events were dropped; else 0.
    pub count: u64,
}

/// The queue between the pipeline's threads and the owners.
#[derive(Debug, Default)]
pub struct EventQueue(Mutex<Queue>);

#[derive(Debug, Default)]
struct Queue {
    kept: VecDeque<Event>,
    /// Number of the next event. Events count from 0.
    next: u64,
}

impl EventQueue {
    /// Adds an event. A full queue drops the oldest.
    pub fn push(&self, event: Event) {
        let mut queue = self.0.lock();
        if queue.kept.len() == EVENTS_MAX {
            queue.kept.pop_front();
        }
        queue.kept.push_back(event);
        queue.next += 1;
    }

    /// The number of the next event.
    pub fn next_number(&self) -> u64 {
        self.0.lock().next
    }

    /// Passes up to `limit` events from number `position` on, oldest first, and returns how
    /// many. Moves `position` behind them. Does not allocate. Holds a lock while `take`
    /// runs.
    pub fn drain(
        &self,
        position: &mut u64,
        limit: usize,
        mut take: impl FnMut(usize, Event),
    ) -> usize {
        let queue = self.0.lock();
        let first = queue.next - queue.kept.len() as u64;
        let mut taken = 0;
        if *position < first && limit > 0 {
            if let Some(oldest) = queue.kept.front() {
                let overflow = Event {
                    kind: EventKind::Overflow,
                    count: first - *position,
                    problem: None,
                    ..*oldest
                };
                take(0, overflow);
                taken = 1;
            }
            *position = first;
        }
        let from = position.saturating_sub(first) as usize;
        for event in queue.kept.iter().skip(from).take(limit - taken) {
            take(taken, *event);
            taken += 1;
            *position += 1;
        }
        taken
    }
}

/// Finds what changed from one snapshot to the next.
#[derive(Debug, Default)]
pub struct SnapshotDiff {
    slots: Vec<Slot>,
    source_state: SourceState,
}

impl SnapshotDiff {
    /// State of the source in the latest snapshot.
    pub fn source_state(&self) -> SourceState {
        self.source_state
    }

    /// Queues an event for every change since the previous snapshot.
    pub fn observe(&mut self, snapshot: &Snapshot, queue: &EventQueue) {
        let event = |kind, slot: usize, owner: &Slot| Event {
            kind,
            seq: snapshot.seq,
            time_ns: snapshot.capture_ns,
            slot: slot as u32,
            track_id: owner.track_id,
            generation: owner.generation,
            class_id: owner.class_id,
            source_state: snapshot.source_state,
            problem: None,
            count: 0,
        };
        if snapshot.source_state != self.source_state {
            self.source_state = snapshot.source_state;
            queue.push(event(EventKind::Source, 0, &Slot::default()));
        }
        let empty = Slot::default();
        for index in 0..snapshot.slots.len().max(self.slots.len()) {
            let before = self.slots.get(index).unwrap_or(&empty);
            let now = snapshot.slots.get(index).unwrap_or(&empty);
            let (was, is) = (occupied(before), occupied(now));
            if was && is && before.generation == now.generation {
                match (before.state, now.state) {
                    (SlotState::Active, SlotState::Held) => {
                        queue.push(event(EventKind::Lost, index, now));
                    }
                    (SlotState::Held, SlotState::Active) => {
                        queue.push(event(EventKind::Found, index, now));
                    }
                    _ => {}
                }
                continue;
            }
            if was {
                queue.push(event(EventKind::Left, index, before));
            }
            if is {
                queue.push(event(EventKind::Entered, index, now));
            }
        }
        self.slots.clone_from(&snapshot.slots);
    }
}

fn occupied(slot: &Slot) -> bool {
    slot.state != SlotState::Empty
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slot(generation: u32, state: SlotState) -> Slot {
        Slot {
            track_id: u64::from(generation) + 10,
            generation,
            state,
            class_id: 0,
            ..Slot::default()
        }
    }

    fn kinds(diff: &mut SnapshotDiff, queue: &EventQueue, slots: &[Slot]) -> Vec<EventKind> {
        let snapshot = Snapshot {
            source_state: SourceState::Live,
            slots: slots.to_vec(),
            ..Snapshot::default()
        };
        let mut kinds = Vec::new();
        let mut position = queue.next_number();
        diff.observe(&snapshot, queue);
        queue.drain(&mut position, usize::MAX, |_, event| kinds.push(event.kind));
        kinds
    }

    #[test]
    fn owner_gives_events_from_entered_to_left() {
        use EventKind::*;
        use SlotState::*;
        let (mut diff, queue) = (SnapshotDiff::default(), EventQueue::default());
        let mut see = |slot| kinds(&mut diff, &queue, &[slot]);
        assert_eq!(see(Slot::default()), [Source]);
        assert_eq!(see(slot(1, Active)), [Entered]);
        assert_eq!(see(slot(1, Active)), []);
        assert_eq!(see(slot(1, Held)), [Lost]);
        assert_eq!(see(slot(1, Held)), []);
        assert_eq!(see(slot(1, Active)), [Found]);
        assert_eq!(see(slot(1, Held)), [Lost]);
        assert_eq!(see(slot(1, Empty)), [Left]);
        assert_eq!(see(slot(2, Active)), [Entered]);
        assert_eq!(see(slot(3, Active)), [Left, Entered]);
    }

    #[test]
    fn owners_of_removed_slots_have_left() {
        use EventKind::*;
        let (mut diff, queue) = (SnapshotDiff::default(), EventQueue::default());
        kinds(&mut diff, &queue, &[slot(1, SlotState::Active); 3]);
        let seen = kinds(&mut diff, &queue, &[slot(1, SlotState::Active)]);
        assert_eq!(seen, [Left, Left]);
    }

    #[test]
    fn full_queue_drops_the_oldest_and_counts_them() {
        let (mut diff, queue) = (SnapshotDiff::default(), EventQueue::default());
        let people = EVENTS_MAX as u32 / 2 + 10;
        for generation in 1..=people {
            let snapshot = |state| Snapshot {
                seq: u64::from(generation),
                slots: vec![slot(generation, state)],
                ..Snapshot::default()
            };
            diff.observe(&snapshot(SlotState::Active), &queue);
            diff.observe(&snapshot(SlotState::Empty), &queue);
        }
        let (mut events, mut position) = (Vec::new(), 0);
        assert_eq!(queue.drain(&mut position, 3, |_, e| events.push(e)), 3);
        assert_eq!(events[0].kind, EventKind::Overflow);
        assert_eq!(events[0].count, 20);
        assert_eq!((events[1].kind, events[1].seq), (EventKind::Entered, 11));
        assert_eq!(
            queue.drain(&mut position, usize::MAX, |_, e| events.push(e)),
            EVENTS_MAX - 2
        );
        assert_eq!(events.last().map(|e| e.seq), Some(u64::from(people)));
        assert_eq!(queue.drain(&mut position, usize::MAX, |_, _| {}), 0);
        let mut other = queue.next_number() - 2;
        assert_eq!(queue.drain(&mut other, usize::MAX, |_, _| {}), 2);
    }
}
