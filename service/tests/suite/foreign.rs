//! What cameras, streams and other programs say never reaches the log as it is.
#![allow(clippy::unwrap_used)]

use crate::support;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use support::service::Service;

/// Answers every request on a free port of loopback by what `answer` makes of its first
/// line, until the test ends.
fn server(answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let answer = std::sync::Arc::new(answer);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answer = std::sync::Arc::clone(&answer);
            std::thread::spawn(move || serve(stream, &*answer));
        }
    });
    port
}

fn serve(mut stream: TcpStream, answer: &dyn Fn(&str) -> Vec<u8>) {
    stream
        .set_read_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    let (mut request, mut byte) = (Vec::new(), [0]);
    while !request.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|n| n > 0) {
        request.push(byte[0]);
    }
    let request = String::from_utf8_lossy(&request);
    let first = request.lines().next().unwrap_or_default();
    stream.write_all(&answer(first)).ok();
}

/// An HLS playlist whose only segment has a name that FFmpeg does not take, and says so.
fn playlist(request: &str) -> Vec<u8> {
    if !request.contains(".m3u8") {
        return b"HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n".into();
    }
    let list = "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:0\n\
                #EXTINF:2.0,\nsegment.odd\n#EXT-X-ENDLIST\n";
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.apple.mpegurl\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{list}",
        list.len()
    )
    .into_bytes()
}

const SECRET: &str = "Sup3rSecretWord";

fn config(stream: &str, format: &str) -> String {
    format!(
        "service: {{log_format: {format}, log_level: debug}}\nosc: null\n\
         tracking: {{model: 'builtin:motion'}}\n\
         cameras:\n- {{id: hall, stream: '{stream}'}}\n"
    )
}

#[test]
fn ffmpeg_log_is_redacted() {
    let port = server(playlist);
    let stream = format!("http://user:{SECRET}@127.0.0.1:{port}/a.m3u8?token={SECRET}");
    for format in ["human", "json"] {
        let service = Service::start(&config(&stream, format));
        service.wait_until("FFmpeg's line is in our log", || {
            let log = service.log();
            log.lines().any(|l| l.contains("FFmpeg: "))
        });
        let log = service.log();
        assert!(!log.contains(SECRET), "{log}");
        let line = log.lines().find(|l| l.contains("FFmpeg: ")).unwrap();
        assert!(line.contains("hall"), "it names its camera: {line}");
        assert!(
            log.contains("user:***@127.0.0.1"),
            "the address is there, redacted: {log}"
        );
        let newest = service.get("/api/v1/logs").text;
        assert!(newest.contains("FFmpeg: ") && !newest.contains(SECRET));
        let raw = log.lines().filter(|l| l.starts_with('['));
        assert_eq!(raw.count(), 0, "nothing by FFmpeg itself: {log}");
    }
}

#[test]
fn opencv_debug_variable_is_warned_about() {
    let port = server(playlist);
    let folder = tempfile::tempdir().unwrap();
    let stream = format!("http://user:{SECRET}@127.0.0.1:{port}/a.m3u8");
    std::fs::write(folder.path().join("config.yaml"), config(&stream, "human")).unwrap();
    let mut command = support::rextrack(["serve", "--json", "--port", "0"]);
    command
        .current_dir(folder.path())
        .env("OPENCV_FFMPEG_DEBUG", "1");
    let service = Service::spawn(command, folder);
    service.wait_until("it is warned of", || {
        service.log().contains("OPENCV_FFMPEG_DEBUG is set")
    });
    assert!(!service.log().contains(SECRET), "{}", service.log());
}

#[test]
fn text_of_a_camera_cannot_forge_a_log_line() {
    let port = server(|_| {
        b"RTSP/1.0 404 \x1b[2J\x1b[31mnobody\r2026-01-01T00:00:00.000Z ERROR [hall] forged\x07\xc2\x9b1m\xe2\x80\xaeX\r\n\r\n".into()
    });
    let stream = format!("rtsp://127.0.0.1:{port}/x");
    for format in ["human", "json"] {
        let service = Service::start(&config(&stream, format));
        let status = service.wait_for("hall", "refused", |s| {
            s["problem"].as_str().is_some_and(|p| p.contains("nobody"))
        });
        let problem = status["problem"].as_str().unwrap();
        assert!(!problem.contains(hidden), "{problem:?}");
        service.wait_until("it is logged", || service.log().contains("nobody"));
        let log = service.log();
        assert!(!log.replace('\n', "").contains(hidden), "{log:?}");
        assert!(
            !log.lines()
                .any(|l| l.contains("forged") && !l.contains("nobody"))
        );
    }
}

#[test]
fn output_of_commands_is_escaped() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.yaml");
    let path = file.to_str().unwrap();
    for camera in [
        r#"{id: "a\r\nrextrack: forged\e[2J", stream: "synth:"}"#,
        r#"{id: "a", stream: "synth:", "k\nrextrack: forged\u202e": 1}"#,
        r#"{id: "a", stream: "synth:people=\nrextrack: forged\e[2J"}"#,
    ] {
        std::fs::write(&file, format!("cameras:\n- {camera}\n")).unwrap();
        for arguments in [
            &["validate-config", path][..],
            &["validate-config", "--json", path],
            &["run", "--config", path],
        ] {
            let result = support::outcome(support::rextrack(arguments));
            assert_eq!(result.code, Some(2), "{}", result.stderr);
            let said = format!("{}{}", result.stdout, result.stderr);
            assert!(said.contains("forged"), "{said}");
            let forged = said.lines().any(|l| l.starts_with("rextrack: forged"));
            assert!(
                !forged && !said.replace('\n', "").contains(hidden),
                "{said:?}"
            );
        }
    }
}

fn hidden(c: char) -> bool {
    c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c)
}

/// Nothing that goes wrong here may take as long as a camera's time-outs.
#[test]
fn address_with_line_breaks_cannot_forge_a_line() {
    let started = Instant::now();
    let result = support::outcome(support::rextrack([
        "run",
        "--no-osc",
        "http://user:Sup3r\r\nSecretWord@127.0.0.1:1/\r\nrextrack: forged",
    ]));
    assert_ne!(result.code, Some(0));
    let said = format!("{}{}", result.stdout, result.stderr);
    assert!(
        !said.contains("SecretWord") && !said.contains("Sup3r"),
        "{said}"
    );
    assert!(
        !said.lines().any(|l| l.starts_with("rextrack: forged")),
        "{said}"
    );
    assert!(started.elapsed() < support::service::TIMEOUT);
}
