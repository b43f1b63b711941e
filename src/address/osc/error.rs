//! Why OSC addresses cannot be made from a configuration.

use super::size::DATAGRAM_MAX;

/// Why an OSC output cannot work as configured.
#[derive(Debug, Clone, thiserror::Error, PartialEq)]
#[error("osc.{key}: {fault}")]
pub struct OscAddressError {
    /// The key of `osc` at fault.
    pub key: &'static str,
    /// What is wrong with it, and the remedy.
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
    /// A character that OSC keeps for other uses.
    #[error(
        "'{found}' in '{text}' cannot stand in an OSC address; use letters, digits, '_' and '/'"
    )]
    Character {
        /// The first one found.
        found: char,
        /// Where it was found.
        text: String,
    },
    /// One slot alone exceeds a datagram.
    #[error(
        "one slot takes up to {size} bytes, a datagram holds {DATAGRAM_MAX}; shorten osc.address_prefix and osc.channel_format, or name fewer osc.axes"
    )]
    TooLong {
        /// Bytes of the worst case.
        size: usize,
    },
    /// Nothing to send.
    #[error("is empty; name at least one, such as [x, y]")]
    NoAxes,
}
