//! Statuses, and the conversion of errors and panics to them.

use std::cell::RefCell;
use std::ffi::{CStr, c_char};
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::base::panics;
use crate::pipeline::{ErrorCategory, PipelineError};

/// The result of a function: 0 is success, a negative value is an error.
/// `rextrack_last_error` has the message of the calling thread's latest error.
///
/// The type is `int32_t`. A newer library may return values that are not listed here: treat
/// every negative value as an error.
#[repr(i32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
// The names are those of the header: REXTRACK_OK, REXTRACK_ERR_CONFIG.
#[allow(clippy::enum_variant_names)]
pub enum RextrackStatus {
    /// Success.
    RextrackOk = 0,
    /// An argument is wrong: an unexpected NULL, a size of 0, text that is not UTF-8, a
    /// `struct_size` that is not set. Correct the call.
    RextrackErrInvalidArgument = -1,
    /// The configuration is wrong. The message names each wrong key and the remedy.
    RextrackErrConfig = -2,
    /// The model's file is missing or unusable. The message has the remedy.
    RextrackErrModel = -3,
    /// ONNX Runtime is missing or too old. The message has the remedy.
    RextrackErrRuntime = -4,
    /// The requested device is not available. Use `auto` or `cpu`.
    RextrackErrDevice = -5,
    /// The source cannot be opened, and a retry will not help. Correct `camera.stream`.
    RextrackErrSource = -6,
    /// Nothing happened before the timeout. Call again.
    RextrackErrTimeout = -7,
    /// The buffer is too small. The required size was written; call again with a larger
    /// one.
    RextrackErrBufferTooSmall = -8,
    /// The pipeline was never started. Call `rextrack_start`.
    RextrackErrNotRunning = -9,
    /// The file has ended. No newer snapshot will follow.
    RextrackErrEnded = -10,
    /// No frame has been processed yet. Try again.
    RextrackErrNoFrame = -11,
    /// Nothing has that name or number: no pipeline with that camera id, no class with that
    /// number.
    RextrackErrNotFound = -12,
    /// The pipeline was stopped. `rextrack_start` continues.
    RextrackErrStopped = -13,
    /// The handle is being destroyed. Do not use it again.
    RextrackErrClosed = -14,
    /// `rextrack_wake` ended the wait.
    RextrackErrWoken = -15,
    /// The program was built for another version of the ABI. The message has both versions
    /// and the remedy.
    RextrackErrAbi = -16,
    /// A defect of rextrack, or the machine is out of resources. Please report it.
    RextrackErrInternal = -98,
    /// A defect of rextrack that was caught. The process can continue; destroy the
    /// pipeline. Please report it.
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
        Self(error.category().into(), error.to_string())
    }
}

impl From<ErrorCategory> for RextrackStatus {
    fn from(category: ErrorCategory) -> Self {
        match category {
            ErrorCategory::Config => Self::RextrackErrConfig,
            ErrorCategory::Model => Self::RextrackErrModel,
            ErrorCategory::Runtime => Self::RextrackErrRuntime,
            ErrorCategory::Device => Self::RextrackErrDevice,
            ErrorCategory::Source => Self::RextrackErrSource,
            ErrorCategory::Argument => Self::RextrackErrInvalidArgument,
            ErrorCategory::Internal => Self::RextrackErrInternal,
        }
    }
}

/// The status of a standing problem; 0 if there is none.
pub fn problem_status(problem: Option<ErrorCategory>) -> i32 {
    problem.map_or(0, |category| RextrackStatus::from(category) as i32)
}

thread_local! {
    static LAST_ERROR: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Runs a function of the ABI: converts its error and catches its panic.
pub fn guard(entry: impl FnOnce() -> Result<(), Failure>) -> RextrackStatus {
    let failure = match catch_unwind(AssertUnwindSafe(entry)) {
        Ok(Ok(())) => return RextrackStatus::RextrackOk,
        Ok(Err(failure)) => failure,
        Err(panic) => Failure(
            RextrackStatus::RextrackErrPanic,
            panics::text(panic.as_ref()),
        ),
    };
    // Fails only while the thread ends: nothing can read the message then.
    LAST_ERROR
        .try_with(|last| *last.borrow_mut() = failure.1)
        .ok();
    failure.0
}

/// Writes the message of the calling thread's latest error as UTF-8 with a closing NUL, cut
/// to `capacity` bytes. Returns the full length without the NUL, 0 if there was no error
/// yet. To ask only for the length, pass NULL as `buffer` and 0 as `capacity`. A successful
/// function does not change the message.
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

/// A short English text for a status. The text is static: do not free it. Returns "unknown
/// status" for other values, never NULL.
///
/// Any thread. Never blocks.
#[unsafe(no_mangle)]
pub extern "C" fn rextrack_status_string(status: i32) -> *const c_char {
    let text: &'static CStr = match status {
        0 => c"ok",
        -1 => c"invalid argument",
        -2 => c"wrong configuration",
        -3 => c"model missing or unusable",
        -4 => c"ONNX Runtime missing or too old",
        -5 => c"device not available",
        -6 => c"source not available",
        -7 => c"timed out",
        -8 => c"buffer too small",
        -9 => c"not running",
        -10 => c"file ended",
        -11 => c"no frame processed yet",
        -12 => c"not found",
        -13 => c"stopped",
        -14 => c"handle closed",
        -15 => c"woken",
        -16 => c"another version of the ABI",
        -98 => c"internal error",
        -99 => c"internal panic",
        _ => c"unknown status",
    };
    text.as_ptr()
}
