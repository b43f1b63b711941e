//! Recognises addresses with a hidden password.

use crate::address::redact_address;

/// Whether the address has `***` in place of its password, as outputs show it.
pub(super) fn is_redacted(stream: &str) -> bool {
    let hidden = stream.contains(":***@") || stream.contains("=***");
    hidden && redact_address(stream) == stream
}
