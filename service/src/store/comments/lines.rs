//! Hides secrets in all comments of a text, also those that go over several lines.

use rextrack::internals::address::HIDDEN;

use super::escapes::unescaped;
use super::line::{self, secret_word};
use super::words::ADDRESSES;

/// Most lines that an address or a value in comments may go over.
const REACH: usize = 8;
/// Shorter secrets are common words or numbers.
const LITERAL_MIN: usize = 4;

/// A line of a comment.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    /// The text after `#`.
    pub text: &'a str,
    /// Number of the line.
    pub number: usize,
}

/// The comments of a text in the same order, possible secrets hidden. `known` are the
/// secrets of the configuration itself.
pub fn hidden(lines: &[Line<'_>], known: &[String]) -> Vec<String> {
    let mut shown: Vec<String> = lines.iter().map(|line| line::hidden(line.text)).collect();
    for start in 0..lines.len() {
        let follows = |n: usize| {
            lines
                .get(n)
                .is_some_and(|l| l.number == lines[start].number + n - start)
        };
        let next: Vec<usize> = (start + 1..=start + REACH)
            .take_while(|n| follows(*n))
            .collect();
        address_over_lines(lines, start, &next, &mut shown);
        value_over_lines(lines, start, &next, &mut shown);
    }
    for shown in &mut shown {
        for secret in known.iter().filter(|s| s.chars().count() >= LITERAL_MIN) {
            *shown = shown.replace(secret.as_str(), HIDDEN);
        }
    }
    shown
}

/// Hides an address whose `@` is some lines further down.
fn address_over_lines(lines: &[Line<'_>], start: usize, next: &[usize], shown: &mut [String]) {
    let text = unescaped(lines[start].text);
    let text = text.trim_end().trim_end_matches('\\');
    let last = text.split_whitespace().next_back().unwrap_or_default();
    let value = key_of(text).filter(|(key, _)| ADDRESSES.iter().any(|name| key.ends_with(name)));
    // A value whose password is on a later line.
    let is_value = value.is_some_and(|(_, value)| !value.contains('@'));
    let is_address = last.contains(':') && !last.contains('@');
    if !is_value && !is_address {
        return;
    }
    let mut between = Vec::new();
    for &n in next {
        let text = unescaped(lines[n].text);
        let mut words = text.split_whitespace();
        let first = words.next().unwrap_or_default();
        let ends_here = if is_value {
            text.contains('@')
        } else {
            first.contains('@')
        };
        if ends_here {
            let at = text.rfind('@').unwrap_or(0);
            if let Some(cut) = lines[start].text.find("://").map(|mark| mark + 3) {
                shown[start] = format!("{}{HIDDEN}", &lines[start].text[..cut]);
            } else if is_address && let Some(cut) = lines[start].text.rfind(':') {
                shown[start] = format!("{}{HIDDEN}", &lines[start].text[..=cut]);
            }
            for n in between {
                shown[n] = format!(" {HIDDEN}");
            }
            shown[n] = format!(" {HIDDEN}{}", line::hidden_as_spelled(&text[at..]));
            return;
        }
        // Another key, or a sentence.
        if key_of(&text).is_some_and(|(_, value)| !value.starts_with("//"))
            || (!is_value && words.next().is_some())
        {
            return;
        }
        between.push(n);
    }
}

/// Hides the value of a secret that continues on lines with a larger indentation.
fn value_over_lines(lines: &[Line<'_>], start: usize, next: &[usize], shown: &mut [String]) {
    let text = unescaped(lines[start].text);
    let Some(end) = secret_word(&text) else {
        return;
    };
    let named = text[end..].trim_start_matches(['"', '\'', ' ']);
    if !named.starts_with([':', '=']) {
        return;
    }
    let indent = |text: &str| text.len() - text.trim_start_matches([' ', '\t', '-']).len();
    for &n in next {
        if indent(lines[n].text) <= indent(lines[start].text) {
            return;
        }
        shown[n] = format!(" {HIDDEN}");
    }
}

/// Key and value of a line that reads as one of YAML.
fn key_of(text: &str) -> Option<(String, &str)> {
    let text = text.trim_start_matches([' ', '\t', '-', '{']);
    let (key, value) = text.split_once(':')?;
    let key = key.trim().trim_matches(['"', '\'']).to_lowercase();
    let is_key = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || c == '_');
    is_key.then_some((key, value))
}

#[cfg(test)]
mod tests;
