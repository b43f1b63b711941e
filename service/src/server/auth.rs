//! The token: where it comes from, and who has it.

use std::collections::HashMap;
use std::io::Write;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{ConnectInfo, Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use axum_extra::headers::HeaderMapExt;
use axum_extra::headers::authorization::{Authorization, Bearer};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use parking_lot::Mutex;
use rextrack::config::{self, ServiceConfig};
use subtle::ConstantTimeEq;

use super::App;
use super::problem::{Problem, ProblemType};

/// Name of the cookie that stands for the token.
const COOKIE: &str = "rextrack";
/// How long a browser keeps the cookie.
const YEAR_S: u32 = 31_536_000;
/// The generated token's file, beside the configuration.
const FILE: &str = ".rextrack-token";
/// Wrong tokens that an address may send before it has to wait.
const FREE_TRIES: u32 = 5;
/// The longest wait.
const WAIT_MAX: Duration = Duration::from_secs(60);
/// Addresses that are remembered; a flood of them must not fill the memory.
const ADDRESSES_MAX: usize = 10_000;

/// Who may come in.
pub struct Auth {
    /// None where everybody may.
    token: Option<String>,
    tries: Mutex<HashMap<IpAddr, Tries>>,
}

#[derive(Debug, Clone, Copy)]
struct Tries {
    wrong: u32,
    /// Until then nothing is compared.
    blocked_until: Instant,
}

/// What a look at a request's token came to.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Right, or none is needed.
    Welcome,
    /// None was given.
    Missing,
    /// It is wrong.
    Wrong,
    /// Too many were; try again after so many seconds.
    Blocked(u64),
}

/// The token to ask for, and whether it is new.
#[derive(Debug, PartialEq, Eq)]
pub struct Token {
    /// The token.
    pub text: String,
    /// Where it is kept, if we made it.
    pub file: Option<PathBuf>,
    /// Whether it was made just now.
    pub is_new: bool,
}

/// The token that a configuration asks for: none on loopback unless one is given,
/// and none with `auth: none`. One that is needed and not given is made, and kept in
/// a file beside the configuration that only its owner can read.
///
/// # Errors
/// When that file can be neither read nor made.
pub fn token(service: &ServiceConfig, folder: &Path) -> Result<Option<Token>, String> {
    if service.auth == config::Auth::None {
        return Ok(None);
    }
    if let Some(text) = &service.token {
        return Ok(Some(Token {
            text: text.clone(),
            file: None,
            is_new: false,
        }));
    }
    if is_loopback(&service.listen) {
        return Ok(None);
    }
    let path = folder.join(FILE);
    let failed = |e: std::io::Error| {
        format!(
            "{}: the token cannot be kept ({e}); check the folder, or set service.token",
            path.display()
        )
    };
    if let Ok(text) = std::fs::read_to_string(&path)
        && text.trim().len() >= 16
    {
        return Ok(Some(Token {
            text: text.trim().to_owned(),
            file: Some(path),
            is_new: false,
        }));
    }
    let mut random = [0; 24];
    getrandom::fill(&mut random).map_err(|e| failed(std::io::Error::other(e)))?;
    let text = URL_SAFE_NO_PAD.encode(random);
    // Made beside and moved, so that it is never there with other permissions:
    // tempfile's are the owner's alone.
    let mut beside = tempfile::Builder::new()
        .tempfile_in(folder)
        .map_err(failed)?;
    writeln!(beside, "{text}").map_err(failed)?;
    beside.persist(&path).map_err(|e| failed(e.error))?;
    Ok(Some(Token {
        text,
        file: Some(path),
        is_new: true,
    }))
}

/// Whether nobody but this machine can reach an address.
pub fn is_loopback(listen: &str) -> bool {
    let ip = listen.parse::<IpAddr>();
    ip.map_or(listen.eq_ignore_ascii_case("localhost"), |ip| {
        ip.is_loopback()
    })
}

impl Auth {
    /// Asks for that token, or for none.
    pub fn new(token: Option<String>) -> Self {
        Self {
            token,
            tries: Mutex::default(),
        }
    }

    /// Whether a token is asked for.
    pub fn is_required(&self) -> bool {
        self.token.is_some()
    }

    /// Compares a token in a time that says nothing about where it differs.
    pub fn judge(&self, given: Option<&str>, from: IpAddr) -> Verdict {
        let Some(token) = &self.token else {
            return Verdict::Welcome;
        };
        let Some(given) = given else {
            return Verdict::Missing;
        };
        let from = network(from);
        let now = Instant::now();
        let mut tries = self.tries.lock();
        if let Some(known) = tries.get(&from)
            && known.blocked_until > now
        {
            let left = known.blocked_until - now;
            return Verdict::Blocked(left.as_secs() + 1);
        }
        if bool::from(given.as_bytes().ct_eq(token.as_bytes())) {
            tries.remove(&from);
            return Verdict::Welcome;
        }
        if tries.len() >= ADDRESSES_MAX {
            tries.retain(|_, known| known.blocked_until > now);
        }
        let known = tries.entry(from).or_insert(Tries {
            wrong: 0,
            blocked_until: now,
        });
        known.wrong += 1;
        if known.wrong >= FREE_TRIES {
            let doublings = (known.wrong - FREE_TRIES).min(6);
            let wait = Duration::from_secs(1 << doublings).min(WAIT_MAX);
            known.blocked_until = now + wait;
            log::warn!(
                "{from}: {} wrong tokens; the next try in {wait:?}",
                known.wrong
            );
        }
        Verdict::Wrong
    }

    /// Looks at a request's token, wherever it stands.
    pub fn judge_request(&self, request: &Request) -> Verdict {
        let given = bearer(request.headers())
            .or_else(|| cookie(request.headers()))
            .or_else(|| query_token(request.uri()));
        self.judge(given.as_deref(), peer(request))
    }
}

/// Neighbours in an IPv6 network count as one: whoever has one address has them all.
fn network(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(_) => ip,
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => v4.into(),
            None => {
                let mut parts = v6.segments();
                parts[4..].fill(0);
                Ipv6Addr::from(parts).into()
            }
        },
    }
}

fn peer(request: &Request) -> IpAddr {
    let info = request.extensions().get::<ConnectInfo<SocketAddr>>();
    info.map_or(IpAddr::from([0, 0, 0, 0]), |info| info.0.ip())
}

fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = headers.typed_get::<Authorization<Bearer>>()?;
    Some(value.token().trim().to_owned())
}

fn cookie(headers: &HeaderMap) -> Option<String> {
    let jar = CookieJar::from_headers(headers);
    jar.get(COOKIE).map(|cookie| cookie.value().to_owned())
}

/// The first `token` of a query.
fn query_token(uri: &Uri) -> Option<String> {
    let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri).ok()?;
    let mut pairs = pairs.into_iter();
    pairs.find_map(|(name, value)| (name == "token").then_some(value))
}

/// The cookie that stands for a token, or ends it. The token is percent-encoded:
/// `service.token` may hold what a cookie cannot.
pub fn set_cookie(token: Option<&str>) -> HeaderValue {
    let (value, seconds) = token.map_or(("", 0), |token| (token, YEAR_S));
    let cookie = Cookie::build((COOKIE, value))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Strict)
        .build();
    // `max_age` of the builder takes a type of a crate that we do not use otherwise.
    let text = format!("{}; Max-Age={seconds}", cookie.encoded());
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("rextrack=; Path=/"))
}

/// What a verdict other than [`Verdict::Welcome`] is answered with.
pub fn refusal(verdict: &Verdict) -> Option<Response> {
    Some(match verdict {
        Verdict::Welcome => return None,
        Verdict::Missing | Verdict::Wrong => {
            let detail = "a token is needed; it was printed at the first start, or stands in \
                          service.token: send it as `Authorization: Bearer TOKEN`";
            let mut response = Problem::new(ProblemType::Unauthorized, detail).into_response();
            let challenge = HeaderValue::from_static("Bearer realm=\"rextrack\"");
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, challenge);
            response
        }
        Verdict::Blocked(seconds) => {
            let detail = format!("too many wrong tokens; try again in {seconds} s");
            Problem::new(ProblemType::TooManyWrongTokens, detail)
                .retry_after(*seconds)
                .into_response()
        }
    })
}

/// The second gate. The panel's own files hold no secret and are given to all, so
/// that it can ask for the token.
pub async fn require(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let is_panel = !(path.starts_with("/api/")
        || path.starts_with("/ws/")
        || path == "/health"
        || path == "/metrics");
    // The link that is printed at the start: the token becomes a cookie, and leaves
    // the address bar.
    if is_panel && request.method() == Method::GET {
        let given = query_token(request.uri());
        if let Some(given) = given {
            let verdict = app.auth.judge(Some(&given), peer(&request));
            if verdict == Verdict::Welcome {
                let mut response =
                    (StatusCode::SEE_OTHER, [(header::LOCATION, "/")]).into_response();
                if app.auth.is_required() {
                    let cookie = set_cookie(Some(&given));
                    response.headers_mut().insert(header::SET_COOKIE, cookie);
                }
                return response;
            }
        }
    }
    if is_panel || path == "/api/v1/session" {
        return next.run(request).await;
    }
    match refusal(&app.auth.judge_request(&request)) {
        Some(refused) => refused,
        None => next.run(request).await,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    #[test]
    fn guessing_is_slowed_and_the_right_token_does_not_help_meanwhile() {
        let auth = Auth::new(Some("0123456789abcdef".into()));
        assert_eq!(auth.judge(None, HERE), Verdict::Missing);
        for _ in 0..FREE_TRIES {
            assert_eq!(auth.judge(Some("wrong"), HERE), Verdict::Wrong);
        }
        assert!(matches!(
            auth.judge(Some("0123456789abcdef"), HERE),
            Verdict::Blocked(1..=2)
        ));
        let elsewhere = IpAddr::from([10, 0, 0, 1]);
        let right = auth.judge(Some("0123456789abcdef"), elsewhere);
        assert_eq!(right, Verdict::Welcome);
    }

    #[test]
    fn a_token_is_made_once_and_only_its_owner_can_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let mut service = ServiceConfig::default();
        assert_eq!(token(&service, folder.path()).unwrap(), None, "loopback");
        service.listen = "0.0.0.0".into();
        let first = token(&service, folder.path()).unwrap().unwrap();
        assert!(first.is_new && first.text.len() >= 32);
        let second = token(&service, folder.path()).unwrap().unwrap();
        assert!(!second.is_new && second.text == first.text);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let about = std::fs::metadata(first.file.unwrap()).unwrap();
            assert_eq!(about.permissions().mode() & 0o777, 0o600);
        }
        service.auth = config::Auth::None;
        assert_eq!(token(&service, folder.path()).unwrap(), None);
    }

    #[test]
    fn any_token_comes_back_from_header_cookie_and_query() {
        for token in [
            "0123456789abcdef",
            "spaces; and = signs, 100 %2B",
            "ключ+ёлка&x=1",
        ] {
            let auth = Auth::new(Some(token.to_owned()));
            let set = set_cookie(Some(token));
            let set = set.to_str().unwrap();
            assert!(
                set.ends_with("; HttpOnly; SameSite=Strict; Path=/; Max-Age=31536000"),
                "{set}"
            );
            let pair = set.split(';').next().unwrap();
            let encoded: String = token.bytes().map(|b| format!("%{b:02X}")).collect();
            let request = |name: header::HeaderName, value: &str, uri: &str| {
                let request = Request::builder().uri(uri).header(name, value);
                request.body(axum::body::Body::empty()).unwrap()
            };
            let cookies = format!("theme=dark; {pair}; other=1");
            let by_cookie = request(header::COOKIE, &cookies, "/api/v1/cameras");
            assert_eq!(auth.judge_request(&by_cookie), Verdict::Welcome, "{token}");
            let uri = format!("/api/v1/cameras?a=1&token={encoded}");
            let by_query = request(header::ACCEPT, "*/*", &uri);
            assert_eq!(auth.judge_request(&by_query), Verdict::Welcome, "{token}");
        }
        let auth = Auth::new(Some("0123456789abcdef".into()));
        for (value, verdict) in [
            ("Bearer 0123456789abcdef", Verdict::Welcome),
            ("bearer 0123456789abcdef", Verdict::Welcome),
            ("Bearer 0123456789abcdeg", Verdict::Wrong),
            ("Basic 0123456789abcdef", Verdict::Missing),
        ] {
            let request = Request::builder().header(header::AUTHORIZATION, value);
            let request = request.body(axum::body::Body::empty()).unwrap();
            assert_eq!(auth.judge_request(&request), verdict, "{value}");
        }
        assert!(set_cookie(None).to_str().unwrap().ends_with("Max-Age=0"));
    }

    #[test]
    fn a_network_of_addresses_counts_as_one() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        assert_eq!(network(ip("2001:db8::1")), network(ip("2001:db8::ffff")));
        assert_eq!(network(ip("::ffff:10.0.0.1")), ip("10.0.0.1"));
    }
}
