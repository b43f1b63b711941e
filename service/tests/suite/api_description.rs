//! The OpenAPI document says exactly what the service sends: the panel's types come
//! from it.
#![allow(clippy::unwrap_used)]

use crate::support;

use serde_json::{Value, json};
use support::description::Description;
use support::service::Service;
use support::socket::Socket;
use support::{outcome, rextrack};

const CAMERAS: &str = "osc: {address_prefix: '/{camera}/'}\ncameras:\n\
    - {id: a, stream: 'synth:people=3,seed=1'}\n\
    - {id: missing, stream: nothing.mp4, override: {model: 'builtin:motion'}}\n";

fn printed() -> Description {
    let said = outcome(rextrack(["schema", "--api"]));
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    Description(serde_json::from_str(&said.stdout).unwrap())
}

#[test]
fn printed_description_equals_the_served_one() {
    let service = Service::start(CAMERAS);
    let served = service.get("/api/v1/openapi.json").json();
    assert_eq!(served, printed().0);
}

#[test]
fn every_reference_of_the_description_resolves() {
    assert_eq!(printed().dangling_references(), Vec::<String>::new());
}

#[test]
fn rest_answers_are_as_described() {
    let description = printed();
    let service = Service::start(CAMERAS);
    service.wait_live("a");
    service.wait_for("missing", "failed", |s| s["source_state"] == "failed");
    service.wait_until("an event of camera a", || {
        let events = service.get("/api/v1/cameras/a/events").json();
        !events["events"].as_array().unwrap().is_empty()
    });
    for (path, component) in [
        ("/health", "Health"),
        ("/session", "SessionStatus"),
        ("/cameras", "Cameras"),
        ("/cameras/a", "CameraView"),
        ("/cameras/missing", "CameraView"),
        ("/cameras/a/events", "Events"),
        ("/cameras/none", "Problem"),
        ("/models", "Models"),
        ("/logs", "Logs"),
        ("/config", "ConfigFile"),
    ] {
        let answer = service.get(&format!("/api/v1{path}"));
        description.assert_describes(component, &answer.json());
    }
    let metrics = [("accept", "application/json")];
    let metrics = service.send("GET", "/api/v1/metrics", &metrics, b"");
    description.assert_describes("Metrics", &metrics.json());
    for (method, path, body, component) in [
        (
            "POST",
            "/cameras/probe",
            json!({"stream": "synth:people=1"}),
            "ProbeResult",
        ),
        (
            "POST",
            "/cameras/probe",
            json!({"stream": "push:"}),
            "ProbeResult",
        ),
        (
            "POST",
            "/config/check",
            json!({"cameras": 3}),
            "CheckResult",
        ),
        (
            "PATCH",
            "/cameras/a",
            json!({"override": {"confidence": 0.5}, "roi": [0, 0, 1, 0.5], "max_fps": 10}),
            "CameraView",
        ),
        ("PATCH", "/cameras/a", json!({"name": 3}), "Problem"),
        ("PUT", "/config", json!({"cameras": []}), "ConfigChange"),
    ] {
        let answer = service.json(method, &format!("/api/v1{path}"), &body);
        description.assert_describes(component, &answer.json());
    }
}

#[test]
fn websocket_messages_are_as_described() {
    let description = printed();
    let service = Service::start(CAMERAS);
    let mut socket = Socket::open(&service, "/ws/telemetry");
    let mut wanted: Vec<Value> = ["hello", "snapshot", "status", "event", "cameras", "config"]
        .map(Value::from)
        .to_vec();
    service.json("PATCH", "/api/v1/cameras/a", &json!({"name": "Hall"}));
    while !wanted.is_empty() {
        let message = socket.json();
        description.assert_describes("TelemetryMessage", &message);
        wanted.retain(|kind| *kind != message["type"]);
    }
    std::fs::write(service.config_file(), "osc: 3").unwrap();
    let wrong = socket.next("config", |m| m["problem"].is_string());
    description.assert_describes("TelemetryMessage", &wrong);
    let mut preview = Socket::open(&service, "/ws/preview/a");
    description.assert_describes("PreviewHeader", &preview.json());
    let mut osc = Socket::open(&service, "/ws/osc/a");
    description.assert_describes("OscMonitorMessage", &osc.json());
    let mut off = Socket::open(&service, "/ws/osc/missing");
    description.assert_describes("OscMonitorMessage", &off.json());
}

#[test]
fn configuration_schema_marks_the_keys_that_only_the_file_can_change() {
    let service = Service::start(CAMERAS);
    let schema = service.get("/api/v1/config/schema").json();
    let keys = schema["$defs"]["ServiceConfig"]["properties"]
        .as_object()
        .unwrap();
    let writable: Vec<_> = keys
        .iter()
        .filter(|(_, key)| key.get("readOnly").is_none())
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(writable, ["log_level", "device"]);
    // One of each, to see that the service means what the schema says.
    for (key, value, allowed) in [
        ("port", json!(9999), false),
        ("log_level", json!("warn"), true),
    ] {
        let mut changed = service.get("/api/v1/config").json();
        changed["service"] = json!({ key: value });
        let check = service
            .json("POST", "/api/v1/config/check", &changed)
            .json();
        assert_eq!(check["ok"], allowed, "{check}");
    }
}
