//! The one clock of the process: monotonic nanoseconds as `i64`.
//!
//! Everything that waits or stamps takes a [`Clock`], so that back-off, stalls
//! and persistence are tested with [`SimulatedClock`] and no test sleeps.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use crate::base::shutdown::Shutdown;

/// Nanoseconds in one millisecond.
pub const NS_PER_MS: i64 = 1_000_000;
/// Nanoseconds in one second.
pub const NS_PER_S: i64 = 1_000_000_000;

/// How far the time of a frame may lie behind that of the frame before it in the same
/// time base: threads that push frames may overtake each other. Further behind, it is
/// of another time base.
pub const FRAME_BACKWARDS_MAX_NS: i64 = NS_PER_S;

/// What [`now_ns`] reads first: times before that, such as those of frames that were
/// captured a while ago, are positive too.
const START_NS: i64 = 3600 * NS_PER_S;

/// Nanoseconds since an arbitrary start, the same for the whole process and
/// never running backwards. Always positive, so that 0 can mean "never".
/// Does not lock, allocate or block.
pub fn now_ns() -> i64 {
    static START: OnceLock<Instant> = OnceLock::new();
    let start = *START.get_or_init(Instant::now);
    START_NS + i64::try_from(start.elapsed().as_nanos()).unwrap_or(i64::MAX - START_NS)
}

/// A duration as nanoseconds, saturating.
pub fn duration_ns(d: Duration) -> i64 {
    i64::try_from(d.as_nanos()).unwrap_or(i64::MAX)
}

/// When the next thing is due under a limit of so many a second.
#[derive(Debug, Clone, Copy, Default)]
pub struct Schedule {
    due_ns: i64,
}

impl Schedule {
    /// Whether something that comes at `now_ns` is due, and when it is, plans the
    /// next. A `rate` of 0 is no limit.
    pub fn is_due(&mut self, rate: f32, now_ns: i64) -> bool {
        if rate <= 0.0 {
            return true;
        }
        let step_ns = (NS_PER_S as f64 / f64::from(rate)) as i64;
        // A tenth early is on time: cameras tremble, and a camera of just that rate
        // must not lose every other frame.
        if now_ns + step_ns / 10 < self.due_ns {
            return false;
        }
        // From when it was due, so that the rate is met on average; from now after a
        // gap.
        let late_ns = now_ns - self.due_ns;
        self.due_ns = if late_ns < step_ns {
            self.due_ns + step_ns
        } else {
            now_ns + step_ns
        };
        true
    }
}

/// Where a stage reads the time.
pub trait Clock: Send + Sync {
    /// Now, on the same scale as [`now_ns`].
    fn now_ns(&self) -> i64;

    /// Blocks for `duration` of this clock, or less when a stop is asked for.
    /// Returns whether it was.
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

/// A clock that stands still until it is told to move.
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

    /// Does not block: the time is simply over.
    fn wait(&self, stop: &Shutdown, duration: Duration) -> bool {
        self.advance(duration);
        stop.is_requested()
    }
}
