//! Addresses of sources: what stands in `camera.stream`.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::path::{Path, PathBuf};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::redact::redact_address;
use super::synth::SynthSettings;

/// Where frames come from.
///
/// `Display` and `Debug` hide passwords; [`StreamAddress::expose`] does not.
#[derive(Clone, PartialEq, Eq)]
pub enum StreamAddress {
    /// `rtsp://` or `rtsps://`.
    Rtsp {
        /// The camera's address.
        url: NetworkAddress,
    },
    /// `http://` or `https://`: MJPEG or HLS.
    Http {
        /// The camera's address.
        url: NetworkAddress,
    },
    /// A video file.
    File {
        /// Its path, as given; relative to the working folder.
        path: PathBuf,
    },
    /// `webcam:N`.
    Webcam {
        /// Number of the device, from 0.
        index: u32,
    },
    /// `mqtt://` or `mqtts://`: another node's tracks.
    #[cfg(feature = "mqtt")]
    Mqtt {
        /// The broker, and the topic that the node publishes under.
        url: NetworkAddress,
    },
    /// `push:`, frames that the host hands in.
    Push,
    /// `synth:`, a simulated crowd.
    Synth(SynthSettings),
}

/// An address on the network, with credentials that cameras allow and URLs do not.
///
/// `Display` and `Debug` hide the password.
#[derive(Clone, PartialEq, Eq)]
pub struct NetworkAddress {
    raw: String,
    scheme: Scheme,
    /// As written, still percent-encoded where its author encoded it.
    user: Option<String>,
    password: Option<String>,
    host: String,
    port: Option<u16>,
    tail: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scheme {
    Rtsp,
    Rtsps,
    Http,
    Https,
    Mqtt,
    Mqtts,
}

impl Scheme {
    const ALL: [Self; 6] = [
        Self::Rtsp,
        Self::Rtsps,
        Self::Http,
        Self::Https,
        Self::Mqtt,
        Self::Mqtts,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Rtsp => "rtsp",
            Self::Rtsps => "rtsps",
            Self::Http => "http",
            Self::Https => "https",
            Self::Mqtt => "mqtt",
            Self::Mqtts => "mqtts",
        }
    }

    fn port(self) -> u16 {
        match self {
            Self::Rtsp => 554,
            Self::Rtsps => 322,
            Self::Http => 80,
            Self::Https => 443,
            Self::Mqtt => 1883,
            Self::Mqtts => 8883,
        }
    }
}

/// Why a text is no source's address. Messages hold no password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Nothing given.
    #[error("is empty; give rtsp://HOST/PATH, http://HOST/PATH, a file, webcam:0 or synth:")]
    Empty,
    /// Scheme that nobody knows.
    #[error(
        "unknown kind of source '{scheme}' in '{shown}'; known are {} (a file with ':' in its \
         name is written ./NAME)",
        listed(&StreamAddress::SCHEMES)
    )]
    UnknownScheme {
        /// What stands before the colon.
        scheme: String,
        /// The address without its password.
        shown: String,
    },
    /// Line breaks and the like, written out or percent-encoded.
    #[error(
        "'{shown}' holds a control character ({code}), which no address has; remove it, also \
         where it is written as %0D or %0A"
    )]
    Control {
        /// The address without its password and without the characters.
        shown: String,
        /// The character, as U+000A.
        code: String,
    },
    /// A scheme that this build was made without.
    #[error(
        "this build has no {scheme} sources (feature mqtt); use rtsp://, http://, a file, webcam:N or synth:"
    )]
    Without {
        /// `mqtt://`.
        scheme: &'static str,
    },
    /// A broker without the topic of a camera.
    #[error("'{shown}' must name what the other node publishes, as mqtt://BROKER/rextrack/CAMERA")]
    Topic {
        /// The address without its password.
        shown: String,
    },
    /// Credentials and a host, but no scheme.
    #[error("'{shown}' looks like a camera's address without its beginning; write rtsp://{shown}")]
    NoScheme {
        /// The address without its password.
        shown: String,
    },
    /// No host, or one that cannot be.
    #[error(
        "'{shown}' has no valid host; write {scheme}://HOST/PATH or {scheme}://USER:PASSWORD@HOST/PATH"
    )]
    Host {
        /// The address without its password.
        shown: String,
        /// Its scheme.
        scheme: &'static str,
    },
    /// No number after `webcam:`.
    #[error("'{shown}' must be webcam:N with the camera's number, such as webcam:0")]
    Webcam {
        /// The address.
        shown: String,
    },
    /// No address of a broker.
    #[error("'{shown}' must be mqtt://HOST, mqtt://USER:PASSWORD@HOST:1883 or mqtts://HOST")]
    Broker {
        /// The address without its password.
        shown: String,
    },
    /// A simulated crowd that cannot be.
    #[error("synth: {reason}")]
    Synth {
        /// What is wrong and what would be right.
        reason: String,
    },
}

impl std::str::FromStr for StreamAddress {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(AddressError::Empty);
        }
        refuse_control(text, text)?;
        let Some((scheme, rest)) = split_scheme(text) else {
            if lacks_scheme(text) {
                return Err(AddressError::NoScheme {
                    shown: redact_address(text),
                });
            }
            return Ok(Self::File { path: text.into() });
        };
        let lower = scheme.to_ascii_lowercase();
        if let Some(known) = Scheme::ALL.into_iter().find(|s| s.name() == lower) {
            let Some(rest) = rest.strip_prefix("//") else {
                return Err(AddressError::Host {
                    shown: redact_address(text),
                    scheme: known.name(),
                });
            };
            let url = NetworkAddress::parse(text, known, rest)?;
            return match known {
                Scheme::Rtsp | Scheme::Rtsps => Ok(Self::Rtsp { url }),
                Scheme::Http | Scheme::Https => Ok(Self::Http { url }),
                Scheme::Mqtt | Scheme::Mqtts => Self::mqtt(url),
            };
        }
        match lower.as_str() {
            "file" => {
                let path = file_path(rest);
                refuse_control(text, &path.to_string_lossy())?;
                Ok(Self::File { path })
            }
            "webcam" => match rest.parse() {
                Ok(index) => Ok(Self::Webcam { index }),
                Err(_) => Err(AddressError::Webcam {
                    shown: redact_address(text),
                }),
            },
            "push" if rest.is_empty() => Ok(Self::Push),
            "synth" => rest
                .parse()
                .map(Self::Synth)
                .map_err(|reason| AddressError::Synth { reason }),
            _ if rest.contains('@') && !rest.starts_with("//") => Err(AddressError::NoScheme {
                shown: redact_address(text),
            }),
            _ => Err(AddressError::UnknownScheme {
                scheme: scheme.to_owned(),
                shown: redact_address(text),
            }),
        }
    }
}

impl StreamAddress {
    /// What an address may begin with, besides `push:`, which hosts alone can use.
    pub const SCHEMES: [&str; 8] = [
        "rtsp", "rtsps", "http", "https", "webcam", "file", "synth", "mqtt",
    ];

    #[cfg(feature = "mqtt")]
    fn mqtt(url: NetworkAddress) -> Result<Self, AddressError> {
        let topic = url.tail().trim_matches('/');
        if topic.is_empty() || topic.contains(['#', '+', '?']) {
            return Err(AddressError::Topic {
                shown: url.to_string(),
            });
        }
        Ok(Self::Mqtt { url })
    }

    #[cfg(not(feature = "mqtt"))]
    fn mqtt(_: NetworkAddress) -> Result<Self, AddressError> {
        Err(AddressError::Without { scheme: "mqtt://" })
    }

    /// The address with its password, for the one who opens it. Credentials
    /// are percent-encoded where they must be, so that FFmpeg reads them as meant.
    pub fn expose(&self) -> String {
        match self {
            Self::Rtsp { url } | Self::Http { url } => url.expose(),
            #[cfg(feature = "mqtt")]
            Self::Mqtt { url } => url.expose(),
            Self::File { path } => path.display().to_string(),
            Self::Webcam { index } => format!("webcam:{index}"),
            Self::Push | Self::Synth(_) => self.to_string(),
        }
    }

    /// The network part, if the source is on the network.
    pub fn network(&self) -> Option<&NetworkAddress> {
        match self {
            Self::Rtsp { url } | Self::Http { url } => Some(url),
            #[cfg(feature = "mqtt")]
            Self::Mqtt { url } => Some(url),
            Self::File { .. } | Self::Webcam { .. } | Self::Push | Self::Synth(_) => None,
        }
    }

    /// Host name or IP address (IPv6 without brackets); none for files and webcams.
    pub fn host(&self) -> Option<&str> {
        self.network().map(NetworkAddress::host)
    }

    /// TCP port, given or usual (554 rtsp, 322 rtsps, 80 http, 443 https).
    pub fn port(&self) -> Option<u16> {
        self.network().map(NetworkAddress::port)
    }

    /// User and password with percent-encoding undone, if the address has a user.
    pub fn user_password(&self) -> Option<(String, String)> {
        self.network().and_then(NetworkAddress::user_password)
    }

    /// Whether the source comes to an end and can be paced: a file.
    pub fn is_file(&self) -> bool {
        matches!(self, Self::File { .. })
    }

    /// Whether frames wait for whoever takes them, so that none need be lost: a
    /// file or a simulated crowd.
    pub fn can_wait(&self) -> bool {
        matches!(self, Self::File { .. } | Self::Synth(_))
    }

    /// Whether the source gives pictures, in which a model has to find things.
    pub fn gives_pictures(&self) -> bool {
        matches!(
            self,
            Self::Rtsp { .. }
                | Self::Http { .. }
                | Self::File { .. }
                | Self::Webcam { .. }
                | Self::Push
        )
    }

    /// Whether another node tracks, and this one shows its slots.
    pub fn is_another_node(&self) -> bool {
        // Without the feature `mqtt` there is no such variant.
        !self.gives_pictures() && !matches!(self, Self::Synth(_))
    }

    /// The same address with a relative file put under `folder`.
    pub fn relative_to(self, folder: &Path) -> Self {
        match self {
            Self::File { path } => Self::File {
                path: resolve(folder, &path),
            },
            other => other,
        }
    }
}

impl fmt::Display for StreamAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rtsp { url } | Self::Http { url } => url.fmt(f),
            #[cfg(feature = "mqtt")]
            Self::Mqtt { url } => url.fmt(f),
            Self::File { path } => path.display().fmt(f),
            Self::Webcam { index } => write!(f, "webcam:{index}"),
            Self::Push => f.write_str("push:"),
            Self::Synth(settings) => write!(f, "synth:{settings}"),
        }
    }
}

impl fmt::Debug for StreamAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StreamAddress({self})")
    }
}

impl std::str::FromStr for NetworkAddress {
    type Err = AddressError;

    /// Reads the address of a broker: `mqtt://` or `mqtts://`.
    fn from_str(text: &str) -> Result<Self, AddressError> {
        let text = text.trim();
        refuse_control(text, text)?;
        let shown = || redact_address(text);
        let scheme = match split_scheme(text) {
            Some((scheme, rest)) => {
                let lower = scheme.to_ascii_lowercase();
                let broker = [Scheme::Mqtt, Scheme::Mqtts];
                let known = broker.into_iter().find(|s| s.name() == lower);
                known.zip(rest.strip_prefix("//"))
            }
            None => None,
        };
        let (scheme, rest) = scheme.ok_or_else(|| AddressError::Broker { shown: shown() })?;
        Self::parse(text, scheme, rest)
    }
}

impl NetworkAddress {
    fn parse(text: &str, scheme: Scheme, rest: &str) -> Result<Self, AddressError> {
        let (userinfo, after) = match end_of_credentials(rest) {
            Some(at) => (Some(&rest[..at]), &rest[at + 1..]),
            None => (None, rest),
        };
        let (authority, tail) = after.split_at(end_of_authority(after));
        let Some((host, port)) = host_port(authority) else {
            return Err(AddressError::Host {
                shown: redact_address(text),
                scheme: scheme.name(),
            });
        };
        let (user, password) = match userinfo.map(|u| u.split_once(':').unwrap_or((u, ""))) {
            Some((user, password)) => (Some(user.to_owned()), Some(password.to_owned())),
            None => (None, None),
        };
        // Decoded, they end up in the header of a request. Those of the path stay
        // encoded on the wire; but a server behind the camera may decode them.
        for part in [user.as_deref(), password.as_deref(), Some(tail)] {
            refuse_control(text, &percent_decode(part.unwrap_or_default()))?;
        }
        refuse_control(text, &percent_decode(host))?;
        Ok(Self {
            raw: text.to_owned(),
            scheme,
            user,
            password,
            host: host.to_owned(),
            port,
            tail: tail.to_owned(),
        })
    }

    /// What stands behind host and port: path and query.
    pub fn tail(&self) -> &str {
        &self.tail
    }

    /// Scheme in lower case, such as `rtsp`.
    pub fn scheme(&self) -> &'static str {
        self.scheme.name()
    }

    /// Host name or IP address; IPv6 without its brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// TCP port, given or the scheme's usual one.
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(self.scheme.port())
    }

    /// User and password with percent-encoding undone.
    pub fn user_password(&self) -> Option<(String, String)> {
        let user = self.user.as_deref()?;
        Some((
            percent_decode(user),
            percent_decode(self.password.as_deref().unwrap_or("")),
        ))
    }

    /// The address with its password, percent-encoded as RFC 3986 wants it.
    pub fn expose(&self) -> String {
        let mut out = format!("{}://", self.scheme.name());
        if let Some(user) = &self.user {
            out.push_str(&percent_encode(user));
            if let Some(password) = self.password.as_deref().filter(|p| !p.is_empty()) {
                out.push(':');
                out.push_str(&percent_encode(password));
            }
            out.push('@');
        }
        if self.host.contains(':') {
            out.push_str(&format!("[{}]", self.host));
        } else {
            out.push_str(&self.host);
        }
        if let Some(port) = self.port {
            out.push_str(&format!(":{port}"));
        }
        out.push_str(&self.tail);
        out
    }
}

impl fmt::Display for NetworkAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&redact_address(&self.raw))
    }
}

impl fmt::Debug for NetworkAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NetworkAddress({self})")
    }
}

/// Refuses `part`, a piece of the address `text`, if it holds a control character:
/// with a line break in it an address would say something to the server that it
/// names, or forge a line of a log.
fn refuse_control(text: &str, part: &str) -> Result<(), AddressError> {
    match part.chars().find(|c| c.is_control()) {
        None => Ok(()),
        Some(found) => Err(AddressError::Control {
            shown: redact_address(text).replace(char::is_control, " "),
            code: format!("U+{:04X}", u32::from(found)),
        }),
    }
}

/// `a, b and c`.
fn listed(words: &[&str]) -> String {
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => words.concat(),
    }
}

/// `scheme:rest`, unless the text is a path: `C:\a.mp4`, `clip 10:30.mp4`.
fn split_scheme(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.split_once(':')?;
    let named = scheme.len() > 1
        && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "+-._".contains(c));
    named.then_some((scheme, rest))
}

/// `a:pass@host/path`: taken for a file, its password would be shown.
fn lacks_scheme(text: &str) -> bool {
    let drive = has_drive(text) && text[2..].starts_with(['/', '\\']);
    match (text.find(':'), text.rfind('@')) {
        (Some(colon), Some(at)) if colon < at => !drive && !text[..colon].contains(['/', '\\']),
        _ => false,
    }
}

/// What follows `file:`, as a path of this machine.
fn file_path(rest: &str) -> PathBuf {
    let Some(rest) = rest.strip_prefix("//") else {
        return rest.into();
    };
    let path = percent_decode(rest.strip_prefix("localhost").unwrap_or(rest));
    // file:///C:/a.mp4 means C:/a.mp4.
    match path.strip_prefix('/').filter(|p| has_drive(p)) {
        Some(windows) => windows.into(),
        None => path.into(),
    }
}

fn has_drive(path: &str) -> bool {
    let mut chars = path.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic()) && chars.next() == Some(':')
}

/// `path` under `folder` if it is relative. A Windows path is absolute on
/// every system: a configuration that is checked elsewhere must not bend it.
pub(crate) fn resolve(folder: &Path, path: &Path) -> PathBuf {
    let foreign = path
        .to_str()
        .is_some_and(|p| has_drive(p) || p.starts_with(r"\\"));
    if path.is_absolute() || foreign {
        path.to_owned()
    } else {
        folder.join(path)
    }
}

fn end_of_authority(text: &str) -> usize {
    text.find(['/', '?', '#']).unwrap_or(text.len())
}

/// Index of the `@` that ends the credentials.
///
/// A password may hold `@`, `/`, `?` and `#`, and so may a path. An address
/// that is well-formed and names a host that is surely one (an IP address, a
/// name with a dot) is read as RFC 3986 says; in any other the credentials
/// reach to the last `@` that a host can follow.
fn end_of_credentials(rest: &str) -> Option<usize> {
    let authority = &rest[..end_of_authority(rest)];
    // Nobody writes `host#...`: there the `#` belongs to a password.
    let well_formed = !rest[authority.len()..].starts_with('#');
    let candidates: Vec<Candidate> = rest
        .match_indices('@')
        .filter_map(|(at, _)| {
            let after = &rest[at + 1..];
            let (host, port) = host_port(&after[..end_of_authority(after)])?;
            Some(Candidate {
                at,
                sure: is_surely_host(host) || port.is_some(),
            })
        })
        .collect();
    // An `@` in a query (`?mail=a@b.c`) follows the host and does not end credentials.
    let in_query = |c: &Candidate| {
        candidates.iter().any(|earlier| {
            let between = rest.get(earlier.at..c.at).unwrap_or("");
            earlier.sure
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
            let sure = is_surely_host(host) || port.is_some();
            Some(if sure || !last.sure { inner } else { last.at })
        }
        None => match host_port(authority) {
            // Without a colon there is no password before the first slash.
            Some((_, None)) => None,
            Some((host, Some(_))) if is_surely_host(host) || !last.sure => None,
            _ => Some(last.at),
        },
    }
}

struct Candidate {
    at: usize,
    sure: bool,
}

/// Splits `host`, `host:port`, `[v6]`, `[v6]:port`; none when it is no such thing.
fn host_port(authority: &str) -> Option<(&str, Option<u16>)> {
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

fn is_surely_host(host: &str) -> bool {
    host.contains(':')
        || host.eq_ignore_ascii_case("localhost")
        || host.parse::<Ipv4Addr>().is_ok()
        || host.rsplit_once('.').is_some_and(|(name, top)| {
            !name.is_empty() && top.len() > 1 && top.chars().all(|c| c.is_ascii_alphabetic())
        })
}

/// What must be encoded in user names and passwords (RFC 3986, section 3.2.1).
const USER_INFO: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=');

fn percent_decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// Encodes what RFC 3986 does not allow in user names and passwords; what is
/// encoded already stays.
fn percent_encode(text: &str) -> String {
    let is_escape = |rest: &str| {
        let digits = rest.as_bytes().first_chunk::<2>();
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    let mut out = String::with_capacity(text.len());
    for (index, part) in text.split('%').enumerate() {
        if index > 0 {
            out.push_str(if is_escape(part) { "%" } else { "%25" });
        }
        out.extend(utf8_percent_encode(part, USER_INFO));
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn parse(text: &str) -> StreamAddress {
        text.parse().unwrap()
    }

    fn error(text: &str) -> String {
        text.parse::<StreamAddress>().unwrap_err().to_string()
    }

    /// Host, port, user, password of an address.
    fn parts(text: &str) -> (String, u16, String, String) {
        let address = parse(text);
        let (user, password) = address.user_password().unwrap_or_default();
        (
            address.host().unwrap().into(),
            address.port().unwrap(),
            user,
            password,
        )
    }

    #[test]
    fn reads_the_addresses_people_have() {
        for (text, host, port, user, password) in [
            ("rtsp://user:pass@host/...", "host", 554, "user", "pass"),
            ("rtsp://cam.lan:8554/live", "cam.lan", 8554, "", ""),
            ("RTSPS://cam/live", "cam", 322, "", ""),
            ("http://10.0.0.5/mjpg?ch=1", "10.0.0.5", 80, "", ""),
            (
                "https://cam.example.com:8443/x.m3u8",
                "cam.example.com",
                8443,
                "",
                "",
            ),
            ("rtsp://[fe80::1]:8554/a", "fe80::1", 8554, "", ""),
            ("rtsp://u:p@[2001:db8::2]/a", "2001:db8::2", 554, "u", "p"),
            ("rtsp://[fe80::1%25eth0]/a", "fe80::1%25eth0", 554, "", ""),
            ("rtsp://user@cam/a", "cam", 554, "user", ""),
            ("rtsp://u:p%40ss%2F@cam/a", "cam", 554, "u", "p@ss/"),
            ("rtsp://u:100%@cam/a", "cam", 554, "u", "100%"),
            ("rtsp://u:a:b@cam/a", "cam", 554, "u", "a:b"),
        ] {
            let want = (host.to_owned(), port, user.to_owned(), password.to_owned());
            assert_eq!(parts(text), want, "{text}");
        }
        assert_eq!(parse("webcam:2"), StreamAddress::Webcam { index: 2 });
        assert_eq!(parse("push:"), StreamAddress::Push);
    }

    /// Each line is a camera or a password that someone has.
    #[test]
    fn finds_the_end_of_odd_credentials() {
        for (text, host, port, password) in [
            (
                "rtsp://admin:p@ss#1/x@192.168.1.10:554/a",
                "192.168.1.10",
                554,
                "p@ss#1/x",
            ),
            (
                "rtsp://admin:p@ss@192.168.1.10/a",
                "192.168.1.10",
                554,
                "p@ss",
            ),
            ("rtsp://admin:a/b@cam/a", "cam", 554, "a/b"),
            ("rtsp://admin:a#b@cam/a", "cam", 554, "a#b"),
            ("rtsp://admin:a?b=c@cam.lan/a", "cam.lan", 554, "a?b=c"),
            (
                "rtsp://admin:12/34@192.168.1.10/a",
                "192.168.1.10",
                554,
                "12/34",
            ),
            ("rtsp://admin:12#34@cam/a", "cam", 554, "12#34"),
            ("rtsp://admin:a b@cam/a", "cam", 554, "a b"),
            ("http://u:p@10.0.0.5/a?mail=x@y.com", "10.0.0.5", 80, "p"),
            (
                "rtsp://u:p/q@10.0.0.5/a?mail=x@y.com",
                "10.0.0.5",
                554,
                "p/q",
            ),
        ] {
            let (got_host, got_port, _, got_password) = parts(text);
            assert_eq!(
                (got_host.as_str(), got_port, got_password.as_str()),
                (host, port, password)
            );
        }
    }

    #[test]
    fn an_at_sign_in_the_path_is_not_a_password() {
        for (text, host) in [
            ("rtsp://cam/live@main", "cam"),
            ("rtsp://192.168.1.10:554/live@main", "192.168.1.10"),
            ("rtsp://nvr:8554/live@main/1", "nvr"),
            ("http://cam.lan/a?mail=x@y.com", "cam.lan"),
        ] {
            assert_eq!(parse(text).host(), Some(host));
            assert_eq!(parse(text).user_password(), None);
        }
    }

    #[test]
    fn files_keep_their_paths_on_every_system() {
        for (text, path) in [
            (r"C:\video\a.mp4", r"C:\video\a.mp4"),
            ("c:/video/a.mp4", "c:/video/a.mp4"),
            ("file:///C:/my%20video/a.mp4", "C:/my video/a.mp4"),
            ("file:///home/a/b.mp4", "/home/a/b.mp4"),
            ("file://localhost/home/a.mp4", "/home/a.mp4"),
            ("file:a.mp4", "a.mp4"),
            (r"\\nas\video\a.mp4", r"\\nas\video\a.mp4"),
            ("../video/a.mp4", "../video/a.mp4"),
            ("clip 10:30.mp4", "clip 10:30.mp4"),
        ] {
            assert_eq!(
                parse(text),
                StreamAddress::File { path: path.into() },
                "{text}"
            );
        }
    }

    #[test]
    fn relative_files_move_under_a_folder_and_nothing_else_does() {
        let folder = Path::new("conf");
        let at = |text: &str| parse(text).relative_to(folder).expose();
        assert_eq!(at("a.mp4"), folder.join("a.mp4").display().to_string());
        assert_eq!(at(r"C:\a.mp4"), r"C:\a.mp4");
        assert_eq!(at("webcam:1"), "webcam:1");
        assert_eq!(at("rtsp://cam/a"), "rtsp://cam/a");
    }

    #[test]
    fn what_is_opened_is_a_well_formed_url() {
        assert_eq!(
            parse("RTSP://admin:p@ss#1/x@192.168.1.10:554/a?b=c").expose(),
            "rtsp://admin:p%40ss%231%2Fx@192.168.1.10:554/a?b=c"
        );
        assert_eq!(
            parse("rtsp://u:p%40s@cam/a").expose(),
            "rtsp://u:p%40s@cam/a"
        );
        assert_eq!(parse("rtsp://u@[::1]:1/a").expose(), "rtsp://u@[::1]:1/a");
    }

    #[test]
    fn errors_name_the_address_and_the_remedy() {
        assert!(error(" ").contains("rtsp://HOST/PATH"));
        assert!(error("rtmp://u:hunter2@cam/a").contains("unknown kind of source 'rtmp'"));
        assert!(error("admin:hunter2@cam/a").contains("write rtsp://admin:***@cam/a"));
        assert!(error("webcam:x").contains("webcam:0"));
        assert!(error("synth:people=x").contains("people must be a number within 0..500"));
        assert!(error("push:2").contains("unknown kind of source 'push'"));
        assert!(error("mqtt://node/").contains("as mqtt://BROKER/rextrack/CAMERA"));
        for text in [
            "rtsp://",
            "rtsp:///a",
            "rtsp:/u:hunter2@cam",
            "rtsp://cam:99999/",
            "http://:80",
        ] {
            assert!(
                error(text).contains("no valid host"),
                "{text}: {}",
                error(text)
            );
        }
        for text in [
            "rtmp://u:hunter2@cam/a",
            "admin:hunter2@cam/a",
            "a:hunter2@cam/a",
            "the boss:hunter2@cam/a",
            "rtsp:/u:hunter2@cam",
        ] {
            assert!(!error(text).contains("hunter2"), "{text}");
        }
    }

    #[test]
    fn control_characters_are_refused_in_every_part_and_spelling() {
        for text in [
            "http://cam:6379/\r\nFLUSHALL\r\nX: y",
            "rtsp://cam/a\nb",
            "rtsp://u:p\0q@cam/a",
            "rtsp://u:p%0d%0aX-Header:%20y@cam/a",
            "rtsp://u%0A:p@cam/a",
            "http://cam/%0D%0AFLUSHALL",
            "http://cam/a?x=%00",
            "rtsp://u:p%C2%85@cam/a",
            "a\x1b[2Jb.mp4",
            "file:///a%0Ab.mp4",
            "mqtt://cam/rextrack\r/a",
            "web\ncam:0",
        ] {
            let said = error(text);
            assert!(said.contains("control character (U+00"), "{text:?}: {said}");
            assert!(!said.contains(char::is_control), "{said:?}");
            assert!(!said.contains("p%0d"), "{said}");
        }
        let broker = "mqtt://u:p%0a@cam".parse::<NetworkAddress>();
        assert!(matches!(broker, Err(AddressError::Control { .. })));
        // White space around an address is no part of it.
        assert_eq!(parse(" webcam:0\n"), StreamAddress::Webcam { index: 0 });
    }

    #[test]
    fn the_schemes_are_those_that_are_read() {
        for scheme in StreamAddress::SCHEMES {
            let rest = match scheme {
                "webcam" => "0",
                "synth" => "",
                "mqtt" => "//broker/rextrack/a",
                _ => "//host/a",
            };
            match format!("{scheme}:{rest}").parse::<StreamAddress>() {
                Ok(_) | Err(AddressError::Without { .. }) => {}
                Err(other) => panic!("{scheme}: {other}"),
            }
            assert!(error("nothing://x").contains(scheme));
        }
    }

    proptest! {
        #[test]
        fn what_is_shown_never_holds_the_password(
            user in "[a-z]{1,8}",
            secret in "[!-~]{5,20}",
            host in "cam|192\\.168\\.1\\.10|cam\\.lan:8554",
        ) {
            let text = format!("rtsp://{user}:{secret}@{host}/live");
            let frame = format!("StreamAddress(rtsp://{user}:***@{host}/live)");
            prop_assume!(!frame.contains(&secret));
            let shown = match text.parse::<StreamAddress>() {
                Ok(address) => format!("{address} {address:?}"),
                Err(error) => format!("{error} {error:?}"),
            };
            prop_assert!(!shown.contains(&secret), "{}", shown);
        }

        #[test]
        fn an_encoded_password_comes_back_exactly(secret in "\\PC{0,20}") {
            let encoded: String = secret.bytes().map(|b| format!("%{b:02X}")).collect();
            let address = parse(&format!("rtsp://u:{encoded}@cam/a"));
            prop_assert_eq!(address.user_password(), Some(("u".into(), secret)));
            // Exposing and reading again gives the same credentials.
            prop_assert_eq!(parse(&address.expose()).user_password(), address.user_password());
        }

        #[test]
        fn any_text_is_read_or_refused_without_a_panic(text in "\\PC*") {
            let _ = text.parse::<StreamAddress>();
            let _ = format!("rtsp://{text}").parse::<StreamAddress>();
        }
    }
}
