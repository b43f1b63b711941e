//! Passwords in a configuration: hidden from those who look, given back by those
//! who return what they saw.

use rextrack::source::{HIDDEN, redact_address};
use serde_json::Value;

/// Keys whose value is an address that may hold a password.
const ADDRESSES: [&str; 2] = ["stream", "broker"];
/// The key whose value is a secret as a whole.
const TOKEN: &str = "token";

/// A document without its passwords.
pub fn hide(document: &Value) -> Value {
    let mut shown = document.clone();
    walk(&mut shown, &mut |_, text| {
        let hidden = text.1.hidden(text.0);
        *text.0 = hidden;
    });
    shown
}

/// Puts the passwords of `known` where `document` has what [`hide`] made of them: a
/// camera's by its id, all others by their place.
pub fn restore(document: &mut Value, known: &Value) {
    let mut secrets = Vec::new();
    walk(&mut known.clone(), &mut |place, (text, kind)| {
        secrets.push((place.to_owned(), text.clone(), kind.hidden(text)));
    });
    walk(document, &mut |place, (text, _)| {
        let known = secrets
            .iter()
            .find(|(at, secret, shown)| at == place && shown == text && secret != shown);
        if let Some((_, secret, _)) = known {
            text.clone_from(secret);
        }
    });
}

/// As [`hide`], in the file's own words.
pub fn hide_in_text(text: &str, document: &Value) -> String {
    let mut text = text.to_owned();
    for (secret, shown) in pairs(document) {
        text = text.replace(&secret, &shown);
    }
    text
}

/// As [`restore`], in the words that came back. Two cameras whose addresses differ
/// in nothing but the password look alike; of those only the first's is known.
pub fn restore_in_text(text: &str, known: &Value) -> String {
    let mut text = text.to_owned();
    for (secret, shown) in pairs(known) {
        text = text.replace(&shown, &secret);
    }
    text
}

fn pairs(document: &Value) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    walk(&mut document.clone(), &mut |_, (text, kind)| {
        let shown = kind.hidden(text);
        // A token that is shown as *** alone cannot be told from other asterisks.
        let shown = match kind {
            Kind::Address => shown,
            Kind::Token => format!("{HIDDEN}token{HIDDEN}"),
        };
        if *text != shown && !pairs.iter().any(|(_, known)| *known == shown) {
            pairs.push((text.clone(), shown));
        }
    });
    // The longest first: one address may be the beginning of another.
    pairs.sort_by_key(|(secret, _)| std::cmp::Reverse(secret.len()));
    pairs
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Address,
    Token,
}

impl Kind {
    fn hidden(self, text: &str) -> String {
        match self {
            Self::Address => redact_address(text),
            Self::Token => HIDDEN.into(),
        }
    }
}

/// Visits every text that may hold a secret, with its place.
fn walk(document: &mut Value, visit: &mut impl FnMut(&str, (&mut String, Kind))) {
    descend(document, "", visit);
}

fn descend(value: &mut Value, place: &str, visit: &mut impl FnMut(&str, (&mut String, Kind))) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let at = format!("{place}.{key}");
                match value {
                    Value::String(text) if ADDRESSES.contains(&key.as_str()) => {
                        visit(&at, (text, Kind::Address));
                    }
                    Value::String(text) if key == TOKEN => visit(&at, (text, Kind::Token)),
                    other => descend(other, &at, visit),
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                let id = item.get("id").and_then(Value::as_str);
                let name = id.map_or_else(|| index.to_string(), |id| format!("id={id}"));
                descend(item, &format!("{place}[{name}]"), visit);
            }
        }
        _ => {}
    }
}
