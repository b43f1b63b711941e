//! Sinks: snapshots in, messages and files out.

use crate::slots::Snapshot;

/// Carries snapshots out of the process.
pub trait Sink: Send {
    /// A short name for logs and counters, such as `osc 127.0.0.1:5005`.
    fn name(&self) -> &str;

    /// Sends one whole snapshot. Must not block for longer than a file write.
    fn send(&mut self, snapshot: &Snapshot) -> Result<(), SinkError>;

    /// Called once, after the last snapshot.
    fn finish(&mut self) -> Result<(), SinkError> {
        Ok(())
    }
}

/// Why a snapshot did not get out.
#[derive(Debug, thiserror::Error)]
#[error("{name}: {reason}")]
pub struct SinkError {
    /// The sink at fault.
    pub name: String,
    /// What went wrong and what mends it.
    pub reason: String,
}
