//! The one clock of the process: monotonic nanoseconds as `i64`.
//!
//! Everything that waits or stamps takes a [`Clock`], so that back-off, stalls
//! and persistence are tested with [`SimulatedClock`] and no test sleeps.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use crate::shutdown::Shutdown;

/// Nanoseconds in one millisecond.
pub const NS_PER_MS: i64 = 1_000_000;
/// Nanoseconds in one second.
pub const NS_PER_S: i64 = 1_000_000_000;

/// Nanoseconds since an arbitrary start, the same for the whole process and
/// never running backwards. Always positive, so that 0 can mean "never".
/// Does not lock, allocate or block.
pub fn now_ns() -> i64 {
    static START: OnceLock<Instant> = OnceLock::new();
    let start = *START.get_or_init(Instant::now);
    NS_PER_S + i64::try_from(start.elapsed().as_nanos()).unwrap_or(i64::MAX - NS_PER_S)
}

/// A duration as nanoseconds, saturating.
pub fn duration_ns(d: Duration) -> i64 {
    i64::try_from(d.as_nanos()).unwrap_or(i64::MAX)
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
