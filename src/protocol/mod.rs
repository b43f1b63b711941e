//! Protocol: the JSON messages that nodes exchange, a camera's snapshots and its state.
//!
//! The sink that publishes to a broker and the source that reads another node's messages
//! use the same types. Times are durations or wall-clock times, because the process's own
//! clock has no meaning on another machine.

mod error;
mod limits;
mod message;
#[cfg(feature = "mqtt")]
pub mod mqtt_client;
mod slots_message;
mod state_message;

pub use error::MessageError;
pub use limits::{MESSAGE_MAX, VERSION};
pub use message::unix_ns;
pub use slots_message::{SlotMessage, SlotsMessage};
pub use state_message::StateMessage;
