//! The message that says whether a node and its camera are there.

use serde::{Deserialize, Serialize};

use super::message::{check_version, read};
use crate::base::printable;
use crate::flow::SourceState;

/// The state of a camera. The broker keeps the newest, and sends `online: false`
/// itself when the node is gone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StateMessage {
    /// [`VERSION`](super::VERSION).
    pub v: u32,
    /// Name of the machine that tracks.
    pub node: String,
    /// The camera's id there.
    pub camera: String,
    /// As in [`SlotsMessage::session`](super::SlotsMessage::session).
    pub session: u64,
    /// Whether the node is there.
    pub online: bool,
    /// State of the source.
    pub source_state: SourceState,
}

impl StateMessage {
    /// Reads a message as it came, with its names cleaned.
    ///
    /// # Errors
    /// When it is too large or no such message.
    pub fn read(payload: &[u8]) -> Result<Self, String> {
        let mut message: Self = read(payload)?;
        check_version(message.v)?;
        message.node = printable::name(&message.node);
        message.camera = printable::name(&message.camera);
        Ok(message)
    }
}
