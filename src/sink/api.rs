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

    /// Tells the names of the classes, as soon as they are known and whenever they
    /// change.
    fn learn_classes(&mut self, _classes: &Arc<[String]>) {}

    /// Sends one whole snapshot. Must not block for longer than a file write.
    ///
    /// # Errors
    /// When the sink is broken for good, such as a full disk. A sink that tries
    /// again with the next snapshot counts and logs its failure by itself and
    /// gives `Ok`.
    fn send(&mut self, snapshot: &Snapshot) -> Result<(), SinkError>;

    /// What went out so far.
    fn stats(&self) -> SinkStats;

    /// Called once, after the last snapshot.
    fn finish(&mut self) -> Result<(), SinkError> {
        Ok(())
    }
}

/// Counters of one sink, from its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct SinkStats {
    /// Datagrams or lines handed to the system.
    pub sent: u64,
    /// Datagrams or lines that did not get out, or that the receiver's machine
    /// sent back.
    pub failed: u64,
    /// Bytes handed to the system.
    pub bytes: u64,
    /// Snapshots that were replaced by newer ones before they were sent.
    pub dropped: u64,
}

/// Why a snapshot did not get out.
#[derive(Debug, thiserror::Error)]
#[error("{name}: {reason}")]
pub struct SinkError {
    /// The sink at fault.
    pub name: String,
    /// What went wrong, and the remedy.
    pub reason: String,
}
