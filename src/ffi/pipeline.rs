//! Creates, starts, stops and destroys pipelines.

use std::ffi::c_char;
use std::sync::Arc;

use super::args;
use super::handle::{self, RextrackPipeline};
use super::registry;
use super::status::{Failure, RextrackStatus, guard};
use super::version;
use crate::config::PipelineConfig;
use crate::pipeline::{Pipeline, PipelineError, PipelineOptions};

/// Creates a pipeline from JSON and writes its handle to `out`. The host owns the handle
/// and must pass it to `rextrack_destroy`. This function checks the configuration and that
/// the model's file exists. It does not load the model or open the stream:
/// `rextrack_start` does.
///
/// `abi_version`: pass `REXTRACK_ABI_VERSION`, the version of the header that your program
/// was built with. If the library does not fit, nothing else is read or written, the status
/// is `REXTRACK_ERR_ABI`, and `rextrack_last_error` has both versions and the remedy.
///
/// `config_json`: `{"camera": {"stream": ...}, "tracking": {...}, "slots":
/// {...}, "osc": {...} or null, "service": {...}}`. Only `camera.stream` is required. The
/// keys are those of the configuration file (docs/ref/config.md). Without `osc`, the
/// pipeline sends no OSC. Relative paths belong to the working folder of now, also in later
/// patches. A key that a single pipeline does not use, such as `service.port`, is an error.
///
/// On every other error, `out` is NULL and `rextrack_last_error` names each wrong key:
/// `REXTRACK_ERR_CONFIG`, `REXTRACK_ERR_MODEL` or `REXTRACK_ERR_INVALID_ARGUMENT`.
///
/// Any thread. Takes less than 5 ms.
///
/// # Safety
/// `config_json` is NULL or NUL-terminated; `out` is NULL or points to a
/// pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rextrack_create(
    abi_version: u32,
    config_json: *const c_char,
    out: *mut *mut RextrackPipeline,
) -> RextrackStatus {
    guard(|| {
        // First: a program that was built for another version passes other arguments.
        version::check(abi_version)?;
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
        let pipeline = Arc::new(Pipeline::with(config, options)?);
        registry::register(&pipeline);
        *out = RextrackPipeline::new(pipeline);
        Ok(())
    })
}

/// Starts the pipeline's threads. They load the model, open the stream, and reconnect
/// whenever the camera is lost. They run slightly below normal priority, so that the host's
/// own threads come first. `source_state` of a poll is CONNECTING when this function
/// returns. Polls, events, `rextrack_wait` and `rextrack_problem` report errors. Starting
/// a running pipeline does nothing.
///
/// Any thread. Takes less than 1 ms.
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
/// empty. Running waits return. You can start the pipeline again; track ids and
/// generations continue. Stopping a stopped pipeline does nothing.
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

/// Ends the running waits of this handle: `rextrack_wait` returns `REXTRACK_ERR_WOKEN`. If
/// none is running, the next one returns at once. Waits of other handles continue.
///
/// Any thread. Never blocks.
///
/// # Safety
/// `pipeline` is NULL or a live handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rextrack_wake(pipeline: *mut RextrackPipeline) -> RextrackStatus {
    guard(|| {
        // SAFETY: NULL or live, as the caller vouches.
        unsafe { handle::handle(pipeline, "rextrack_wake") }?
            .subscriber()
            .wake();
        Ok(())
    })
}

/// Empties all slots and assigns them again. The next snapshot shows all slots empty. The
/// next processed frame assigns the visible tracks from p1 on, longest-lived first, each
/// with a new generation. Nothing else restarts. On a stopped pipeline this does nothing.
///
/// Any thread. Never blocks: it does not wait for the release.
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
/// allowed and does nothing.
///
/// This function first lets the running waits of this handle out: `rextrack_wait` returns
/// `REXTRACK_ERR_CLOSED`. No other function may be running with the handle, and no function
/// may be called with it afterwards: that is undefined behaviour. Debug builds of the
/// library (`cargo build`) return `REXTRACK_ERR_CLOSED` for such a late call.
///
/// Any thread. Blocks for at most 2 s, even while the pipeline connects or runs the model.
///
/// # Safety
/// `pipeline` is NULL or a live handle that this owner is not using elsewhere.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rextrack_destroy(pipeline: *mut RextrackPipeline) -> RextrackStatus {
    guard(|| {
        // SAFETY: the caller vouches that it is live and that this is its last use.
        if !pipeline.is_null() && unsafe { handle::destroy(pipeline, "rextrack_destroy") }? {
            trim_heap();
        }
        Ok(())
    })
}

/// Returns the memory that the pipeline's threads freed to the system. glibc keeps some
/// megabytes in each of up to eight arenas per core, so a host that replaces pipelines
/// would seem to leak.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn trim_heap() {
    // SAFETY: may be called at any time; touches only free memory.
    unsafe { libc::malloc_trim(0) };
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn trim_heap() {}
