//! Who calls, and from which page: `Host` against DNS rebinding, `Origin` against
//! other pages' requests and WebSockets; and the headers that keep our own page to
//! itself.

use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use rextrack::config::ServiceConfig;

use super::App;
use super::problem::{Problem, ProblemType};

/// What browsers are told about our pages.
const HEADERS: [(HeaderName, &str); 5] = [
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

/// Names by which this service may be called.
#[derive(Debug, Clone)]
pub struct Hosts(HashSet<String>);

impl Hosts {
    /// `localhost`, the machine's name, what the service listens on and what the
    /// configuration allows besides.
    pub fn new(service: &ServiceConfig) -> Self {
        let machine = gethostname::gethostname().to_string_lossy().to_lowercase();
        let mut names: HashSet<String> = service
            .allowed_hosts
            .iter()
            .map(|name| name.to_lowercase())
            .collect();
        names.extend(["localhost".into(), service.listen.to_lowercase()]);
        names.insert(format!("{machine}.local"));
        names.insert(machine);
        Self(names)
    }

    /// Whether a `Host` header may call us. An address cannot be rebound to
    /// another machine, a name can.
    fn allows(&self, host: &str) -> bool {
        let name = name_of(host);
        name.parse::<IpAddr>().is_ok() || self.0.contains(&name.to_lowercase())
    }
}

/// A host without its port, an IPv6 address without its brackets.
fn name_of(host: &str) -> &str {
    if let Some(rest) = host.strip_prefix('[') {
        return rest.split(']').next().unwrap_or_default();
    }
    host.split(':').next().unwrap_or_default()
}

/// The first gate.
pub async fn check(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let refused = refusal(&app.hosts, &request);
    let mut response = match refused {
        Some(problem) => problem.into_response(),
        None => next.run(request).await,
    };
    for (name, value) in HEADERS {
        let headers = response.headers_mut();
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    response
}

fn refusal(hosts: &Hosts, request: &Request) -> Option<Problem> {
    let headers = request.headers();
    let text = |name| {
        headers
            .get(name)
            .map(|v: &HeaderValue| v.to_str().unwrap_or("?"))
    };
    // HTTP/1.1 has it in the header, an absolute request line in the address.
    let host = text(header::HOST).or_else(|| request.uri().host())?;
    if !hosts.allows(host) {
        return Some(Problem::new(
            ProblemType::HostNotAllowed,
            "the Host header names somebody else; call this service by its address, or add the \
             name to service.allowed_hosts",
        ));
    }
    if is_foreign(headers, host) {
        return Some(Problem::new(
            ProblemType::ForeignOrigin,
            "the request comes from another page (Origin); open the panel at this service's own \
             address",
        ));
    }
    None
}

/// Whether a browser says that the request comes from another page.
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
        let problem = refusal(&Hosts::new(&service), &request)?;
        Some(problem.into_response().status().as_u16())
    }

    #[test]
    fn only_our_own_names_may_be_called() {
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
    fn only_our_own_page_may_ask() {
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
