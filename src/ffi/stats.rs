//! Counters, rates and facts of a pipeline.

use std::ffi::c_char;
use std::mem::offset_of;

use super::args;
use super::handle::{self, RextrackPipeline};
use super::status::{Failure, RextrackStatus, guard};
use super::text_buffer::to_chars;
use crate::pipeline::Stats;

/// Bytes of a device's name, the closing NUL included.
pub const REXTRACK_DEVICE_CHARS: usize = 16;

/// Counters, rates and latencies. Set `struct_size` to `sizeof(RextrackStats)` before
/// the call. Latencies are milliseconds, smoothed over about 16 frames.
#[repr(C)]
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct RextrackStats {
    /// `sizeof(RextrackStats)`, set by the caller.
    pub struct_size: u32,
    /// A `RextrackSourceState`: 0 stopped, 1 connecting, 2 live, 3 lost,
    /// 4 ended, 5 failed.
    pub source_state: u32,
    /// Frames received from the source.
    pub frames_in: u64,
    /// Frames that were processed.
    pub frames_processed: u64,
    /// Frames that were replaced by a newer one before they were processed.
    pub dropped: u64,
    /// Number of times the source was lost and reconnected.
    pub reconnects: u64,
    /// Frames per second of the source, measured. 0 when no frame came for two seconds and
    /// for three of its usual intervals.
    pub fps_in: f32,
    /// Frames processed per second, measured; 0 as above.
    pub fps_proc: f32,
    /// Decoding and colour conversion.
    pub capture_ms: f32,
    /// Resize and conversion to the model's input.
    pub preprocess_ms: f32,
    /// Running the model.
    pub inference_ms: f32,
    /// Decoding the model's output and suppressing duplicates.
    pub postprocess_ms: f32,
    /// Tracking and assigning slots.
    pub track_ms: f32,
    /// From the arrival of a frame to the publication of its snapshot.
    pub end_to_end_ms: f32,
    /// Tracks that wait for a free slot.
    pub waiting: u32,
    /// Not used; 0.
    pub reserved: u32,
    /// The device in the configuration, such as "auto".
    pub requested_device: [c_char; REXTRACK_DEVICE_CHARS],
    /// The device in use, such as "cpu". Empty until the model is loaded.
    pub device: [c_char; REXTRACK_DEVICE_CHARS],
}

/// Size of the struct in the first version of this major version of the ABI.
const STATS_LEAST: usize = offset_of!(RextrackStats, device) + REXTRACK_DEVICE_CHARS;

impl From<&Stats> for RextrackStats {
    fn from(s: &Stats) -> Self {
        Self {
            struct_size: size_of::<Self>() as u32,
            source_state: s.source_state as u32,
            frames_in: s.frames_in,
            frames_processed: s.frames_processed,
            dropped: s.dropped,
            reconnects: s.reconnects,
            fps_in: s.fps_in,
            fps_proc: s.fps_proc,
            capture_ms: s.stages.capture.recent_ms,
            preprocess_ms: s.stages.preprocess.recent_ms,
            inference_ms: s.stages.inference.recent_ms,
            postprocess_ms: s.stages.postprocess.recent_ms,
            track_ms: s.stages.track.recent_ms,
            end_to_end_ms: s.stages.end_to_end.recent_ms,
            waiting: s.waiting,
            reserved: 0,
            requested_device: to_chars(&s.requested_device),
            device: to_chars(&s.device),
        }
    }
}

/// Writes counters, rates and latencies to `stats`.
///
/// Any thread. Blocks for microseconds: it takes locks that the pipeline's threads hold. It
/// does not wait for a start or stop of another thread.
///
/// # Safety
/// `pipeline` is NULL or a live handle; `stats` is NULL or a struct with its
/// `struct_size` set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rextrack_stats(
    pipeline: *const RextrackPipeline,
    stats: *mut RextrackStats,
) -> RextrackStatus {
    const NAME: &str = "rextrack_stats";
    guard(|| {
        // SAFETY: NULL or live, as the caller vouches.
        let pipeline = unsafe { handle::handle(pipeline, NAME) }?;
        let value = RextrackStats::from(&pipeline.stats());
        // SAFETY: NULL or valid, as the caller vouches.
        unsafe { args::write_struct(&value, stats, STATS_LEAST, NAME) }
    })
}

/// Writes facts about the pipeline as JSON: version, OpenCV, camera, source (without its
/// password), requested device and tracker.
///
/// `problem` is null, or says why the pipeline produces no snapshots. `detector` is null
/// until the model is loaded; then it has the model's file, family, classes, input size,
/// licence, device and runtime. `buffer`, `capacity` and `length` work as in
/// `rextrack_get_config`.
///
/// Any thread. Blocks for microseconds: it takes locks that the pipeline's threads hold. It
/// does not wait for a start or stop of another thread.
///
/// # Safety
/// `pipeline` is NULL or a live handle; `buffer` has room for `capacity`
/// bytes; `length` is NULL or points to a `size_t`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rextrack_info(
    pipeline: *const RextrackPipeline,
    buffer: *mut c_char,
    capacity: usize,
    length: *mut usize,
) -> RextrackStatus {
    const NAME: &str = "rextrack_info";
    guard(|| {
        // SAFETY: NULL or live, as the caller vouches.
        let pipeline = unsafe { handle::handle(pipeline, NAME) }?;
        let text = serde_json::to_string(&pipeline.info())
            .map_err(|e| Failure(RextrackStatus::RextrackErrInternal, e.to_string()))?;
        // SAFETY: as the caller vouches.
        unsafe { args::write_sized_text(&text, buffer, capacity, length, NAME) }
    })
}

/// Writes the name of a class of the model. `REXTRACK_ERR_NOT_FOUND` means that the model
/// has no class with that number, or is not loaded yet. `buffer`, `capacity` and `length`
/// work as in `rextrack_get_config`.
///
/// Any thread. Blocks for microseconds: it takes a lock that the pipeline's threads hold.
///
/// # Safety
/// `pipeline` is NULL or a live handle; `buffer` has room for `capacity`
/// bytes; `length` is NULL or points to a `size_t`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rextrack_class_name(
    pipeline: *const RextrackPipeline,
    class_id: i32,
    buffer: *mut c_char,
    capacity: usize,
    length: *mut usize,
) -> RextrackStatus {
    const NAME: &str = "rextrack_class_name";
    guard(|| {
        // SAFETY: NULL or live, as the caller vouches.
        let pipeline = unsafe { handle::handle(pipeline, NAME) }?;
        let name = pipeline.class_name(class_id).ok_or_else(|| {
            let text = format!(
                "{NAME}: the model has no class {class_id}, or is not loaded yet; use the class_id \
                 of a slot"
            );
            Failure(RextrackStatus::RextrackErrNotFound, text)
        })?;
        // SAFETY: as the caller vouches.
        unsafe { args::write_sized_text(&name, buffer, capacity, length, NAME) }
    })
}

/// Writes what is wrong, and the remedy: why the pipeline cannot continue; else why a
/// camera gives no frames; else which change was refused. The text is empty if there is
/// nothing. It belongs to the pipeline, not to a thread, so that a host can read it
/// anywhere. `buffer`, `capacity` and `length` work as in `rextrack_get_config`.
///
/// Any thread. Blocks for microseconds: it takes a lock that the pipeline's threads hold.
///
/// # Safety
/// `pipeline` is NULL or a live handle; `buffer` has room for `capacity`
/// bytes; `length` is NULL or points to a `size_t`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rextrack_problem(
    pipeline: *const RextrackPipeline,
    buffer: *mut c_char,
    capacity: usize,
    length: *mut usize,
) -> RextrackStatus {
    const NAME: &str = "rextrack_problem";
    guard(|| {
        // SAFETY: NULL or live, as the caller vouches.
        let pipeline = unsafe { handle::handle(pipeline, NAME) }?;
        let text = pipeline.problem_text().unwrap_or_default();
        // SAFETY: as the caller vouches.
        unsafe { args::write_sized_text(&text, buffer, capacity, length, NAME) }
    })
}
