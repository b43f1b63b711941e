//! Hides secrets within one line of a comment.

use percent_encoding::percent_decode_str;
use rextrack::internals::address::{HIDDEN, redact};

use super::escapes::unescaped;
use super::words::{ACCOUNTS, NAMES, PHRASES, SCHEMES, SECRETS, UNSPACED_SECRETS, USERS};

/// A line with its secrets hidden: as it is spelled, and with the escapes of YAML and
/// addresses resolved.
pub fn hidden(text: &str) -> String {
    let mut shown = hidden_as_spelled(text);
    let unescaped = unescaped(&shown);
    let decoded = percent_decode_str(&unescaped)
        .decode_utf8_lossy()
        .into_owned();
    let percent = percent_decode_str(&shown).decode_utf8_lossy().into_owned();
    for spelling in [unescaped, percent, decoded] {
        let spelling = spelling.replace(char::is_control, " ");
        let safe = hidden_as_spelled(&spelling);
        if safe != spelling {
            shown = safe;
        }
    }
    shown
}

/// As [`hidden`], for the spelling of the text alone.
pub fn hidden_as_spelled(text: &str) -> String {
    words(&users(&pairs(&redact(&addresses(text)))))
}

/// Hides the password between a user and a host.
fn addresses(text: &str) -> String {
    // A password may have spaces: hide up to the last `@`, both in the addresses and in
    // the text before them.
    let mark = text.find("://");
    let (before, behind) = text.split_at(mark.map_or(text.len(), |mark| mark + 3));
    let plain = &before[..mark.unwrap_or(before.len())];
    let to_last_at = |text: &str| match (text.find(':'), text.rfind('@')) {
        (Some(colon), Some(at)) if colon < at => {
            format!("{}{HIDDEN}{}", &text[..=colon], &text[at..])
        }
        _ => text.to_owned(),
    };
    let text = to_last_at(plain) + &before[plain.len()..] + &to_last_at(behind);
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

/// Hides a password that follows a user and `:`, as in `admin:hunter2`.
fn pairs(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for token in text.split_inclusive(char::is_whitespace) {
        let hidden = |colon: &usize| {
            let user = token[..*colon].rsplit(|c: char| !is_word(c)).next();
            is_pair(
                token,
                user.unwrap_or_default(),
                token[colon + 1..].trim_end(),
            )
        };
        match token.find(':').filter(hidden) {
            Some(colon) => {
                let secret = token[colon + 1..].trim_end();
                let space = &token[colon + 1 + secret.len()..];
                shown.extend([&token[..=colon], HIDDEN, space]);
            }
            None => shown.push_str(token),
        }
    }
    // `admin: hunter2` and `admin / hunter2`: to the end of the line.
    for (start, end) in spans(&shown) {
        let rest = shown[end..].trim_start_matches(['"', '\'']);
        let joints = [":", "=", " :", " =", " / ", "：", "/"];
        let Some(joint) = joints.iter().find(|joint| rest.starts_with(**joint)) else {
            continue;
        };
        let secret = &rest[joint.len()..];
        let is_account = ACCOUNTS.contains(&shown[start..end].to_lowercase().as_str());
        let is_path = shown[..start].ends_with(['/', '\\']) && joint.contains('/');
        let is_hidden = secret.trim_start().starts_with(HIDDEN);
        if is_account && !is_path && !is_hidden && secret.contains(char::is_alphanumeric) {
            return format!("{}{HIDDEN}", &shown[..shown.len() - secret.len()]);
        }
    }
    shown
}

/// Whether the text after the first `:` of a token may be a secret. Ports, times of day,
/// hardware addresses, and addresses that [`addresses`] has handled are not.
fn is_pair(token: &str, user: &str, secret: &str) -> bool {
    let is_hardware = token
        .trim()
        .chars()
        .all(|c| c.is_ascii_hexdigit() || matches!(c, ':' | '.'));
    let number = secret.split(|c: char| !c.is_alphanumeric()).next();
    let is_number = number.is_some_and(|number| number.parse::<u16>().is_ok());
    let is_account = ACCOUNTS.contains(&user.to_lowercase().as_str());
    user.contains(char::is_alphabetic)
        && user.chars().count() > 1
        && secret.contains(char::is_alphanumeric)
        && !SCHEMES.contains(&user.to_lowercase().as_str())
        && !token.contains("://")
        && !secret.contains(['@', '*'])
        && !is_hardware
        && (is_account || !is_number)
}

/// Hides the text after a user's name, to the end of the line.
fn users(text: &str) -> String {
    let is_user = |&(start, end): &(usize, usize)| {
        let word = text[start..end].to_lowercase();
        let last = word.rsplit(['_', '-']).next().unwrap_or_default();
        let is_joined = ["user_name", "user-name", "log-in"]
            .iter()
            .any(|name| word.ends_with(name));
        USERS.contains(&last) || is_joined
    };
    let Some((_, end)) = spans(text).find(is_user) else {
        return text.to_owned();
    };
    // An address may come between: `login http://10.0.0.5 admin hunter2`.
    let is_name = |token: &&str| {
        let is_address = token.contains("://") || token.contains(HIDDEN);
        token.contains(char::is_alphanumeric) && !is_address
    };
    let tokens = text[end..].split_inclusive(char::is_whitespace);
    let name = end
        + tokens
            .take_while(|t| !is_name(t))
            .map(str::len)
            .sum::<usize>();
    let Some((_, end)) = spans(&text[name..]).next() else {
        return text.to_owned();
    };
    let (shown, rest) = text.split_at(name + end);
    match rest.contains(char::is_alphanumeric) {
        true => format!("{shown} {HIDDEN}"),
        false => text.to_owned(),
    }
}

/// Hides the text after a word such as `password`, to the end of the line.
fn words(text: &str) -> String {
    match secret_word(text) {
        Some(end) if text[end..].contains(char::is_alphanumeric) => {
            // Keep the characters between the two: `: `, `="`, ` is `.
            let joint = text[end..]
                .find(|c: char| !matches!(c, ':' | '：' | '=' | ' ' | '\t' | '"' | '\''))
                .unwrap_or(0);
            format!("{}{HIDDEN}", &text[..end + joint])
        }
        _ => text.to_owned(),
    }
}

/// Where the first word ends that announces a secret.
pub fn secret_word(text: &str) -> Option<usize> {
    for (start, end) in spans(text) {
        let unspaced = UNSPACED_SECRETS.iter().filter_map(|secret| {
            let found = text[start..end].find(secret)?;
            Some(start + found + secret.len())
        });
        if let Some(end) = unspaced.min() {
            return Some(end);
        }
        let word = text[start..end].to_lowercase();
        let word = word.strip_suffix('s').unwrap_or(&word);
        let named = text[end..].trim_start_matches(['"', '\'', ' ', '\t']);
        let named = named.starts_with([':', '=', '：']);
        let ends = |list: &[&str]| list.iter().any(|name| word.ends_with(name));
        // The last letter of `pass` was removed above.
        let is_name = named && (ends(NAMES) || word.ends_with("pas"));
        if ends(SECRETS) || is_name || ends_phrase(&text[..end]) {
            return Some(end);
        }
    }
    None
}

/// Whether a text ends with one of [`PHRASES`].
fn ends_phrase(text: &str) -> bool {
    let is_it = |phrase: &&str| {
        let mut words = text
            .rsplit(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty());
        let mut names = phrase.rsplit(' ');
        names.all(|name| words.next().is_some_and(|word| word.to_lowercase() == name))
    };
    PHRASES.iter().any(is_it)
}

/// Where the words of a text begin and end.
fn spans(text: &str) -> impl Iterator<Item = (usize, usize)> {
    let mut begin = 0;
    std::iter::from_fn(move || {
        let start = begin + text[begin..].find(is_word)?;
        let length = text[start..].find(|c| !is_word(c));
        begin = length.map_or(text.len(), |n| start + n);
        Some((start, begin))
    })
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-')
}
