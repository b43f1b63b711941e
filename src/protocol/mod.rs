//! Protocol: the messages that nodes exchange, a camera's snapshots and state as JSON.
//!
//! One home for both ends: the sink that publishes to a broker and the source that
//! reads another node's messages use the same types. Times are durations and wall-clock
//! stamps, never the process's own clock, which means nothing on another machine.

mod message;
#[cfg(feature = "mqtt")]
pub mod mqtt_client;
mod slots_message;
mod state_message;

pub use message::{MESSAGE_MAX, VERSION, unix_ns};
pub use slots_message::{SlotMessage, SlotsMessage};
pub use state_message::StateMessage;
