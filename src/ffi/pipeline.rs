//! Creates, starts, stops and destroys pipelines.

use std::ffi::c_char;
use std::sync::Arc;

use super::args;
use super::handle::{self, RextrackPipeline};
use super::registry;
use super::status::{Failure, RextrackStatus, guard};
use crate::config::PipelineConfig;
use crate::pipeline::{Pipeline, PipelineError, PipelineOptions};

/// Creates a pipeline from JSON and writes its handle to `out`. The host owns the handle
/// and must pass it to `rextrack_destroy`. This function checks the configuration and that
/// the model's file exists. It does not load the model or open the stream:
/// `rextrack_start` does.
///
/// `config_json`: `{"camera": {"stream": ...}, "tracking": {...}, "slots":
/// {...}, "osc": {...} or null, "service": {...}}`. Only `camera.stream` is required. The
/// keys are those of the configuration file (docs/ref/config.md). Without `osc`, the
/// pipeline sends no OSC.
///
/// On an error, `out` is NULL and `rextrack_last_error` names each wrong key:
/// `REXTRACK_ERR_CONFIG`, `REXTRACK_ERR_MODEL` or `REXTRACK_ERR_INVALID_ARGUMENT`.
///
/// Any thread. Takes less than 5 ms.
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
        let out = unsafe { out.as_mut() }.ok_or_else(|| {
            Failure::argument("rextrack_create: out is NULL; pass a pointer to a handle")
        })?;
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

/// Starts the pipeline's threads. They load the model, open the stream, and reconnect
/// whenever the camera is lost. They run slightly below normal priority, so that the host's
/// own threads come first. `rextrack_wait` and `rextrack_stats` report progress and errors.
/// Starting a running pipeline does nothing.
///
/// Any thread. Returns within 1 ms.
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

/// Stops the pipeline's threads and releases all slots: the last snapshot shows them
/// empty. You can start the pipeline again; track ids and generations continue. Stopping a
/// stopped pipeline does nothing.
///
/// Any thread. Blocks for at most 1 s, usually a few milliseconds.
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

/// Empties all slots and assigns them again. The next snapshot shows all slots empty. The
/// next processed frame assigns the visible tracks from p1 on, longest-lived first, each
/// with a new generation. Nothing else restarts. On a stopped pipeline this does nothing.
///
/// Any thread. Does not wait for the release. May wait for a `rextrack_start`,
/// `rextrack_stop` or `rextrack_set_config` of another thread.
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

/// Releases a handle. Each `rextrack_create` and each `rextrack_find` returns a handle that
/// must be released once. The last release stops the pipeline and frees it. NULL is
/// allowed and does nothing. After this call you must not use the handle, and no other
/// thread of yours may be inside a function with it.
///
/// Any thread. Blocks for at most 2 s, even while the pipeline connects or runs the model.
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
                trim_heap();
            }
        }
        Ok(())
    })
}

/// Returns the memory that the pipeline's threads freed to the system. glibc keeps some
/// megabytes in each of up to eight arenas per core, so a host that replaces pipelines would
/// seem to leak.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn trim_heap() {
    // SAFETY: may be called at any time; touches only free memory.
    unsafe { libc::malloc_trim(0) };
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn trim_heap() {}
