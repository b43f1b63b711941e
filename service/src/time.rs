//! Times of day, as messages and the log show them.

use jiff::{SignedDuration, Timestamp};
use rextrack::internals::base::clock::now_ns;

/// A time of the process's clock as a time of day: RFC 3339 with milliseconds.
pub fn time_of_day(time_ns: i64) -> String {
    let ago = SignedDuration::from_nanos(now_ns().saturating_sub(time_ns));
    let now = Timestamp::now();
    rfc3339(now.checked_sub(ago).unwrap_or(now))
}

/// The time now: RFC 3339 with milliseconds.
pub fn now() -> String {
    rfc3339(Timestamp::now())
}

fn rfc3339(time: Timestamp) -> String {
    format!("{time:.3}")
}
