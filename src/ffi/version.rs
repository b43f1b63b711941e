//! Versions and the clock.

use std::ffi::{CStr, c_char};

use super::abi;
use super::status::{Failure, RextrackStatus};

/// Refuses a program that was built for a version of the ABI that this library does not
/// have.
pub fn check(version: u32) -> Result<(), Failure> {
    let (major, minor) = (version >> 16, version & 0xffff);
    let (ours, our_minor) = (abi::REXTRACK_ABI_MAJOR, abi::REXTRACK_ABI_MINOR);
    if major == ours && minor <= our_minor {
        return Ok(());
    }
    // Programs that were built before 1.0 pass a pointer here.
    let is_version = (1..256).contains(&major) && minor < 256;
    let (theirs, remedy) = if !is_version {
        (
            "before 1.0".to_owned(),
            "build the program again with this library's rextrack.h",
        )
    } else if (major, minor) > (ours, our_minor) {
        (format!("{major}.{minor}"), "install a newer library")
    } else {
        (
            format!("{major}.{minor}"),
            "build the program again with this library's rextrack.h",
        )
    };
    Err(Failure(
        RextrackStatus::RextrackErrAbi,
        format!(
            "rextrack_create: the program was built for ABI {theirs} of rextrack, this library \
             ({}) has ABI {ours}.{our_minor}; {remedy}, or install the library that belongs to \
             the program",
            env!("CARGO_PKG_VERSION")
        ),
    ))
}

/// Version of the ABI: `major << 16 | minor`. A host that was built against
/// `M.m` works with every library whose major is `M` and whose minor is at
/// least `m`. `rextrack_create` checks it.
///
/// Any thread. Never blocks.
#[unsafe(no_mangle)]
pub extern "C" fn rextrack_abi_version() -> u32 {
    abi::REXTRACK_ABI_VERSION
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
