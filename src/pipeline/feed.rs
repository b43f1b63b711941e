//! Where the infer thread gets its frames.

use std::time::Duration;

use crate::mailbox::{Mailbox, Taken};
use crate::source::Delivery;

/// What the infer thread waits on. The mailbox of a running pipeline; a script in
/// tests, in which time passes only where it is waited for.
pub trait Feed: Send + Sync {
    /// Waits for a delivery, at most `timeout`; see [`Mailbox::take`].
    fn take(&self, timeout: Option<Duration>) -> Taken<Delivery>;

    /// Waits for something else than a delivery; see [`Mailbox::wait_for_wake`].
    fn wait_for_wake(&self) -> Taken<Delivery>;

    /// The delivery that came meanwhile, if any.
    fn take_newer(&self) -> Option<Delivery>;

    /// Ends the current or the next wait.
    fn wake(&self);
}

impl Feed for Mailbox<Delivery> {
    fn take(&self, timeout: Option<Duration>) -> Taken<Delivery> {
        Mailbox::take(self, timeout)
    }

    fn wait_for_wake(&self) -> Taken<Delivery> {
        Mailbox::wait_for_wake(self, None)
    }

    fn take_newer(&self) -> Option<Delivery> {
        self.take_back()
    }

    fn wake(&self) {
        Mailbox::wake(self);
    }
}
