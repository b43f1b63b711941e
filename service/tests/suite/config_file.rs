//! Changes of the configuration file under a running service, and its shown text.
#![allow(clippy::unwrap_used)]

use crate::support;

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};
use support::service::Service;

const TWO: &str = "\
# A comment of the owner's
osc: null
cameras:
- {id: a, stream: 'synth:people=4,seed=1'}
- {id: b, stream: 'synth:people=3,seed=2'}   # the other one
";

fn ids(service: &Service) -> Vec<String> {
    let cameras = service.get("/api/v1/cameras").json();
    let cameras = cameras["cameras"].as_array().unwrap().clone();
    let id = |c: &Value| c["id"].as_str().unwrap().to_owned();
    cameras.iter().map(id).collect()
}

fn problem(service: &Service) -> String {
    let health = service.get("/health").json();
    let problem = health["config"]["problem"].as_str().unwrap_or_default();
    if !problem.is_empty() {
        assert_eq!(health["status"], "degraded", "{health}");
    }
    problem.to_owned()
}

/// How often a camera's source went live: once, unless it was opened again.
fn starts(service: &Service, camera: &str) -> usize {
    let events = service.get(&format!("/api/v1/cameras/{camera}/events"));
    let events = events.json()["events"].as_array().unwrap().clone();
    let live = |e: &&serde_json::Value| e["kind"] == "source" && e["source_state"] == "live";
    events.iter().filter(live).count()
}

#[test]
fn emptied_file_is_refused_and_cameras_keep_running() {
    let service = Service::start(TWO);
    service.wait_live("a");
    for (text, said) in [
        ("", "is empty"),
        ("\n  \n", "is empty"),
        ("# nothing but a comment\n", "is empty"),
        ("osc: null\n", "has no cameras"),
        ("{}\n", "has no cameras"),
        ("osc: null\ncameras:\n", "has no cameras"),
        ("cameras: [{id: a, stre", "not valid YAML"),
        ("\0\0\0\0", "config.yaml"),
    ] {
        std::fs::write(service.config_file(), text).unwrap();
        service.wait_until(said, || problem(&service).contains(said));
        assert_eq!(ids(&service), ["a", "b"], "{text:?}");
        assert!(service.log().contains(said), "{}", service.log());
        // Right again, to the letter as it is in force.
        std::fs::write(service.config_file(), TWO).unwrap();
        service.wait_until("it recovers", || problem(&service).is_empty());
    }
    assert_eq!(starts(&service, "a"), 1, "it was never touched");
    // Said in so many words, it is done.
    std::fs::write(service.config_file(), "osc: null\ncameras: []\n").unwrap();
    service.wait_until("no cameras", || ids(&service).is_empty());
    let log = service.log();
    assert!(log.contains("removed: a, b"), "{log}");
}

/// Works while the file changes every 400 ms: often enough that it does not settle (1 s),
/// seldom enough that the service reads it (200 ms).
fn while_touched<T>(file: &Path, work: impl FnOnce() -> T) -> T {
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let period = Duration::from_millis(400);
            while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(period) {
                let file = OpenOptions::new().append(true).open(file).unwrap();
                file.set_modified(SystemTime::now()).unwrap();
            }
        });
        let result = work();
        drop(stop);
        result
    })
}

/// Writes the rest of a file of which the beginning is there.
fn append(file: &Path, rest: &str) {
    let mut file = OpenOptions::new().append(true).open(file).unwrap();
    file.write_all(rest.as_bytes()).unwrap();
}

#[test]
fn file_written_in_pieces_is_reloaded_when_complete() {
    let text = format!("service: {{log_level: debug}}\n{TWO}");
    let service = Service::start(&text);
    service.wait_live("a");
    let file = service.config_file();
    let new = text.replace("people=3", "people=5");
    let looks = || {
        let log = service.log();
        log.matches("may be half written; a reload waits").count()
    };
    // Each beginning is valid by itself and lacks a camera, or all of them.
    for end in [new.find("cameras").unwrap(), new.find("- {id: b").unwrap()] {
        let before = looks();
        std::fs::write(&file, &new[..end]).unwrap();
        // The writer pauses for longer than the quiet after an editor's save.
        while_touched(&file, || {
            service.wait_until("the half file is looked at", || looks() > before);
            append(&file, &new[end..]);
        });
        let stream = || service.get("/api/v1/cameras/b").json()["config"]["stream"].clone();
        service.wait_until("the whole file", || stream() == "synth:people=5,seed=2");
        std::fs::write(&file, &text).unwrap();
        service.wait_until("back", || stream() == "synth:people=3,seed=2");
    }
    assert_eq!(starts(&service, "a"), 1, "nothing happened to it");
    assert!(!service.log().contains("removed: "), "{}", service.log());
}

#[test]
fn every_way_of_saving_is_one_change() {
    let service = Service::start(TWO);
    service.wait_live("a");
    let name = || service.get("/api/v1/cameras/a").json()["config"]["name"].clone();
    let with = |name: &str| TWO.replace("{id: a,", &format!("{{id: a, name: {name},"));
    let (file, beside) = (service.config_file(), service.folder().join("config.yaml~"));
    // Beside, and moved into its place.
    std::fs::write(&beside, with("Moved")).unwrap();
    std::fs::rename(&beside, &file).unwrap();
    service.wait_until("moved", || name() == "Moved");
    // The old one moved away, the new one written under its name.
    std::fs::rename(&file, &beside).unwrap();
    std::fs::write(&file, with("Again")).unwrap();
    service.wait_until("written again", || name() == "Again");
    // Truncated, then written.
    std::fs::write(&file, "").unwrap();
    std::fs::write(&file, with("Cut")).unwrap();
    service.wait_until("truncated and written", || name() == "Cut");
    assert_eq!(ids(&service), ["a", "b"]);
    assert!(
        !service.log().contains("nothing has changed"),
        "{}",
        service.log()
    );
}

#[test]
fn camera_removed_from_the_file_is_removed_and_logged() {
    let service = Service::start(TWO);
    service.wait_live("a");
    let (start, _) = TWO.split_once("- {id: b").unwrap();
    std::fs::write(service.config_file(), start).unwrap();
    service.wait_until("b is gone", || ids(&service) == ["a"]);
    let log = service.log();
    assert!(log.contains("removed: b"), "{log}");
    assert_eq!(starts(&service, "a"), 1);
}

#[test]
fn reload_of_an_empty_file_is_refused() {
    let service = Service::start(&format!("service: {{watch: false}}\n{TWO}"));
    service.wait_live("a");
    for (text, said) in [
        ("", "is empty"),
        ("service: {watch: false}\n", "has no cameras"),
    ] {
        std::fs::write(service.config_file(), text).unwrap();
        let answer = service.send("POST", "/api/v1/config/reload", &[], b"");
        assert_eq!(answer.status, 422, "{}", answer.text);
        for word in [said, "cameras: []"] {
            assert!(answer.text.contains(word), "{}", answer.text);
        }
        let port = service.port().to_string();
        let mut command = support::rextrack(["reload", "--port", &port]);
        command.current_dir(service.folder());
        let said_here = support::outcome(command);
        assert_ne!(said_here.code, Some(0), "{}", said_here.stdout);
        assert!(said_here.stderr.contains(said), "{}", said_here.stderr);
    }
    let put = service.send(
        "PUT",
        "/api/v1/config",
        &[("content-type", "application/yaml")],
        b"# nothing\n",
    );
    assert_eq!(put.status, 422, "{}", put.text);
    assert_eq!(ids(&service), ["a", "b"]);
    // A change by the panel writes the file again, with both cameras.
    let named = service.json("PATCH", "/api/v1/cameras/a", &json!({"name": "Hall"}));
    assert_eq!(named.status, 200, "{}", named.text);
    assert!(service.saved().contains("id: b"), "{}", service.saved());
    assert_eq!(problem(&service), "");
}

#[test]
fn change_waits_for_a_half_written_file() {
    let head = "service: {watch: false, log_level: debug}";
    let service = Service::start(&format!("{head}\n{TWO}"));
    service.wait_live("a");
    let (file, whole) = (service.config_file(), service.saved());
    let (half, rest) = whole.split_at(whole.find("- {id: b").unwrap());
    std::fs::write(&file, half).unwrap();
    let patch = json!({"name": "Hall"});
    // Touched, so that the request finds a fresh file however long it is on its way.
    let named = while_touched(&file, || {
        let change = || service.json("PATCH", "/api/v1/cameras/a", &patch);
        std::thread::scope(|scope| {
            let request = scope.spawn(change);
            service.wait_until("the request waits", || {
                service
                    .log()
                    .contains("may be half written; a change waits")
            });
            append(&file, rest);
            request.join().unwrap()
        })
    });
    assert_eq!(named.status, 200, "{}", named.text);
    assert_eq!(ids(&service), ["a", "b"]);
    assert!(service.saved().contains("id: b") && service.saved().contains("Hall"));
}

#[test]
fn lost_comments_are_reported() {
    let text = "# ours\nosc: null\ncameras:\n- {id: a, name: &n Hall, stream: 'synth:'}\n\
                - {id: b, name: *n, stream: 'synth:seed=2'}\n";
    let service = Service::start(text);
    let mut new = service.get("/api/v1/config").json();
    new["cameras"][0]["name"] = json!("Foyer");
    let applied = service.json("PUT", "/api/v1/config", &new);
    assert_eq!(applied.status, 200, "{}", applied.text);
    assert!(!service.saved().contains("# ours"), "{}", service.saved());
    let backup = std::fs::read_to_string(service.folder().join("config.yaml.bak")).unwrap();
    assert_eq!(backup, text);
    let warning = applied.json()["warnings"][0].as_str().unwrap().to_owned();
    for said in [&warning, &service.log()] {
        for word in ["config.yaml", "comments", "config.yaml.bak"] {
            assert!(said.contains(word), "{said}");
        }
    }
    // One that keeps them warns of nothing.
    new["cameras"][0]["name"] = json!("Yard");
    let applied = service.json("PUT", "/api/v1/config", &new).json();
    assert_eq!(applied["warnings"], json!([]));
}

#[test]
fn shown_text_has_no_password_in_any_spelling() {
    let text = "\
service:
  watch: false
# login: rtsp://admin:hunter2@10.0.0.5/s1
osc: null
cameras:
- id: far
  enabled: false
  stream: \"rtsp://admin:hunter\\x32@127.0.0.1:1/s1\"  # password: hunter2
- id: near
  enabled: false
  stream: >-
    rtsp://admin:hunter2@127.0.0.1:1/s2
# - id: old
#   stream: 'rtsp://admin:hunter2@10.0.0.6/s1'
";
    let service = Service::start(text);
    let yaml = ("accept", "application/yaml");
    let kind = ("content-type", "application/yaml");
    let shown = service.send("GET", "/api/v1/config", &[yaml], b"").text;
    let changed = shown.replace("id: far\n", "id: far\n  name: Far   # new\n");
    let check = service.send("POST", "/api/v1/config/check", &[kind], changed.as_bytes());
    let broken = format!("{text}  - : [\n");
    let refused = service.send("POST", "/api/v1/config/check", &[kind], broken.as_bytes());
    let put = service.send("PUT", "/api/v1/config", &[kind], changed.as_bytes());
    assert_eq!(put.status, 200, "{}", put.text);
    std::fs::write(service.config_file(), &broken).unwrap();
    let reload = service.send("POST", "/api/v1/config/reload", &[], b"");
    assert_eq!(reload.status, 422, "{}", reload.text);
    let said = support::outcome({
        let mut command = support::rextrack(["validate-config", "config.yaml"]);
        command.current_dir(service.folder());
        command
    });
    let (log, logs) = (service.log(), service.get("/api/v1/logs").text);
    let shown_elsewhere = [
        &check.text,
        &refused.text,
        &put.text,
        &reload.text,
        &said.stderr,
        &said.stdout,
        &log,
        &logs,
    ];
    for answer in shown_elsewhere.into_iter().chain([&shown]) {
        assert!(
            !answer.contains("hunter") && !answer.contains("x32@"),
            "{answer}"
        );
    }
    assert_eq!(check.json()["ok"], true, "{}", check.text);
    // What came back with *** is what it was, comments too.
    std::fs::rename(
        service.folder().join("config.yaml.bak"),
        service.folder().join("before.yaml"),
    )
    .unwrap();
    let before = std::fs::read_to_string(service.folder().join("before.yaml")).unwrap();
    assert_eq!(before, text);
}

#[test]
fn hidden_passwords_of_a_text_are_restored_when_saved() {
    let text = "\
# login: rtsp://admin:hunter2@10.0.0.5/s1
osc: null
cameras:
- id: far
  enabled: false
  stream: \"rtsp://admin:hunter\\x32@127.0.0.1:1/s1\"  # password: hunter2
";
    let service = Service::start(text);
    let yaml = [("accept", "application/yaml")];
    let kind = [("content-type", "application/yaml")];
    let shown = service.send("GET", "/api/v1/config", &yaml, b"").text;
    let changed = shown.replace("id: far\n", "id: far\n  name: Far\n");
    let put = service.send("PUT", "/api/v1/config", &kind, changed.as_bytes());
    assert_eq!(put.status, 200, "{}", put.text);
    assert_eq!(
        service.saved(),
        text.replace("id: far\n", "id: far\n  name: Far\n")
    );
}
