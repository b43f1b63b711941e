//! MQTT against a real broker: published messages, and restarts of the broker.
#![allow(clippy::unwrap_used)]

use crate::support;

use support::broker::{Broker, Listener};
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

    // A later subscriber gets the retained state.
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
    // Without the certificate the broker is not trusted, and the log has the reason.
    let stranger = Service::start(&config(&url, ""));
    stranger.wait_until("it is logged", || {
        stranger.log().contains("check the broker")
    });
    assert_eq!(sent(&stranger), 0);
}
