//! A model's own description.
//!
//! Ultralytics' exporter writes Python values as text: `names` is
//! `{0: 'person', 1: "cat's eye"}`, `imgsz` is `[640, 640]` (height first).

use super::CLASSES_MAX;
use crate::base::printable;

/// The metadata that is used here, as far as the model has it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Metadata {
    /// Class names by id.
    pub names: Option<Vec<String>>,
    /// `detect`, `segment`, `pose`, `obb` or `classify`.
    pub task: Option<String>,
    /// Height and width that the model was exported for.
    pub imgsz: Option<[u32; 2]>,
    /// For example `AGPL-3.0 License (https://ultralytics.com/license)`.
    pub licence: Option<String>,
}

impl Metadata {
    /// Reads the metadata through `lookup`, which returns the value of a key.
    pub fn read(lookup: impl Fn(&str) -> Option<String>) -> Self {
        let text = |key: &str| {
            lookup(key)
                .map(|v| v.trim().to_owned())
                .filter(|v| !v.is_empty())
        };
        Self {
            names: text("names").and_then(|v| parse_names(&v)),
            task: text("task").map(|t| printable::name(&t)),
            imgsz: text("imgsz").and_then(|v| parse_size(&v)),
            licence: text("license").map(|l| printable::name(&l)),
        }
    }
}

/// Class names from a Python dict or list, or from JSON. Ids may come in any
/// order; gaps are filled with `class<id>`.
fn parse_names(text: &str) -> Option<Vec<String>> {
    let mut names: Vec<Option<String>> = Vec::new();
    let mut id: Option<usize> = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '0'..='9' => {
                let mut number = c.to_string();
                while let Some(digit) = chars.next_if(char::is_ascii_digit) {
                    number.push(digit);
                }
                id = Some(number.parse().ok()?);
            }
            '\'' | '"' => {
                let string = quoted(&mut chars, c)?;
                while chars.next_if(|c| c.is_whitespace()).is_some() {}
                // JSON writes its ids as strings: a string before a colon is one.
                if chars.peek() == Some(&':') {
                    id = Some(string.parse().ok()?);
                    continue;
                }
                let index = id.take().unwrap_or(names.len());
                if index >= CLASSES_MAX {
                    return None;
                }
                if names.len() <= index {
                    names.resize(index + 1, None);
                }
                names[index] = Some(string);
            }
            _ => {}
        }
    }
    if names.is_empty() {
        return None;
    }
    let filled = names.into_iter().enumerate();
    Some(
        filled
            .map(
                |(i, name)| match printable::name(&name.unwrap_or_default()) {
                    name if name.is_empty() => format!("class{i}"),
                    name => name,
                },
            )
            .collect(),
    )
}

/// The rest of a string literal whose opening quote is read.
fn quoted(chars: &mut impl Iterator<Item = char>, quote: char) -> Option<String> {
    let mut string = String::new();
    loop {
        match chars.next()? {
            '\\' => match chars.next()? {
                'n' | 't' | 'r' => string.push(' '),
                'x' => string.push(escape(chars, 2)?),
                'u' => string.push(escape(chars, 4)?),
                other => string.push(other),
            },
            c if c == quote => return Some(string),
            c => string.push(c),
        }
    }
}

fn escape(chars: &mut impl Iterator<Item = char>, digits: usize) -> Option<char> {
    let code: String = chars.take(digits).collect();
    char::from_u32(u32::from_str_radix(&code, 16).ok()?)
}

/// `[480, 640]`, `(480, 640)` or `640`.
fn parse_size(text: &str) -> Option<[u32; 2]> {
    let mut numbers = text
        .split(|c: char| !c.is_ascii_digit())
        .filter(|n| !n.is_empty())
        .map(str::parse);
    let height = numbers.next()?.ok()?;
    let width = numbers.next().unwrap_or(Ok(height)).ok()?;
    (height > 0 && width > 0).then_some([height, width])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn names(text: &str) -> Vec<String> {
        parse_names(text).unwrap()
    }

    #[test]
    fn names_are_read_from_python_and_json() {
        assert_eq!(
            names("{0: 'person', 1: 'traffic light'}"),
            ["person", "traffic light"]
        );
        assert_eq!(
            names(r#"{0: "cat's eye", 1: 'a "b"'}"#),
            ["cat's eye", "a \"b\""]
        );
        assert_eq!(
            names(r"{0: 'it\'s', 1: 'a, b: {c}'}"),
            ["it's", "a, b: {c}"]
        );
        assert_eq!(
            names(r#"{"0": "person", "1": "caf\u00e9"}"#),
            ["person", "café"]
        );
        assert_eq!(names("['person', 'car']"), ["person", "car"]);
        assert_eq!(names("{1: 'b', 0: 'a', 3: 'd'}"), ["a", "b", "class2", "d"]);
        assert_eq!(names("{0:'7-up'}"), ["7-up"]);
        assert_eq!(names("{0: '人', 1: 'ok'}"), ["人", "ok"]);
    }

    #[test]
    fn unprintable_characters_are_removed_from_names_and_texts() {
        assert_eq!(
            names("{0: 'hand\\nleft', 1: 'a\u{1b}[2J', 2: '\\x1b', 3: 'x\u{202e}y'}"),
            ["hand left", "a [2J", "class2", "x y"]
        );
        let long = "x".repeat(10_000_000);
        assert_eq!(names(&format!("['{long}']"))[0].len(), printable::NAME_MAX);
        let metadata = Metadata::read(|_| Some("MIT\u{1b}[31m\nERROR".into()));
        assert_eq!(metadata.licence.as_deref(), Some("MIT [31m ERROR"));
        assert_eq!(metadata.task.as_deref(), Some("MIT [31m ERROR"));
    }

    #[test]
    fn malformed_names_are_ignored() {
        for text in [
            "",
            "{}",
            "person",
            "{0: 'person",
            "{99999999999: 'x'}",
            "{4294967295: 'x'}",
            "{65536: 'one too many'}",
        ] {
            assert_eq!(parse_names(text), None, "{text}");
        }
    }

    #[test]
    fn sizes_are_height_first() {
        assert_eq!(parse_size("[384, 640]"), Some([384, 640]));
        assert_eq!(parse_size("640"), Some([640, 640]));
        assert_eq!(parse_size("[]"), None);
    }

    #[test]
    fn missing_keys_are_none() {
        let metadata = Metadata::read(|key| (key == "task").then(|| "detect".to_owned()));
        assert_eq!(metadata.task.as_deref(), Some("detect"));
        assert_eq!(metadata.names, None);
    }
}
