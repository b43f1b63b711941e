//! WebSockets: snapshots, events and previews, as fast as the client reads.
#![allow(clippy::unwrap_used)]

use crate::support;

use serde_json::{Value, json};
use support::service::Service;
use support::socket::Socket;
use tungstenite::Message;

const CROWD: &str = "osc: {address_prefix: '/{camera}/'}\ncameras:\n\
    - {id: a, stream: 'synth:people=6,seed=1'}\n- {id: b, stream: 'synth:people=2,seed=2'}\n";

#[test]
fn telemetry_starts_with_hello_then_sends_snapshots() {
    let service = Service::start(CROWD);
    service.wait_live("a");
    let mut socket = Socket::open(&service, "/ws/telemetry");
    let hello = socket.json();
    assert_eq!(hello["type"], "hello");
    assert_eq!(hello["cameras"].as_array().unwrap().len(), 2);
    let mut last = (0, 0);
    for _ in 0..20 {
        let snapshot = socket.next("snapshot", |m| m["camera"] == "a");
        let slots = snapshot["slots"].as_array().unwrap();
        assert_eq!(slots.len(), 10);
        let now = (
            snapshot["seq"].as_u64().unwrap(),
            snapshot["capture_ns"].as_u64().unwrap(),
        );
        assert!(now > last, "{now:?} after {last:?}");
        last = now;
        let age = snapshot["sent_ns"].as_i64().unwrap() - snapshot["publish_ns"].as_i64().unwrap();
        assert!(age >= 0);
    }
    let status = socket.next("status", |m| m["camera"] == "b");
    assert_eq!(status["status"]["source_state"], "live");
}

#[test]
fn telemetry_reports_cameras_events_and_file_problems() {
    let service = Service::start(CROWD);
    let mut socket = Socket::open(&service, "/ws/telemetry");
    let added = json!({"id": "c", "stream": "synth:people=1"});
    assert_eq!(service.json("POST", "/api/v1/cameras", &added).status, 201);
    let cameras = socket.next("cameras", |_| true);
    assert_eq!(cameras["cameras"].as_array().unwrap().len(), 3);
    socket.next("snapshot", |m| m["camera"] == "c");
    socket.next("event", |m| {
        m["camera"] == "c" && m["event"]["kind"] == "entered"
    });
    service.send("POST", "/api/v1/cameras/c/stop", &[], b"");
    socket.next("status", |m| {
        m["camera"] == "c" && m["status"]["source_state"] == "stopped"
    });
    std::fs::write(service.config_file(), "osc: 3").unwrap();
    let wrong = socket.next("config", |m| m["problem"].is_string());
    assert!(
        wrong["problem"].as_str().unwrap().starts_with("osc: "),
        "{wrong}"
    );
}

#[test]
fn telemetry_client_chooses_cameras_and_rate() {
    let service = Service::start(CROWD);
    service.wait_live("b");
    let mut socket = Socket::open(&service, "/ws/telemetry?cameras=b&rate=5");
    assert_eq!(socket.json()["cameras"].as_array().unwrap().len(), 1);
    let time = |message: Value| message["sent_ns"].as_i64().unwrap();
    let mut snapshot = || {
        let message = socket.next("snapshot", |_| true);
        assert_eq!(message["camera"], "b");
        time(message)
    };
    let first = snapshot();
    let last = (0..5).map(|_| snapshot()).last().unwrap();
    assert!(
        last - first >= 900_000_000,
        "five steps of 200 ms took {} ns",
        last - first
    );
}

#[test]
fn slow_client_gets_the_newest_and_delays_nobody() {
    let service = Service::start(CROWD);
    service.wait_live("a");
    let mut slow = Socket::open(&service, "/ws/telemetry?cameras=a&rate=60");
    slow.next("snapshot", |_| true);
    // Others read on meanwhile, and the pipeline with them.
    let mut quick = Socket::open(&service, "/ws/telemetry?cameras=a&rate=60");
    let mut frames = std::collections::BTreeSet::new();
    while frames.len() < 50 {
        let snapshot = quick.next("snapshot", |_| true);
        frames.insert(snapshot["frame_seq"].as_u64().unwrap());
    }
    // The slow one finds what was sent when it stopped reading, as much as the system
    // buffers, and then the newest: snapshots were left out, none came late.
    let newest = *frames.last().unwrap();
    slow.next("snapshot", |m| m["frame_seq"].as_u64() >= Some(newest));
}

#[test]
fn previews_have_the_requested_size_and_a_header() {
    let service = Service::start(CROWD);
    service.wait_live("a");
    let mut socket = Socket::open(&service, "/ws/preview/a?fps=30&width=300");
    let mut last = 0;
    for _ in 0..3 {
        let about = socket.json();
        assert_eq!(
            (about["width"].as_u64(), about["height"].as_u64()),
            (Some(1280), Some(720))
        );
        let frame = about["frame_seq"].as_u64().unwrap();
        assert!(frame > last);
        last = frame;
        let Message::Binary(jpeg) = socket.message() else {
            panic!("no picture");
        };
        assert_eq!(jpeg[..3], [0xff, 0xd8, 0xff]);
        assert_eq!(size_of_jpeg(&jpeg), (320, 180));
    }
}

#[test]
fn osc_monitor_repeats_sent_messages() {
    let receiver = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = receiver.local_addr().unwrap().port();
    let service = Service::start(&format!(
        "osc: {{port: {port}}}\ncameras:\n- {{id: a, stream: 'synth:people=3,misses=0'}}\n\
         - {{id: quiet, stream: 'synth:', enabled: false}}\n"
    ));
    let mut socket = Socket::open(&service, "/ws/osc/a");
    loop {
        let message = socket.json();
        let Some(messages) = message["messages"].as_array().filter(|m| !m.is_empty()) else {
            continue;
        };
        assert_eq!(message["receiver"], format!("127.0.0.1:{port}"));
        assert_eq!(messages[0]["address"], "/p1_x");
        assert!(messages[0]["args"][0].is_number());
        break;
    }
    let mut quiet = Socket::open(&service, "/ws/osc/quiet");
    let off = quiet.json();
    assert!(off["messages"].is_null() && off["reason"].is_string());
}

/// Width and height in a JPEG's frame header (ITU T.81, B.2.2).
fn size_of_jpeg(bytes: &[u8]) -> (u16, u16) {
    let mut at = 2;
    loop {
        let (marker, length) = (
            bytes[at + 1],
            u16::from_be_bytes([bytes[at + 2], bytes[at + 3]]),
        );
        if (0xc0..=0xc3).contains(&marker) {
            let number = |n: usize| u16::from_be_bytes([bytes[at + n], bytes[at + n + 1]]);
            return (number(7), number(5));
        }
        at += 2 + usize::from(length);
    }
}
