//! Parses YAML. Errors are one line.

use serde_json::Value;

use crate::address::redact;

/// Invalid YAML.
#[derive(Debug)]
pub(super) struct YamlError {
    /// Line and column from 1, if known.
    pub position: Option<(u64, u64)>,
    /// The error and the remedy. Quotes nothing that may be a password.
    pub message: String,
}

/// Remedies, by a part of the parser's message.
const REMEDIES: [(&str, &str); 8] = [
    ("tabs", "indent with spaces instead of tabs"),
    ("multiple YAML documents", "remove the second ---"),
    (
        "unexpected character",
        "put the value in quotes if it begins with a sign such as @ { [ * & ! % `",
    ),
    ("non-finite", "write a plain number"),
    (
        "illegal placement of ':'",
        "close the bracket or quote before it",
    ),
    ("unclosed", "close it before the line ends"),
    (
        "did not find expected key",
        "check the indentation, and put a value that begins with { [ * & or ! in quotes",
    ),
    (
        "did not find expected '-'",
        "begin the keys of one entry at the same column",
    ),
];

/// Parses YAML 1.2. (In YAML 1.1 the axis `y` would be a boolean.) Text that has only
/// comments is `null`.
pub(super) fn parse(text: &str) -> Result<Value, YamlError> {
    // The byte order mark that Windows Notepad writes.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let is_void = |line: &str| line.trim().is_empty() || line.trim_start().starts_with('#');
    if text.lines().all(is_void) {
        return Ok(Value::Null);
    }
    serde_saphyr::from_str_with_options(text, serde_saphyr::options! { strict_booleans: true })
        .map_err(|error| describe(&error))
}

fn describe(error: &serde_saphyr::Error) -> YamlError {
    let position = error
        .location()
        .map(|at| (at.line(), at.column()))
        .filter(|at| at.0 > 0);
    // The first line is the error. The other lines quote the file, which may contain
    // passwords.
    let text = error.without_snippet().to_string();
    let line = text.lines().next().unwrap_or("cannot be read");
    let mut message = line.trim_start_matches("error: ");
    if let Some((line, column)) = position {
        let prefix = format!("line {line} column {column}: ");
        message = message.trim_start_matches(prefix.as_str());
        message = message.split(" at line ").next().unwrap_or(message);
    }
    if let Some(key) = message.strip_prefix("duplicate mapping key: ") {
        let key = key.split(',').next().unwrap_or(key);
        return YamlError {
            position,
            message: format!(
                "the key {} is in the section twice; remove one",
                redact(key)
            ),
        };
    }
    let message = message.split("; use from_str").next().unwrap_or(message);
    let remedy = REMEDIES.iter().find(|(sign, _)| message.contains(sign));
    YamlError {
        position,
        message: match remedy {
            Some((_, remedy)) => format!("not valid YAML: {}; {remedy}", redact(message)),
            None => format!("not valid YAML: {}", redact(message)),
        },
    }
}
