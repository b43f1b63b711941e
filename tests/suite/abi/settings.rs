//! The configuration through the C ABI.

use rextrack::internals::ffi::*;
use serde_json::json;

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
