//! Requests a network camera's stream before FFmpeg does, to report errors precisely.
//!
//! OpenCV reports a failure of FFmpeg only as "not opened", and FFmpeg's blocking calls
//! cannot be interrupted. So the probe does the part that fails in practice: it resolves
//! the name, connects and sends a request (RTSP DESCRIBE, RFC 2326 section 10.2, or HTTP
//! GET). A wrong password, a wrong path or a hung camera then has its own error, and a stop
//! takes effect within [`STOP_CHECK_PERIOD`] while a camera does not answer. For encrypted
//! streams (rtsps, https) the probe only connects.

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::{Duration, Instant};

use super::error::SourceError;
use super::http_auth::Challenge;
use crate::base::printable;
use crate::base::shutdown::Shutdown;

/// How long a camera may take to accept a connection, and then to answer.
pub const TIMEOUT: Duration = Duration::from_secs(5);
/// How often a read checks for a stop request.
const STOP_CHECK_PERIOD: Duration = Duration::from_millis(50);
/// Longest answer that is read: much more than any header and session description.
const ANSWER_MAX: usize = 64 * 1024;

/// The parts of an address that the probe needs.
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    /// The address without its password, for errors.
    pub shown: &'a str,
    /// Name or address.
    pub host: &'a str,
    /// TCP port.
    pub port: u16,
    /// User and password, if the address has them.
    pub credentials: Option<(&'a str, &'a str)>,
    /// The request to send.
    pub request: Request<'a>,
}

/// The request that a probe sends.
#[derive(Debug, Clone, Copy)]
pub enum Request<'a> {
    /// RTSP DESCRIBE of this URL, without credentials.
    Describe(&'a str),
    /// HTTP GET of this path with query.
    Get(&'a str),
    /// None. A connection is enough.
    Connect,
}

/// Checks whether the stream is available. Blocks for up to [`TIMEOUT`] to connect, and
/// again for each of at most two answers.
pub fn probe(target: Target<'_>, stop: &Shutdown) -> Result<(), SourceError> {
    let mut stream = connect(target)?;
    let mut authorization = None;
    for attempt in 0..2 {
        let request = match target.request {
            Request::Connect => return Ok(()),
            Request::Describe(url) => describe(url, attempt + 1, authorization.as_deref()),
            Request::Get(path) => get(path, target, authorization.as_deref()),
        };
        stream
            .write_all(request.as_bytes())
            .map_err(|e| unreachable(target, &e))?;
        let answer = read_answer(&mut stream, target, stop)?;
        let Some((code, status)) = parse_status(&answer) else {
            return Err(SourceError::Refused {
                address: target.shown.into(),
                status: format!("a reply that is not {}", protocol(target)),
            });
        };
        match code {
            200..=399 => return Ok(()),
            401 => {
                let Some((user, password)) = target.credentials else {
                    return Err(SourceError::CredentialsMissing {
                        address: target.shown.into(),
                    });
                };
                if authorization.is_some() {
                    break;
                }
                let (method, uri) = match target.request {
                    Request::Describe(url) => ("DESCRIBE", url),
                    Request::Get(path) => ("GET", path),
                    Request::Connect => return Ok(()),
                };
                let Some(challenge) = Challenge::from_answer(&answer) else {
                    // An authentication scheme that FFmpeg may support.
                    return Ok(());
                };
                authorization = Some(challenge.respond(method, uri, user, password));
                // Many cameras close the connection with a 401.
                stream = connect(target)?;
            }
            403 if target.credentials.is_some() => break,
            _ => {
                return Err(SourceError::Refused {
                    address: target.shown.into(),
                    status,
                });
            }
        }
    }
    Err(SourceError::CredentialsRefused {
        address: target.shown.into(),
    })
}

fn protocol(target: Target<'_>) -> &'static str {
    match target.request {
        Request::Describe(_) => "RTSP",
        Request::Get(_) => "HTTP",
        Request::Connect => "this protocol",
    }
}

fn unreachable(target: Target<'_>, error: &std::io::Error) -> SourceError {
    let reason = match error.kind() {
        ErrorKind::ConnectionRefused => "connection refused".into(),
        ErrorKind::TimedOut | ErrorKind::WouldBlock => "no answer in 5 s".into(),
        _ => error.to_string(),
    };
    SourceError::Unreachable {
        address: target.shown.into(),
        port: target.port,
        reason,
    }
}

/// Connects to the first address of the host that accepts. The system's resolver may
/// block for its own time-out.
fn connect(target: Target<'_>) -> Result<TcpStream, SourceError> {
    let unresolved = |reason: String| SourceError::Unresolved {
        address: target.shown.into(),
        host: target.host.into(),
        reason,
    };
    let addresses = (target.host, target.port)
        .to_socket_addrs()
        .map_err(|e| unresolved(e.to_string()))?;
    let mut last = None;
    for address in addresses {
        match TcpStream::connect_timeout(&address, TIMEOUT) {
            Ok(stream) => {
                stream
                    .set_read_timeout(Some(STOP_CHECK_PERIOD))
                    .map_err(|e| unreachable(target, &e))?;
                stream
                    .set_write_timeout(Some(TIMEOUT))
                    .map_err(|e| unreachable(target, &e))?;
                return Ok(stream);
            }
            Err(error) => last = Some(unreachable(target, &error)),
        }
    }
    Err(last.unwrap_or_else(|| unresolved("the name has no address".into())))
}

fn describe(url: &str, sequence: u32, authorization: Option<&str>) -> String {
    let authorization = authorization
        .map(|a| format!("Authorization: {a}\r\n"))
        .unwrap_or_default();
    format!(
        "DESCRIBE {url} RTSP/1.0\r\nCSeq: {sequence}\r\nUser-Agent: rextrack\r\n\
         Accept: application/sdp\r\n{authorization}\r\n"
    )
}

fn get(path: &str, target: Target<'_>, authorization: Option<&str>) -> String {
    let authorization = authorization
        .map(|a| format!("Authorization: {a}\r\n"))
        .unwrap_or_default();
    let host = if target.host.contains(':') {
        format!("[{}]", target.host)
    } else {
        target.host.to_owned()
    };
    format!(
        "GET {path} HTTP/1.1\r\nHost: {host}:{}\r\nUser-Agent: rextrack\r\nAccept: */*\r\n\
         Connection: close\r\n{authorization}\r\n",
        target.port
    )
}

/// Reads an answer up to the end of its header.
fn read_answer(
    stream: &mut TcpStream,
    target: Target<'_>,
    stop: &Shutdown,
) -> Result<String, SourceError> {
    let deadline = Instant::now() + TIMEOUT;
    let mut answer = Vec::new();
    let mut chunk = [0; 4096];
    while Instant::now() < deadline {
        if stop.is_requested() {
            return Err(SourceError::Stopped);
        }
        match stream.read(&mut chunk) {
            Ok(0) if answer.is_empty() => {
                return Err(SourceError::Unreachable {
                    address: target.shown.into(),
                    port: target.port,
                    reason: "the connection was closed without an answer".into(),
                });
            }
            Ok(0) => return Ok(String::from_utf8_lossy(&answer).into_owned()),
            Ok(n) => {
                answer.extend_from_slice(&chunk[..n]);
                let ended = answer.windows(4).any(|w| w == b"\r\n\r\n");
                if ended || answer.len() > ANSWER_MAX {
                    return Ok(String::from_utf8_lossy(&answer).into_owned());
                }
            }
            Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) => return Err(unreachable(target, &e)),
        }
    }
    Err(SourceError::Silent {
        address: target.shown.into(),
        seconds: TIMEOUT.as_secs(),
        protocol: protocol(target),
    })
}

/// The code of `RTSP/1.0 404 Not Found`, and `404 Not Found` as text.
fn parse_status(answer: &str) -> Option<(u16, String)> {
    let (version, rest) = answer.lines().next()?.split_once(' ')?;
    if !version.starts_with("RTSP/") && !version.starts_with("HTTP/") {
        return None;
    }
    let code = rest.split(' ').next()?.parse().ok()?;
    // Cleaned, because the camera's text is shown in logs and panels.
    Some((code, printable::name(rest)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::net::TcpListener;

    /// A camera that sends these answers, one per connection, and returns the requests.
    fn camera(answers: &'static [&'static str]) -> (u16, std::thread::JoinHandle<Vec<String>>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let thread = std::thread::spawn(move || {
            let mut requests = Vec::new();
            for answer in answers {
                let (mut stream, _) = listener.accept().unwrap();
                let mut request = Vec::new();
                let mut byte = [0; 1];
                while !request.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap() > 0 {
                    request.push(byte[0]);
                }
                requests.push(String::from_utf8(request).unwrap());
                stream.write_all(answer.as_bytes()).unwrap();
            }
            requests
        });
        (port, thread)
    }

    fn run_probe(port: u16, credentials: Option<(&str, &str)>) -> Result<(), SourceError> {
        let target = Target {
            shown: SHOWN,
            host: "127.0.0.1",
            port,
            credentials,
            request: Request::Describe("rtsp://127.0.0.1/cam"),
        };
        probe(target, &Shutdown::new())
    }

    const SHOWN: &str = "rtsp://127.0.0.1/cam";
    const OK: &str = "RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n";
    const BASIC: &str =
        "RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\nWWW-Authenticate: Basic realm=\"x\"\r\n\r\n";

    #[test]
    fn available_stream_passes() {
        let (port, camera) = camera(&[OK]);
        run_probe(port, None).unwrap();
        assert!(
            camera.join().unwrap()[0].starts_with("DESCRIBE rtsp://127.0.0.1/cam RTSP/1.0\r\n")
        );
    }

    #[test]
    fn wrong_path_is_reported_with_the_status_of_the_camera() {
        let (port, _camera) = camera(&["RTSP/1.0 404 Not Found\r\n\r\n"]);
        assert_eq!(
            run_probe(port, None),
            Err(SourceError::Refused {
                address: SHOWN.into(),
                status: "404 Not Found".into(),
            })
        );
    }

    #[test]
    fn status_of_the_camera_has_no_control_characters() {
        let (port, _camera) =
            camera(&["RTSP/1.0 404 \u{1b}[31mNot\u{9b}1m \u{202e}Found\u{7}\rX\r\n\r\n"]);
        assert_eq!(
            run_probe(port, None),
            Err(SourceError::Refused {
                address: SHOWN.into(),
                status: "404  [31mNot 1m  Found  X".into(),
            })
        );
    }

    #[test]
    fn missing_wrong_and_right_passwords_have_different_results() {
        let (port, _camera) = camera(&[BASIC]);
        assert!(matches!(
            run_probe(port, None),
            Err(SourceError::CredentialsMissing { .. })
        ));
        let (port, _camera) = camera(&[BASIC, BASIC]);
        let rejected = run_probe(port, Some(("u", "wrong"))).unwrap_err();
        assert!(matches!(rejected, SourceError::CredentialsRefused { .. }));
        assert_eq!(rejected.retry(), crate::source::Retry::Slowly);
        let (port, camera) = camera(&[BASIC, OK]);
        run_probe(port, Some(("user", "pass"))).unwrap();
        assert!(camera.join().unwrap()[1].contains("Authorization: Basic dXNlcjpwYXNz\r\n"));
    }

    #[test]
    fn refused_connection_is_unreachable() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        assert_eq!(
            run_probe(port, None),
            Err(SourceError::Unreachable {
                address: SHOWN.into(),
                port,
                reason: "connection refused".into(),
            })
        );
    }

    #[test]
    fn stop_ends_probe_while_camera_does_not_answer() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let stop = Shutdown::new();
        stop.request();
        let target = Target {
            shown: SHOWN,
            host: "127.0.0.1",
            port,
            credentials: None,
            request: Request::Describe("rtsp://127.0.0.1/cam"),
        };
        assert_eq!(probe(target, &stop), Err(SourceError::Stopped));
    }
}
