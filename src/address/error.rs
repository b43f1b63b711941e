//! Why an address cannot be used.

use super::redact::redact_address;

/// Why a text is no source's address. Messages hold no password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Nothing given.
    #[error("is empty; give rtsp://HOST/PATH, http://HOST/PATH, a file, webcam:0 or synth:")]
    Empty,
    /// Scheme that nobody knows.
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
    /// Line breaks and the like, written out or percent-encoded.
    #[error(
        "'{shown}' holds a control character ({code}), which no address has; remove it, also \
         where it is written as %0D or %0A"
    )]
    Control {
        /// The address without its password and without the characters.
        shown: String,
        /// The character, as U+000A.
        code: String,
    },
    /// A scheme that this build was made without.
    #[error(
        "this build has no {scheme} sources (feature mqtt); use rtsp://, http://, a file, webcam:N or synth:"
    )]
    Without {
        /// `mqtt://`.
        scheme: &'static str,
    },
    /// A broker without the topic of a camera.
    #[error("'{shown}' must name what the other node publishes, as mqtt://BROKER/rextrack/CAMERA")]
    Topic {
        /// The address without its password.
        shown: String,
    },
    /// Credentials and a host, but no scheme.
    #[error("'{shown}' looks like a camera's address without its beginning; write rtsp://{shown}")]
    NoScheme {
        /// The address without its password.
        shown: String,
    },
    /// No host, or one that cannot be.
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
    /// No address of a broker.
    #[error("'{shown}' must be mqtt://HOST, mqtt://USER:PASSWORD@HOST:1883 or mqtts://HOST")]
    Broker {
        /// The address without its password.
        shown: String,
    },
    /// A simulated crowd that cannot be.
    #[error("synth: {reason}")]
    Synth {
        /// What is wrong and what would be right.
        reason: String,
    },
}

/// Refuses `part`, a piece of the address `text`, if it holds a control character:
/// with a line break in it an address would say something to the server that it
/// names, or forge a line of a log.
pub(super) fn refuse_control(text: &str, part: &str) -> Result<(), AddressError> {
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
