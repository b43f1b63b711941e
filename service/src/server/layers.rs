//! The layers around all routes: security headers, `Host` and `Origin`, then the token.
//!
//! `Host` protects against DNS rebinding, `Origin` against requests and WebSockets of
//! other web pages.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::app::App;
use super::auth::{self, AuthResult};
use super::hosts::AllowedHosts;
use super::problem::{Problem, ProblemType};

/// Security headers of every answer.
const SECURITY_HEADERS: [(HeaderName, &str); 5] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; \
         connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; \
         frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
];

/// Requires the token. The panel's own files hold no secret and need none, so that the
/// panel can ask for it.
pub async fn require_token(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let is_panel = !(path.starts_with("/api/")
        || path.starts_with("/ws/")
        || path == "/health"
        || path == "/metrics");
    // The link that is printed at the start: a redirect moves the token from the
    // address bar into a cookie.
    if is_panel && request.method() == Method::GET {
        let sent = auth::query_token(request.uri());
        if let Some(sent) = sent {
            let result = app.auth.authenticate(Some(&sent), auth::peer(&request));
            if result == AuthResult::Allowed {
                let mut response =
                    (StatusCode::SEE_OTHER, [(header::LOCATION, "/")]).into_response();
                if app.auth.is_required() {
                    let cookie = auth::set_cookie(Some(&sent));
                    response.headers_mut().insert(header::SET_COOKIE, cookie);
                }
                return response;
            }
        }
    }
    if is_panel || path == "/api/v1/session" {
        return next.run(request).await;
    }
    match auth::refusal(&app.auth.authenticate_request(&request)) {
        Some(refused) => refused,
        None => next.run(request).await,
    }
}

/// Checks `Host` and `Origin`, and adds the security headers to the answer.
pub async fn check_host_and_origin(
    State(app): State<Arc<App>>,
    request: Request,
    next: Next,
) -> Response {
    let refused = host_or_origin_problem(&app.hosts, &request);
    let mut response = match refused {
        Some(problem) => problem.into_response(),
        None => next.run(request).await,
    };
    for (name, value) in SECURITY_HEADERS {
        let headers = response.headers_mut();
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    response
}

fn host_or_origin_problem(hosts: &AllowedHosts, request: &Request) -> Option<Problem> {
    let headers = request.headers();
    let text = |name| {
        headers
            .get(name)
            .map(|v: &HeaderValue| v.to_str().unwrap_or("?"))
    };
    // HTTP/1.1 has the host in the header, an absolute request line in the address.
    let host = text(header::HOST).or_else(|| request.uri().host())?;
    if !hosts.allows(host) {
        return Some(Problem::new(
            ProblemType::HostNotAllowed,
            "the Host header names another host; use this service's address, or add the name to \
             service.allowed_hosts",
        ));
    }
    if is_foreign(headers, host) {
        return Some(Problem::new(
            ProblemType::ForeignOrigin,
            "the request comes from another page (Origin header); open the panel at this \
             service's own address",
        ));
    }
    None
}

/// Whether the `Origin` header names another page.
fn is_foreign(headers: &HeaderMap, host: &str) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else {
        return false;
    };
    let origin = origin.to_str().unwrap_or("?");
    let own = origin
        .strip_prefix("http://")
        .or_else(|| origin.strip_prefix("https://"));
    own.is_none_or(|own| !own.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use axum::body::Body;
    use rextrack::internals::config::ServiceConfig;

    fn refused(headers: &[(&str, &str)]) -> Option<u16> {
        let mut request = Request::builder().uri("/health");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let service = ServiceConfig {
            allowed_hosts: vec!["show.example".into()],
            ..ServiceConfig::default()
        };
        let request = request.body(Body::empty()).unwrap();
        let problem = host_or_origin_problem(&AllowedHosts::new(&service), &request)?;
        Some(problem.into_response().status().as_u16())
    }

    #[test]
    fn host_header_must_name_this_service() {
        for host in [
            "127.0.0.1:8080",
            "[::1]:8080",
            "localhost",
            "192.168.1.7:80",
        ] {
            assert_eq!(refused(&[("host", host)]), None, "{host}");
        }
        assert_eq!(refused(&[("host", "Show.Example:8080")]), None);
        assert_eq!(refused(&[("host", "evil.example")]), Some(421));
        assert_eq!(refused(&[("host", "127.0.0.1.evil.example")]), Some(421));
    }

    #[test]
    fn origin_header_must_name_this_service() {
        let from = |origin| refused(&[("host", "127.0.0.1:8080"), ("origin", origin)]);
        assert_eq!(from("http://127.0.0.1:8080"), None);
        for origin in [
            "http://evil.example",
            "http://127.0.0.1:9999",
            "null",
            "http://127.0.0.1",
        ] {
            assert_eq!(from(origin), Some(403), "{origin}");
        }
    }
}
