//! Tracks of another node that arrive over MQTT: shown with its own slots and classes,
//! and refused when they are invalid.
#![allow(clippy::unwrap_used)]

use crate::support;

use std::net::UdpSocket;

use serde_json::{Value, json};
use support::broker::{Broker, Listener, Publisher};
use support::service::Service;

#[test]
fn slots_of_two_nodes_are_repeated_by_a_third() {
    let Some(mut broker) = Broker::start(
        "remote_nodes::slots_of_two_nodes_are_repeated_by_a_third",
        "",
    ) else {
        return;
    };
    let url = broker.url();
    let node = |name: &str, stream: &str| {
        Service::start(&format!(
            "service: {{node: {name}}}\nosc: null\nmqtt: {{broker: '{url}', topic_prefix: 'show/{{node}}'}}\n\
             cameras:\n- {{id: cam, stream: '{stream}'}}\n"
        ))
    };
    let mut left = node("left", "synth:people=5,seed=1");
    let right = node("right", "synth:people=2,seed=2");
    let viewer = Service::start(&format!(
        "osc: null\ncameras:\n- {{id: l, stream: '{url}/show/left/cam'}}\n\
         - {{id: r, stream: '{url}/show/right/cam'}}\n"
    ));
    let shown = viewer.wait_for("l", "live with a crowd", |s| {
        s["source_state"] == "live" && s["slots"]["active"].as_u64() >= Some(3)
    });
    assert_eq!(shown["remote"]["node"], "left");
    // One machine has one clock: the quickest of the latest messages shows it, once one
    // of them was not held up.
    viewer.wait_for("l", "at no distance from the other clock", |s| {
        let offset = s["remote"]["clock_offset_ms"].as_f64();
        offset.is_some_and(|ms| ms.abs() < 250.0)
    });
    assert_eq!(shown["frame_size"]["width"], 1280);
    viewer.wait_for("r", "live", |s| s["remote"]["node"] == "right");

    // The viewer shows the same slots. They change seldom, so that two reads at different
    // times soon agree.
    let occupied = |service: &Service, camera: &str| -> Vec<u64> {
        let stream = std::net::TcpStream::connect(("127.0.0.1", service.port())).unwrap();
        let path = format!("/ws/telemetry?cameras={camera}");
        let url = format!("{}{path}", service.url.replace("http", "ws"));
        let mut socket = tungstenite::client(url, stream).unwrap().0;
        loop {
            let message = socket.read().unwrap();
            let Ok(text) = message.to_text() else {
                continue;
            };
            let Ok(message) = serde_json::from_str::<serde_json::Value>(text) else {
                continue;
            };
            if message["type"] != "snapshot" {
                continue;
            }
            let slots = message["slots"].as_array().unwrap().iter().enumerate();
            let taken = slots.filter(|(_, slot)| slot["state"] != "empty");
            return taken.map(|(index, _)| index as u64).collect();
        }
    };
    viewer.wait_until("both see the same slots taken", || {
        occupied(&left, "cam") == occupied(&viewer, "l")
    });

    let metrics = viewer.get("/metrics").text;
    assert!(metrics.contains("rextrack_remote_clock_offset_seconds{camera=\"l\",node=\"left\"}"));

    // The broker ends and the source is lost. After its restart the source is live.
    broker.kill();
    let lost = viewer.wait_for("l", "lost", |s| s["source_state"] == "lost");
    assert!(
        lost["problem"]
            .as_str()
            .unwrap()
            .contains(&broker.port.to_string()),
        "{lost}"
    );
    broker.restart();
    viewer.wait_live("l");
    viewer.wait_live("r");
    // One node ends; the other stays live.
    left.kill();
    let gone = viewer.wait_for("l", "lost", |s| {
        s["problem"]
            .as_str()
            .is_some_and(|p| p.contains("node left"))
    });
    assert_eq!(gone["source_state"], "lost");
    viewer.wait_live("r");
    drop(right);
}

/// A message of a node that tracks one hand.
fn hand(seq: u64) -> Value {
    json!({
        "v": 1, "node": "far", "camera": "hall", "session": 77, "seq": seq, "frame_seq": seq,
        "sent_unix_ns": 1_767_225_600_000_000_000_i64, "frame_age_ns": 1_000_000,
        "source_state": "live", "frame_size": {"width": 1920, "height": 1080},
        "waiting": 0, "slots_max": 10,
        "slots": [{
            "slot": 1, "state": "active", "track_id": 7, "generation": 1, "class_id": 0,
            "class": "hand", "score": 0.9, "x": 0.5, "y": 0.5, "w": 0.1, "h": 0.2,
            "vx": 0.0, "vy": 0.0, "age_ms": 0, "life_ms": 100
        }]
    })
}

#[test]
fn classes_of_another_node_keep_their_names() {
    const NAME: &str = "remote_nodes::classes_of_another_node_keep_their_names";
    let Some(broker) = Broker::start(NAME, "") else {
        return;
    };
    let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
    receiver
        .set_read_timeout(Some(support::service::TIMEOUT))
        .unwrap();
    let port = receiver.local_addr().unwrap().port();
    let url = broker.url();
    let viewer = Service::start(&format!(
        "mqtt: {{broker: '{url}', topic_prefix: again}}\n\
         osc: {{port: {port}, channel_format: 'p{{index}}/{{class}}/{{axis}}', axes: [x, class]}}\n\
         tracking: {{classes: [hand]}}\n\
         cameras:\n- {{id: far, stream: '{url}/show/hall'}}\n"
    ));
    viewer.wait_for("far", "waiting for messages", |s| {
        s["source_state"] == "connecting"
    });
    let publisher = Publisher::new(&broker);
    let mut again = Listener::new(&broker, "again/far/slots");
    // Sent again until the subscription is there.
    let seq = std::cell::Cell::new(0);
    let send = |class_id: i32, class: &str| {
        seq.set(seq.get() + 1);
        let mut message = hand(seq.get());
        message["slots"][0]["class_id"] = json!(class_id);
        message["slots"][0]["class"] = json!(class);
        publisher.send("show/hall/slots", message.to_string());
    };
    viewer.wait_until("the hand is seen", || {
        send(0, "hand");
        viewer.status("far")["slots"]["active"] == 1
    });
    assert_eq!(viewer.status("far")["classes"], json!(["hand"]));
    let (_, _, message) = again.next(|_, m| !m["slots"].as_array().unwrap().is_empty());
    assert_eq!(message["slots"][0]["class"], "hand");
    viewer.wait_until("the event names it", || {
        let events = viewer.get("/api/v1/cameras/far/events").json();
        let entered = |e: &Value| e["kind"] == "entered" && e["class"] == "hand";
        events["events"].as_array().unwrap().iter().any(entered)
    });
    let next_address = |wanted: &str| {
        let mut datagram = [0; 2048];
        loop {
            let length = receiver.recv(&mut datagram).unwrap();
            let text = String::from_utf8_lossy(&datagram[..length]).into_owned();
            if text.contains(wanted) {
                return text;
            }
        }
    };
    assert!(next_address("/p1/hand/x").contains("/p1/hand/class"));

    // Another model there: the old address is emptied, the new one goes on.
    send(3, "left foot");
    next_address("/p1/left_foot/x");
    let known = viewer.wait_for("far", "told of the foot", |s| {
        s["classes"][3] == "left foot"
    });
    assert_eq!(
        known["classes"],
        json!(["hand", "class1", "class2", "left foot"])
    );
}

#[test]
fn invalid_messages_of_another_node_are_refused() {
    const NAME: &str = "remote_nodes::invalid_messages_of_another_node_are_refused";
    let Some(broker) = Broker::start(NAME, "") else {
        return;
    };
    let url = broker.url();
    let viewer = Service::start(&format!(
        "osc: null\ntracking: {{object_persistence_ms: 3600000}}\n\
         cameras:\n- {{id: far, stream: '{url}/show/hall'}}\n"
    ));
    let publisher = Publisher::new(&broker);
    let seq = std::cell::Cell::new(0);
    let send = |pointer: &str, value: Value| {
        seq.set(seq.get() + 1);
        let mut message = hand(seq.get());
        if !pointer.is_empty() {
            *message.pointer_mut(pointer).unwrap() = value;
        }
        publisher.send("show/hall/slots", message.to_string());
    };
    viewer.wait_until("the hand is seen", || {
        send("", Value::Null);
        viewer.status("far")["slots"]["active"] == 1
    });
    let bad = [
        ("/frame_size", json!({"width": 60_000, "height": 60_000})),
        ("/slots/0/w", json!(1e38)),
        ("/slots/0/w", json!(-5)),
        ("/slots/0/score", json!(-9)),
        ("/slots/0/slot", json!(0)),
        ("/slots/0/slot", json!(257)),
        ("/seq", json!(u64::MAX)),
        ("/frame_age_ns", json!(i64::MIN)),
        ("/node", json!({"a": "\u{1b}[2J\r\nERROR forged"})),
        ("/slots/0/state", json!("\u{1b}[2J\r\nERROR forged\u{202e}")),
    ];
    for (pointer, value) in &bad {
        send(pointer, value.clone());
    }
    publisher.send("show/hall/slots", vec![b'7'; 300 * 1024]);
    publisher.send("show/hall/state", r#"{"v": 1, "node": 5}"#);
    let refused = bad.len() as u64 + 2;
    // Good ones between, so that the node does not count as silent.
    let wait = |what: &str, is: &dyn Fn(&Value) -> bool| {
        viewer.wait_until(what, || {
            send("", Value::Null);
            is(&viewer.status("far"))
        });
    };
    wait("all of them refused", &|s| {
        s["remote"]["refused"].as_u64() == Some(refused)
    });
    let status = viewer.status("far");
    assert_eq!(status["slots"]["active"], 1, "nobody left: {status}");
    // What is odd and no fault is taken, and cleaned.
    viewer.wait_until("another name", || {
        send("/node", json!("far\u{1b}[2J\u{202e}\nnode"));
        viewer.status("far")["remote"]["node"] == "far [2J  node"
    });
    let large = json!({"width": 16_384, "height": 16_384});
    viewer.wait_until("a large frame", || {
        send("/frame_size", large.clone());
        viewer.status("far")["frame_size"] == large
    });
    let picture = viewer.get("/api/v1/cameras/far/picture.jpg");
    assert_eq!(picture.status, 200);
    let metrics = viewer.get("/metrics").text;
    assert!(
        metrics.contains("rextrack_remote_refused_total"),
        "{metrics}"
    );
    let log = viewer.log();
    let reported = log.lines().filter(|l| l.contains("was rejected")).count();
    assert_eq!(reported, 1, "logged once: {log}");
    assert!(!log.contains('\u{1b}'), "{log:?}");
    assert_eq!(viewer.status("far")["reconnects"], 0);
}
