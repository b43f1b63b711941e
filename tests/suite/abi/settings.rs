//! The configuration through the C ABI.

use std::path::{Path, PathBuf};

use rextrack::internals::ffi::*;
use serde_json::{Value, json};

use super::handle::*;
use crate::support;

#[test]
fn create_error_names_each_wrong_key() {
    let wrong = json!({
        "camera": {"stream": "a.mp4"},
        "tracking": {"model": "builtin:motion", "confidence": 1.5, "iou": -1},
    });
    let (status, message) = Handle::create(&wrong).err().unwrap();
    assert_eq!(status, CONFIG);
    assert!(message.contains("tracking.confidence: must be within 0..1, got 1.5"));
    assert!(message.contains("tracking.iou: "), "{message}");

    let (status, message) = Handle::create(&json!({"camera": {"strem": "a"}}))
        .err()
        .unwrap();
    assert_eq!(status, CONFIG);
    assert!(message.contains("camera.strem"), "{message}");

    let missing = json!({"camera": {"stream": "a.mp4"}, "tracking": {"model": "no_such"}});
    let (status, message) = Handle::create(&missing).err().unwrap();
    assert_eq!(status, RextrackStatus::RextrackErrModel);
    assert!(message.contains("no_such"), "{message}");
}

#[test]
fn patch_applies_completely_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let film = folder.path().join("walk.avi");
    support::film(&film, 30);
    let pipeline = Handle::create(&motion(&film)).unwrap();
    assert_eq!(pipeline.set(r#"{"tracking": {"confidence": 0.5}}"#), OK);
    assert_eq!(pipeline.config(0)["tracking"]["confidence"], 0.5);
    let mixed = r#"{"tracking": {"confidence": 0.7, "objects_max": 0}}"#;
    assert_eq!(pipeline.set(mixed), CONFIG);
    assert!(last_error().contains("tracking.objects_max"));
    assert_eq!(pipeline.set("[]"), CONFIG);
    assert_eq!(pipeline.set("{"), CONFIG);
    assert_eq!(pipeline.config(0)["tracking"]["confidence"], 0.5);
    // null gives a key its default back.
    assert_eq!(pipeline.set(r#"{"tracking": {"confidence": null}}"#), OK);
    assert_eq!(pipeline.config(0)["tracking"]["confidence"], 0.25);
}

#[test]
fn passwords_are_hidden_unless_requested() {
    let stream = "rtsp://admin:s3cret@192.0.2.1/live";
    let config = json!({"camera": {"stream": stream}, "tracking": {"model": "builtin:motion"}});
    let pipeline = Handle::create(&config).unwrap();
    let shown = pipeline.config(0);
    assert!(!shown.to_string().contains("s3cret"), "{shown}");
    assert_eq!(pipeline.config(1)["camera"]["stream"], stream);
    // A patch with the configuration as shown keeps the password.
    assert_eq!(pipeline.set(&shown.to_string()), OK);
    assert_eq!(pipeline.config(1)["camera"]["stream"], stream);
}

#[test]
fn configuration_as_read_is_accepted_again() {
    let config = json!({
        "camera": {"stream": "rtsp://admin:s3cret@192.0.2.1/live", "roi": [0, 0, 0.5, 1],
            "sinks": [{"jsonl": {"path": "slots.jsonl"}}],
            "override": {"iou": 0.3}},
        "tracking": {"model": "builtin:motion", "tracker_options": {"low_score": 0.2}},
        "osc": {"port": 6000},
        "service": {"device": "cpu"},
    });
    let pipeline = Handle::create(&config).unwrap();
    let whole = pipeline.config(1);
    assert_eq!(pipeline.set(&pipeline.config(0).to_string()), OK);
    assert_eq!(pipeline.config(1), whole);
    let again = Handle::create(&whole).unwrap_or_else(|(_, message)| panic!("{message}"));
    assert_eq!(again.config(1), whole);
}

#[test]
fn key_without_effect_is_refused() {
    for (section, key, value, reason) in [
        (
            "camera",
            "enabled",
            json!(false),
            "the program starts and stops the pipeline",
        ),
        (
            "camera",
            "name",
            json!("door"),
            "it is for the web panel of the service",
        ),
        (
            "camera",
            "show_preview",
            json!(true),
            "it is for the web panel of the service",
        ),
        (
            "service",
            "port",
            json!(9000),
            "it is for the web server of the service",
        ),
        (
            "service",
            "token",
            json!("0123456789abcdef"),
            "it is for the web server of the service",
        ),
        (
            "service",
            "inference_jobs",
            json!(2),
            "it is for all cameras of the service together",
        ),
        (
            "service",
            "log_level",
            json!("debug"),
            "it is for the log of the service, and the program sets its own log",
        ),
    ] {
        let expected = format!("{section}.{key}: has no effect here: {reason}; leave it out");
        let mut config = push();
        config[section][key] = value.clone();
        assert_eq!(
            Handle::create(&config).err().unwrap(),
            (CONFIG, expected.clone())
        );
        let pipeline = Handle::create(&push()).unwrap();
        for value in [value, Value::Null] {
            assert_eq!(
                pipeline.set(&json!({section: {key: value}}).to_string()),
                CONFIG
            );
            assert_eq!(last_error(), expected);
        }
        assert_eq!(pipeline.config(1)[section].get(key), None);
    }
}

#[test]
fn unknown_key_of_a_patch_is_refused_even_if_it_is_null() {
    let pipeline = Handle::create(&push()).unwrap();
    let before = pipeline.config(1);
    for (patch, expected) in [
        (
            json!({"camra": null}),
            "camra: unknown key; did you mean camera?",
        ),
        (
            json!({"camera": {"strem": null}}),
            "camera.strem: unknown key; did you mean stream?",
        ),
        (
            json!({"osc": {"prt": null}}),
            "osc.prt: unknown key; did you mean port?",
        ),
        (
            json!({"camera": {"override": {"confidense": null}}}),
            "camera.override.confidense: unknown key; did you mean confidence?",
        ),
        (
            json!({"camera": {"sinks": [{"osc": {"prt": null}}]}}),
            "camera.sinks[0].osc.prt: unknown key; did you mean port?",
        ),
        (
            json!({"tracking": {"tracker_options": {"low_scor": null}}}),
            "tracking.tracker_options.low_scor: unknown key; did you mean low_score?",
        ),
        (
            json!({"camera": {"override": {"tracker_options": {"low_scor": null}}}}),
            "camera.override.tracker_options.low_scor: unknown key; did you mean low_score?",
        ),
    ] {
        assert_eq!(pipeline.set(&patch.to_string()), CONFIG, "{patch}");
        assert_eq!(last_error(), expected);
    }
    let all = json!({"tracking": {"iuo": null, "confidence": 7}, "slots": {"unit": 1}});
    assert_eq!(pipeline.set(&all.to_string()), CONFIG);
    assert_eq!(last_error().lines().count(), 3, "{}", last_error());
    let known = json!({"tracking": {"tracker_options": {"low_score": null}, "iou": null},
        "osc": null, "slots": null});
    assert_eq!(pipeline.set(&known.to_string()), OK);
    assert_eq!(pipeline.config(1), before);
}

#[test]
fn duplicate_key_is_refused_with_its_place() {
    let text = "{\"camera\": {\"stream\": \"push:\",\n\"max_fps\": 1, \"max_fps\": 2}}";
    let (status, message) = Handle::create_from(text).err().unwrap();
    let expected = "camera.max_fps: is in the section twice (line 2, column 23); remove one";
    assert_eq!((status, message.as_str()), (CONFIG, expected));
    let pipeline = Handle::create(&push()).unwrap();
    assert_eq!(pipeline.set(text), CONFIG);
    assert_eq!(last_error(), expected);
}

#[test]
fn relative_paths_are_bound_at_creation() {
    let here = std::env::current_dir().unwrap();
    let config = json!({
        "camera": {"stream": "films/walk.avi", "sinks": [{"jsonl": {"path": "slots.jsonl"}}]},
        "tracking": {"model": "builtin:motion"},
    });
    let pipeline = Handle::create(&config).unwrap();
    let at = |pointer: &str| {
        PathBuf::from(
            pipeline
                .config(0)
                .pointer(pointer)
                .unwrap()
                .as_str()
                .unwrap(),
        )
    };
    assert_eq!(at("/camera/stream"), here.join("films/walk.avi"));
    assert_eq!(at("/camera/sinks/0/jsonl/path"), here.join("slots.jsonl"));
    assert_eq!(at("/service/models_dir"), here.join("models"));
    assert_eq!(pipeline.set(r#"{"camera": {"stream": "other.avi"}}"#), OK);
    assert_eq!(at("/camera/stream"), here.join("other.avi"));
    for stream in ["synth:people=2", "push:", "webcam:0"] {
        assert_eq!(
            pipeline.set(&json!({"camera": {"stream": stream}}).to_string()),
            OK
        );
        assert_eq!(at("/camera/stream"), Path::new(stream));
    }
}

#[test]
fn camera_id_is_fixed() {
    let pipeline = Handle::create(&push()).unwrap();
    assert_eq!(
        pipeline.set(r#"{"camera": {"id": "cam1"}}"#),
        OK,
        "the same id"
    );
    assert_eq!(pipeline.set(r#"{"camera": {"id": "other"}}"#), CONFIG);
    assert_eq!(
        last_error(),
        "camera.id: is fixed for the life of a pipeline; create another pipeline for it"
    );
    assert_eq!(pipeline.config(0)["camera"]["id"], "cam1");
}

#[test]
fn number_that_is_too_large_is_refused_with_the_range() {
    let mut config = push();
    config["camera"]["roi"] = json!([0, 0, 1e308, 1]);
    let (status, message) = Handle::create(&config).err().unwrap();
    assert_eq!(status, CONFIG);
    assert_eq!(
        message,
        "camera.roi[2]: must be within 0..65536, got 1e+308"
    );
}

fn push() -> Value {
    json!({"camera": {"stream": "push:"}, "tracking": {"model": "builtin:motion"}})
}
