//! Makes text from outside safe to show on one line.
//!
//! Logs, terminals and panels show text of cameras, brokers, model files and other nodes. A
//! line break in it forges a line, an escape sequence controls the terminal, and a
//! bidirectional override disguises the text. The loggers write every line through [`escaped`]; names are cleaned by
//! [`name`] where they are read.

use std::borrow::Cow;
use std::fmt::Write;

/// Longest name of a class, a node or a licence, in characters.
pub const NAME_MAX: usize = 128;

/// The text on one line, with every hidden character escaped: `\n`, `\r`, `\t`, `\u{1b}`. A second application changes nothing.
pub fn escaped(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_hidden(c) => {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// A name from outside: hidden characters become spaces, spaces at the
/// ends go, and at most [`NAME_MAX`] characters stay.
pub fn name(text: &str) -> String {
    let shown = text.chars().map(|c| if is_hidden(c) { ' ' } else { c });
    let start = shown.skip_while(|c| c.is_whitespace());
    let mut name: String = start.take(NAME_MAX).collect();
    name.truncate(name.trim_end().len());
    name
}

/// Whether a character moves the cursor, reverses the text or is invisible.
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            // Soft hyphen, Arabic letter mark, Mongolian vowel separator.
            '\u{ad}' | '\u{61c}' | '\u{180e}'
            // Zero widths, and marks, embeddings and overrides of direction.
            | '\u{200b}'..='\u{200f}'
            // Line and paragraph separators among them.
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            // Tags.
            | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn hidden_characters_are_escaped() {
        for (text, shown) in [
            ("plain text", "plain text"),
            ("Käse 人 ×2", "Käse 人 ×2"),
            ("a\r\nERROR forged", "a\\r\\nERROR forged"),
            ("\u{1b}[31mred\u{7}", "\\u{1b}[31mred\\u{7}"),
            ("\u{9b}31m", "\\u{9b}31m"),
            ("nul\0", "nul\\u{0}"),
            (
                "a\u{202e}b\u{200b}c\u{2028}d",
                "a\\u{202e}b\\u{200b}c\\u{2028}d",
            ),
            (
                "\u{feff}\u{2066}x\u{e0041}",
                "\\u{feff}\\u{2066}x\\u{e0041}",
            ),
            ("tab\there", "tab\\there"),
        ] {
            assert_eq!(escaped(text), shown);
        }
    }

    #[test]
    fn name_is_one_short_line() {
        assert_eq!(name(" hand\u{1b}[2J\r\nleft "), "hand [2J  left");
        assert_eq!(name("\u{202e}\n"), "");
        assert_eq!(name(&"x".repeat(10_000_000)).len(), NAME_MAX);
    }

    proptest! {
        #[test]
        fn escaped_text_has_no_hidden_characters(text in "\\PC{0,20}|[\\x00-\\x{9f}]{0,20}|.{0,40}") {
            let once = escaped(&text).into_owned();
            prop_assert!(!once.contains(is_hidden));
            prop_assert_eq!(escaped(&once), once.as_str());
            prop_assert!(!name(&text).contains(is_hidden));
        }
    }
}
