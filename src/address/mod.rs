//! Addresses: text that says where frames come from and where values go.
//!
//! * [`StreamAddress`] is what stands in `camera.stream`; [`NetworkAddress`] is the part of
//!   it that is on the network.
//! * [`redact()`] hides passwords in everything that a person or a log gets to see.
//! * [`osc`] makes the addresses of OSC messages.

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
