//! Events: changes of slots, of the source and of the pipeline.

use std::collections::VecDeque;

use super::error::{self, ErrorKind};
use super::source_state::{SourceState, source_state};
use crate::pipeline::{self, Subscriber};

/// The kind of an event. A newer version may have more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EventKind {
    /// A slot has a new owner.
    Entered,
    /// A slot's owner is no longer seen. The slot is held for it.
    Lost,
    /// An owner that was lost is seen again.
    Found,
    /// A slot was released.
    Left,
    /// The source's state changed, to `source_state`.
    Source,
    /// A stage of the pipeline failed and was restarted. The log has the reason.
    Restarted,
    /// This reader was too slow: `count` older events were dropped.
    Overflow,
    /// The pipeline cannot go on, because of `problem`. Without a `problem`, the pipeline
    /// works again. [`Pipeline::problem`](crate::Pipeline::problem) has the text.
    Problem,
    /// A change that [`Pipeline::set_config`](crate::Pipeline::set_config) accepted could not
    /// be applied, because of `problem`. The pipeline continues as before.
    ChangeRefused,
}

/// One event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Event {
    /// What happened.
    pub kind: EventKind,
    /// Number of the first snapshot that shows the change. 0 for events without one.
    pub seq: u64,
    /// Time of the event, on the clock of [`now_ns`](crate::now_ns).
    pub time_ns: i64,
    /// Number of the slot, 1 for p1. `None` for events without a slot.
    pub slot: Option<usize>,
    /// The owner's track. 0 for events without a slot.
    pub track_id: u64,
    /// The owner's generation: see [`Slot::generation`](crate::Slot::generation).
    pub generation: u32,
    /// The owner's class: see [`Slot::class_id`](crate::Slot::class_id).
    pub class_id: Option<u32>,
    /// State of the source at that time.
    pub source_state: SourceState,
    /// For [`EventKind::Problem`] and [`EventKind::ChangeRefused`], the kind of problem.
    pub problem: Option<ErrorKind>,
    /// For [`EventKind::Overflow`], the number of dropped events. Otherwise 0.
    pub count: u64,
}

/// A reader of events, from [`Pipeline::events`](crate::Pipeline::events). Each reader gets
/// every event once, from its creation on. It does not keep the pipeline running.
///
/// The pipeline keeps 1024 events. If a reader missed some, its next event is an
/// [`EventKind::Overflow`] with their number.
#[must_use = "a reader does nothing until it is polled"]
pub struct Events {
    subscriber: Subscriber,
    taken: VecDeque<Event>,
}

/// All events that the pipeline keeps, and one that counts those it dropped.
const POLL_MAX: usize = pipeline::EVENTS_MAX + 1;

impl Events {
    pub(super) fn new(subscriber: Subscriber) -> Self {
        Self {
            subscriber,
            taken: VecDeque::with_capacity(POLL_MAX),
        }
    }

    /// The events that you did not take yet, oldest first. Never waits for one: without events
    /// the iterator is empty. Events that you leave in the iterator come with the next poll.
    ///
    /// Takes a lock that the pipeline's threads hold for well below a microsecond. Does not
    /// allocate.
    pub fn poll(&mut self) -> impl Iterator<Item = Event> {
        let taken = &mut self.taken;
        let limit = POLL_MAX - taken.len();
        self.subscriber
            .drain_events(limit, |_, new| taken.push_back(event(&new)));
        std::iter::from_fn(|| taken.pop_front())
    }
}

impl std::fmt::Debug for Events {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Events").finish_non_exhaustive()
    }
}

fn event(event: &pipeline::Event) -> Event {
    let kind = kind(event.kind);
    let has_slot = matches!(
        kind,
        EventKind::Entered | EventKind::Lost | EventKind::Found | EventKind::Left
    );
    Event {
        kind,
        seq: event.seq,
        time_ns: event.time_ns,
        slot: has_slot.then_some(event.slot as usize + 1),
        track_id: event.track_id,
        generation: event.generation,
        class_id: u32::try_from(event.class_id).ok(),
        source_state: source_state(event.source_state),
        problem: event.problem.map(error::kind),
        count: event.count,
    }
}

fn kind(kind: pipeline::EventKind) -> EventKind {
    match kind {
        pipeline::EventKind::Entered => EventKind::Entered,
        pipeline::EventKind::Lost => EventKind::Lost,
        pipeline::EventKind::Found => EventKind::Found,
        pipeline::EventKind::Left => EventKind::Left,
        pipeline::EventKind::Source => EventKind::Source,
        pipeline::EventKind::Restarted => EventKind::Restarted,
        pipeline::EventKind::Overflow => EventKind::Overflow,
        pipeline::EventKind::Problem => EventKind::Problem,
        pipeline::EventKind::ChangeRefused => EventKind::ChangeRefused,
    }
}
