//! The outcome of a wait.

/// Why a wait ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Wait {
    /// There is a newer snapshot to poll.
    Newer,
    /// No newer snapshot within the time-out. Wait again: a lost camera is reconnected.
    TimedOut,
    /// The file has ended. No newer snapshot will follow.
    Ended,
    /// The pipeline was never started.
    NotRunning,
    /// The pipeline was stopped.
    Stopped,
    /// [`Pipeline::wake`](crate::Pipeline::wake) ended the wait.
    Woken,
}
