//! Polls the newest snapshot and waits for the next one.

use std::mem::offset_of;
use std::sync::Arc;
use std::time::Duration;

use super::args::{self, HostArray};
use super::handle::{self, RextrackPipeline};
use super::status::{Failure, RextrackStatus, guard, problem_status};
use crate::flow::{Slot, SlotWords};
use crate::pipeline::{Header, Next};

/// Values of `RextrackSlot.state`.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::enum_variant_names)]
pub enum RextrackSlotState {
    /// The slot has no owner.
    RextrackSlotEmpty = 0,
    /// The owner was seen in the newest processed frame.
    RextrackSlotActive = 1,
    /// The owner is not seen. The slot is kept for it.
    RextrackSlotHeld = 2,
}

/// Values of `source_state`.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::enum_variant_names)]
pub enum RextrackSourceState {
    /// Not started, or stopped.
    RextrackSourceStopped = 0,
    /// Connecting for the first time.
    RextrackSourceConnecting = 1,
    /// Frames arrive.
    RextrackSourceLive = 2,
    /// The connection is lost. The pipeline reconnects.
    RextrackSourceLost = 3,
    /// The file has ended.
    RextrackSourceEnded = 4,
    /// The source cannot work. Change the configuration.
    RextrackSourceFailed = 5,
}

/// One slot, p1..pN. The struct may grow at its end: pass its size to `rextrack_poll`.
/// Every value is also an axis with a name: see `rextrack_axes`.
#[repr(C)]
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct RextrackSlot {
    /// Id of the owner's track, from 1. A pipeline never uses an id twice.
    pub track_id: u64,
    /// Increases by one with each new owner.
    pub generation: u32,
    /// A `RextrackSlotState`: 0 empty, 1 active (seen in the newest frame),
    /// 2 held (not seen, kept).
    pub state: u32,
    /// Index into the model's classes; -1 if the slot is empty.
    pub class_id: i32,
    /// Score of the latest detection, 0..1.
    pub score: f32,
    /// Horizontal centre, 0 left to 1 right of the full frame, or in the units of
    /// `slots.units`. Predicted while held.
    pub x: f32,
    /// Vertical centre, 0 top to 1 bottom, or by `slots.units` and `slots.origin`.
    pub y: f32,
    /// Width in frame widths, or by `slots.units`.
    pub w: f32,
    /// Height in frame heights, or by `slots.units`.
    pub h: f32,
    /// Horizontal velocity in frame widths per second, or by `slots.units`.
    pub vx: f32,
    /// Vertical velocity in frame heights per second, or by `slots.units` and
    /// `slots.origin`.
    pub vy: f32,
    /// Milliseconds since the owner was last seen.
    pub age_ms: u32,
    /// Milliseconds since the owner was first seen.
    pub life_ms: u32,
}

/// A `RextrackSlot` in machine words.
type RextrackSlotWords = [u64; size_of::<RextrackSlot>() / size_of::<u64>()];

/// `RextrackSlot` is the beginning of `Slot` in memory, so that polling copies without
/// converting.
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

/// The part of a snapshot that all slots share. Set `struct_size` to
/// `sizeof(RextrackSnapshot)` before the first use. A newer library may have more fields at
/// the end; it fills in only the fields that your struct has.
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
    /// Number of the source's frame, from 1. Dropped frames are counted.
    pub frame_seq: u64,
    /// Capture time of that frame, on the clock of `rextrack_now_ns`.
    pub capture_ns: i64,
    /// Publication time of the snapshot, on the same clock.
    pub publish_ns: i64,
    /// Number of slots of the pipeline. May be larger than the caller's array.
    pub slot_count: u32,
    /// Number of active slots.
    pub active_count: u32,
    /// Number of tracks that wait for a free slot.
    pub waiting_count: u32,
    /// Width of the frame in pixels; 0 before the first frame.
    pub frame_width: u32,
    /// Height of the frame in pixels; 0 before the first frame.
    pub frame_height: u32,
    /// Why the pipeline cannot continue, a `RextrackStatus`; 0 if it can.
    /// `rextrack_problem` has the text. A lost camera is not a problem.
    pub problem: i32,
    /// Number of problems and refused changes so far. When it goes up, `rextrack_problem`
    /// has a new text.
    pub problem_count: u32,
    /// Not used; 0.
    pub reserved: u32,
}

/// Size of the struct in the first version of this major version of the ABI.
pub(super) const SNAPSHOT_LEAST: usize = offset_of!(RextrackSnapshot, reserved) + size_of::<u32>();

/// Size of a slot in the first version of this major version of the ABI.
const SLOT_LEAST: usize = offset_of!(RextrackSlot, life_ms) + size_of::<u32>();

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
            problem: problem_status(h.problem),
            problem_count: h.problem_count,
            reserved: 0,
        }
    }
}

/// Copies the newest complete snapshot: up to `capacity` slots to `slots`, p1 first, and
/// the values that all slots share to `snapshot`. Set `slot_size` to
/// `sizeof(RextrackSlot)`. Entries of `slots` beyond `slot_count` stay unchanged. Before
/// the first snapshot, `seq` and `slot_count` are 0. Either `slots` (with `capacity` 0)
/// or `snapshot` may be NULL, not both.
///
/// `problem` and `problem_count` are those of the moment of the call. They change also while
/// there is no new snapshot, such as while the model is loaded. So does `source_state`
/// until the first snapshot after a start, and when the source fails.
///
/// Any thread, any number at the same time. Wait-free: no lock, no allocation, no system
/// call. Safe for a host's cook, audio or render thread.
///
/// # Safety
/// `pipeline` is NULL or a live handle; `slots` has room for `capacity` structs of
/// `slot_size` bytes; `snapshot` is NULL or a struct with its `struct_size` set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rextrack_poll(
    pipeline: *const RextrackPipeline,
    slots: *mut RextrackSlot,
    slot_size: usize,
    capacity: usize,
    snapshot: *mut RextrackSnapshot,
) -> RextrackStatus {
    const NAME: &str = "rextrack_poll";
    // SAFETY: the caller vouches for the same conditions.
    guard(|| unsafe { copy_out(pipeline, None, slots, slot_size, capacity, snapshot, NAME) })
}

/// As `rextrack_poll`, with each occupied slot predicted to the time `t_ns` on the clock of
/// `rextrack_now_ns`. Its position moves by its velocity from the snapshot's `capture_ns`
/// to `t_ns`, and `age_ms` and `life_ms` grow by the same time. Pass the time at which your
/// output becomes visible, to compensate the latency of camera and tracking. The predicted
/// velocity decays, so that positions do not run away. A time before `capture_ns` changes
/// nothing.
///
/// Any thread, any number at the same time. Wait-free, as `rextrack_poll`.
///
/// # Safety
/// As `rextrack_poll`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rextrack_poll_at(
    pipeline: *const RextrackPipeline,
    t_ns: i64,
    slots: *mut RextrackSlot,
    slot_size: usize,
    capacity: usize,
    snapshot: *mut RextrackSnapshot,
) -> RextrackStatus {
    const NAME: &str = "rextrack_poll_at";
    let t_ns = Some(t_ns);
    // SAFETY: the caller vouches for the same conditions.
    guard(|| unsafe { copy_out(pipeline, t_ns, slots, slot_size, capacity, snapshot, NAME) })
}

/// The common part of `rextrack_poll` and `rextrack_poll_at`.
///
/// # Safety
/// As `rextrack_poll`.
unsafe fn copy_out(
    pipeline: *const RextrackPipeline,
    at_ns: Option<i64>,
    slots: *mut RextrackSlot,
    slot_size: usize,
    capacity: usize,
    snapshot: *mut RextrackSnapshot,
    function: &str,
) -> Result<(), Failure> {
    // SAFETY: NULL or live, as the caller vouches.
    let pipeline = unsafe { handle::handle(pipeline, function) }?;
    if slots.is_null() && snapshot.is_null() {
        return Err(Failure::argument(format!(
            "{function}: slots and snapshot are NULL; pass at least one"
        )));
    }
    // SAFETY: as the caller vouches.
    let slots =
        unsafe { HostArray::new(slots, slot_size, capacity, SLOT_LEAST, function, "slots") }?;
    if !snapshot.is_null() {
        // SAFETY: not NULL, and valid as the caller vouches. Checked before
        // anything is written.
        unsafe { args::check_struct(snapshot, SNAPSHOT_LEAST, function) }?;
    }
    let () = LAYOUT;
    let header = if slots.is_current() {
        let words = slots.first().cast::<RextrackSlotWords>();
        pipeline.poll_words(at_ns, capacity, |index| {
            // SAFETY: `index` < `capacity`, for which the caller vouches, and each
            // index comes once. A slot is as large and as aligned as its words, in
            // which any bits are valid, as `LAYOUT` checks.
            unsafe { &mut *words.add(index) }
        })
    } else {
        pipeline.poll_each(at_ns, capacity, |index, slot| {
            let words: SlotWords = bytemuck::cast(*slot);
            // SAFETY: a `RextrackSlot` is the beginning of a `Slot`, as `LAYOUT` checks.
            slots.write(index, unsafe { &*words.as_ptr().cast::<RextrackSlot>() });
        })
    };
    if snapshot.is_null() {
        return Ok(());
    }
    // SAFETY: valid, as the caller vouches.
    unsafe { args::write_struct(&header.into(), snapshot, SNAPSHOT_LEAST, function) }
}

/// Waits for a snapshot newer than `after_seq`. Pass 0 the first time, then the `seq` of
/// your latest poll. Returns
///
/// - `REXTRACK_OK`: a newer snapshot is ready to poll;
/// - `REXTRACK_ERR_TIMEOUT`: no newer snapshot within `timeout_ms`;
/// - `REXTRACK_ERR_ENDED`: the file has ended, no snapshot will follow;
/// - `REXTRACK_ERR_NOT_RUNNING`: the pipeline was never started;
/// - `REXTRACK_ERR_STOPPED`: the pipeline was stopped;
/// - `REXTRACK_ERR_WOKEN`: `rextrack_wake` ended the wait;
/// - `REXTRACK_ERR_CLOSED`: another thread destroys this handle, do not use it again;
/// - `REXTRACK_ERR_MODEL`, `_ERR_RUNTIME`, `_ERR_DEVICE`, `_ERR_SOURCE`, `_ERR_CONFIG`: the
///   pipeline cannot work until its configuration changes. `rextrack_last_error` has the
///   reason.
///
/// An error of a later change, such as a model that cannot be loaded, is returned once to
/// each handle, and the pipeline continues as before. A lost camera is not an error: the
/// pipeline reconnects, and this function times out.
///
/// Any thread that may block, any number at the same time. Blocks for at most `timeout_ms`.
/// Do not call it from a host's cook, audio or render thread.
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
        // The wait keeps its own reference: the handle may be destroyed meanwhile.
        let subscriber = Arc::clone(pipeline.subscriber());
        match subscriber.next(after_seq, Duration::from_millis(timeout_ms.into())) {
            Next::Snapshot => Ok(()),
            Next::Failed(error) => Err(error.into()),
            Next::TimedOut => Err(Failure(
                RextrackStatus::RextrackErrTimeout,
                format!("rextrack_wait: no newer snapshot within {timeout_ms} ms; call it again"),
            )),
            Next::Ended => Err(Failure(
                RextrackStatus::RextrackErrEnded,
                "rextrack_wait: the file has ended; no newer snapshot will follow".into(),
            )),
            Next::NotRunning => Err(Failure(
                RextrackStatus::RextrackErrNotRunning,
                "rextrack_wait: the pipeline was never started; call rextrack_start".into(),
            )),
            Next::Stopped => Err(Failure(
                RextrackStatus::RextrackErrStopped,
                "rextrack_wait: the pipeline was stopped; rextrack_start continues".into(),
            )),
            Next::Woken => Err(Failure(
                RextrackStatus::RextrackErrWoken,
                "rextrack_wait: rextrack_wake ended the wait; call it again to go on".into(),
            )),
            Next::Closed => Err(Failure(
                RextrackStatus::RextrackErrClosed,
                "rextrack_wait: another thread destroys the handle; do not use it again".into(),
            )),
        }
    })
}
