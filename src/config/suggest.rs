//! Messages for errors in a configuration, with a remedy where one can be guessed.

use serde_json::{Map, Value};

use super::issues::is_control;
use super::schema_tree::{child, properties, variants};
use crate::address::redact_address;

/// The key whose value is never quoted.
const TOKEN: &str = "token";
/// Maximum length of a quoted value.
const SHOWN_MAX: usize = 60;

/// The message for a key that the section at `path` does not have.
pub(super) fn unknown_key(
    root: &Value,
    path: &str,
    key: &str,
    known: &Map<String, Value>,
) -> String {
    let names: Vec<&str> = known.keys().map(String::as_str).collect();
    if let Some(close) = nearest(key, &names) {
        return format!("unknown key; did you mean {close}?");
    }
    if let Some(overrides) = known.get("override")
        && child(root, overrides, key).is_some()
    {
        return format!("unknown key here; write it as {path}.override.{key}");
    }
    let homes = homes(root, key);
    if homes.is_empty() {
        format!("unknown key; known are {}", names.join(", "))
    } else {
        format!("unknown key here; it belongs in {}", homes.join(" or "))
    }
}

/// The sections that have the key.
fn homes(root: &Value, key: &str) -> Vec<String> {
    let mut homes = Vec::new();
    for (section, schema) in properties(root).into_iter().flatten() {
        let list = variants(root, schema).iter().find_map(|s| s.get("items"));
        if variants(root, list.unwrap_or(schema))
            .into_iter()
            .filter_map(properties)
            .any(|p| p.contains_key(key))
        {
            homes.push(match list {
                Some(_) => format!("an entry of {section}"),
                None => section.clone(),
            });
        }
    }
    homes
}

/// The message for a value that is not one of the choices.
pub(super) fn wrong_choice(got: &str, choices: &[&str]) -> String {
    let one_of = if choices.len() > 1 { "one of " } else { "" };
    let message = format!(
        "must be {one_of}{}, got {}",
        choices.join(", "),
        quoted(got)
    );
    match nearest(got, choices) {
        Some(close) if choices.len() > 3 => format!("{message}; did you mean {close}?"),
        _ => message,
    }
}

/// The message for a value of a wrong type.
pub(super) fn wrong_type(path: &str, types: &[&str], value: &Value) -> String {
    let mut names: Vec<&str> = types
        .iter()
        // `null` as a choice does not help a user who wrote another value.
        .filter(|t| **t != "null" || types.len() == 1)
        .map(|t| type_name(t))
        .collect();
    names.dedup();
    // A token of digits without quotes is a number, and still secret.
    if path == TOKEN || path.ends_with(".token") {
        return format!(
            "expected {}, got another type; put it in quotes",
            names.join(" or ")
        );
    }
    // A program's number that JSON cannot express.
    if let Some(text) = value.as_str()
        && types.contains(&"number")
        && text.parse::<f64>().is_ok_and(|number| !number.is_finite())
    {
        return format!("must be a finite number, got {text}; give another value");
    }
    let mut message = format!("expected {}, got {}", names.join(" or "), shown(value));
    if let Some(remedy) = remedy(path, types, value) {
        message.push_str("; ");
        message.push_str(&remedy);
    }
    message
}

fn remedy(path: &str, types: &[&str], value: &Value) -> Option<String> {
    let wants = |name: &str| types.contains(&name);
    match value {
        Value::Null => Some("give a value or remove the line".into()),
        Value::String(text) if wants("number") || wants("integer") => number_in(text),
        Value::String(text) if wants("boolean") => match text.to_lowercase().as_str() {
            "yes" | "on" | "y" => Some("write true".into()),
            "no" | "off" | "n" => Some("write false".into()),
            other if other == "true" || other == "false" => {
                Some(format!("write {other} without quotes"))
            }
            _ => None,
        },
        Value::Number(number) if wants("integer") => {
            let number = number.as_f64()?;
            let whole = number.fract() == 0.0 && number.abs() < 1e15;
            whole.then(|| format!("write {number:.0}"))
        }
        Value::Number(number) if wants("string") && path.ends_with(".stream") => {
            Some(format!("for a webcam write webcam:{number}"))
        }
        Value::Number(_) | Value::Bool(_) if wants("string") => {
            Some(format!("put it in quotes: \"{value}\""))
        }
        Value::Object(_) if wants("string") => {
            Some("put a value that begins with { in quotes".into())
        }
        Value::Object(_) if wants("array") => {
            Some("begin each entry with a line that has a dash, as in \"- id: cam1\"".into())
        }
        Value::String(_) | Value::Number(_) if wants("array") => {
            Some(format!("put it in brackets: [{}]", plain(value)))
        }
        _ => None,
    }
}

/// The remedy for a number written as text: `"0.5"`, `25 %`, `0,5`.
fn number_in(text: &str) -> Option<String> {
    let text = text.trim();
    if text.parse::<f64>().is_ok_and(f64::is_finite) {
        return Some(format!("write {text} without quotes"));
    }
    if let Some(percent) = text.strip_suffix('%') {
        let share = percent.trim().parse::<f64>().ok()? / 100.0;
        return Some(format!("write {share}"));
    }
    let point = text.replace(',', ".");
    point
        .parse::<f64>()
        .is_ok_and(f64::is_finite)
        .then(|| format!("write {point}, with a point"))
}

/// The message for a text with a control character: a line break, an escape sequence, or a
/// mark that changes the reading direction.
pub(super) fn control_character(text: &str) -> Option<String> {
    let found = text.chars().find(|c| is_control(*c))?;
    let remedy = match found {
        '\n' | '\r' if text.trim_end_matches(['\n', '\r']).contains(['\n', '\r']) => {
            "write it on one line"
        }
        '\n' | '\r' => "remove the line break at its end; in YAML write >- or |- instead of > or |",
        _ => "remove it",
    };
    Some(format!(
        "must not contain control characters, got U+{:04X} in {}; {remedy}",
        u32::from(found),
        quoted(text)
    ))
}

/// The message for a number outside its range.
pub(super) fn out_of_range(number: f64, least: f64, most: Option<f64>, got: &Value) -> String {
    let Some(most) = most else {
        return format!("must be at least {least}, got {got}");
    };
    let percent = most == 1.0 && number > 1.0 && number <= 100.0 && number.fract() == 0.0;
    if percent {
        let share = number / 100.0;
        format!("must be within {least}..{most}, got {got}; for {got} % write {share}")
    } else {
        format!("must be within {least}..{most}, got {got}")
    }
}

/// The message for a list that is too short or too long.
pub(super) fn wrong_length(count: u64, least: u64, most: Option<u64>) -> String {
    match (count, most) {
        (_, Some(most)) if most == least => format!("must have {least} values, got {count}"),
        (0, _) => "is empty; give at least one".into(),
        (_, Some(most)) => format!("must have {least} to {most} values, got {count}"),
        _ => format!("must have at least {least} values, got {count}"),
    }
}

/// The most similar known name, if it is similar enough.
fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let name = name.to_lowercase().replace(['-', ' '], "_");
    known
        .iter()
        .map(|k| (strsim::jaro_winkler(k, &name), *k))
        .filter(|(closeness, _)| *closeness > 0.84)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, k)| k)
}

fn type_name(name: &str) -> &'static str {
    match name {
        "number" => "a number",
        "integer" => "a whole number",
        "string" => "a string",
        "boolean" => "true or false",
        "array" => "a list",
        "object" => "a section with keys",
        _ => "nothing",
    }
}

/// A value for an error message: short, without a password.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Null => "nothing".into(),
        Value::Bool(_) => value.to_string(),
        Value::Number(_) => format!("the number {value}"),
        Value::String(text) => format!("the string {}", quoted(text)),
        Value::Array(items) => format!("a list of {}", items.len()),
        Value::Object(_) => "a section with keys".into(),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => short(text),
        other => other.to_string(),
    }
}

/// A text in quotes for an error message: short, without a password.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", short(text))
}

fn short(text: &str) -> String {
    // Any key may contain an address with a password by mistake.
    let safe = redact_address(text);
    let mut out: String = safe.chars().take(SHOWN_MAX).collect();
    if out.len() < safe.len() {
        out.push_str("...");
    }
    out
}
