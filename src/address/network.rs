//! Addresses on the network: scheme, credentials, host, port and path.

use std::fmt;

use super::credentials::{end_of_authority, end_of_credentials, host_port};
use super::error::{AddressError, reject_control};
use super::path::split_scheme;
use super::percent::{percent_decode, percent_encode};
use super::redact::redact_address;
use super::scheme::Scheme;

/// An address on the network, with credentials that cameras allow and URLs do not.
///
/// `Display` and `Debug` hide the password.
#[derive(Clone, PartialEq, Eq)]
pub struct NetworkAddress {
    raw: String,
    scheme: Scheme,
    /// As written, which may be percent-encoded.
    user: Option<String>,
    password: Option<String>,
    host: String,
    port: Option<u16>,
    tail: String,
}

impl std::str::FromStr for NetworkAddress {
    type Err = AddressError;

    /// Reads the address of a broker: `mqtt://` or `mqtts://`.
    fn from_str(text: &str) -> Result<Self, AddressError> {
        let text = text.trim();
        reject_control(text, text)?;
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
    pub(super) fn parse(text: &str, scheme: Scheme, rest: &str) -> Result<Self, AddressError> {
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
        // User and password are decoded for the header of a request. The path is sent
        // encoded, but a server behind the camera may decode it.
        for part in [user.as_deref(), password.as_deref(), Some(tail)] {
            reject_control(text, &percent_decode(part.unwrap_or_default()))?;
        }
        reject_control(text, &percent_decode(host))?;
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

    /// Path and query.
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

    /// TCP port, or the scheme's default.
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

    /// The address with its password, percent-encoded as RFC 3986 requires.
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
