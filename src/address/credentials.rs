//! Finds the end of an address's credentials. Passwords of cameras contain unescaped `@`,
//! `/`, `?` and `#`, so this is a heuristic.

use std::net::{Ipv4Addr, Ipv6Addr};

pub(super) fn end_of_authority(text: &str) -> usize {
    text.find(['/', '?', '#']).unwrap_or(text.len())
}

/// Index of the `@` that ends the credentials.
///
/// A password may contain `@`, `/`, `?` and `#`, and so may a path. A well-formed address
/// whose host is certain (an IP address, a name with a dot) is read as RFC 3986 specifies.
/// In any other address, the credentials end at the last `@` that a host can follow.
pub(super) fn end_of_credentials(rest: &str) -> Option<usize> {
    let authority = &rest[..end_of_authority(rest)];
    // `host#...` is not used in practice, so the `#` belongs to a password.
    let well_formed = !rest[authority.len()..].starts_with('#');
    let candidates: Vec<AtSign> = rest
        .match_indices('@')
        .filter_map(|(at, _)| {
            let after = &rest[at + 1..];
            let (host, port) = host_port(&after[..end_of_authority(after)])?;
            Some(AtSign {
                at,
                is_certain: is_certain_host(host) || port.is_some(),
            })
        })
        .collect();
    // An `@` in a query (`?mail=a@b.c`) follows the host and ends no credentials.
    let in_query = |c: &AtSign| {
        candidates.iter().any(|earlier| {
            let between = rest.get(earlier.at..c.at).unwrap_or("");
            earlier.is_certain
                && between
                    .find('?')
                    .is_some_and(|q| between[q..].contains('='))
        })
    };
    let last = candidates.iter().rev().find(|c| !in_query(c))?;
    if last.at < authority.len() {
        return Some(last.at);
    }
    if !well_formed {
        return Some(last.at);
    }
    match authority.rfind('@') {
        Some(inner) => {
            let Some((host, port)) = host_port(&authority[inner + 1..]) else {
                return Some(last.at);
            };
            let is_certain = is_certain_host(host) || port.is_some();
            Some(if is_certain || !last.is_certain {
                inner
            } else {
                last.at
            })
        }
        None => match host_port(authority) {
            // Without a colon there is no password before the first slash.
            Some((_, None)) => None,
            Some((host, Some(_))) if is_certain_host(host) || !last.is_certain => None,
            _ => Some(last.at),
        },
    }
}

/// An `@` that a host can follow.
struct AtSign {
    at: usize,
    is_certain: bool,
}

/// Splits `host`, `host:port`, `[v6]` or `[v6]:port`; `None` for any other text.
pub(super) fn host_port(authority: &str) -> Option<(&str, Option<u16>)> {
    if let Some(bracketed) = authority.strip_prefix('[') {
        let (host, port) = bracketed.split_once(']')?;
        let address = host.split('%').next().unwrap_or(host);
        address.parse::<Ipv6Addr>().ok()?;
        return match port.strip_prefix(':') {
            Some(port) => Some((host, Some(parse_port(port)?))),
            None => port.is_empty().then_some((host, None)),
        };
    }
    let (host, port) = match authority.split_once(':') {
        Some((host, port)) => (host, Some(parse_port(port)?)),
        None => (authority, None),
    };
    let valid = !host.is_empty()
        && host
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '-' | '.' | '_'));
    valid.then_some((host, port))
}

fn parse_port(text: &str) -> Option<u16> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|port| digits && *port > 0)
}

fn is_certain_host(host: &str) -> bool {
    host.contains(':')
        || host.eq_ignore_ascii_case("localhost")
        || host.parse::<Ipv4Addr>().is_ok()
        || host.rsplit_once('.').is_some_and(|(name, top)| {
            !name.is_empty() && top.len() > 1 && top.chars().all(|c| c.is_ascii_alphabetic())
        })
}
