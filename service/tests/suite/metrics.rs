//! `/metrics`, read by a reader that is not ours; and the dashboard that shows it.
#![allow(clippy::unwrap_used)]

use crate::support;

use std::collections::HashSet;
use std::path::Path;
use std::process::Command;

use support::service::Service;

const CROWD: &str = "osc: {address_prefix: '/{camera}/'}\ncameras:\n- {id: a, stream: 'synth:'}\n\
    - {id: b, stream: 'synth:', enabled: false}\n";

/// Parses OpenMetrics with the official library, and prints the metrics.
const READER: &str = "
import sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families
for family in text_string_to_metric_families(sys.stdin.read()):
    for sample in family.samples:
        print(sample.name, sample.labels.get('camera', '-'), sample.value)
";

#[test]
fn metrics_are_valid_openmetrics() {
    const NAME: &str = "metrics::metrics_are_valid_openmetrics";
    let service = Service::start(CROWD);
    service.wait_for("a", "busy", |s| s["frames_processed"].as_u64() > Some(10));
    let answer = service.get("/metrics");
    assert!(
        answer
            .header("content-type")
            .starts_with("application/openmetrics-text")
    );
    let Some(found) = read(NAME, &answer.text) else {
        return;
    };
    let value = |name: &str, camera: &str| {
        let line = found.iter().find(|f| f.0 == name && f.1 == camera);
        line.unwrap_or_else(|| panic!("{name} of {camera}: {found:?}"))
            .2
    };
    assert!(value("rextrack_frames_processed_total", "a") > 10.0);
    assert_eq!(value("rextrack_frames_processed_total", "b"), 0.0);
    assert_eq!(value("rextrack_camera_live", "a"), 1.0);
    assert_eq!(value("rextrack_camera_enabled", "b"), 0.0);
    let count = value("rextrack_end_to_end_latency_seconds_count", "a");
    assert!(count > 10.0 && value("rextrack_model_latency_seconds_count", "a") >= count);
    assert!(value("rextrack_sink_sent_total", "a") > 0.0);
    assert!(value("process_resident_memory_bytes", "-") > 1e6);
    assert!(value("process_cpu_seconds_total", "-") >= 0.0);
}

#[test]
fn metrics_are_json_on_request() {
    let service = Service::start(CROWD);
    service.wait_live("a");
    let answer = service.send(
        "GET",
        "/api/v1/metrics",
        &[("accept", "application/json")],
        b"",
    );
    let metrics = answer.json();
    assert!(metrics["process"]["resident_bytes"].as_u64().unwrap() > 1_000_000);
    assert_eq!(metrics["cameras"].as_array().unwrap().len(), 2);
}

#[test]
fn dashboard_uses_existing_metrics() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/grafana.json");
    let text = std::fs::read_to_string(path).unwrap();
    let dashboard: serde_json::Value = serde_json::from_str(&text).unwrap();
    let service = Service::start(CROWD);
    service.wait_live("a");
    let metrics = service.get("/metrics").text;
    let names: HashSet<&str> = metrics
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split(['{', ' ']).next())
        .collect();
    let mut asked = 0;
    for panel in dashboard["panels"].as_array().unwrap() {
        for target in panel["targets"].as_array().unwrap() {
            let query = target["expr"].as_str().unwrap();
            let words = query.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
            for word in words.filter(|w| w.starts_with("rextrack_") || w.starts_with("process_")) {
                assert!(names.contains(word), "{word} in {query}");
                asked += 1;
            }
        }
    }
    assert!(asked >= 10, "{asked}");
}

/// Name, camera and value of each figure; `None` where there is no reader.
fn read(test: &str, text: &str) -> Option<Vec<(String, String, f64)>> {
    let python = std::env::current_exe()
        .unwrap()
        .ancestors()
        .map(|a| a.join("venv/bin/python"))
        .find(|p| p.is_file())?;
    let has = Command::new(&python)
        .args(["-c", "import prometheus_client"])
        .output();
    if !has.is_ok_and(|o| o.status.success()) {
        println!(
            "skipped: {test}: Python's prometheus-client is missing (cargo xtask setup --tests)"
        );
        return None;
    }
    let mut child = Command::new(python)
        .args(["-c", READER])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "the reader refuses:\n{text}");
    let lines = String::from_utf8(output.stdout).unwrap();
    let line = |line: &str| {
        let mut parts = line.split(' ').map(str::to_owned);
        let (name, camera) = (parts.next()?, parts.next()?);
        Some((name, camera, parts.next()?.parse().ok()?))
    };
    Some(lines.lines().filter_map(line).collect())
}
