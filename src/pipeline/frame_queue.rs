//! Where the infer thread gets its frames.

use std::time::Duration;

use crate::base::mailbox::{Mailbox, Received};
use crate::source::FrameEvent;

/// The queue that the infer thread waits on. A running pipeline uses a mailbox. Tests use
/// a script, in which time passes only during waits.
pub trait FrameQueue: Send + Sync {
    /// Waits for a frame event, at most `timeout`; see [`Mailbox::take`].
    fn take(&self, timeout: Option<Duration>) -> Received<FrameEvent>;

    /// Waits for a wake-up, not for a frame event; see [`Mailbox::wait_for_wake`].
    fn wait_for_wake(&self) -> Received<FrameEvent>;

    /// The frame event that arrived in the meantime, if any.
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
