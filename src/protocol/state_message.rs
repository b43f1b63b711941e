//! The message that says whether a node and its camera are online.

use serde::{Deserialize, Serialize};

use super::error::MessageError;
use super::message::{check_version, read};
use crate::base::printable;
use crate::flow::SourceState;

/// The state of a camera. The broker retains the newest message, and sends the one with
/// `online: false` when the node disconnects.
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
    /// Whether the node is connected.
    pub online: bool,
    /// State of the source.
    pub source_state: SourceState,
}

impl StateMessage {
    /// Parses a message, checks its version and cleans its names.
    ///
    /// # Errors
    /// When it is too large, or has another form or version.
    pub fn read(payload: &[u8]) -> Result<Self, MessageError> {
        let mut message: Self = read(payload)?;
        check_version(message.v)?;
        message.node = printable::name(&message.node);
        message.camera = printable::name(&message.camera);
        Ok(message)
    }
}
