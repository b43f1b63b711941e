//! Frame rates.

use super::clock::NS_PER_S;

/// After this many intervals without a frame, and at least [`GONE_NS`], frames no longer come.
const GONE_INTERVALS: i64 = 3;
/// Long enough for a live stream that arrives in bursts.
const GONE_NS: i64 = 2 * NS_PER_S;

/// Frames per second, from the usual time between two frames (0: unknown) and the time of the
/// latest frame. 0 once frames no longer come: a rate that stays would hide an outage.
pub fn frames_per_second(interval_ns: i64, latest_ns: i64, now_ns: i64) -> f32 {
    let gone = (interval_ns.saturating_mul(GONE_INTERVALS)).max(GONE_NS);
    if interval_ns <= 0 || now_ns.saturating_sub(latest_ns) > gone {
        return 0.0;
    }
    (1e9 / interval_ns as f64) as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::clock::NS_PER_MS;

    #[test]
    fn rate_is_zero_once_frames_no_longer_come() {
        let hz = |after_ms| frames_per_second(100 * NS_PER_MS, 0, after_ms * NS_PER_MS);
        assert_eq!([hz(0), hz(2000), hz(2001)], [10.0, 10.0, 0.0]);
        // A frame every five seconds.
        let slow = |after_s| frames_per_second(5 * NS_PER_S, 0, after_s * NS_PER_S);
        assert_eq!([slow(4), slow(15), slow(16)], [0.2, 0.2, 0.0]);
        assert_eq!(frames_per_second(0, 0, 0), 0.0);
    }
}
