//! Versions and the clock.

use std::ffi::{CStr, c_char};

use super::abi;

/// Version of the ABI: `major << 16 | minor`. A host that was built against
/// `M.m` works with every library whose major is `M` and whose minor is at
/// least `m`. While the major is 0, a new minor may break.
///
/// Any thread. Never blocks.
#[unsafe(no_mangle)]
pub extern "C" fn rextrack_abi_version() -> u32 {
    abi::REXTRACK_ABI_MAJOR << 16 | abi::REXTRACK_ABI_MINOR
}

/// Version of the library, such as "0.1.0" (semantic versioning). The text is
/// static: do not free it.
///
/// Any thread. Never blocks.
#[unsafe(no_mangle)]
pub extern "C" fn rextrack_version_string() -> *const c_char {
    const TEXT: &CStr =
        match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
            Ok(text) => text,
            Err(_) => c"",
        };
    TEXT.as_ptr()
}

/// The current time in nanoseconds, on the clock of all times in this library. The clock
/// is monotonic, the same for the whole process, and starts at an arbitrary value.
///
/// Any thread. Never blocks.
#[unsafe(no_mangle)]
pub extern "C" fn rextrack_now_ns() -> i64 {
    crate::base::clock::now_ns()
}
