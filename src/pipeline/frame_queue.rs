//! Where the infer thread gets its frames.

use std::time::Duration;

use crate::base::mailbox::{Mailbox, Received};
use crate::source::FrameEvent;

/// What the infer thread waits on. The mailbox of a running pipeline; a script in
/// tests, in which time passes only where it is waited for.
pub trait FrameQueue: Send + Sync {
    /// Waits for a delivery, at most `timeout`; see [`Mailbox::take`].
    fn take(&self, timeout: Option<Duration>) -> Received<FrameEvent>;

    /// Waits for something else than a delivery; see [`Mailbox::wait_for_wake`].
    fn wait_for_wake(&self) -> Received<FrameEvent>;

    /// The delivery that came meanwhile, if any.
    fn take_newer(&self) -> Option<FrameEvent>;

    /// Ends the current or the next wait.
    fn wake(&self);
}

impl FrameQueue for Mailbox<FrameEvent> {
    fn take(&self, timeout: Option<Duration>) -> Received<FrameEvent> {
        Mailbox::take(self, timeout)
    }

    fn wait_for_wake(&self) -> Received<FrameEvent> {
        Mailbox::wait_for_wake(self, None)
    }

    fn take_newer(&self) -> Option<FrameEvent> {
        self.try_take()
    }

    fn wake(&self) {
        Mailbox::wake(self);
    }
}
