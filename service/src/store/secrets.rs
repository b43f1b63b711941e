//! Hides the passwords of a configuration as `***`, and restores them in a configuration
//! that comes back.
//!
//! YAML can spell one password in many ways. So a text is not searched for passwords. It
//! is parsed, and values and comments that may hold a secret are replaced, with their
//! quotes. If the result does not parse as the document without its passwords, the
//! document is written instead of the text.

use granit_parser::ScalarStyle;
use rextrack::internals::address::{HIDDEN, NetworkAddress, StreamAddress, redact_address};
use rextrack::internals::config;
use serde_json::Value;

use super::comments::{self, Line};
use super::edit;
use super::key_path;
use super::text::{Comment, Parts, Scalar, parts};
use crate::sinks;

/// The key of a camera's address, which may hold a password. Sinks have further ones.
const STREAM: &str = "stream";
/// The key whose whole value is a secret.
const TOKEN: &str = "token";

/// A document without its passwords.
pub fn hide(document: &Value) -> Value {
    let mut shown = document.clone();
    walk(&mut shown, &mut |_, key, text| {
        if let Some(hidden) = hidden(key, text) {
            *text = hidden;
        }
    });
    shown
}

/// Puts the passwords of `known` into `document` where [`hide`] has replaced them: a
/// camera's by its id, others by their place. An address under another id is restored
/// too, if only one address looks like it.
pub fn restore(document: &mut Value, known: &Value) {
    let secrets = Secrets::of(known);
    walk(document, &mut |place, key, text| {
        if let Some(secret) = secrets.behind(place, key, text) {
            *text = secret;
        }
    });
}

/// As [`hide`], for the file's text.
pub fn hide_in_text(text: &str, document: &Value) -> String {
    let wanted = hide(document);
    let means_the_same = |text: &String| config::parse(text).is_ok_and(|shown| shown == wanted);
    let shown = parts(text).map(|parts| {
        let mut changes = Vec::new();
        for scalar in &parts.scalars {
            if let Some(hidden) = hidden(&scalar.key, &scalar.value) {
                changes.push((scalar.range.clone(), written(&hidden, scalar, text)));
            }
        }
        for (comment, hidden) in parts
            .comments
            .iter()
            .zip(shown_comments(text, &parts, document))
        {
            if text[comment.range.clone()] != hidden {
                changes.push((comment.range.clone(), hidden));
            }
        }
        changed(text, changes)
    });
    shown.filter(means_the_same).unwrap_or_else(|| {
        let plain = serde_saphyr::to_string(&wanted).unwrap_or_else(|_| wanted.to_string());
        format!("# Shown without the file's comments, which may hold passwords.\n{plain}")
    })
}

/// As [`restore`], for a text that came back. `known` is the document of `old`, the file's
/// text. A comment gets its secret back if it came back as it was shown.
pub fn restore_in_text(text: &str, old: &str, known: &Value) -> String {
    let Ok(document) = config::parse(text) else {
        return text.to_owned();
    };
    let mut wanted = document.clone();
    restore(&mut wanted, known);
    let Some(parts_of_text) = parts(text) else {
        return edit::rewritten(text, &document, &wanted).text;
    };
    let secrets = Secrets::of(known);
    let parts_of_old = parts(old).unwrap_or_default();
    let mut changes = Vec::new();
    for scalar in &parts_of_text.scalars {
        let Some(secret) = secrets.behind(&scalar.place, &scalar.key, &scalar.value) else {
            continue;
        };
        // Keep the spelling that it had, if that is on one line.
        let as_before = parts_of_old.scalars.iter().find(|s| s.value == secret);
        let as_before = as_before.map(|s| &old[s.range.clone()]);
        let spelled = as_before.filter(|spelled| !spelled.contains(['\n', '\r']));
        let spelled = spelled.map_or_else(|| json(&secret), str::to_owned);
        changes.push((scalar.range.clone(), spelled));
    }
    let shown = shown_comments(old, &parts_of_old, known);
    let mut hidden: Vec<(&str, String)> = parts_of_old
        .comments
        .iter()
        .map(|comment| &old[comment.range.clone()])
        .zip(shown)
        .filter(|(before, shown)| before != shown)
        .collect();
    for Comment { range, .. } in &parts_of_text.comments {
        let came = &text[range.clone()];
        if let Some(found) = hidden.iter().position(|(_, shown)| shown == came) {
            changes.push((range.clone(), hidden.remove(found).0.to_owned()));
        }
    }
    let restored = changed(text, changes);
    if config::parse(&restored).is_ok_and(|value| value == wanted) {
        restored
    } else {
        edit::rewritten(text, &document, &wanted).text
    }
}

/// Whether a key's value is an address, which may hold a password.
fn is_address_key(key: &str) -> bool {
    key == STREAM || sinks::is_address_key(key)
}

/// The form of a value that is shown, if it differs from the value.
fn hidden(key: &str, text: &str) -> Option<String> {
    let shown = if key == TOKEN {
        HIDDEN.to_owned()
    } else if is_address_key(key) || text.contains("://") {
        redact_address(text)
    } else {
        return None;
    };
    (shown != text).then_some(shown)
}

/// The secrets of a document, each with its place and its shown form.
struct Secrets(Vec<Secret>);

struct Secret {
    place: String,
    key: String,
    text: String,
    shown: String,
}

impl Secrets {
    fn of(document: &Value) -> Self {
        let mut found = Vec::new();
        walk(&mut document.clone(), &mut |place, key, text| {
            if let Some(shown) = hidden(key, text) {
                found.push(Secret {
                    place: place.to_owned(),
                    key: key.to_owned(),
                    text: text.clone(),
                    shown,
                });
            }
        });
        Self(found)
    }

    /// The secret that is shown as `shown` at a place.
    fn behind(&self, place: &str, key: &str, shown: &str) -> Option<String> {
        let alike = || self.0.iter().filter(|secret| secret.shown == shown);
        if let Some(same) = alike().find(|secret| secret.place == place) {
            return Some(same.text.clone());
        }
        // The camera may have a new id. A secret must not reach a key that is shown.
        let is_address = is_address_key(key);
        let mut others = alike().filter(|secret| is_address && is_address_key(&secret.key));
        let first = others.next()?;
        others
            .all(|other| other.text == first.text)
            .then(|| first.text.clone())
    }

    /// Words that comments must not show: tokens, and passwords both as an address spells
    /// them and decoded.
    fn words(&self) -> Vec<String> {
        let mut words = Vec::new();
        for secret in &self.0 {
            if secret.key == TOKEN {
                words.push(secret.text.clone());
                continue;
            }
            let stream = secret.text.parse::<StreamAddress>().ok();
            let broker = || secret.text.parse::<NetworkAddress>().ok();
            let credentials = match &stream {
                Some(stream) => stream.user_password(),
                None => broker().and_then(|broker| broker.user_password()),
            };
            words.extend(credentials.map(|(_, password)| password));
            // The part of the address that is shown as ***.
            if let Some((before, behind)) = secret.shown.split_once(HIDDEN) {
                let rest = secret.text.strip_prefix(before);
                let raw = rest.and_then(|rest| rest.strip_suffix(behind));
                words.extend(raw.map(str::to_owned));
            }
        }
        words.sort_by_key(|word| std::cmp::Reverse(word.len()));
        words
    }
}

/// The comments of a text, secrets hidden.
fn shown_comments(text: &str, parts: &Parts, document: &Value) -> Vec<String> {
    let line = |comment: &Comment| Line {
        text: &text[comment.range.clone()],
        number: comment.line,
    };
    let lines: Vec<Line<'_>> = parts.comments.iter().map(line).collect();
    comments::hidden(&lines, &Secrets::of(document).words())
}

/// A value in the style of the one that it replaces, where that is possible.
fn written(value: &str, before: &Scalar, text: &str) -> String {
    let on_one_line = !text[before.range.clone()].contains(['\n', '\r']);
    let is_plain = value.starts_with(|c: char| c.is_ascii_alphabetic())
        && !value.contains(": ")
        && !value.contains(" #")
        && !value.ends_with([':', ' ']);
    match before.style {
        ScalarStyle::Plain if on_one_line && is_plain => value.to_owned(),
        ScalarStyle::DoubleQuoted => json(value),
        _ if value.contains(char::is_control) => json(value),
        _ => format!("'{}'", value.replace('\'', "''")),
    }
}

/// A JSON string, which is a YAML string too.
fn json(value: &str) -> String {
    Value::from(value).to_string()
}

/// A text with some ranges replaced.
fn changed(text: &str, mut changes: Vec<(std::ops::Range<usize>, String)>) -> String {
    changes.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
    let mut text = text.to_owned();
    for (range, new) in changes {
        text.replace_range(range, &new);
    }
    text
}

/// Visits every string of a document, with its place and key.
fn walk(document: &mut Value, visit: &mut impl FnMut(&str, &str, &mut String)) {
    descend(document, "", "", visit);
}

fn descend(
    value: &mut Value,
    place: &str,
    key: &str,
    visit: &mut impl FnMut(&str, &str, &mut String),
) {
    match value {
        Value::String(text) => visit(place, key, text),
        Value::Object(map) => {
            for (key, value) in map {
                descend(value, &key_path::key(place, key), key, visit);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                let id = item.get("id").and_then(Value::as_str);
                let place = key_path::entry(place, index, id);
                descend(item, &place, "", visit);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests;
