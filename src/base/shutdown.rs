//! One small object that every thread waits on.

use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

/// A request to stop, shared by the threads it concerns. Clones are the same
/// request. Asking twice is harmless; it is never taken back.
#[derive(Debug, Clone, Default)]
pub struct Shutdown(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    requested: Mutex<bool>,
    changed: Condvar,
}

impl Shutdown {
    /// A request that nobody has made yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks everyone who holds a clone to stop, and wakes those who wait.
    pub fn request(&self) {
        *self.0.requested.lock() = true;
        self.0.changed.notify_all();
    }

    /// Whether somebody asked.
    pub fn is_requested(&self) -> bool {
        *self.0.requested.lock()
    }

    /// Blocks for `duration`, or less when a stop is asked for. Returns
    /// whether it was.
    pub fn wait(&self, duration: Duration) -> bool {
        let deadline = Instant::now() + duration;
        let mut requested = self.0.requested.lock();
        while !*requested {
            if self
                .0
                .changed
                .wait_until(&mut requested, deadline)
                .timed_out()
            {
                break;
            }
        }
        *requested
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_ends_a_wait_at_once() {
        let stop = Shutdown::new();
        let waiter = stop.clone();
        let thread = std::thread::spawn(move || waiter.wait(Duration::from_secs(3600)));
        stop.request();
        assert!(thread.join().expect("the waiter ends"));
        assert!(stop.is_requested());
    }
}
