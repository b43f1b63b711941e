//! The configuration of a pipeline that lives.

use std::ffi::c_char;

use super::args;
use super::handle::{self, RextrackPipeline};
use super::status::{Failure, RextrackStatus, guard};

/// Changes the configuration by an RFC 7396 merge patch: the keys that are to
/// change, `null` for those that go back to their default. Thresholds, classes,
/// region, persistence, slots and OSC change at once; a changed stream restarts
/// the source alone; a changed model is loaded beside the old one and replaces
/// it when it is warm. Slots and identities are kept throughout.
///
/// On an error nothing has changed, and `rextrack_last_error` says why. A
/// model that is there but turns out not to be usable is only found while it
/// is loaded: the pipeline then goes on with the old one, and `rextrack_wait`
/// returns the error once.
///
/// Any thread. Does not wait for the change; below 5 ms.
///
/// # Safety
/// `pipeline` is NULL or a live handle; `patch_json` is NULL or NUL-terminated.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rextrack_set_config(
    pipeline: *mut RextrackPipeline,
    patch_json: *const c_char,
) -> RextrackStatus {
    guard(|| {
        // SAFETY: NULL or live, as the caller vouches.
        let pipeline = unsafe { handle::handle(pipeline, "rextrack_set_config") }?;
        // SAFETY: NULL or NUL-terminated, as the caller vouches.
        let patch = unsafe { args::text(patch_json, "rextrack_set_config") }?;
        Ok(pipeline.set_config(patch)?)
    })
}

/// The configuration in force as JSON, every key with its value. Passwords are
/// replaced by `***`; a patch that gives such an address back keeps the
/// password that is in force.
///
/// `length` receives the length in bytes without the closing NUL, also when
/// the buffer is too small (`REXTRACK_ERR_BUFFER_TOO_SMALL`; what fits is
/// written). `buffer` may be NULL with `capacity` 0 to ask for the length.
///
/// Any thread. Never blocks for longer than another thread's `set_config`.
///
/// # Safety
/// `pipeline` is NULL or a live handle; `buffer` has room for `capacity`
/// bytes; `length` is NULL or points to a `size_t`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rextrack_get_config(
    pipeline: *const RextrackPipeline,
    buffer: *mut c_char,
    capacity: usize,
    length: *mut usize,
) -> RextrackStatus {
    // SAFETY: the same promises.
    unsafe { rextrack_get_config_ex(pipeline, 0, buffer, capacity, length) }
}

/// As `rextrack_get_config`; with `include_secrets` not 0 the passwords in
/// addresses are given as they are. Do not log that.
///
/// # Safety
/// As `rextrack_get_config`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rextrack_get_config_ex(
    pipeline: *const RextrackPipeline,
    include_secrets: i32,
    buffer: *mut c_char,
    capacity: usize,
    length: *mut usize,
) -> RextrackStatus {
    const NAME: &str = "rextrack_get_config";
    guard(|| {
        // SAFETY: NULL or live, as the caller vouches.
        let pipeline = unsafe { handle::handle(pipeline, NAME) }?;
        let json = pipeline.config().to_json(include_secrets != 0);
        let text = serde_json::to_string(&json)
            .map_err(|e| Failure(RextrackStatus::RextrackErrInternal, e.to_string()))?;
        // SAFETY: as the caller vouches.
        unsafe { args::hand_over(&text, buffer, capacity, length, NAME) }
    })
}
