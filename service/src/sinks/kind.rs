//! What the service has to know of a kind of sink.

use rextrack::internals::sink::{Sink, SinkError};
use serde_json::Value;

/// Creates a sink from its section, for a camera and the name of this machine.
pub type Create = fn(section: &Value, camera: &str, node: &str) -> Result<Box<dyn Sink>, SinkError>;

/// A kind of sink.
pub struct SinkKind {
    /// Its section, at the top of the configuration for all cameras and in
    /// `cameras[].sinks[]` for one.
    pub key: &'static str,
    /// Keys of the section whose value is an address that may hold a password.
    pub address_keys: &'static [&'static str],
    /// Creates the sink of a camera from its section.
    pub create: Create,
}
