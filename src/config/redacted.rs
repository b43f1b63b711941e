//! Recognises addresses that were copied from a place that hides their password.

use crate::address::redact_address;

/// Whether an address was copied from where its password is hidden.
pub(super) fn is_redacted(stream: &str) -> bool {
    let hidden = stream.contains(":***@") || stream.contains("=***");
    hidden && redact_address(stream) == stream
}
