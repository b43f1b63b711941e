//! Why a configuration's OSC addresses are invalid.

use super::size::DATAGRAM_MAX;

/// Why the configuration of an OSC output is invalid.
#[derive(Debug, Clone, thiserror::Error, PartialEq)]
#[error("osc.{key}: {fault}")]
pub struct OscAddressError {
    /// The key of `osc` at fault.
    pub key: &'static str,
    /// Reason and remedy.
    pub fault: OscFault,
}

/// A fault of a key of `osc`.
#[derive(Debug, Clone, thiserror::Error, PartialEq)]
pub enum OscFault {
    /// A placeholder that does not exist.
    #[error("unknown placeholder {{{name}}}; known are {known}")]
    Placeholder {
        /// The text between the braces.
        name: String,
        /// The placeholders that are allowed here.
        known: &'static str,
    },
    /// A character that OSC reserves.
    #[error(
        "'{found}' in '{text}' is not allowed in an OSC address; use letters, digits, '_' and '/'"
    )]
    Character {
        /// The first such character.
        found: char,
        /// The text that contains it.
        text: String,
    },
    /// One slot alone exceeds a datagram.
    #[error(
        "one slot needs up to {size} bytes, but a datagram holds {DATAGRAM_MAX}; shorten osc.address_prefix and osc.channel_format, or name fewer osc.axes"
    )]
    TooLong {
        /// Bytes of the longest case.
        size: usize,
    },
    /// Nothing to send.
    #[error("is empty; name at least one, such as [x, y]")]
    NoAxes,
}
