//! Hides passwords in addresses, in everything that people or logs see.
//!
//! Passwords of cameras contain unescaped `@`, `/`, `#` and `?`, so an address is often
//! ambiguous. A parser that guesses wrong loses a connection, but a redaction that guesses
//! wrong shows a password. So this rule hides more than the parser would: everything from
//! the first `:` to the last `@`, even if that includes a part of the path.

use std::net::Ipv4Addr;

use crate::base::printable;

/// The text that replaces a password.
pub const HIDDEN: &str = "***";

/// How the names of query parameters with a secret value end.
const SECRET_ENDINGS: [&str; 11] = [
    "password",
    "passwd",
    "pwd",
    "psw",
    "pass",
    "token",
    "secret",
    "apikey",
    "api_key",
    "signature",
    "credential",
];

/// Names that are too short to match by their end (`monkey=`, `design=`).
const SECRET_NAMES: [&str; 3] = ["auth", "key", "sig"];

/// Hides the password and the secret query parameters of one address.
///
/// Treats the whole text as one address, so that it also hides a password with spaces. `rtsp://user:pass@host/a` becomes `rtsp://user:***@host/a`,
/// `http://host/a?token=abc&x=1` becomes `http://host/a?token=***&x=1`.
/// A second application changes nothing.
pub fn redact_address(address: &str) -> String {
    hide_parameters(&hide_userinfo(address), Ends::AtAmpersand)
}

/// Hides the passwords of all addresses inside a text, such as a log line or
/// another library's error message. An address ends at white space.
pub fn redact(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(mark) = rest.find("://") {
        let start = rest[..mark].rfind(|c| !is_scheme_char(c)).map_or(0, |i| {
            // The character at `i` may be longer than a byte.
            i + rest[i..].chars().next().map_or(1, char::len_utf8)
        });
        let end = rest[mark..]
            .find(char::is_whitespace)
            .map_or(rest.len(), |i| mark + i);
        out.push_str(&rest[..start]);
        out.push_str(&hide_userinfo(&rest[start..end]));
        rest = &rest[end..];
    }
    out.push_str(rest);
    hide_parameters(&out, Ends::AtSpace)
}

/// Makes any text safe for a log or a terminal: on one line, with hidden characters
/// escaped, and without passwords. Both loggers use it for every line.
pub fn one_line(text: &str) -> String {
    // Escaped first: a line break within a password would end the address.
    redact(&printable::escaped(text))
}

fn is_scheme_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.')
}

fn hide_userinfo(address: &str) -> String {
    let begin = match address.find("://") {
        Some(mark) if address[..mark].eq_ignore_ascii_case("file") => return address.to_owned(),
        Some(mark) => mark + 3,
        None => 0,
    };
    let rest = &address[begin..];
    if starts_with_certain_host(rest) {
        return address.to_owned();
    }
    match (rest.find(':'), rest.rfind('@')) {
        (Some(colon), Some(at)) if colon < at => {
            format!(
                "{}{}:{HIDDEN}{}",
                &address[..begin],
                &rest[..colon],
                &rest[at..]
            )
        }
        _ => address.to_owned(),
    }
}

/// Whether the text starts with a host that cannot be a user name, so that a later `@`
/// belongs to the path.
fn starts_with_certain_host(rest: &str) -> bool {
    // Another address follows. Its password is hidden together with the rest.
    if rest.contains("://") {
        return false;
    }
    let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
    let host = match authority.strip_prefix('[').and_then(|a| a.split_once(']')) {
        Some((inner, port)) if inner.contains(':') => return is_port_or_empty(port),
        Some(_) => return false,
        None => authority,
    };
    let (host, port) = host.split_at(host.find(':').unwrap_or(host.len()));
    (host.parse::<Ipv4Addr>().is_ok() || host.eq_ignore_ascii_case("localhost"))
        && is_port_or_empty(port)
}

fn is_port_or_empty(text: &str) -> bool {
    text.is_empty()
        || text
            .strip_prefix(':')
            .is_some_and(|p| p.len() <= 5 && p.parse::<u16>().is_ok())
}

#[derive(Clone, Copy, PartialEq)]
enum Ends {
    AtAmpersand,
    AtSpace,
}

/// Replaces the values of secret parameters such as `token=...`.
fn hide_parameters(text: &str, ends: Ends) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(equals) = rest.find('=') {
        let (name, value) = (&rest[..equals], &rest[equals + 1..]);
        out.push_str(&rest[..=equals]);
        let end = value
            .find(|c: char| c == '&' || (ends == Ends::AtSpace && c.is_whitespace()))
            .unwrap_or(value.len());
        if !names_a_secret(name) && !is_encoded_login(&value[..end]) {
            rest = value;
            continue;
        }
        let secret = &value[..end];
        // In a sentence, a quote or bracket after an address is not part of the secret.
        let shown = match ends {
            Ends::AtAmpersand => "",
            Ends::AtSpace => {
                let kept = secret.trim_end_matches(['"', '\'', '`', ')', ']', '>', ',', ':', '.']);
                if kept.is_empty() {
                    ""
                } else {
                    &secret[kept.len()..]
                }
            }
        };
        if !secret.is_empty() {
            out.push_str(HIDDEN);
            out.push_str(shown);
        }
        rest = &value[end..];
    }
    out.push_str(rest);
    out
}

/// Whether a value is itself an address with a password, percent-encoded as an address in
/// a query must be: `?url=rtsp%3A%2F%2Fuser%3Apass%40host`.
fn is_encoded_login(value: &str) -> bool {
    let value = value.to_ascii_lowercase();
    let user = value.split_once("%3a%2f%2f").map(|(_, rest)| rest);
    user.is_some_and(|rest| rest.contains("%40") || rest.contains('@'))
}

fn names_a_secret(text_before_equals: &str) -> bool {
    let start = text_before_equals
        .rfind(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-')))
        .map_or(0, |i| {
            i + text_before_equals[i..]
                .chars()
                .next()
                .map_or(1, char::len_utf8)
        });
    let name = text_before_equals[start..].to_ascii_lowercase();
    SECRET_NAMES.contains(&name.as_str()) || SECRET_ENDINGS.iter().any(|end| name.ends_with(end))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn redact_address_hides_only_passwords() {
        for (address, shown) in [
            ("rtsp://user:pass@host/a", "rtsp://user:***@host/a"),
            (
                "http://gw/v?u=rtsp%3A%2F%2Fuser%3Apass%40host&x=1",
                "http://gw/v?u=***&x=1",
            ),
            (
                "rtsp://admin:p@ss#1/x@192.168.1.10:554/s",
                "rtsp://admin:***@192.168.1.10:554/s",
            ),
            ("rtsp://admin:my pass@host/a", "rtsp://admin:***@host/a"),
            ("rtsp://admin:@host/a", "rtsp://admin:***@host/a"),
            ("rtsp://:pass@host/a", "rtsp://:***@host/a"),
            ("rtsp://user@host:554/a", "rtsp://user@host:554/a"),
            (
                "rtsp://192.168.1.10:554/live@main",
                "rtsp://192.168.1.10:554/live@main",
            ),
            (
                "rtsp://[fe80::1]:554/live@main",
                "rtsp://[fe80::1]:554/live@main",
            ),
            ("rtsp://[fe80::1]/a", "rtsp://[fe80::1]/a"),
            ("http://cam/live?mail=a@b.c", "http://cam/live?mail=a@b.c"),
            (
                "http://cam/a?password=x#y&ch=1",
                "http://cam/a?password=***&ch=1",
            ),
            (
                "http://cam/a?Access_Token=abc",
                "http://cam/a?Access_Token=***",
            ),
            (
                "rtsp://cam/user=admin_password=tl_J_ch.sdp",
                "rtsp://cam/user=admin_password=***",
            ),
            ("admin:pass@192.168.1.10/a", "admin:***@192.168.1.10/a"),
            ("rtsp:/u:p@h", "rtsp:***@h"),
            ("file:///home/a:b@c/x.mp4", "file:///home/a:b@c/x.mp4"),
            ("webcam:0", "webcam:0"),
        ] {
            assert_eq!(redact_address(address), shown);
        }
    }

    #[test]
    fn redact_finds_addresses_in_a_sentence() {
        assert_eq!(
            redact("cannot open 'rtsp://u:p@ss@cam/a': refused; é→http://x:y@z?token=abc', retry"),
            "cannot open 'rtsp://u:***@cam/a': refused; é→http://x:***@z?token=***', retry"
        );
        // An address on the network that is followed by another with a password.
        assert!(!redact("rtsp://10.0.0.1:1/x,http://u:hunter@h/").contains("hunter"));
    }

    #[test]
    fn log_line_is_one_line_without_passwords() {
        assert_eq!(
            one_line("cannot open rtsp://u:pa\r\nss@cam/: 404 \u{1b}[31mERROR\nforged"),
            "cannot open rtsp://u:***@cam/: 404 \\u{1b}[31mERROR\\nforged"
        );
    }

    /// Passwords with any visible characters, also those with a meaning in an address.
    fn password() -> impl Strategy<Value = String> {
        "[!-~äß漢]{4,24}"
    }

    fn leaks(shown: &str, frame: &str, password: &str) -> bool {
        // A password that is also a part of the rest is not a leak.
        shown.contains(password) && !frame.contains(password)
    }

    proptest! {
        #[test]
        fn password_before_host_is_never_shown(
            scheme in "rtsp|rtsps|http|https|rtmp|RTSP",
            user in "[a-zA-Z0-9._-]{0,8}",
            secret in password(),
            host in "cam|192\\.168\\.1\\.10|cam\\.lan:554|\\[fe80::1\\]:554",
            path in "|/|/Streaming/Channels/101|/live\\?a=1|/a@b",
        ) {
            let address = format!("{scheme}://{user}:{secret}@{host}{path}");
            let frame = format!("{scheme}://{user}:***@{host}{path}");
            prop_assert!(!leaks(&redact_address(&address), &frame, &secret));
            let line = format!("source cam1: cannot open {address}: refused");
            let framed = format!("source cam1: cannot open {frame}: refused");
            prop_assert!(!leaks(&redact(&line), &framed, &secret), "{}", redact(&line));
        }

        #[test]
        fn secret_parameter_is_never_shown(
            name in "password|pwd|token|access_token|auth|key|user=admin_password",
            secret in "[!-%'-~]{4,24}",
            more in "|&channel=1",
        ) {
            // `***` with a closing quote looks like a hidden secret.
            prop_assume!(secret.contains(|c: char| c.is_ascii_alphanumeric()));
            let address = format!("http://cam/a?{name}={secret}{more}");
            let frame = format!("http://cam/a?{name}=***{more}");
            prop_assert!(!leaks(&redact_address(&address), &frame, &secret));
            prop_assert!(!leaks(&redact(&address), &frame, &secret));
        }

        #[test]
        fn redaction_is_idempotent(text in "\\PC{0,60}", secret in password()) {
            let address = format!("rtsp://u:{secret}@host/a?{text}");
            let once = redact_address(&address);
            prop_assert_eq!(&redact_address(&once), &once);
            redact(&text);
        }
    }
}
