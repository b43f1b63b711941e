//! Events: changes of slots and of the source since the previous poll.

use std::mem::offset_of;

use super::args::HostArray;
use super::handle::{self, RextrackPipeline};
use super::status::{Failure, RextrackStatus, guard, problem_status};
use crate::pipeline::Event;

/// Values of `RextrackEvent.kind`. A newer library may have more: ignore unknown kinds.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::enum_variant_names)]
pub enum RextrackEventKind {
    /// A slot has a new owner.
    RextrackEventEntered = 1,
    /// A slot's owner is no longer seen. The slot is held for it.
    RextrackEventLost = 2,
    /// A lost owner was seen again.
    RextrackEventFound = 3,
    /// A slot was released.
    RextrackEventLeft = 4,
    /// The source's state changed, to `source_state`.
    RextrackEventSource = 5,
    /// A stage of the pipeline failed and was restarted. The log has the reason.
    RextrackEventRestarted = 6,
    /// The queue was full: `count` older events were dropped.
    RextrackEventOverflow = 7,
    /// The pipeline cannot continue: `status` has the reason, `rextrack_problem` the text.
    /// `status` 0 means that the problem is solved.
    RextrackEventProblem = 8,
    /// A part of the configuration was not applied, such as a model that cannot be loaded:
    /// the pipeline continues without it. `status` has the reason, `rextrack_problem` the
    /// text.
    RextrackEventChangeRefused = 9,
}

/// One event. The struct may grow at its end: pass its size to `rextrack_poll_events`.
#[repr(C)]
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct RextrackEvent {
    /// A `RextrackEventKind`.
    pub kind: u32,
    /// Index of the slot, 0 for p1. Meaningless for kinds without a slot.
    pub slot: u32,
    /// Number of the first snapshot that shows the change.
    pub seq: u64,
    /// Time of the event, on the clock of `rextrack_now_ns`.
    pub time_ns: i64,
    /// The owner's track.
    pub track_id: u64,
    /// The owner's generation.
    pub generation: u32,
    /// The owner's class.
    pub class_id: i32,
    /// State of the source, a `RextrackSourceState`.
    pub source_state: u32,
    /// Number of dropped events for an overflow; 0 for other kinds.
    pub count: u32,
    /// A `RextrackStatus` for a problem and a refused change; 0 for other kinds.
    pub status: i32,
    /// Not used; 0.
    pub reserved: u32,
}

/// Size of the struct in the first version of this major version of the ABI.
const EVENT_LEAST: usize = offset_of!(RextrackEvent, reserved) + size_of::<u32>();

impl From<Event> for RextrackEvent {
    fn from(event: Event) -> Self {
        Self {
            kind: event.kind as u32,
            slot: event.slot,
            seq: event.seq,
            time_ns: event.time_ns,
            track_id: event.track_id,
            generation: event.generation,
            class_id: event.class_id,
            source_state: event.source_state as u32,
            count: u32::try_from(event.count).unwrap_or(u32::MAX),
            status: problem_status(event.problem),
            reserved: 0,
        }
    }
}

/// Writes up to `capacity` events that this handle has not returned yet to `events`, oldest
/// first, and their number to `count`. Every handle of a pipeline returns every event once.
/// Set `event_size` to `sizeof(RextrackEvent)`.
///
/// A handle can be 1024 events late. If it is later, it misses the oldest events, and the
/// next call returns a `REXTRACK_EVENT_OVERFLOW` with their number first.
///
/// Any thread. Blocks for less than a microsecond: it takes a lock that the pipeline's
/// threads hold. Does not allocate.
///
/// # Safety
/// `pipeline` is NULL or a live handle; `events` has room for `capacity` structs of
/// `event_size` bytes; `count` is NULL or points to a `size_t`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rextrack_poll_events(
    pipeline: *const RextrackPipeline,
    events: *mut RextrackEvent,
    event_size: usize,
    capacity: usize,
    count: *mut usize,
) -> RextrackStatus {
    const NAME: &str = "rextrack_poll_events";
    guard(|| {
        // SAFETY: NULL or live, as the caller vouches.
        let pipeline = unsafe { handle::handle(pipeline, NAME) }?;
        // SAFETY: as the caller vouches.
        let array =
            unsafe { HostArray::new(events, event_size, capacity, EVENT_LEAST, NAME, "events") }?;
        // SAFETY: NULL or valid, as the caller vouches.
        let count = unsafe { count.as_mut() }
            .ok_or_else(|| Failure::argument(format!("{NAME}: count is NULL; pass a size_t")))?;
        *count = pipeline
            .subscriber()
            .drain_events(capacity, |index, event| array.write(index, &event.into()));
        Ok(())
    })
}
