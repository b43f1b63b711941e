//! The one clock of the process: monotonic nanoseconds as `i64`.
//!
//! All code that waits or timestamps uses a [`Clock`], so that tests of back-off, stalls and
//! persistence use [`SimulatedClock`] and do not sleep.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use crate::base::shutdown::Shutdown;

/// Nanoseconds in one millisecond.
pub const NS_PER_MS: i64 = 1_000_000;
/// Nanoseconds in one second.
pub const NS_PER_S: i64 = 1_000_000_000;

/// How far the time of a frame may be before that of the previous frame, because threads
/// that push frames may overtake each other. A larger step means another time base.
pub const FRAME_BACKWARDS_MAX_NS: i64 = NS_PER_S;

/// The first value of [`now_ns`], so that earlier times, such as those of frames that were
/// captured some time ago, are positive too.
const START_NS: i64 = 3600 * NS_PER_S;

/// Nanoseconds since an arbitrary start, the same for the whole process and
/// never running backwards. Always positive, so that 0 can mean "never".
/// Does not lock, allocate or block.
pub fn now_ns() -> i64 {
    static START: OnceLock<Instant> = OnceLock::new();
    let start = *START.get_or_init(Instant::now);
    START_NS + i64::try_from(start.elapsed().as_nanos()).unwrap_or(i64::MAX - START_NS)
}

/// The end of a wait that starts now. A longer wait than a year ends after a year, so that
/// every time-out is allowed.
pub fn deadline_after(timeout: Duration) -> Instant {
    const YEAR: Duration = Duration::from_secs(365 * 24 * 3600);
    Instant::now() + timeout.min(YEAR)
}

/// A duration as nanoseconds, saturating.
pub fn duration_ns(d: Duration) -> i64 {
    i64::try_from(d.as_nanos()).unwrap_or(i64::MAX)
}

/// When the next event is due under a limit of events per second.
#[derive(Debug, Clone, Copy, Default)]
pub struct Schedule {
    due_ns: i64,
}

impl Schedule {
    /// Whether an event at `now_ns` is due. If it is, schedules the next one. A `rate` of 0
    /// is no limit.
    pub fn is_due(&mut self, rate: f32, now_ns: i64) -> bool {
        if rate <= 0.0 {
            return true;
        }
        let step_ns = (NS_PER_S as f64 / f64::from(rate)) as i64;
        // Up to a tenth early is on time. Cameras have jitter, and a camera with exactly
        // this rate must not lose every other frame.
        if now_ns + step_ns / 10 < self.due_ns {
            return false;
        }
        // Relative to the due time, so that the rate is met on average. Relative to now
        // after a gap.
        let late_ns = now_ns - self.due_ns;
        self.due_ns = if late_ns < step_ns {
            self.due_ns + step_ns
        } else {
            now_ns + step_ns
        };
        true
    }
}

/// The source of time of a stage.
pub trait Clock: Send + Sync {
    /// Now, on the same scale as [`now_ns`].
    fn now_ns(&self) -> i64;

    /// Blocks for `duration` of this clock, or until the stop is requested. Returns whether
    /// it was.
    fn wait(&self, stop: &Shutdown, duration: Duration) -> bool;
}

/// The real clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now_ns(&self) -> i64 {
        now_ns()
    }

    fn wait(&self, stop: &Shutdown, duration: Duration) -> bool {
        stop.wait(duration)
    }
}

/// A clock that moves only when it is advanced.
#[derive(Debug, Default)]
pub struct SimulatedClock(AtomicI64);

impl SimulatedClock {
    /// A clock that reads `start_ns`.
    pub const fn new(start_ns: i64) -> Self {
        Self(AtomicI64::new(start_ns))
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: Duration) {
        self.0.fetch_add(duration_ns(by), Ordering::SeqCst);
    }
}

impl Clock for SimulatedClock {
    fn now_ns(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }

    /// Does not block; advances the clock by `duration`.
    fn wait(&self, stop: &Shutdown, duration: Duration) -> bool {
        self.advance(duration);
        stop.is_requested()
    }
}
