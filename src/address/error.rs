//! Why an address cannot be used.

use super::redact::redact_address;

/// Why a text is not the address of a source. Messages contain no password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// An empty text.
    #[error("is empty; give rtsp://HOST/PATH, http://HOST/PATH, a file, webcam:0 or synth:")]
    Empty,
    /// An unknown scheme.
    #[error(
        "unknown kind of source '{scheme}' in '{shown}'; known are {} (a file with ':' in its \
         name is written ./NAME)",
        listed(known)
    )]
    UnknownScheme {
        /// The text before the colon.
        scheme: String,
        /// The schemes that exist.
        known: &'static [&'static str],
        /// The address without its password.
        shown: String,
    },
    /// Control characters such as line breaks, literal or percent-encoded.
    #[error(
        "'{shown}' contains a control character ({code}); remove it, also if it is \
         percent-encoded, such as %0D"
    )]
    Control {
        /// The address without its password and without the characters.
        shown: String,
        /// The character, as U+000A.
        code: String,
    },
    /// A scheme that this build does not support.
    #[error(
        "this build has no {scheme} sources (feature mqtt); use rtsp://, http://, a file, webcam:N or synth:"
    )]
    Without {
        /// `mqtt://`.
        scheme: &'static str,
    },
    /// A broker without the topic of a camera, or with a wildcard in it.
    #[error(
        "'{shown}' needs the topic of one camera; write mqtt://BROKER/rextrack/CAMERA, as the other node publishes it"
    )]
    Topic {
        /// The address without its password.
        shown: String,
    },
    /// Credentials and a host, but no scheme.
    #[error("'{shown}' looks like a camera's address without a scheme; write rtsp://{shown}")]
    NoScheme {
        /// The address without its password.
        shown: String,
    },
    /// A missing or invalid host.
    #[error(
        "'{shown}' has no valid host; write {scheme}://HOST/PATH or {scheme}://USER:PASSWORD@HOST/PATH"
    )]
    Host {
        /// The address without its password.
        shown: String,
        /// Its scheme.
        scheme: &'static str,
    },
    /// No number after `webcam:`.
    #[error("'{shown}' must be webcam:N with the camera's number, such as webcam:0")]
    Webcam {
        /// The address.
        shown: String,
    },
    /// Not the address of a broker.
    #[error("'{shown}' must be mqtt://HOST, mqtt://USER:PASSWORD@HOST:1883 or mqtts://HOST")]
    Broker {
        /// The address without its password.
        shown: String,
    },
    /// Invalid options of a simulated crowd.
    #[error("synth: {reason}")]
    Synth {
        /// Reason and remedy.
        reason: String,
    },
}

/// Rejects `part`, a part of the address `text`, if it contains a control character. A line
/// break in an address could add a command to a request, or a line to a log.
pub(super) fn reject_control(text: &str, part: &str) -> Result<(), AddressError> {
    match part.chars().find(|c| c.is_control()) {
        None => Ok(()),
        Some(found) => Err(AddressError::Control {
            shown: redact_address(text).replace(char::is_control, " "),
            code: format!("U+{:04X}", u32::from(found)),
        }),
    }
}

/// `a, b and c`.
fn listed(words: &[&str]) -> String {
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => words.concat(),
    }
}
