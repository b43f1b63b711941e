//! A snapshot: all slots at one moment.

use super::error::{self, ErrorKind};
use super::slot::{Slot, SlotState};
use super::source_state::{SourceState, source_state};
use crate::flow;
use crate::pipeline::Header;

/// All slots at one moment, as one consistent whole.
///
/// [`Pipeline::poll`](crate::Pipeline::poll) fills it in and reuses its memory. Times are
/// nanoseconds on the clock of [`now_ns`](crate::now_ns).
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Snapshot {
    /// Number of the snapshot, from 1. 0 before the first.
    pub seq: u64,
    /// Number of the source's frame, from 1. Dropped frames are counted.
    pub frame_seq: u64,
    /// Capture time of that frame. While no frame arrives, the time of the snapshot.
    pub capture_ns: i64,
    /// Publication time of the snapshot.
    pub publish_ns: i64,
    /// State of the source. It fits the slots. Before the first snapshot after a start, and
    /// when the source fails, it is the state at the time of the poll.
    pub source_state: SourceState,
    /// Width of the frame in pixels. 0 before the first frame.
    pub frame_width: u32,
    /// Height of the frame in pixels. 0 before the first frame.
    pub frame_height: u32,
    /// Number of tracks that wait for a free slot.
    pub waiting: u32,
    /// What kind of problem keeps the pipeline from working, at the time of the poll. `None`
    /// while it works.
    /// [`Pipeline::problem`](crate::Pipeline::problem) has the text.
    pub problem: Option<ErrorKind>,
    /// Goes up with each new problem and with each change that was accepted and could not be
    /// applied.
    pub problem_count: u32,
    /// The slots, p1 first. The number of slots is `tracking.objects_max`. Empty before the
    /// first snapshot.
    pub slots: Vec<Slot>,
}

impl Snapshot {
    /// An empty snapshot with room for that many slots, so that
    /// [`Pipeline::poll`](crate::Pipeline::poll) does not allocate.
    #[must_use]
    pub fn with_capacity(slots: usize) -> Self {
        Self {
            slots: Vec::with_capacity(slots),
            ..Self::default()
        }
    }

    /// The active and held slots with their numbers: 1 for p1.
    ///
    /// ```
    /// let snapshot = rextrack::Snapshot::default();
    /// for (number, slot) in snapshot.occupied() {
    ///     println!("p{number} at {:.2}, {:.2}", slot.x(), slot.y());
    /// }
    /// ```
    pub fn occupied(&self) -> impl Iterator<Item = (usize, &Slot)> {
        let numbered = (1..).zip(&self.slots);
        numbered.filter(|(_, slot)| slot.is_occupied())
    }

    /// Number of active slots.
    #[must_use]
    pub fn active_count(&self) -> usize {
        let active = |slot: &&Slot| slot.state() == SlotState::Active;
        self.slots.iter().filter(active).count()
    }

    /// Stores slot `index`, counted from 0 and without gaps.
    pub(super) fn put(&mut self, index: usize, slot: &flow::Slot) {
        match self.slots.get_mut(index) {
            Some(own) => own.0 = *slot,
            None => self.slots.push(Slot(*slot)),
        }
    }

    /// Stores what all slots share.
    pub(super) fn finish(&mut self, header: &Header) {
        self.slots.truncate(header.slot_count as usize);
        self.seq = header.seq;
        self.frame_seq = header.frame_seq;
        self.capture_ns = header.capture_ns;
        self.publish_ns = header.publish_ns;
        self.source_state = source_state(header.source_state);
        self.frame_width = header.frame_size.width;
        self.frame_height = header.frame_size.height;
        self.waiting = header.waiting;
        self.problem = header.problem.map(error::kind);
        self.problem_count = header.problem_count;
    }
}
