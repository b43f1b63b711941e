//! MQTT against a real broker: what is published, and what happens when the broker
//! goes.
#![allow(clippy::unwrap_used)]

use crate::support;

use std::net::UdpSocket;

use serde_json::{Value, json};
use support::broker::{Broker, Listener, Publisher};
use support::service::Service;

fn config(broker: &str, more: &str) -> String {
    format!(
        "service: {{node: stage-left}}\nosc: null\nmqtt: {{broker: '{broker}'{more}}}\ncameras:\n\
         - {{id: hall, stream: 'synth:people=4,misses=0'}}\n"
    )
}

#[test]
fn snapshots_and_retained_state_are_published() {
    let Some(broker) = Broker::start("mqtt::snapshots_and_retained_state_are_published", "") else {
        return;
    };
    let mut service = Service::start(&config(&broker.url(), ""));
    let mut slots = Listener::new(&broker, "rextrack/+/slots");
    let (_, topic, message) = slots.next(|_, m| m["slots"].as_array().unwrap().len() >= 3);
    assert_eq!(topic, "rextrack/hall/slots");
    assert_eq!(
        (&message["v"], &message["node"]),
        (&1.into(), &"stage-left".into())
    );
    let slot = &message["slots"][0];
    assert_eq!(
        (&slot["slot"], &slot["class"]),
        (&1.into(), &"person".into())
    );
    assert!((0.0..=1.0).contains(&slot["x"].as_f64().unwrap()), "{slot}");
    let seq = message["seq"].as_u64().unwrap();
    let (_, _, next) = slots.next(|_, _| true);
    assert_eq!(next["seq"].as_u64(), Some(seq + 1));

    // Whoever comes later is told how things stand.
    let mut state = Listener::new(&broker, "rextrack/hall/state");
    let (kept, _, message) = state.next(|_, m| m["source_state"] == "live");
    assert!(kept);
    assert_eq!(message["online"], true);
    let status = service.status("hall");
    let sinks = status["sinks"].as_array().unwrap();
    let sink = sinks
        .iter()
        .find(|s| s["name"].as_str().unwrap().starts_with("mqtt"))
        .unwrap();
    assert!(sink["sent"].as_u64().unwrap() > 2);

    service.send("POST", "/api/v1/cameras/hall/stop", &[], b"");
    state.next(|_, m| m["source_state"] == "stopped" && m["online"] == true);
    service.send("POST", "/api/v1/cameras/hall/start", &[], b"");
    state.next(|_, m| m["source_state"] == "live");
    // A node that dies is reported by the broker.
    service.kill();
    let (_, _, will) = state.next(|_, m| m["online"] == false);
    assert_eq!(will["source_state"], "lost");
}

#[test]
fn removed_camera_publishes_offline_before_disconnecting() {
    let Some(broker) = Broker::start("mqtt::a_camera_that_is_removed_says_so", "") else {
        return;
    };
    let service = Service::start(&config(&broker.url(), ""));
    let mut state = Listener::new(&broker, "rextrack/hall/state");
    state.next(|_, m| m["source_state"] == "live");
    service.send("DELETE", "/api/v1/cameras/hall", &[], b"");
    let (_, _, gone) = state.next(|_, m| m["online"] == false);
    // The broker's own word for a connection that broke would be "lost".
    assert_eq!(gone["source_state"], "stopped");
}

#[test]
fn broker_restart_does_not_disturb_tracking() {
    let Some(mut broker) = Broker::start("mqtt::broker_restart_does_not_disturb_tracking", "")
    else {
        return;
    };
    let service = Service::start(&config(&broker.url(), ""));
    Listener::new(&broker, "rextrack/hall/slots").next(|_, _| true);
    let before = service.status("hall");
    broker.kill();
    let sink = |key: &'static str| {
        let status = service.status("hall");
        let sinks = status["sinks"].as_array().unwrap().clone();
        let sink = sinks
            .into_iter()
            .find(|s| s["name"].as_str().unwrap().starts_with("mqtt"));
        sink.unwrap()[key].as_u64().unwrap()
    };
    service.wait_until("snapshots are left out", || sink("dropped") > 5);
    broker.restart();
    let mut state = Listener::new(&broker, "rextrack/hall/state");
    let (_, _, message) = state.next(|_, m| m["online"] == true);
    assert_eq!(message["source_state"], "live");
    Listener::new(&broker, "rextrack/hall/slots").next(|_, _| true);
    let after = service.status("hall");
    let frames = |status: &serde_json::Value| status["frames_processed"].as_u64();
    assert!(frames(&after) > frames(&before), "tracking went on");
    assert_eq!(after["reconnects"], before["reconnects"]);
    let log = service.log();
    let tries = log
        .lines()
        .filter(|l| l.contains("check the broker"))
        .count();
    assert!(
        (1..=3).contains(&tries),
        "a problem is logged once, not at each attempt:\n{log}"
    );
}

#[test]
fn user_rate_qos_and_topic_are_as_configured_and_the_password_is_hidden() {
    const NAME: &str = "mqtt::user_rate_qos_and_topic_are_as_configured_and_the_password_is_hidden";
    let folder = tempfile::tempdir().unwrap();
    let passwords = folder.path().join("passwords");
    let made = std::process::Command::new("mosquitto_passwd")
        .args(["-b", "-c"])
        .arg(&passwords)
        .args(["show", "s3cret-word"])
        .output();
    if !made.is_ok_and(|o| o.status.success()) {
        println!("skipped: {NAME}: mosquitto_passwd is missing (cargo xtask setup --tests)");
        return;
    }
    let more = format!(
        "allow_anonymous false\npassword_file {}\nuser root\n",
        passwords.display()
    );
    let Some(broker) = Broker::start(NAME, &more) else {
        return;
    };
    let url = format!("mqtt://show:s3cret-word@127.0.0.1:{}", broker.port);
    let more = ", topic_prefix: 'show/{node}', qos: 2, retain: true, max_fps: 5";
    let service = Service::start(&config(&url, more));
    let user = Some(("show", "s3cret-word"));
    let mut slots = Listener::with(&broker, "show/stage-left/hall/slots", user);
    let time = |m: &serde_json::Value| m["sent_unix_ns"].as_i64().unwrap();
    let (_, _, first) = slots.next(|_, _| true);
    let last = (0..5).map(|_| slots.next(|_, _| true).2).last().unwrap();
    let took = time(&last) - time(&first);
    assert!(took > 800_000_000, "five of 200 ms each took {took} ns");
    let (kept, ..) = Listener::with(&broker, "show/+/hall/slots", user).next(|_, _| true);
    assert!(kept);
    for path in [
        "/api/v1/config",
        "/api/v1/cameras/hall",
        "/metrics",
        "/api/v1/logs",
    ] {
        assert!(!service.get(path).text.contains("s3cret-word"), "{path}");
    }
    assert!(!service.log().contains("s3cret-word"));
}

#[test]
fn slots_of_two_nodes_are_repeated_by_a_third() {
    let Some(mut broker) = Broker::start("mqtt::two_nodes_are_shown_by_a_third", "") else {
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

    // The same people in the same places. Who sits where changes seldom, so that two
    // looks at different moments agree when they are repeated.
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

    // The broker goes: held, lost, told; it comes back: live again.
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
    // A node goes: the other is still there.
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

#[test]
fn run_command_publishes_too() {
    let Some(broker) = Broker::start("mqtt::run_command_publishes_too", "") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("show.yaml");
    std::fs::write(&file, config(&broker.url(), "")).unwrap();
    let mut command = support::rextrack(["run", "--seconds", "20", "--config"]);
    let mut child = command
        .arg(&file)
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let (_, topic, _) = Listener::new(&broker, "rextrack/+/slots").next(|_, _| true);
    assert_eq!(topic, "rextrack/hall/slots");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn tls_broker_is_verified_by_its_certificate() {
    const NAME: &str = "mqtt::tls_broker_is_verified_by_its_certificate";
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(at("names"), "subjectAltName=IP:127.0.0.1,DNS:localhost\n").unwrap();
    let steps = [
        "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test-ca -keyout ca.key -out ca.pem",
        "req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout broker.key -out broker.csr",
        "x509 -req -in broker.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names \
         -out broker.pem",
    ];
    for step in steps {
        let mut openssl = std::process::Command::new("openssl");
        let made = openssl
            .args(step.split_whitespace())
            .current_dir(folder.path())
            .output();
        if !made.is_ok_and(|o| o.status.success()) {
            println!("skipped: {NAME}: there is no openssl to make certificates with");
            return;
        }
    }
    let more = format!(
        "certfile {}\nkeyfile {}\nuser root\n",
        at("broker.pem"),
        at("broker.key")
    );
    let Some(broker) = Broker::start(NAME, &more) else {
        return;
    };
    let url = format!("mqtts://localhost:{}", broker.port);
    let service = Service::start(&config(&url, &format!(", ca_file: '{}'", at("ca.pem"))));
    let sent = |service: &Service| {
        let status = service.status("hall");
        let sinks = status["sinks"].as_array().unwrap().clone();
        let sink = sinks
            .into_iter()
            .find(|s| s["name"].as_str().unwrap().starts_with("mqtt"));
        sink.unwrap()["sent"].as_u64().unwrap()
    };
    service.wait_until("snapshots are sent", || sent(&service) > 3);
    // A node that follows knows the broker by a file beside its configuration.
    let viewer = tempfile::tempdir().unwrap();
    std::fs::copy(at("ca.pem"), viewer.path().join("show-ca.pem")).unwrap();
    let follow = |ca: &str| {
        format!("osc: null\ncameras:\n- {{id: far, stream: '{url}/rextrack/hall'{ca}}}\n")
    };
    std::fs::write(
        viewer.path().join("config.yaml"),
        follow(", ca_file: show-ca.pem"),
    )
    .unwrap();
    let viewer = Service::start_in(viewer, &[]);
    viewer.wait_live("far");
    let untrusting = Service::start(&follow(""));
    untrusting.wait_for("far", "refused for its certificate", |s| {
        let problem = s["problem"].as_str().unwrap_or_default().to_lowercase();
        problem.contains("certificate") && s["source_state"] != "live"
    });
    // Without the certificate nobody is trusted, and it is said.
    let stranger = Service::start(&config(&url, ""));
    stranger.wait_until("it is logged", || {
        stranger.log().contains("check the broker")
    });
    assert_eq!(sent(&stranger), 0);
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
    const NAME: &str = "mqtt::another_nodes_classes_are_called_as_they_are_there";
    let Some(broker) = Broker::start(NAME, "") else {
        return;
    };
    let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
    receiver
        .set_read_timeout(Some(support::service::PATIENCE))
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
    const NAME: &str = "mqtt::invalid_messages_of_another_node_are_refused";
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
    let told = log.lines().filter(|l| l.contains("is refused")).count();
    assert_eq!(told, 1, "said once: {log}");
    assert!(!log.contains('\u{1b}'), "{log:?}");
    assert_eq!(viewer.status("far")["reconnects"], 0);
}
