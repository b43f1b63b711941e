//! Errors contain no passwords and no control characters.

use rextrack::internals::config::PipelineConfig;

use super::helpers::*;

#[test]
fn errors_contain_no_passwords() {
    for text in [
        "cameras: [{id: a, stream: 'rtsp://u:hunter2@'}]",
        "cameras: [{id: a, stream: 'ftp://u:hunter2@cam/'}]",
        "cameras: [{id: a, stream: [rtsp://u:hunter2@cam/]}]",
        "cameras: {id: a, stream: rtsp://u:hunter2@cam/}",
        "cameras: [{id: a, stream: rtsp://u:hunter2@cam/ }, ]]",
        "cameras: rtsp://u:hunter2@cam/",
        "cameras: [rtsp://u:hunter2@cam/]",
        "cameras: [{rtsp://u:hunter2@cam/: 1}]",
        "cameras: [{id: 'rtsp://u:hunter2@cam/', stream: a}]",
        "cameras: [{stream: a.mp4, enabled: 'rtsp://u:hunter2@cam/'}]",
        "osc: {host: 'rtsp://u:hunter2@cam/'}",
        "rtsp://u:hunter2@cam/: 1\nrtsp://u:hunter2@cam/: 2\n",
        "osc: {format: 'rtsp://u:hunter2@cam/'}",
    ] {
        let message = yaml(text).unwrap_err();
        assert!(!message.contains("hunter2"), "{message}");
    }
}

/// Line breaks, escapes and marks that change the reading direction are rejected in every
/// text of YAML, JSON and environment variables.
#[test]
fn control_characters_are_rejected_in_every_text() {
    let controls = [
        "\\n", "\\r", "\\e", "\\0", "\\x07", "\\x7f", "\\x85", "\\L", "\\u202e",
    ];
    for (path, before, after) in [
        (
            "cameras[0].stream",
            "cameras: [{stream: \"rtsp://h/a",
            "b\"}]",
        ),
        ("cameras[0].stream", "cameras: [{stream: \"a.mp4", "\"}]"),
        (
            "cameras[0].id",
            "cameras: [{stream: a.mp4, id: \"a",
            "b\"}]",
        ),
        (
            "cameras[0].name",
            "cameras: [{stream: a.mp4, name: \"a",
            "b\"}]",
        ),
        ("osc.host", "osc: {host: \"10.0.0.1", "b\"}"),
        ("osc.address_prefix", "osc: {address_prefix: \"/a", "/\"}"),
        (
            "osc.channel_format",
            "osc: {channel_format: \"p{index}_{axis}",
            "\"}",
        ),
        ("tracking.model", "tracking: {model: \"a", "b\"}"),
        (
            "tracking.classes[0]",
            "tracking: {classes: [\"per",
            "son\"]}",
        ),
        ("mqtt.broker", "mqtt: {broker: \"mqtt://h", "\"}"),
        ("mqtt.topic_prefix", "mqtt: {topic_prefix: \"a", "b\"}"),
        ("service.node", "service: {node: \"a", "b\"}"),
        (
            "service.token",
            "service: {token: \"0123456789abcdef",
            "\"}",
        ),
        (
            "service.allowed_hosts[0]",
            "service: {allowed_hosts: [\"a",
            "b\"]}",
        ),
        ("service.log_file", "service: {log_file: \"a", "b\"}"),
        (
            "cameras[0].override.model",
            "cameras: [{stream: a.mp4, override: {model: \"a",
            "b\"}}]",
        ),
        (
            "cameras[0].sinks[0].jsonl.path",
            "cameras: [{stream: a.mp4, sinks: [{jsonl: {path: \"a",
            "b\"}}]}]",
        ),
        (
            "cameras[0].classes_filter[0]",
            "cameras: [{stream: a.mp4, classes_filter: [\"a",
            "b\"]}]",
        ),
    ] {
        for control in controls {
            let text = format!("{before}{control}{after}");
            let message = yaml(&text).unwrap_err();
            let line = message
                .lines()
                .find(|l| l.starts_with(&format!("{path}: ")));
            let line = line.unwrap_or_else(|| panic!("{text}: {message}"));
            assert!(
                line.contains("must not contain control characters, got U+"),
                "{line}"
            );
            let raw =
                |c: char| (c.is_control() && c != '\n') || ('\u{2028}'..='\u{202e}').contains(&c);
            assert!(!message.contains(raw), "{message:?}");
        }
    }
    let json = "{\"camera\": {\"stream\": \"a.mp4\", \"id\": \"a\\r\\nb\"}}";
    let message = PipelineConfig::from_json(json).unwrap_err().to_string();
    assert!(
        message.starts_with("camera.id: must not contain control characters, got U+000D"),
        "{message}"
    );
    let message = with_environment("", &[("REXTRACK__OSC__HOST", "10.0.0.1\nb")]).unwrap_err();
    assert!(
        message.starts_with("osc.host: must not contain")
            && message.contains("REXTRACK__OSC__HOST"),
        "{message}"
    );
    // An error quotes the key on one line.
    let message = yaml("service: {\"po\\nrt\\e\": 1}").unwrap_err();
    assert_eq!(message.lines().count(), 1, "{message:?}");
    assert!(!message.contains('\u{1b}'), "{message:?}");
    // The remedy for a folded value that ends with a line break.
    let message = yaml("cameras:\n- stream: >\n    rtsp://h/a\n").unwrap_err();
    assert!(message.contains("write >- or |- instead"), "{message}");
    assert!(yaml("cameras:\n- stream: >-\n    rtsp://h/a\n").is_ok());
}

#[test]
fn error_does_not_quote_the_token() {
    for token in [
        "1234567890123456",
        "[hunter2hunter2hunter2]",
        "0.123456789012345",
        "{a: 1}",
    ] {
        let message = yaml(&format!("service: {{token: {token}}}")).unwrap_err();
        assert!(
            message.starts_with("service.token: expected a string"),
            "{message}"
        );
        assert!(
            !message.contains("1234") && !message.contains("hunter2"),
            "{message}"
        );
    }
}
