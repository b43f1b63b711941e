//! Output of commands on stdout. Text from a camera or a model is escaped before it
//! reaches a terminal.

use std::fmt::{Display, Write as _};
use std::io::Write as _;

use rextrack::internals::base::printable;

/// Prints one line for people. Does not fail when the reader has ended, as in
/// `rextrack doctor | head -1`.
pub fn line(text: impl Display) {
    let text = text.to_string();
    writeln!(std::io::stdout().lock(), "{}", printable::escaped(&text)).ok();
}

/// Prints one line of JSON for programs, as [`line()`].
pub fn json(value: impl Display) {
    writeln!(std::io::stdout().lock(), "{}", visible(&value.to_string())).ok();
}

/// JSON of the same value, with invisible characters escaped. In JSON they can only be in
/// strings.
fn visible(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if !printable::is_hidden(c) {
            out.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            // Writing to a String cannot fail.
            let _ = write!(out, "\\u{unit:04x}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn escaped_json_has_the_same_value_and_no_invisible_characters() {
        let value = serde_json::json!({ "name": "a\u{9b}1m\u{202e}b\u{e0041}\r\n\u{1b}ü" });
        let shown = visible(&value.to_string());
        assert!(!shown.contains(printable::is_hidden), "{shown:?}");
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&shown).unwrap(),
            value
        );
    }
}
