//! Authentication, origins, limits and hidden passwords, tested from outside.
#![allow(clippy::unwrap_used)]

use crate::support;

use serde_json::json;
use support::service::Service;
use tungstenite::client::IntoClientRequest;
use tungstenite::http::HeaderValue;

const TOKEN: &str = "a-token-of-this-test-0123456789";

fn open() -> Service {
    Service::start(
        "osc: null\ncameras:\n- {id: a, stream: 'synth:'}\n\
         - {id: far, stream: 'rtsp://user:secret@127.0.0.1:1/s', enabled: false}\n",
    )
}

fn guarded() -> Service {
    let mut service = Service::start(&format!(
        "service: {{token: {TOKEN}}}\nosc: null\ncameras:\n- {{id: a, stream: 'synth:'}}\n"
    ));
    service.token = None;
    service
}

/// The status that a WebSocket's opening is answered with; 101 is open.
fn socket(service: &Service, path: &str, headers: &[(&'static str, &str)]) -> u16 {
    let url = format!("{}{path}", service.url.replace("http", "ws"));
    let mut request = url.into_client_request().unwrap();
    for (name, value) in headers {
        let value = HeaderValue::from_str(value).unwrap();
        request.headers_mut().insert(*name, value);
    }
    let stream = std::net::TcpStream::connect(("127.0.0.1", service.port())).unwrap();
    match tungstenite::client(request, stream) {
        Ok(_) => 101,
        Err(tungstenite::HandshakeError::Failure(tungstenite::Error::Http(response))) => {
            response.status().as_u16()
        }
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn other_origins_are_refused() {
    let service = open();
    let foreign = ("origin", "http://evil.example");
    let own = service.url.clone();
    let camera = json!({"id": "x", "stream": "synth:"}).to_string();
    let kind = ("content-type", "application/json");
    let post = |headers: &[(&str, &str)]| {
        service
            .send("POST", "/api/v1/cameras", headers, camera.as_bytes())
            .status
    };
    assert_eq!(post(&[kind, foreign]), 403);
    assert_eq!(post(&[kind, ("origin", "null")]), 403);
    // What a form can send without asking first.
    for form in [
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "text/plain",
    ] {
        assert_eq!(post(&[("content-type", form)]), 415, "{form}");
    }
    assert_eq!(post(&[kind, ("origin", &own)]), 201);
    for path in ["/ws/telemetry", "/ws/preview/a", "/ws/osc/a"] {
        assert_eq!(socket(&service, path, &[foreign]), 403, "{path}");
        assert_eq!(socket(&service, path, &[("origin", &own)]), 101, "{path}");
        assert_eq!(
            socket(&service, path, &[]),
            101,
            "{path}: programs have no origin"
        );
    }
}

#[test]
fn foreign_host_header_is_refused() {
    let service = open();
    for host in [
        "evil.example",
        "127.0.0.1.evil.example:8080",
        "rextrack.evil.example",
    ] {
        assert_eq!(
            service.send("GET", "/", &[("host", host)], b"").status,
            421,
            "{host}"
        );
        assert_eq!(
            socket(&service, "/ws/telemetry", &[("host", host)]),
            421,
            "{host}"
        );
    }
    for host in ["localhost:1", "[::1]", "10.1.2.3"] {
        assert_eq!(
            service
                .send("GET", "/health", &[("host", host)], b"")
                .status,
            200,
            "{host}"
        );
    }
}

#[test]
fn every_route_but_session_and_panel_requires_the_token() {
    let service = guarded();
    let paths = [
        "/health",
        "/metrics",
        "/api/v1/health",
        "/api/v1/config",
        "/api/v1/cameras",
        "/api/v1/openapi.json",
        "/api/v1/logs",
        "/api/v1/nothing",
    ];
    for path in paths {
        let refused = service.get(path);
        assert_eq!(refused.status, 401, "{path}");
        assert_eq!(
            refused.header("www-authenticate"),
            "Bearer realm=\"rextrack\""
        );
    }
    assert_eq!(socket(&service, "/ws/telemetry", &[]), 401);
    assert_eq!(
        socket(&service, &format!("/ws/telemetry?token={TOKEN}"), &[]),
        101
    );
    assert_eq!(
        service.get("/").status,
        200,
        "the panel asks for the token itself"
    );
    let session = service.get("/api/v1/session").json();
    assert_eq!(session, json!({"auth": "token", "logged_in": false}));

    let bearer = format!("Bearer {TOKEN}");
    assert_eq!(
        service
            .send("GET", "/health", &[("authorization", &bearer)], b"")
            .status,
        200
    );
    let entered = service.json("POST", "/api/v1/session", &json!({"token": TOKEN}));
    let cookie = entered.header("set-cookie");
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"),
        "{cookie}"
    );
    let cookie = cookie.split(';').next().unwrap().to_owned();
    assert_eq!(
        service
            .send("GET", "/health", &[("cookie", &cookie)], b"")
            .status,
        200
    );
    assert_eq!(
        socket(&service, "/ws/telemetry", &[("cookie", &cookie)]),
        101
    );
    // The printed link: the token leaves the address bar.
    let link = service.get(&format!("/?token={TOKEN}"));
    assert_eq!((link.status, link.header("location").as_str()), (303, "/"));
    assert!(link.header("set-cookie").starts_with("rextrack="));
}

#[test]
fn token_guessing_is_slowed_down() {
    let service = guarded();
    let guess = |token: &str| service.json("POST", "/api/v1/session", &json!({"token": token}));
    for n in 0..5 {
        assert_eq!(guess(&format!("wrong-{n}")).status, 401);
    }
    let refused = guess(TOKEN);
    assert_eq!(refused.status, 429, "also for the right one, for a while");
    let seconds: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=2).contains(&seconds));
    service.wait_until("the right token is taken again", || {
        guess(TOKEN).status == 204
    });
}

#[test]
fn token_is_generated_for_other_networks_and_printed_once() {
    let folder = tempfile::tempdir().unwrap();
    // Every address of this machine, so that a token is required.
    let first = Service::start_in(folder, &["--listen", "0.0.0.0"]);
    let token = first.token.clone().expect("it was printed");
    assert_eq!(first.get("/health").status, 200);
    let file = first.folder().join(".rextrack-token");
    assert_eq!(std::fs::read_to_string(&file).unwrap().trim(), token);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert!(!first.log().contains(&token));
    let mut second = Service::start_in(first.into_folder(), &["--listen", "0.0.0.0"]);
    assert!(!second.link.contains("token="), "{}", second.link);
    assert_eq!(second.get("/health").status, 401);
    second.token = Some(token);
    assert_eq!(second.get("/health").status, 200);
}

#[test]
fn passwords_are_hidden_everywhere_and_restored_when_sent_back() {
    let service = open();
    let token = json!({"stream": "rtsp://user:secret@127.0.0.1:1/other"});
    service.json("PATCH", "/api/v1/cameras/far", &token);
    service.send("POST", "/api/v1/cameras/far/start", &[], b"");
    service.json("POST", "/api/v1/cameras/probe", &token);
    for path in [
        "/api/v1/config",
        "/api/v1/cameras",
        "/api/v1/cameras/far",
        "/metrics",
        "/api/v1/logs",
        "/api/v1/cameras/far/events",
        "/health",
    ] {
        let answer = service.get(path);
        assert!(!answer.text.contains("secret"), "{path}: {}", answer.text);
    }
    let yaml = service.send(
        "GET",
        "/api/v1/config",
        &[("accept", "application/yaml")],
        b"",
    );
    assert!(yaml.text.contains("user:***@") && !yaml.text.contains("secret"));
    assert!(!service.log().contains("secret"));
    // The panel sends back what it saw.
    let seen = service.get("/api/v1/config").json();
    let answer = service.json("PUT", "/api/v1/config", &seen);
    assert_eq!(answer.status, 200, "{}", answer.text);
    let stream = service.get("/api/v1/cameras/far").json()["config"]["stream"].clone();
    assert_eq!(
        service
            .json("PATCH", "/api/v1/cameras/far", &json!({"stream": stream}))
            .status,
        200
    );
    assert!(
        service
            .saved()
            .contains("rtsp://user:secret@127.0.0.1:1/other")
    );
}

#[test]
fn security_headers_are_sent() {
    let service = open();
    for path in ["/", "/health", "/api/v1/nothing"] {
        let answer = service.get(path);
        let policy = answer.header("content-security-policy");
        assert!(
            policy.contains("frame-ancestors 'none'"),
            "{path}: {policy}"
        );
        assert!(policy.contains("default-src 'self'") && !policy.contains("unsafe-eval"));
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("x-frame-options"), "DENY");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
    }
}

#[test]
fn oversized_and_malformed_requests_are_refused() {
    use std::io::{Read, Write};
    let service = open();
    let kind = [("content-type", "application/json")];
    // It may be refused, and the connection closed, before all of it is sent.
    let mut stream = std::net::TcpStream::connect(("127.0.0.1", service.port())).unwrap();
    let head = "POST /api/v1/cameras HTTP/1.1\r\nhost: localhost\r\n\
                content-type: application/json\r\ncontent-length: 2097152\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(&vec![b' '; 2 * 1024 * 1024]).ok();
    let mut start = [0; 12];
    if stream.read_exact(&mut start).is_ok() {
        assert_eq!(&start, b"HTTP/1.1 413");
    }
    let deep = "[".repeat(100_000);
    assert_eq!(
        service
            .send("PUT", "/api/v1/config", &kind, deep.as_bytes())
            .status,
        400
    );
    for raw in [
        "\0\0\0",
        "GET / HTTP/9.9\r\n\r\n",
        "GET /%zz%00 HTTP/1.1\r\nhost: localhost\r\n\r\n",
    ] {
        let mut stream = std::net::TcpStream::connect(("127.0.0.1", service.port())).unwrap();
        stream.write_all(raw.as_bytes()).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).ok();
        let answer = String::from_utf8_lossy(&answer);
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 4"),
            "{raw:?}: {answer}"
        );
    }
    assert_eq!(service.get("/health").status, 200);
}

/// A text that is at once a configuration and a playlist, which FFmpeg would follow to
/// a film in another folder.
#[test]
fn control_characters_are_refused() {
    let service = open();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let camera = |key: &str, value: &str| {
        let mut camera = json!({"id": "x", "stream": "synth:"});
        camera[key] = json!(value);
        camera
    };
    let forged = "\r\n[ERROR] forged";
    for (key, value) in [
        ("stream", format!("http://127.0.0.1:{port}/{forged}")),
        ("stream", format!("http://127.0.0.1:{port}/%0D%0AFLUSHALL")),
        ("stream", format!("rtsp://u:p%0d%0aX:y@127.0.0.1:{port}/a")),
        ("stream", format!("a.mp4{forged}")),
        ("name", forged.to_owned()),
        ("name", "\u{1b}[2Jx".to_owned()),
        ("id", format!("x{forged}")),
        ("id", "\u{202e}x".to_owned()),
    ] {
        let answer = service.json("POST", "/api/v1/cameras", &camera(key, &value));
        assert_eq!(answer.status, 422, "{key}={value:?}: {}", answer.text);
        if key == "stream" {
            let probe = json!({"stream": value});
            let probe = service.json("POST", "/api/v1/cameras/probe", &probe).json();
            assert_eq!(probe["ok"], false, "{value:?}");
            let reason = probe["reason"].as_str().unwrap();
            assert!(reason.contains("control character"), "{reason}");
        }
    }
    let osc = json!({"id": "x", "stream": "synth:", "override": {"host": format!("h{forged}")}});
    assert_eq!(service.json("POST", "/api/v1/cameras", &osc).status, 422);
    let yaml = "osc: {host: \"h\\r\\n[ERROR] forged\"}\ncameras: []\n";
    std::fs::write(service.config_file(), yaml).unwrap();
    service.wait_until("the file is refused", || {
        service.log().contains("osc.host: must not")
    });
    let log = service.log();
    assert!(
        !log.lines().any(|line| line.starts_with("[ERROR] forged")),
        "{log}"
    );
    assert!(!log.contains(['\r']), "{log:?}");
    // No request was made.
    listener.set_nonblocking(true).unwrap();
    assert!(listener.accept().is_err());
}
