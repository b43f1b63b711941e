//! Passwords in comments: hidden without knowing what the comment means.
//!
//! A comment may be a camera that was switched off, in any spelling of YAML, or a
//! sentence. So the rules are blunter than those for values: what may be a password is
//! hidden, even where that swallows a harmless word.

mod words;

use percent_encoding::percent_decode_str;
use rextrack::source::{HIDDEN, redact};

use words::{ACCOUNTS, ADDRESSES, NAMES, PHRASES, SCHEMES, SECRETS, UNSPACED_SECRETS, USERS};

/// How many lines of comments an address or a value may be spread over.
const REACH: usize = 8;
/// Shorter secrets are common words or numbers.
const LITERAL_MIN: usize = 4;

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
    words(&users(&pairs(&redact(&addresses(text)))))
}

/// Hides what may stand between a user and a host.
fn addresses(text: &str) -> String {
    // With spaces in it: to the last `@`, of the addresses and of what stands before them.
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

/// Hides what is joined to a user by `:` as in `admin:hunter2`, without an address.
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

/// Whether what stands behind the first `:` of a token may be a secret: no port, no time
/// of day, no address of hardware, no address that [`addresses`] has looked at.
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

/// Hides what stands behind a user's name, to the end of the line.
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
    // An address may stand between: `login http://10.0.0.5 admin hunter2`.
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

/// Hides what follows a word such as `password`, to the end of the line.
fn words(text: &str) -> String {
    match secret_word(text) {
        Some(end) if text[end..].contains(char::is_alphanumeric) => {
            // What joins the two: `: `, `="`, ` is `.
            let joint = text[end..]
                .find(|c: char| !matches!(c, ':' | '：' | '=' | ' ' | '\t' | '"' | '\''))
                .unwrap_or(0);
            format!("{}{HIDDEN}", &text[..end + joint])
        }
        _ => text.to_owned(),
    }
}

/// Where the first word ends that announces a secret.
fn secret_word(text: &str) -> Option<usize> {
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
        // `pass` loses its last letter above.
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
            " admin:my hunter2@10.0.0.5",
            " admin:my hunter2@10.0.0.5, see http://rextrack.example/docs",
            " admin:hunter2",
            " Admin: hunter2",
            " admin / hunter2",
            " admin/hunter2",
            " hall:hunter2 since March",
            " 'hall:hunter2'",
            " login: admin:hunter2",
            " login admin hunter2",
            " Login: admin / hunter2",
            " user admin / hunter2",
            " user: admin, hunter2",
            " username=admin;hunter2",
            " RTSP_USER=admin hunter2",
            " login http://10.0.0.5 admin hunter2",
            " login at 10.0.0.5: admin hunter2",
            " Benutzer admin hunter2",
            " логин admin hunter2",
            " contraseña: hunter2",
            " la contrasen\u{303}a es hunter2",
            " mot de passe hunter2",
            " Mot de passe : hunter2",
            " mdp hunter2",
            " senha hunter2",
            " HASŁO: hunter2",
            " wachtwoord hunter2",
            " 密码 hunter2",
            " 密码是hunter2",
            " 摄像机密码：hunter2",
            " 密碼=hunter2",
            " パスワードはhunter2です",
            " 비밀번호: hunter2",
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
            " note: see the guide",
            " note: 3 people, one door",
            " at camera:1, hall.example:554/s1 and 10.0.0.5:554",
            " hardware 00:1a:2b:3c:4d:5e",
            " model: builtin:motion, stream: synth:people=5",
            " see the user guide",
            " open 9:00 to 18:30; the impasse: west",
            " files in /home/admin/models",
        ] {
            assert_eq!(shown(text), text);
        }
    }
}
