//! The interface of a sink.

use std::sync::Arc;

use crate::flow::Snapshot;

/// Carries snapshots out of the process.
pub trait Sink: Send {
    /// A short name for logs and counters, such as `osc 127.0.0.1:5005`.
    fn name(&self) -> &str;

    /// Whether [`send`](Self::send) wants slots normalised (0..1, origin top
    /// left), not in `slots.units` and `slots.origin`.
    fn wants_normalized(&self) -> bool {
        false
    }

    /// Sets the class names, once they are known and whenever they change.
    fn learn_classes(&mut self, _classes: &Arc<[String]>) {}

    /// Sends one complete snapshot. Must not block longer than a file write.
    ///
    /// # Errors
    /// When the sink cannot continue, as with a full disk. A sink that retries with the next
    /// snapshot counts and logs the failure itself and returns `Ok`.
    fn send(&mut self, snapshot: &Snapshot) -> Result<(), SinkError>;

    /// The counters so far.
    fn stats(&self) -> SinkStats;

    /// Called once, after the last snapshot.
    fn finish(&mut self) -> Result<(), SinkError> {
        Ok(())
    }
}

/// Counters of one sink since its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct SinkStats {
    /// Datagrams or lines passed to the system.
    pub sent: u64,
    /// Datagrams or lines that could not be sent, or that the receiver's machine refused.
    pub failed: u64,
    /// Bytes passed to the system.
    pub bytes: u64,
    /// Snapshots that newer ones replaced before they were sent.
    pub dropped: u64,
}

/// Why a snapshot could not be sent.
#[derive(Debug, thiserror::Error)]
#[error("{name}: {reason}")]
pub struct SinkError {
    /// The name of the sink.
    pub name: String,
    /// The error and the remedy.
    pub reason: String,
}
