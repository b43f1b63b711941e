//! Statuses, and the one place where errors and panics become them.

use std::cell::RefCell;
use std::ffi::{CStr, c_char};
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::base::panics;
use crate::detect::DetectError;
use crate::pipeline::PipelineError;

/// What a function returns: 0 is fine, negative is an error. The text of the
/// latest error of the calling thread is in `rextrack_last_error`.
///
/// It is an `int32_t` with these values; a newer library may return values
/// that are not listed here, so treat every negative value as an error.
#[repr(i32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
// The names are those of the header: REXTRACK_OK, REXTRACK_ERR_CONFIG.
#[allow(clippy::enum_variant_names)]
pub enum RextrackStatus {
    /// Done.
    RextrackOk = 0,
    /// A NULL where none is allowed, a size of 0, text that is not UTF-8, a
    /// `struct_size` that was not set. Correct the call.
    RextrackErrInvalidArgument = -1,
    /// The configuration is wrong; the message names each key. Correct it.
    RextrackErrConfig = -2,
    /// The model's file is missing or not usable. See the message's remedy.
    RextrackErrModel = -3,
    /// ONNX Runtime is missing or too old. See the message's remedy.
    RextrackErrRuntime = -4,
    /// The device that was asked for is not to be had. Ask for `auto` or `cpu`.
    RextrackErrDevice = -5,
    /// The source cannot be had, and no other try will help.
    RextrackErrSource = -6,
    /// Nothing happened within the time given. Try again.
    RextrackErrTimeout = -7,
    /// The buffer is too small; the length that is needed was written.
    RextrackErrBufferTooSmall = -8,
    /// The pipeline is not running. Call `rextrack_start`.
    RextrackErrNotRunning = -9,
    /// The file is over; no newer snapshot will come.
    RextrackErrEnded = -10,
    /// No frame was processed yet. Try again.
    RextrackErrNoFrame = -11,
    /// No pipeline of that name. Create it first.
    RextrackErrNotFound = -12,
    /// A defect of rextrack or a machine out of resources. Please report it.
    RextrackErrInternal = -98,
    /// A defect of rextrack: it was caught at the boundary, the process is
    /// fine, the pipeline concerned should be destroyed. Please report it.
    RextrackErrPanic = -99,
}

/// An error on its way to the host.
#[derive(Debug)]
pub struct Failure(pub RextrackStatus, pub String);

impl Failure {
    pub fn argument(text: impl Into<String>) -> Self {
        Self(RextrackStatus::RextrackErrInvalidArgument, text.into())
    }
}

impl From<PipelineError> for Failure {
    fn from(error: PipelineError) -> Self {
        let status = match &error {
            PipelineError::Config(_) | PipelineError::Osc(_) => RextrackStatus::RextrackErrConfig,
            PipelineError::Detect(error) => status_of(error),
            PipelineError::Push(_) => RextrackStatus::RextrackErrInvalidArgument,
            PipelineError::Source(_) => RextrackStatus::RextrackErrSource,
            PipelineError::Sink(_) | PipelineError::Picture(_) | PipelineError::Internal { .. } => {
                RextrackStatus::RextrackErrInternal
            }
        };
        Self(status, error.to_string())
    }
}

fn status_of(error: &DetectError) -> RextrackStatus {
    match error.kind() {
        crate::detect::ErrorKind::Config => RextrackStatus::RextrackErrConfig,
        crate::detect::ErrorKind::Missing | crate::detect::ErrorKind::Model => {
            RextrackStatus::RextrackErrModel
        }
        crate::detect::ErrorKind::Runtime => RextrackStatus::RextrackErrRuntime,
        crate::detect::ErrorKind::Device => RextrackStatus::RextrackErrDevice,
        crate::detect::ErrorKind::Internal => RextrackStatus::RextrackErrInternal,
    }
}

thread_local! {
    static LAST_ERROR: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Runs an entry of the ABI: converts its error and stops its panic.
pub fn guard(entry: impl FnOnce() -> Result<(), Failure>) -> RextrackStatus {
    let failure = match catch_unwind(AssertUnwindSafe(entry)) {
        Ok(Ok(())) => return RextrackStatus::RextrackOk,
        Ok(Err(failure)) => failure,
        Err(panic) => Failure(
            RextrackStatus::RextrackErrPanic,
            panics::text(panic.as_ref()),
        ),
    };
    // Fails only while the thread is being taken down: nobody can ask then.
    LAST_ERROR
        .try_with(|last| *last.borrow_mut() = failure.1)
        .ok();
    failure.0
}

/// The message of the latest function that failed on the calling thread, as
/// UTF-8 with a closing NUL, cut to `capacity` bytes if need be. Returns the
/// full length without the NUL; 0 when nothing failed yet. `buffer` may be
/// NULL when `capacity` is 0, to ask for the length alone. A function that
/// succeeds leaves the message as it was.
///
/// Any thread. Never blocks.
///
/// # Safety
/// `buffer` must have room for `capacity` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rextrack_last_error(buffer: *mut c_char, capacity: usize) -> usize {
    LAST_ERROR
        .try_with(|last| {
            let last = last.borrow();
            // SAFETY: the caller vouches for `capacity` bytes at `buffer`.
            unsafe { super::text_buffer::write_text(&last, buffer, capacity) };
            last.len()
        })
        .unwrap_or(0)
}

/// A status in plain English. The text is static: do not free it. An unknown
/// status gives "unknown status", never NULL.
///
/// Any thread. Never blocks.
#[unsafe(no_mangle)]
pub extern "C" fn rextrack_status_string(status: i32) -> *const c_char {
    let text: &'static CStr = match status {
        0 => c"ok",
        -1 => c"invalid argument",
        -2 => c"wrong configuration",
        -3 => c"model missing or not usable",
        -4 => c"ONNX Runtime missing or not usable",
        -5 => c"device not available",
        -6 => c"source not available",
        -7 => c"timed out",
        -8 => c"buffer too small",
        -9 => c"not running",
        -10 => c"the file is over",
        -11 => c"no frame yet",
        -12 => c"not found",
        -98 => c"internal error",
        -99 => c"internal panic",
        _ => c"unknown status",
    };
    text.as_ptr()
}
