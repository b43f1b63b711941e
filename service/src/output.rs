//! What commands print on stdout. Nothing that a camera or a model says of itself
//! reaches a terminal as it is.

use std::fmt::{Display, Write as _};
use std::io::Write as _;

use rextrack::printable;

/// Prints one line for people. A reader that has gone, as in `rextrack doctor | head -1`,
/// is no reason to panic: nobody misses the line.
pub fn line(text: impl Display) {
    let text = text.to_string();
    writeln!(std::io::stdout().lock(), "{}", printable::escaped(&text)).ok();
}

/// Prints one line of JSON for programs, as [`line`].
pub fn json(value: impl Display) {
    writeln!(std::io::stdout().lock(), "{}", visible(&value.to_string())).ok();
}

/// JSON of the same value whose strings hold no character that does not show. Within
/// JSON such characters stand in strings alone.
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
    fn json_stays_the_same_value_and_shows_all_of_it() {
        let value = serde_json::json!({ "name": "a\u{9b}1m\u{202e}b\u{e0041}\r\n\u{1b}ü" });
        let shown = visible(&value.to_string());
        assert!(!shown.contains(printable::is_hidden), "{shown:?}");
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&shown).unwrap(),
            value
        );
    }
}
