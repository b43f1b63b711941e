//! Passwords in comments: hidden without knowing what the comment means.
//!
//! A comment may be a camera that was switched off, in any spelling of YAML, or a
//! sentence. So the rules are blunter than those for values: what may be a password is
//! hidden, even where that swallows a harmless word.

use percent_encoding::percent_decode_str;
use rextrack::source::{HIDDEN, redact};

/// How many lines of comments an address or a value may be spread over.
const REACH: usize = 8;
/// Shorter secrets are common words or numbers.
const LITERAL_MIN: usize = 4;

/// Ends of words behind which a secret follows.
const SECRETS: [&str; 18] = [
    "password",
    "passwort",
    "kennwort",
    "passphrase",
    "passcode",
    "passwd",
    "пароль",
    "pwd",
    "psw",
    "pw",
    "token",
    "secret",
    "credential",
    "apikey",
    "api_key",
    "api-key",
    "bearer",
    "authorization",
];
/// Words that announce a secret only with `:` or `=` behind them.
const NAMES: [&str; 5] = ["pass", "auth", "key", "sig", "signature"];
/// Keys whose value is an address.
const ADDRESSES: [&str; 6] = ["stream", "broker", "url", "uri", "address", "source"];

/// A comment as it stands in the text.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    /// What follows `#`.
    pub text: &'a str,
    /// Its line.
    pub number: usize,
}

/// The comments of a text without what may be a secret, in the same order.
/// `known` are secrets of the configuration itself.
pub fn hidden(lines: &[Line<'_>], known: &[String]) -> Vec<String> {
    let mut shown: Vec<String> = lines.iter().map(|line| one(line.text)).collect();
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

/// One comment, in the spelling that it has and in those that YAML and addresses know.
fn one(text: &str) -> String {
    let mut shown = blunt(text);
    let unescaped = unescaped(&shown);
    let decoded = percent_decode_str(&unescaped)
        .decode_utf8_lossy()
        .into_owned();
    let percent = percent_decode_str(&shown).decode_utf8_lossy().into_owned();
    for spelling in [unescaped, percent, decoded] {
        let spelling = spelling.replace(char::is_control, " ");
        let safe = blunt(&spelling);
        if safe != spelling {
            shown = safe;
        }
    }
    shown
}

fn blunt(text: &str) -> String {
    words(&redact(&addresses(text)))
}

/// Hides what may stand between a user and a host.
fn addresses(text: &str) -> String {
    let mut text = text.to_owned();
    // With spaces in it: to the last `@` of the line.
    if let Some(mark) = text.find("://")
        && let Some(colon) = text[mark + 3..].find(':').map(|i| mark + 3 + i)
        && let Some(at) = text.rfind('@').filter(|at| *at > colon)
    {
        text.replace_range(colon + 1..at, HIDDEN);
    }
    let token = |token: &str| {
        let begin = token.find("://").map_or(0, |mark| mark + 3);
        match (token[begin..].find(':'), token.rfind('@')) {
            (Some(colon), Some(at)) if begin + colon < at => {
                format!("{}{HIDDEN}{}", &token[..=begin + colon], &token[at..])
            }
            _ => token.to_owned(),
        }
    };
    text.split_inclusive(char::is_whitespace)
        .map(token)
        .collect()
}

/// Hides what follows a word such as `password`, to the end of the line.
fn words(text: &str) -> String {
    match secret_word(text) {
        Some(end) if text[end..].contains(char::is_alphanumeric) => {
            // What joins the two: `: `, `="`, ` is `.
            let joint = text[end..]
                .find(|c: char| !matches!(c, ':' | '=' | ' ' | '\t' | '"' | '\''))
                .unwrap_or(0);
            format!("{}{HIDDEN}", &text[..end + joint])
        }
        _ => text.to_owned(),
    }
}

/// Where the first word ends that announces a secret.
fn secret_word(text: &str) -> Option<usize> {
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    let mut begin = 0;
    while let Some(start) = text[begin..].find(is_word).map(|i| begin + i) {
        let length = text[start..].find(|c| !is_word(c));
        let end = length.map_or(text.len(), |n| start + n);
        let word = text[start..end].to_lowercase();
        let word = word.strip_suffix('s').unwrap_or(&word);
        let named = text[end..].trim_start_matches(['"', '\'', ' ', '\t']);
        let named = named.starts_with([':', '=']);
        let ends = |list: &[&str]| list.iter().any(|name| word.ends_with(name));
        // `pass` loses its last letter above.
        if ends(&SECRETS) || (named && (ends(&NAMES) || word.ends_with("pas"))) {
            return Some(end);
        }
        begin = end;
    }
    None
}

/// An address whose `@` stands some comment lines further down.
fn address_over_lines(lines: &[Line<'_>], start: usize, next: &[usize], shown: &mut [String]) {
    let text = unescaped(lines[start].text);
    let text = text.trim_end().trim_end_matches('\\');
    let last = text.split_whitespace().next_back().unwrap_or_default();
    let value = key_of(text).filter(|(key, _)| ADDRESSES.iter().any(|name| key.ends_with(name)));
    // A value of which the password is yet to come.
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
            shown[n] = format!(" {HIDDEN}{}", blunt(&text[at..]));
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

/// A secret's value that goes on in lines which are indented further.
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

/// A text with the escapes of YAML's quoted scalars undone.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['\\', '\'']) {
        out.push_str(&rest[..at]);
        let mut chars = rest[at..].chars();
        let sign = chars.next();
        let next = chars.next();
        let digits = match (sign, next) {
            (Some('\\'), Some('x')) => 2,
            (Some('\\'), Some('u')) => 4,
            (Some('\\'), Some('U')) => 8,
            _ => 0,
        };
        let code = rest.get(at + 2..at + 2 + digits).filter(|_| digits > 0);
        let code = code.and_then(|hex| u32::from_str_radix(hex, 16).ok());
        if let Some(character) = code.and_then(char::from_u32) {
            out.push(character);
            rest = &rest[at + 2 + digits..];
            continue;
        }
        match (sign, next) {
            (Some('\\'), Some(c @ ('/' | '"' | '\\'))) => {
                out.push(c);
                rest = &rest[at + 2..];
            }
            (Some('\''), Some('\'')) => {
                out.push('\'');
                rest = &rest[at + 2..];
            }
            (Some(c), _) => {
                out.push(c);
                rest = &rest[at + 1..];
            }
            (None, _) => break,
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let lines: Vec<Line<'_>> = text
            .lines()
            .enumerate()
            .map(|(number, text)| Line { text, number })
            .collect();
        hidden(&lines, &["known-one".into()]).join("\n")
    }

    #[test]
    fn a_secret_in_a_comment_is_hidden_in_any_spelling() {
        for text in [
            " stream: rtsp://admin:hunter2@10.0.0.5/s1",
            " was rtsp://admin:hunter2@10.0.0.5/s1 until March",
            " - {id: old, stream: 'rtsp://admin:hunter2@10.0.0.5/s1'}",
            "stream: \"rtsp://admin:hunter\\x32@10.0.0.5/s1\"",
            " stream: \"rtsp://admin\\x3ahunter2\\u004010.0.0.5/s1\"",
            " stream: \"rtsp:\\/\\/admin\\x3ahunter2\\x4010.0.0.5\\/s1\"",
            " rtsp%3A%2F%2Fadmin%3Ahunter2%4010.0.0.5",
            " rtsp://admin:my hunter2@10.0.0.5/s1",
            " admin:hunter2@10.0.0.5",
            " //admin:hunter2@10.0.0.5",
            " http://a/b and rtsp://u:hunter2@h",
            " password: hunter2",
            " the password is hunter2",
            " Password hunter2, as on the sticker",
            " pass: hunter2",
            " pwd=hunter2",
            " \"pass\\x77ord\": hunter2",
            " token: hunter2",
            " MQTT_PASSWORD=hunter2",
            " пароль: hunter2",
            " http://h/a?token=hunter2&x=1",
            " api-key hunter2",
            " stream: >-\n   rtsp://admin:hun\n   hunter2@10.0.0.5/s1",
            " stream: >-\n   rtsp://admin:my\n   hunter2 pass@10.0.0.5/s1",
            " stream: \"rtsp://admin:\\\n   hunter2@10.0.0.5/s1\"",
            " stream: \"rtsp://admin:x\\\n   hunter2\\\n   y@10.0.0.5/s1\"",
            " rtsp://admin:x\n hunter2@10.0.0.5/s1",
            " password: >-\n   hunter2",
            " token:\n   hunter2",
        ] {
            let shown = shown(text);
            let text = unescaped(text);
            assert!(!shown.contains("hunter2"), "{text}\n{shown}");
            assert!(!unescaped(&shown).contains("hunter2"), "{text}\n{shown}");
            assert!(shown.contains(HIDDEN), "{text}\n{shown}");
        }
        assert_eq!(shown(" is known-one still right?"), " is *** still right?");
    }

    #[test]
    fn other_comments_stay_as_they_are() {
        for text in [
            " Who: the hall, 2026",
            " the first",
            " found by trying; 0.3 was too low: people vanished",
            " see http://rextrack.example/docs",
            " people pass here",
            " stream: rtsp://10.0.0.5:554/s1\n name: The hall",
            " cameras:\n - {id: a, stream: 'synth:'}",
            " it's 10:30\n it isn't",
        ] {
            assert_eq!(shown(text), text);
        }
    }
}
