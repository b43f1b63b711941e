//! Sink: whole snapshots in, messages and files out.
//!
//! Sinks run on the thread `rextrack:<camera>:sink`, behind a bounded queue,
//! so that a name server or a disk that blocks one never delays tracking.

pub mod annotate;
mod jsonl;
mod mot;
mod osc;

use crate::slots::Snapshot;
pub use jsonl::JsonlSink;
pub use mot::MotSink;
pub use osc::OscSink;

/// Carries snapshots out of the process.
pub trait Sink: Send {
    /// A short name for logs and counters, such as `osc 127.0.0.1:5005`.
    fn name(&self) -> &str;

    /// Whether it needs normalised coordinates with the origin top left,
    /// whatever the configuration asks for.
    fn wants_canonical(&self) -> bool {
        false
    }

    /// Sends one whole snapshot. Must not block for longer than a file write
    /// or a name look-up.
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

impl SinkError {
    fn new(name: &str, reason: impl std::fmt::Display) -> Self {
        Self {
            name: name.to_owned(),
            reason: reason.to_string(),
        }
    }
}
