//! Answers to a camera's `WWW-Authenticate`: Basic (RFC 7617) and Digest with MD5 (RFC 2617
//! section 3.2), the two schemes that cameras use.

use base64::prelude::{BASE64_STANDARD, Engine as _};

/// The authentication that the camera requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Challenge {
    /// User and password in base64.
    Basic,
    /// A hash over user, password and the camera's nonce.
    Digest {
        /// The camera's realm.
        realm: String,
        /// The camera's nonce.
        nonce: String,
        /// Whether the camera offers quality of protection `auth`.
        qop_auth: bool,
        /// To be returned unchanged.
        opaque: Option<String>,
    },
}

impl Challenge {
    /// Finds the strongest known challenge in the header of an answer.
    pub fn from_answer(answer: &str) -> Option<Self> {
        let mut basic = None;
        for line in answer.lines() {
            let Some((name, value)) = line.split_once(':') else {
                continue;
            };
            if !name.trim().eq_ignore_ascii_case("www-authenticate") {
                continue;
            }
            let (scheme, parameters) = value.trim().split_once(' ').unwrap_or((value.trim(), ""));
            if scheme.eq_ignore_ascii_case("digest") {
                if parameter(parameters, "algorithm")
                    .is_some_and(|a| !a.eq_ignore_ascii_case("md5"))
                {
                    continue;
                }
                return Some(Self::Digest {
                    realm: parameter(parameters, "realm").unwrap_or_default(),
                    nonce: parameter(parameters, "nonce")?,
                    qop_auth: parameter(parameters, "qop")
                        .is_some_and(|q| q.split(',').any(|q| q.trim() == "auth")),
                    opaque: parameter(parameters, "opaque"),
                });
            }
            if scheme.eq_ignore_ascii_case("basic") {
                basic = Some(Self::Basic);
            }
        }
        basic
    }

    /// The value of the `Authorization` header.
    pub fn respond(&self, method: &str, uri: &str, user: &str, password: &str) -> String {
        match self {
            Self::Basic => format!(
                "Basic {}",
                BASE64_STANDARD.encode(format!("{user}:{password}"))
            ),
            Self::Digest {
                realm,
                nonce,
                qop_auth,
                opaque,
            } => {
                let secret = md5_hex(&format!("{user}:{realm}:{password}"));
                let request = md5_hex(&format!("{method}:{uri}"));
                let mut header = format!(
                    "Digest username={}, realm=\"{realm}\", nonce=\"{nonce}\", uri={}",
                    quoted(user),
                    quoted(uri)
                );
                if *qop_auth {
                    let client_nonce = format!("{:016x}", fastrand::u64(..));
                    let response = md5_hex(&format!(
                        "{secret}:{nonce}:00000001:{client_nonce}:auth:{request}"
                    ));
                    header += &format!(
                        ", qop=auth, nc=00000001, cnonce=\"{client_nonce}\", response=\"{response}\""
                    );
                } else {
                    let response = md5_hex(&format!("{secret}:{nonce}:{request}"));
                    header += &format!(", response=\"{response}\"");
                }
                if let Some(opaque) = opaque {
                    header += &format!(", opaque=\"{opaque}\"");
                }
                header
            }
        }
    }
}

/// A quoted string of RFC 9110, section 5.6.4. Control characters are removed, because a
/// line break would begin another header.
fn quoted(text: &str) -> String {
    let text = text.replace(|c: char| c.is_control(), "");
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn md5_hex(text: &str) -> String {
    format!("{:x}", md5::compute(text))
}

/// One `name="value"` or `name=value` of a challenge.
fn parameter(parameters: &str, wanted: &str) -> Option<String> {
    let mut rest = parameters;
    while let Some((name, after)) = rest.split_once('=') {
        let name = name.trim_matches([' ', ',']);
        let (value, next) = match after.trim_start().strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => after.split_once(',').unwrap_or((after, "")),
        };
        if name.eq_ignore_ascii_case(wanted) {
            return Some(value.trim().to_owned());
        }
        rest = next;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digest_without_qop_is_rfc_2069() {
        // The formula of RFC 2617 section 3.2.2.1 with the values of its section
        // 3.5; computed independently with Python's hashlib.
        let challenge = Challenge::from_answer(
            "RTSP/1.0 401 Unauthorized\r\n\
             WWW-Authenticate: Digest realm=\"testrealm@host.com\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", algorithm=MD5\r\n\r\n",
        )
        .expect("a digest challenge");
        let header = challenge.respond("GET", "/dir/index.html", "Mufasa", "Circle Of Life");
        assert!(
            header.contains("response=\"670fd8c2df070c60b045671b8b24ff02\""),
            "{header}"
        );
    }

    #[test]
    fn user_name_cannot_add_parameters_or_headers() {
        let challenge = Challenge::Digest {
            realm: "cam".into(),
            nonce: "n".into(),
            qop_auth: false,
            opaque: None,
        };
        let header = challenge.respond("GET", "/a?q=\"b\"", "a\"b\\c\r\nX-Evil: 1\u{85}", "p");
        assert!(
            header.starts_with(
                r#"Digest username="a\"b\\cX-Evil: 1", realm="cam", nonce="n", uri="/a?q=\"b\"", response=""#
            ),
            "{header}"
        );
        assert!(!header.contains(char::is_control), "{header}");
        // The hash is over the name itself, not over its quoted form (RFC 7616, section 3.4.2).
        let secret = md5_hex("a\"b:cam:p");
        let response = md5_hex(&format!("{secret}:n:{}", md5_hex("GET:/")));
        let header = challenge.respond("GET", "/", "a\"b", "p");
        assert!(
            header.contains(&format!("response=\"{response}\"")),
            "{header}"
        );
    }

    #[test]
    fn digest_is_preferred_to_basic_and_unknown_algorithms_are_skipped() {
        let both = "HTTP/1.1 401 X\r\nWWW-Authenticate: Basic realm=\"a\"\r\nWWW-Authenticate: Digest realm=\"a, b\", nonce=\"n\", qop=\"auth,auth-int\"\r\n\r\n";
        assert_eq!(
            Challenge::from_answer(both),
            Some(Challenge::Digest {
                realm: "a, b".into(),
                nonce: "n".into(),
                qop_auth: true,
                opaque: None
            })
        );
        let sha = "HTTP/1.1 401 X\r\nWWW-Authenticate: Digest realm=\"a\", nonce=\"n\", algorithm=SHA-256\r\n\r\n";
        assert_eq!(Challenge::from_answer(sha), None);
    }
}
