//! Reads and changes the configuration of a pipeline.

use std::ffi::c_char;

use super::args;
use super::handle::{self, RextrackPipeline};
use super::status::{Failure, RextrackStatus, guard};

/// Changes the configuration with a JSON merge patch (RFC 7396). The patch has the keys to
/// change; `null` resets a key to its default.
///
/// Thresholds, classes, region, persistence, slots and OSC apply with the next frame. A
/// changed stream restarts only the source. A changed model is loaded while the old one
/// keeps running, and replaces it once it is ready. Slots and track ids are kept.
///
/// On an error nothing changes, and `rextrack_last_error` has the reason. An unusable model
/// file is detected only while it is loaded: the pipeline then keeps the old model, and
/// reports `REXTRACK_EVENT_CHANGE_REFUSED`. `camera.id` cannot change.
///
/// Any thread. Takes less than 5 ms, and does not wait for the change to apply.
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

/// Writes the current configuration as JSON, every key with its value. Passwords are
/// replaced by `***`. A patch may contain such an address: the pipeline then keeps its
/// current password.
///
/// `length` receives the length in bytes without the closing NUL, also when the buffer is
/// too small. In that case the text is cut to fit, and the status is
/// `REXTRACK_ERR_BUFFER_TOO_SMALL`. To ask only for the length, pass NULL as `buffer` and
/// 0 as `capacity`.
///
/// Any thread. Takes less than 5 ms: it may wait for a `rextrack_set_config` of another
/// thread.
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
    // SAFETY: the caller vouches for the same conditions.
    unsafe { rextrack_get_config_ex(pipeline, 0, buffer, capacity, length) }
}

/// As `rextrack_get_config`. If `include_secrets` is not 0, the text contains the passwords
/// of addresses: do not log it.
///
/// Any thread. Takes less than 5 ms: it may wait for a `rextrack_set_config` of another
/// thread.
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
        unsafe { args::write_sized_text(&text, buffer, capacity, length, NAME) }
    })
}
