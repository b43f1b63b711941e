//! Why a message of another node was rejected.

use super::limits::{MESSAGE_MAX, VERSION};
use crate::flow::{FrameSize, OutOfRange};

/// Why a message of another node was rejected. Texts are one line without control
/// characters.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum MessageError {
    /// Larger than [`MESSAGE_MAX`].
    #[error("the message has {size} bytes; the limit is {MESSAGE_MAX}")]
    TooLarge {
        /// Its bytes.
        size: usize,
    },
    /// JSON of another form, or no JSON.
    #[error("the text is not a message of a node ({reason})")]
    Malformed {
        /// The parser's reason.
        reason: String,
    },
    /// A version that this build does not read.
    #[error(
        "message version {version} is not supported, only {VERSION} is; use the same rextrack version on all nodes"
    )]
    Version {
        /// The message's version.
        version: u32,
    },
    /// A value outside its range.
    #[error(transparent)]
    Value(#[from] OutOfRange),
    /// A value of a slot outside its range.
    #[error("slot {slot}: {value}")]
    SlotValue {
        /// Number of the slot, from 1.
        slot: u32,
        /// The value.
        value: OutOfRange,
    },
    /// A slot that is listed twice.
    #[error("slot {slot} is listed twice")]
    DuplicateSlot {
        /// Number of the slot, from 1.
        slot: u32,
    },
    /// A frame size that no camera has.
    #[error("frame_size must have sides of 1..{max}, got {}x{}", size.width, size.height, max = FrameSize::SIDE_MAX)]
    FrameSize {
        /// The size.
        size: FrameSize,
    },
    /// A number that does not follow the newest one.
    #[error("seq is {seq}, which does not follow {newest}")]
    OutOfSequence {
        /// The message's number.
        seq: u64,
        /// The newest number so far.
        newest: u64,
    },
}
