//! Checks the token of requests, and slows down guessing.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::time::{Duration, Instant};

use axum::extract::{ConnectInfo, Query, Request};
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use axum_extra::headers::HeaderMapExt;
use axum_extra::headers::authorization::{Authorization, Bearer};
use parking_lot::Mutex;
use subtle::ConstantTimeEq;

use super::problem::{Problem, ProblemType};

/// Name of the cookie that holds the token.
const COOKIE: &str = "rextrack";
/// How long a browser keeps the cookie.
const YEAR_S: u32 = 31_536_000;
/// Wrong tokens that an address may send before it is blocked.
const ATTEMPTS_MAX: u32 = 5;
/// The longest time that an address is blocked.
const BLOCK_MAX: Duration = Duration::from_secs(60);
/// Most addresses that are remembered, so that many of them do not fill the memory.
const ADDRESSES_MAX: usize = 10_000;

/// Checks tokens.
pub struct Authenticator {
    /// None if requests need no token.
    token: Option<String>,
    attempts: Mutex<HashMap<IpAddr, Attempts>>,
}

/// Wrong tokens from one address.
#[derive(Debug, Clone, Copy)]
struct Attempts {
    wrong: u32,
    /// Until then no token is compared.
    blocked_until: Instant,
}

/// The result of checking a token.
#[derive(Debug, PartialEq, Eq)]
pub enum AuthResult {
    /// The token is right, or none is needed.
    Allowed,
    /// No token was sent.
    Missing,
    /// The token is wrong.
    Wrong,
    /// The address sent too many wrong tokens. It may try again after so many seconds.
    Blocked(u64),
}

impl Authenticator {
    /// Requires that token, or none.
    pub fn new(token: Option<String>) -> Self {
        Self {
            token,
            attempts: Mutex::default(),
        }
    }

    /// Whether requests need a token.
    pub fn is_required(&self) -> bool {
        self.token.is_some()
    }

    /// Checks a token from an address. The time that this takes does not depend on where
    /// the token differs.
    pub fn authenticate(&self, sent: Option<&str>, from: IpAddr) -> AuthResult {
        let Some(token) = &self.token else {
            return AuthResult::Allowed;
        };
        let Some(sent) = sent else {
            return AuthResult::Missing;
        };
        let from = network(from);
        let now = Instant::now();
        let mut attempts = self.attempts.lock();
        if let Some(known) = attempts.get(&from)
            && known.blocked_until > now
        {
            let left = known.blocked_until - now;
            return AuthResult::Blocked(left.as_secs() + 1);
        }
        if bool::from(sent.as_bytes().ct_eq(token.as_bytes())) {
            attempts.remove(&from);
            return AuthResult::Allowed;
        }
        if attempts.len() >= ADDRESSES_MAX {
            attempts.retain(|_, known| known.blocked_until > now);
        }
        let known = attempts.entry(from).or_insert(Attempts {
            wrong: 0,
            blocked_until: now,
        });
        known.wrong += 1;
        if known.wrong >= ATTEMPTS_MAX {
            let doublings = (known.wrong - ATTEMPTS_MAX).min(6);
            let wait = Duration::from_secs(1 << doublings).min(BLOCK_MAX);
            known.blocked_until = now + wait;
            log::warn!("{from}: {} wrong tokens; blocked for {wait:?}", known.wrong);
        }
        AuthResult::Wrong
    }

    /// Checks a request's token, from its headers, cookie or query.
    pub fn authenticate_request(&self, request: &Request) -> AuthResult {
        let sent = bearer(request.headers())
            .or_else(|| cookie(request.headers()))
            .or_else(|| query_token(request.uri()));
        self.authenticate(sent.as_deref(), peer(request))
    }
}

/// The network of an IPv6 address counts as one: a machine has all addresses of it.
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

/// The address that a request comes from.
pub fn peer(request: &Request) -> IpAddr {
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
pub fn query_token(uri: &Uri) -> Option<String> {
    let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri).ok()?;
    let mut pairs = pairs.into_iter();
    pairs.find_map(|(name, value)| (name == "token").then_some(value))
}

/// A cookie with a token; without one, it deletes the cookie. The token is
/// percent-encoded: `service.token` may have characters that a cookie cannot.
pub fn set_cookie(token: Option<&str>) -> HeaderValue {
    let (value, seconds) = token.map_or(("", 0), |token| (token, YEAR_S));
    let cookie = Cookie::build((COOKIE, value))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Strict)
        .build();
    // The builder's `max_age` takes a type of a crate that we do not use otherwise.
    let text = format!("{}; Max-Age={seconds}", cookie.encoded());
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("rextrack=; Path=/"))
}

/// The answer to a request that is not [`AuthResult::Allowed`].
pub fn refusal(result: &AuthResult) -> Option<Response> {
    Some(match result {
        AuthResult::Allowed => return None,
        AuthResult::Missing | AuthResult::Wrong => {
            let detail = "this request needs the token; it was printed at the first start, or is in \
                          service.token: send it as `Authorization: Bearer TOKEN`";
            let mut response = Problem::new(ProblemType::Unauthorized, detail).into_response();
            let challenge = HeaderValue::from_static("Bearer realm=\"rextrack\"");
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, challenge);
            response
        }
        AuthResult::Blocked(seconds) => {
            let detail = format!("too many wrong tokens; try again in {seconds} s");
            Problem::new(ProblemType::TooManyWrongTokens, detail)
                .retry_after(*seconds)
                .into_response()
        }
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    #[test]
    fn address_with_too_many_wrong_tokens_is_blocked_even_with_the_right_one() {
        let auth = Authenticator::new(Some("0123456789abcdef".into()));
        assert_eq!(auth.authenticate(None, HERE), AuthResult::Missing);
        for _ in 0..ATTEMPTS_MAX {
            assert_eq!(auth.authenticate(Some("wrong"), HERE), AuthResult::Wrong);
        }
        assert!(matches!(
            auth.authenticate(Some("0123456789abcdef"), HERE),
            AuthResult::Blocked(1..=2)
        ));
        let elsewhere = IpAddr::from([10, 0, 0, 1]);
        let right = auth.authenticate(Some("0123456789abcdef"), elsewhere);
        assert_eq!(right, AuthResult::Allowed);
    }

    #[test]
    fn any_token_is_read_from_header_cookie_and_query() {
        for token in [
            "0123456789abcdef",
            "spaces; and = signs, 100 %2B",
            "ключ+ёлка&x=1",
        ] {
            let auth = Authenticator::new(Some(token.to_owned()));
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
            assert_eq!(
                auth.authenticate_request(&by_cookie),
                AuthResult::Allowed,
                "{token}"
            );
            let uri = format!("/api/v1/cameras?a=1&token={encoded}");
            let by_query = request(header::ACCEPT, "*/*", &uri);
            assert_eq!(
                auth.authenticate_request(&by_query),
                AuthResult::Allowed,
                "{token}"
            );
        }
        let auth = Authenticator::new(Some("0123456789abcdef".into()));
        for (value, result) in [
            ("Bearer 0123456789abcdef", AuthResult::Allowed),
            ("bearer 0123456789abcdef", AuthResult::Allowed),
            ("Bearer 0123456789abcdeg", AuthResult::Wrong),
            ("Basic 0123456789abcdef", AuthResult::Missing),
        ] {
            let request = Request::builder().header(header::AUTHORIZATION, value);
            let request = request.body(axum::body::Body::empty()).unwrap();
            assert_eq!(auth.authenticate_request(&request), result, "{value}");
        }
        assert!(set_cookie(None).to_str().unwrap().ends_with("Max-Age=0"));
    }

    #[test]
    fn addresses_of_an_ipv6_network_count_as_one() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        assert_eq!(network(ip("2001:db8::1")), network(ip("2001:db8::ffff")));
        assert_eq!(network(ip("::ffff:10.0.0.1")), ip("10.0.0.1"));
    }
}
