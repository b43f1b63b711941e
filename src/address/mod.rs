//! Addresses: text that names the source of frames and the target of values.
//!
//! * [`StreamAddress`] is the value of `camera.stream`; [`NetworkAddress`] is an address on
//!   the network.
//! * [`redact()`] hides passwords in everything that people or logs see.
//! * [`osc`] builds the addresses of OSC messages.

mod credentials;
mod error;
mod network;
pub mod osc;
mod path;
mod percent;
mod redact;
mod scheme;
mod stream;
mod synth;

pub use error::AddressError;
pub use network::NetworkAddress;
pub use osc::{OscAddressError, OscFault};
pub(crate) use path::resolve;
pub use redact::{HIDDEN, one_line, redact, redact_address};
pub use stream::StreamAddress;
pub use synth::SynthOptions;
