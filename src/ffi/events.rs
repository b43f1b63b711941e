//! Events: what happened since the last time somebody asked.

use super::handle::{self, RextrackPipeline};
use super::status::{Failure, RextrackStatus, guard};
use crate::pipeline::Event;

/// Values of `RextrackEvent.kind`. A newer library may know more: ignore those
/// that you do not know.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::enum_variant_names)]
pub enum RextrackEventKind {
    /// A slot has a new owner.
    RextrackEventEntered = 1,
    /// A slot's owner is not seen any more; the slot is held for it.
    RextrackEventLost = 2,
    /// A lost owner was seen again.
    RextrackEventFound = 3,
    /// A slot was released.
    RextrackEventLeft = 4,
    /// The source's state changed, to `source_state`.
    RextrackEventSource = 5,
    /// A stage failed inside and was started anew; the log says more.
    RextrackEventRestarted = 6,
    /// `count` older events were dropped, because nobody asked in time.
    RextrackEventOverflow = 7,
}

/// One thing that happened. Its layout is fixed for the life of the ABI's
/// major version, since it stands in arrays.
#[repr(C)]
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct RextrackEvent {
    /// A `RextrackEventKind`.
    pub kind: u32,
    /// Index of the slot, 0 for p1; of no meaning for kinds without a slot.
    pub slot: u32,
    /// Number of the snapshot that showed it first.
    pub seq: u64,
    /// When, on the clock of `rextrack_now_ns`.
    pub time_ns: i64,
    /// The owner's track.
    pub track_id: u64,
    /// The owner's generation.
    pub generation: u32,
    /// The owner's class.
    pub class_id: i32,
    /// Where the source stood, a `RextrackSourceState`.
    pub source_state: u32,
    /// For an overflow, how many events were dropped; else 0.
    pub count: u32,
}

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
        }
    }
}

/// Takes up to `capacity` events that nobody took yet, oldest first, and writes
/// how many to `count`. Each event is given once, whoever asks. The queue holds
/// 1024; when nobody asks for so long that it overflows, the oldest are dropped
/// and the next call begins with a `REXTRACK_EVENT_OVERFLOW`.
///
/// Any thread. Takes a lock that the pipeline's thread holds for well below a
/// microsecond; does not allocate.
///
/// # Safety
/// `pipeline` is NULL or a live handle; `events` has room for `capacity`
/// events; `count` is NULL or points to a `size_t`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rextrack_poll_events(
    pipeline: *const RextrackPipeline,
    events: *mut RextrackEvent,
    capacity: usize,
    count: *mut usize,
) -> RextrackStatus {
    const NAME: &str = "rextrack_poll_events";
    guard(|| {
        // SAFETY: NULL or live, as the caller vouches.
        let pipeline = unsafe { handle::handle(pipeline, NAME) }?;
        if events.is_null() && capacity > 0 {
            return Err(Failure::argument(format!(
                "{NAME}: events is NULL, capacity {capacity}"
            )));
        }
        // SAFETY: NULL or valid, as the caller vouches.
        let count = unsafe { count.as_mut() }
            .ok_or_else(|| Failure::argument(format!("{NAME}: count is NULL")))?;
        *count = pipeline.drain_events(capacity, |index, event| {
            // SAFETY: `index` < `capacity`, for which the caller vouches.
            unsafe { events.add(index).write(event.into()) };
        });
        Ok(())
    })
}
