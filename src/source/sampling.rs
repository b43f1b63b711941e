//! Which frames are processed.

use std::sync::atomic::{AtomicU32, Ordering};

use crate::base::clock::Schedule;

/// Selects every n-th frame, and at most a number of frames per second. Shared with the
/// source's thread, because both settings change while it runs.
#[derive(Debug, Default)]
pub struct Sampling {
    period: AtomicU32,
    /// Bits of an `f32`; 0 is no limit.
    max_fps: AtomicU32,
}

impl Sampling {
    /// Sets `tracking.period_frames` and `camera.max_fps`.
    pub fn configure(&self, period_frames: u32, max_fps: f32) {
        self.period.store(period_frames.max(1), Ordering::Relaxed);
        self.max_fps.store(max_fps.to_bits(), Ordering::Relaxed);
    }

    /// Whether to process the frame with this number (from 1) and capture time.
    pub fn selects(&self, schedule: &mut Schedule, seq: u64, capture_ns: i64) -> bool {
        let period = u64::from(self.period.load(Ordering::Relaxed).max(1));
        if !(seq - 1).is_multiple_of(period) {
            return false;
        }
        let max_fps = f32::from_bits(self.max_fps.load(Ordering::Relaxed));
        schedule.is_due(max_fps, capture_ns)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::base::clock::{NS_PER_MS, NS_PER_S};

    fn selected(max_fps: f32, fps: i64, seconds: i64) -> usize {
        let sampling = Sampling::default();
        sampling.configure(1, max_fps);
        let mut schedule = Schedule::default();
        (0..fps * seconds)
            .filter(|n| {
                let jitter = (n % 3 - 1) * 2 * NS_PER_MS;
                let capture_ns = NS_PER_S + n * NS_PER_S / fps + jitter;
                sampling.selects(&mut schedule, *n as u64 + 1, capture_ns)
            })
            .count()
    }

    #[test]
    fn frame_rate_limit_is_met_on_average() {
        assert_eq!(selected(0.0, 30, 10), 300);
        assert!((97..=103).contains(&selected(10.0, 30, 10)));
        assert!((116..=124).contains(&selected(12.0, 30, 10)));
        assert_eq!(
            selected(30.0, 30, 10),
            300,
            "a limit at the camera's rate drops no frame"
        );
        assert_eq!(selected(60.0, 30, 10), 300);
    }
}
