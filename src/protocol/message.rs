//! The parts that all messages share: parsing, checks, the wall clock.

use std::fmt::Display;
use std::ops::RangeInclusive;

use serde::de::DeserializeOwned;

use super::error::MessageError;
use super::limits::{MESSAGE_MAX, VERSION};
use crate::base::printable;
use crate::flow::OutOfRange;

pub(super) fn read<T: DeserializeOwned>(payload: &[u8]) -> Result<T, MessageError> {
    if payload.len() > MESSAGE_MAX {
        return Err(MessageError::TooLarge {
            size: payload.len(),
        });
    }
    serde_json::from_slice(payload).map_err(|e| MessageError::Malformed {
        // serde quotes the message's text, whatever its length.
        reason: printable::name(&e.to_string()),
    })
}

pub(super) fn check_version(version: u32) -> Result<(), MessageError> {
    if version == VERSION {
        return Ok(());
    }
    Err(MessageError::Version { version })
}

/// Checks that a value is within a range. NaN never is.
pub(super) fn check_range<T: PartialOrd + Display>(
    key: &'static str,
    value: T,
    range: RangeInclusive<T>,
) -> Result<(), OutOfRange> {
    if range.contains(&value) {
        return Ok(());
    }
    Err(OutOfRange::new(key, value, &range))
}

/// The wall clock: nanoseconds since 1970.
pub fn unix_ns() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, crate::base::clock::duration_ns)
}
