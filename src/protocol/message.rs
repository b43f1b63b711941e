//! What all messages have in common: version, size, ranges.

use std::ops::RangeInclusive;

use serde::de::DeserializeOwned;

use crate::base::printable;

/// The version of the messages. A reader refuses another one.
pub const VERSION: u32 = 1;

/// Largest message that is read, in bytes. A snapshot of 256 slots takes about 60 kB.
pub const MESSAGE_MAX: usize = 256 * 1024;

pub(super) fn read<T: DeserializeOwned>(payload: &[u8]) -> Result<T, String> {
    if payload.len() > MESSAGE_MAX {
        return Err(format!(
            "it has {} bytes, at most {MESSAGE_MAX} are read",
            payload.len()
        ));
    }
    // serde repeats the wrong text in its reason, at whatever length.
    serde_json::from_slice(payload).map_err(|e| {
        format!(
            "it is not a message of a node ({})",
            printable::name(&e.to_string())
        )
    })
}

pub(super) fn check_version(v: u32) -> Result<(), String> {
    if v == VERSION {
        return Ok(());
    }
    Err(format!(
        "it is of form {v}, this version reads {VERSION}; use the same version on all nodes"
    ))
}

/// NaN is within nothing.
pub(super) fn within<T: PartialOrd + std::fmt::Display>(
    name: &str,
    value: T,
    range: RangeInclusive<T>,
) -> Result<(), String> {
    if range.contains(&value) {
        return Ok(());
    }
    let (start, end) = (range.start(), range.end());
    Err(format!("{name} must be within {start}..{end}, got {value}"))
}

/// The wall clock: nanoseconds since 1970.
pub fn unix_ns() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, crate::base::clock::duration_ns)
}
