//! The request to stop that every thread waits on.

use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

/// A request to stop, shared by the threads that it concerns. Clones share one request. It
/// cannot be withdrawn, and a second request has no effect.
#[derive(Debug, Clone, Default)]
pub struct Shutdown(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    requested: Mutex<bool>,
    changed: Condvar,
}

impl Shutdown {
    /// A request that is not made yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Requests the stop and wakes all waiting threads.
    pub fn request(&self) {
        *self.0.requested.lock() = true;
        self.0.changed.notify_all();
    }

    /// Whether the stop was requested.
    pub fn is_requested(&self) -> bool {
        *self.0.requested.lock()
    }

    /// Blocks for `duration`, or until the stop is requested. Returns whether it was.
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
    fn request_ends_wait_at_once() {
        let stop = Shutdown::new();
        let waiter = stop.clone();
        let thread = std::thread::spawn(move || waiter.wait(Duration::from_secs(3600)));
        stop.request();
        assert!(thread.join().expect("the waiter ends"));
        assert!(stop.is_requested());
    }
}
