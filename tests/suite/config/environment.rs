//! Environment variables.

use rextrack::internals::config::Device;

use super::helpers::*;

#[test]
fn environment_overrides_the_file() {
    let config = with_environment(
        CONTRACT,
        &[
            ("REXTRACK__SERVICE__PORT", "9000"),
            ("REXTRACK__SERVICE__DEVICE", "cuda:1"),
            ("REXTRACK__CAMERAS__0__STREAM", "other.mp4"),
            ("REXTRACK__TRACKING__CLASSES", "[person, 2]"),
            ("REXTRACK__OSC", "null"),
            ("SOMETHING_ELSE", "1"),
        ],
    )
    .unwrap();
    assert_eq!(config.service.port, 9000);
    assert_eq!(config.service.device, Device::Cuda(1));
    assert_eq!(config.cameras[0].stream, "other.mp4");
    assert_eq!(config.tracking.classes.len(), 2);
    assert_eq!(config.osc, None);
}

#[test]
fn environment_adds_cameras_and_keeps_passwords_unchanged() {
    let stream = "rtsp://u:p #{x}: @y@cam/a";
    let config = with_environment(
        "",
        &[
            ("REXTRACK__CAMERAS__0__STREAM", stream),
            ("REXTRACK__CAMERAS__0__OVERRIDE__CONFIDENCE", "0.5"),
            ("REXTRACK__OSC__HOST", "'10.0.0.2'"),
            ("REXTRACK__SERVICE__LOG_FILE", ""),
        ],
    )
    .unwrap();
    assert_eq!(config.cameras[0].stream, stream);
    assert_eq!(config.pipelines()[0].tracking.confidence, 0.5);
    assert_eq!(config.osc.unwrap().host, "10.0.0.2");
    assert_eq!(config.service.log_file, None, "empty is unset");
}

#[test]
fn issue_names_its_environment_variable() {
    for (name, value, expected) in [
        (
            "REXTRACK__SERVICE__PORT",
            "many",
            "service.port: expected a whole number, got the string 'many'",
        ),
        (
            "REXTRACK__SERVICE__PROT",
            "1",
            "service.prot: unknown key; did you mean port?",
        ),
        (
            "REXTRACK__OSC__AXES",
            "[q]",
            "osc.axes[0]: must be one of x, ",
        ),
        (
            "REXTRACK__CAMERAS__1__STREAM",
            "rtsp://u:hunter2@cam/",
            "cameras: '1' is not an index of this list of 0",
        ),
    ] {
        let message = with_environment("", &[(name, value)]).unwrap_err();
        assert!(message.starts_with(expected), "{message}");
        assert!(message.ends_with(&format!("(set by {name})")), "{message}");
        assert!(!message.contains("hunter2"), "{message}");
    }
}
