//! Snapshots: the newest one, and the next one.

use std::mem::offset_of;
use std::time::Duration;

use super::args;
use super::handle::{self, RextrackPipeline};
use super::status::{Failure, RextrackStatus, guard};
use crate::flow::Slot;
use crate::pipeline::{Header, Next};

/// Values of `RextrackSlot.state`.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::enum_variant_names)]
pub enum RextrackSlotState {
    /// Nobody sits here.
    RextrackSlotEmpty = 0,
    /// The owner was seen in the newest processed frame.
    RextrackSlotActive = 1,
    /// The owner is not seen, and the slot is kept for it.
    RextrackSlotHeld = 2,
}

/// Values of `source_state`.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::enum_variant_names)]
pub enum RextrackSourceState {
    /// Not started, or stopped.
    RextrackSourceStopped = 0,
    /// Opening for the first time.
    RextrackSourceConnecting = 1,
    /// Frames arrive.
    RextrackSourceLive = 2,
    /// Was live, is not now; being reopened.
    RextrackSourceLost = 3,
    /// A file came to its end.
    RextrackSourceEnded = 4,
    /// Cannot work until the configuration changes.
    RextrackSourceFailed = 5,
}

/// One numbered place, p1..pN. Its layout is fixed for the life of the ABI's
/// major version, since it stands in arrays.
#[repr(C)]
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct RextrackSlot {
    /// The owner's track, never reused in the pipeline's life; from 1.
    pub track_id: u64,
    /// Goes up by one with each new owner: the same person or the next one.
    pub generation: u32,
    /// A `RextrackSlotState`: 0 empty, 1 active (seen in the newest frame),
    /// 2 held (not seen, kept).
    pub state: u32,
    /// Index into the model's classes; -1 when empty.
    pub class_id: i32,
    /// Score of the latest detection, 0..1.
    pub score: f32,
    /// Centre, 0 left to 1 right of the full frame, unless the configuration
    /// asks for pixels. Predicted while held.
    pub x: f32,
    /// Centre, 0 top to 1 bottom, unless the configuration asks otherwise.
    pub y: f32,
    /// Width in frame widths.
    pub w: f32,
    /// Height in frame heights.
    pub h: f32,
    /// Velocity in frame widths per second.
    pub vx: f32,
    /// Velocity in frame heights per second.
    pub vy: f32,
    /// Milliseconds since the owner was last seen.
    pub age_ms: u32,
    /// Milliseconds since the owner was first seen.
    pub life_ms: u32,
}

/// A `RextrackSlot` in machine words.
type RextrackSlotWords = [u64; size_of::<RextrackSlot>() / size_of::<u64>()];

/// Hosts get the beginning of a slot as it lies in memory: copied, not converted.
const LAYOUT: () = assert!(
    size_of::<RextrackSlot>() == size_of::<RextrackSlotWords>()
        && size_of::<RextrackSlot>() <= size_of::<Slot>()
        && align_of::<RextrackSlot>() == align_of::<RextrackSlotWords>()
        && offset_of!(RextrackSlot, state) == offset_of!(Slot, state)
        && offset_of!(RextrackSlot, class_id) == offset_of!(Slot, class_id)
        && offset_of!(RextrackSlot, x) == offset_of!(Slot, x)
        && offset_of!(RextrackSlot, vy) == offset_of!(Slot, vy)
        && offset_of!(RextrackSlot, life_ms) == offset_of!(Slot, life_ms)
);

/// What all slots of a poll have in common. Set `struct_size` to
/// `sizeof(RextrackSnapshot)` before each first use; later versions of the
/// library may know more fields at the end, and fill in those you know.
#[repr(C)]
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct RextrackSnapshot {
    /// `sizeof(RextrackSnapshot)`, set by the caller.
    pub struct_size: u32,
    /// A `RextrackSourceState`: 0 stopped, 1 connecting, 2 live, 3 lost,
    /// 4 ended, 5 failed.
    pub source_state: u32,
    /// Number of the snapshot, from 1; 0 before the first.
    pub seq: u64,
    /// Number of the source's frame, from 1, dropped frames counted.
    pub frame_seq: u64,
    /// When that frame was captured, on the clock of `rextrack_now_ns`.
    pub capture_ns: i64,
    /// When the snapshot was published, on the same clock.
    pub publish_ns: i64,
    /// Slots that the pipeline has; may be more than were asked for.
    pub slot_count: u32,
    /// Slots in state 1.
    pub active_count: u32,
    /// Tracks that wait for a free slot.
    pub waiting_count: u32,
    /// Width of the frame in pixels; 0 before the first.
    pub frame_width: u32,
    /// Height of the frame in pixels; 0 before the first.
    pub frame_height: u32,
}

/// A caller of the first version knows this much.
pub(super) const SNAPSHOT_LEAST: usize =
    offset_of!(RextrackSnapshot, frame_height) + size_of::<u32>();

impl From<Header> for RextrackSnapshot {
    fn from(h: Header) -> Self {
        Self {
            struct_size: size_of::<Self>() as u32,
            source_state: h.source_state as u32,
            seq: h.seq,
            frame_seq: h.frame_seq,
            capture_ns: h.capture_ns,
            publish_ns: h.publish_ns,
            slot_count: h.slot_count,
            active_count: h.active,
            waiting_count: h.waiting,
            frame_width: h.frame_size.width,
            frame_height: h.frame_size.height,
        }
    }
}

/// Copies the newest whole snapshot: up to `capacity` slots, p1 first, to
/// `slots`, the rest to `snapshot`. Entries of `slots` beyond `slot_count`
/// stay as they are. Before the first snapshot `seq` and `slot_count` are 0.
/// Either of the two may be NULL (`slots` with `capacity` 0).
///
/// Any thread, any number at once. Wait-free: no lock, no allocation, no
/// system call. Made for a host's cook, audio or render thread.
///
/// # Safety
/// `pipeline` is NULL or a live handle; `slots` has room for `capacity`
/// slots; `snapshot` is NULL or a struct with its `struct_size` set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rextrack_poll(
    pipeline: *const RextrackPipeline,
    slots: *mut RextrackSlot,
    capacity: usize,
    snapshot: *mut RextrackSnapshot,
) -> RextrackStatus {
    // SAFETY: the same promises.
    guard(|| unsafe { copy_out(pipeline, None, slots, capacity, snapshot, "rextrack_poll") })
}

/// As `rextrack_poll`, with each occupied slot moved by its own motion from the
/// snapshot's `capture_ns` to `t_ns` on the clock of `rextrack_now_ns`, and
/// `age_ms` and `life_ms` grown as much. Give it the time at which the picture
/// will be seen, and what it shows does not lag behind the people. The speed
/// decays while nothing is seen, so that nobody flies off the stage; a time
/// before `capture_ns` moves nothing.
///
/// Any thread, any number at once. Wait-free, as `rextrack_poll`.
///
/// # Safety
/// As `rextrack_poll`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rextrack_poll_at(
    pipeline: *const RextrackPipeline,
    t_ns: i64,
    slots: *mut RextrackSlot,
    capacity: usize,
    snapshot: *mut RextrackSnapshot,
) -> RextrackStatus {
    // SAFETY: the same promises.
    guard(|| unsafe {
        copy_out(
            pipeline,
            Some(t_ns),
            slots,
            capacity,
            snapshot,
            "rextrack_poll_at",
        )
    })
}

/// What `rextrack_poll` and `rextrack_poll_at` have in common.
///
/// # Safety
/// As `rextrack_poll`.
unsafe fn copy_out(
    pipeline: *const RextrackPipeline,
    at_ns: Option<i64>,
    slots: *mut RextrackSlot,
    capacity: usize,
    snapshot: *mut RextrackSnapshot,
    function: &str,
) -> Result<(), Failure> {
    // SAFETY: NULL or live, as the caller vouches.
    let pipeline = unsafe { handle::handle(pipeline, function) }?;
    if slots.is_null() && (capacity > 0 || snapshot.is_null()) {
        return Err(Failure::argument(format!("{function}: slots is NULL")));
    }
    if !snapshot.is_null() {
        // SAFETY: not NULL, and valid as the caller vouches. Checked before
        // anything is written.
        unsafe { args::check_struct(snapshot, SNAPSHOT_LEAST, function) }?;
    }
    let () = LAYOUT;
    let header = pipeline.poll_words(at_ns, capacity, |index| {
        // SAFETY: `index` < `capacity`, for which the caller vouches, and each
        // index comes once. A slot is as large and as aligned as its words, in
        // which any bits are valid, as `LAYOUT` checks.
        unsafe { &mut *slots.cast::<RextrackSlotWords>().add(index) }
    });
    if snapshot.is_null() {
        return Ok(());
    }
    // SAFETY: valid, as the caller vouches.
    unsafe { args::write_struct(&header.into(), snapshot, SNAPSHOT_LEAST, function) }
}

/// Blocks until a snapshot newer than `after_seq` is there, then returns
/// `REXTRACK_OK`. Begin with 0, go on with the `seq` of the last poll.
/// `_ERR_TIMEOUT`: none came within `timeout_ms`. `_ERR_ENDED`: the file is
/// over. `_ERR_NOT_RUNNING`: the pipeline is stopped. `_ERR_MODEL`,
/// `_ERR_RUNTIME`, `_ERR_DEVICE`, `_ERR_SOURCE`, `_ERR_CONFIG`: the pipeline
/// cannot go on until its configuration changes; see `rextrack_last_error`. A
/// camera that is lost is none of these: the pipeline goes on trying.
///
/// Any thread that may block; not for a host's cook thread.
///
/// # Safety
/// `pipeline` is NULL or a live handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rextrack_wait(
    pipeline: *const RextrackPipeline,
    after_seq: u64,
    timeout_ms: u32,
) -> RextrackStatus {
    guard(|| {
        // SAFETY: NULL or live, as the caller vouches.
        let pipeline = unsafe { handle::handle(pipeline, "rextrack_wait") }?;
        match pipeline.next(after_seq, Duration::from_millis(timeout_ms.into())) {
            Next::Snapshot => Ok(()),
            Next::Failed(error) => Err(error.into()),
            Next::TimedOut => Err(Failure(
                RextrackStatus::RextrackErrTimeout,
                format!("rextrack_wait: no newer snapshot within {timeout_ms} ms"),
            )),
            Next::Ended => Err(Failure(
                RextrackStatus::RextrackErrEnded,
                "the file is over".into(),
            )),
            Next::Stopped => Err(Failure(
                RextrackStatus::RextrackErrNotRunning,
                "the pipeline is not running; call rextrack_start".into(),
            )),
        }
    })
}
