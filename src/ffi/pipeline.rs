//! The life of a pipeline.

use std::ffi::c_char;
use std::sync::Arc;

use super::args;
use super::handle::{self, RextrackPipeline};
use super::registry;
use super::status::{Failure, RextrackStatus, guard};
use crate::config::PipelineConfig;
use crate::pipeline::{Pipeline, PipelineError, PipelineOptions};

/// Makes a pipeline from JSON and writes its handle to `out`. The host owns
/// it and gives it back with `rextrack_destroy`. The pipeline does not run
/// yet: no model is loaded and no stream is opened, but the configuration is
/// checked fully and the model's file is looked for.
///
/// `config_json`: `{"camera": {"stream": ...}, "tracking": {...}, "slots":
/// {...}, "osc": {...} or null, "service": {...}}`, everything optional but
/// `camera.stream`; the keys are those of the configuration file
/// (docs/ref/config.md). OSC is off unless `osc` is given.
///
/// On an error `out` is set to NULL and `rextrack_last_error` names each key
/// at fault. `REXTRACK_ERR_CONFIG`, `_ERR_MODEL`, `_ERR_INVALID_ARGUMENT`.
///
/// Any thread. Takes below 5 ms.
///
/// # Safety
/// `config_json` is NULL or NUL-terminated; `out` is NULL or points to a
/// pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rextrack_create(
    config_json: *const c_char,
    out: *mut *mut RextrackPipeline,
) -> RextrackStatus {
    guard(|| {
        super::logging::prepare();
        // SAFETY: NULL or valid, as the caller vouches.
        let out = unsafe { out.as_mut() }
            .ok_or_else(|| Failure::argument("rextrack_create: out is NULL"))?;
        *out = std::ptr::null_mut();
        // SAFETY: NULL or NUL-terminated, as the caller vouches.
        let json = unsafe { args::text(config_json, "rextrack_create") }?;
        let config = PipelineConfig::from_json(json).map_err(PipelineError::from)?;
        let options = PipelineOptions {
            low_priority: true,
            ..PipelineOptions::default()
        };
        let pipeline = Pipeline::with(config, options)?;
        let pipeline = Arc::new(RextrackPipeline { pipeline });
        registry::register(&pipeline);
        *out = Arc::into_raw(pipeline).cast_mut();
        Ok(())
    })
}

/// Starts the pipeline's threads: they load the model, open the stream and go
/// on by themselves, through every loss of the camera. They run a little below
/// normal priority, so that the host's own threads go first. What becomes of it is
/// told by `rextrack_wait` and `rextrack_stats`. Starting a running pipeline
/// does nothing.
///
/// Any thread. Returns at once, below 1 ms.
///
/// # Safety
/// `pipeline` is NULL or a live handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rextrack_start(pipeline: *mut RextrackPipeline) -> RextrackStatus {
    guard(|| {
        // SAFETY: NULL or live, as the caller vouches.
        let pipeline = unsafe { handle::handle(pipeline, "rextrack_start") }?;
        Ok(pipeline.start()?)
    })
}

/// Stops the pipeline's threads and releases all slots; the last snapshot says
/// so. The pipeline can be started again: track ids and generations go on.
/// Stopping a stopped pipeline does nothing.
///
/// Any thread. Blocks for at most 1 s, usually for a few milliseconds.
///
/// # Safety
/// `pipeline` is NULL or a live handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rextrack_stop(pipeline: *mut RextrackPipeline) -> RextrackStatus {
    guard(|| {
        // SAFETY: NULL or live, as the caller vouches.
        unsafe { handle::handle(pipeline, "rextrack_stop") }?.stop();
        Ok(())
    })
}

/// Releases all slots and gives them out anew: the next snapshot shows them
/// empty, the next processed frame seats whoever is seen, longest-lived first,
/// from p1 on, each with a new generation. Nothing else restarts. While the
/// pipeline is stopped there is nothing to release.
///
/// Any thread. Does not wait for the release; never blocks for longer than
/// another thread's `start`, `stop` or `set_config`.
///
/// # Safety
/// `pipeline` is NULL or a live handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rextrack_reset_slots(pipeline: *mut RextrackPipeline) -> RextrackStatus {
    guard(|| {
        // SAFETY: NULL or live, as the caller vouches.
        unsafe { handle::handle(pipeline, "rextrack_reset_slots") }?.reset_slots();
        Ok(())
    })
}

/// Gives a handle back; the last owner's stops the pipeline if it runs and
/// frees it. There is one owner, the caller of `rextrack_create`, and one more
/// for each `rextrack_find`. NULL is fine. This owner must not use the handle
/// any more, and none of its threads may be inside a function with it.
///
/// Any thread. Blocks for at most 2 s, even in the middle of connecting or of
/// inference.
///
/// # Safety
/// `pipeline` is NULL or a live handle that this owner is not using elsewhere.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rextrack_destroy(pipeline: *mut RextrackPipeline) -> RextrackStatus {
    guard(|| {
        if !pipeline.is_null() {
            // SAFETY: it came from `Arc::into_raw` in `rextrack_create` or
            // `rextrack_find`, and the caller vouches that this is its last use.
            let pipeline = unsafe { Arc::from_raw(pipeline) };
            if Arc::into_inner(pipeline).is_some() {
                give_back_memory();
            }
        }
        Ok(())
    })
}

/// Gives the system back what the pipeline's threads freed. glibc keeps up to
/// some megabytes for each of up to eight arenas a core, in case other threads
/// ask for as much; a host that changes pipelines would seem to leak.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn give_back_memory() {
    // SAFETY: may be called at any time; touches only what nobody uses.
    unsafe { libc::malloc_trim(0) };
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn give_back_memory() {}
