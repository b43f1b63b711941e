//! Errors: key, position and remedy. The wording is tested only here.

use rextrack::internals::config::Config;

use super::helpers::*;

#[test]
fn issue_has_the_key_and_the_error() {
    rejects(
        "tracking: {confidence: 1.5}",
        "tracking.confidence: must be within 0..1, got 1.5",
    );
    rejects(
        "tracking: {confidense: 0.5}",
        "tracking.confidense: unknown key; did you mean confidence?",
    );
    rejects("track: {}", "track: unknown key; did you mean tracking?");
    rejects(
        "tracking: {weight: 1}",
        "tracking.weight: unknown key; known are model, confidence, ",
    );
    rejects(
        "tracking: {objects_max: many}",
        "tracking.objects_max: expected a whole number, got the string 'many'",
    );
    rejects(
        "cameras: [{id: a}]",
        "cameras[0].stream: is missing; add it, such as rtsp://",
    );
    rejects(
        "tracking: {objects_max: 0}",
        "tracking.objects_max: must be within 1..256, got 0",
    );
    rejects(
        "tracking: {objects_max: -1}",
        "tracking.objects_max: must be within 1..256, got -1",
    );
    rejects(
        "tracking: {classes: person}",
        "tracking.classes: expected a list, got the string 'person'; put it in brackets: [person]",
    );
    rejects(
        "tracking: []",
        "tracking: expected a section with keys, got a list",
    );
    rejects(
        "service: {device: gpu}",
        "service.device: must be auto, cpu or cuda:N, got 'gpu'",
    );
    rejects(
        "service: {log_level: loud}",
        "service.log_level: must be one of error, warn, info, debug, trace, got 'loud'",
    );
    rejects(
        "service: {port: 70000}",
        "service.port: must be within 1..65535, got 70000",
    );
    rejects("osc: {axes: [x, q]}", "osc.axes[1]: ");
    rejects("osc: {axes: []}", "osc.axes: is empty");
    rejects(
        "osc: {address_prefix: rex}",
        "osc.address_prefix: must begin with '/'",
    );
    rejects(
        "osc: {channel_format: '{slot}_{axis}'}",
        "osc.channel_format: unknown placeholder {slot}; known are {index}",
    );
    rejects("cameras: [{stream: a.mp4, id: 'a b'}]", "cameras[0].id: ");
    rejects(
        "cameras: [{stream: a.mp4, id: a, roi: [0.5, 0, 0.2, 1]}]",
        "cameras[0].roi: ",
    );
    rejects(
        "cameras: [{stream: a.mp4, roi: [0, 0, 1e308, 1]}]",
        "cameras[0].roi[2]: must be within 0..65536, got 1e+308",
    );
    rejects(
        "cameras: [{stream: a.mp4, id: a, roi: [0.5, 0]}]",
        "cameras[0].roi",
    );
    rejects(
        "cameras: [{stream: '', id: a}]",
        "cameras[0].stream: is empty",
    );
    rejects(
        "cameras: [{stream: 'synth:people=x', id: a}]",
        "cameras[0].stream: synth: people must be a number within 0..500, got 'x'",
    );
    rejects(
        "cameras: [{stream: a.mp4, id: a}, {stream: b.mp4, id: a, enabled: false}]",
        "cameras[1].id: 'a' is used twice",
    );
    rejects(
        "cameras: [{stream: a.mp4, id: a, override: {colour: 1}}]",
        "cameras[0].override.colour: unknown key",
    );
    rejects(
        "cameras: [{stream: a.mp4, id: a, override: {confidence: high}}]",
        "cameras[0].override.confidence: expected a number, got the string 'high'",
    );
}

#[test]
fn common_mistakes_have_a_remedy() {
    for (text, remedy) in [
        ("tracking: {confidence: 25}", "for 25 % write 0.25"),
        ("tracking: {confidence: 25%}", "write 0.25"),
        ("tracking: {confidence: '0,5'}", "write 0.5, with a point"),
        ("tracking: {objects_max: '5'}", "write 5 without quotes"),
        ("tracking: {objects_max: 5.0}", "write 5"),
        ("tracking: {objects-max: 5}", "did you mean objects_max?"),
        ("tracking: {port: 5}", "it belongs in service or osc"),
        ("tracking: {roi: [0, 0, 1, 1]}", "an entry of cameras"),
        (
            "tracking: {confidence: }",
            "give a value or remove the line",
        ),
        ("service: {log_level: warning}", "did you mean warn?"),
        (
            "service: {listen: '0.0.0.0:80'}",
            "set the port in service.port",
        ),
        ("osc: {host: '10.0.0.2:7000'}", "set the port in osc.port"),
        ("osc: {host: 'udp://10.0.0.2'}", "such as 192.168.1.20"),
        ("osc: {channel_format: {index}}", "in quotes"),
        (
            "osc: {channel_format: 'p#{index}_{axis}'}",
            "use letters, digits",
        ),
        ("osc: {channel_format: 'p{index}'}", "must contain {axis}"),
        ("osc: {channel_format: 'p_{axis}'}", "must contain {index}"),
        ("osc: {address_prefix: '/{index}/'}", "known are {camera}"),
        ("osc: {axes: [x, y, x]}", "remove one"),
        ("cameras: {id: a, stream: b}", "a line that has a dash"),
        ("cameras: [{stream: 0}]", "webcam:0"),
        (
            "cameras: [{stream: a.mp4, id: 7}]",
            "put it in quotes: \"7\"",
        ),
        ("cameras: [{stream: a.mp4, enabled: yes}]", "write true"),
        (
            "cameras: [{stream: a.mp4, confidence: 0.3}]",
            "write it as cameras[0].override.confidence",
        ),
        (
            "cameras: [{stream: 'rtsp://u:***@cam/a'}]",
            "the password itself",
        ),
        (
            "cameras: [{stream: a.mp4, override: {channel_format: p}}]",
            "cameras[0].override.channel_format: must contain {index}",
        ),
    ] {
        let message = yaml(text).unwrap_err();
        assert!(message.contains(remedy), "{message}\nexpected {remedy}");
    }
}

#[test]
fn error_has_all_issues() {
    let text = "
tracking: {confidence: 2, iou: -1}
cameras: [{id: a, stream: a.mp4, override: {port: 0}}]
";
    let message = yaml(text).unwrap_err();
    for key in [
        "tracking.confidence: ",
        "tracking.iou: ",
        "cameras[0].override.port: ",
    ] {
        let count = message.lines().filter(|l| l.starts_with(key)).count();
        assert_eq!(count, 1, "{key} in\n{message}");
    }
}

#[test]
fn invalid_yaml_is_reported_with_its_position() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("show.yaml");
    for (text, position, expected) in [
        ("tracking:\n\tmodel: a\n", (2, 2), "spaces instead of tabs"),
        ("a: [1\n", (1, 4), "close it"),
        ("a: [1\nb: 2\n", (2, 2), "bracket or quote before it"),
        (
            "tracking: {}\ntracking: {}\n",
            (2, 1),
            "the key tracking is in the section twice",
        ),
        (
            "cameras:\n- {stream: a.mp4,\n   stream: b.mp4}\n",
            (3, 4),
            "the key stream is in the section twice; remove one",
        ),
        (
            "cameras:\n- stream: @x\n",
            (2, 11),
            "put the value in quotes",
        ),
        ("{}\n---\n{}\n", (3, 1), "remove the second ---"),
    ] {
        let (line, column) = position;
        let message = yaml(text).unwrap_err();
        assert!(
            message.starts_with(&format!("line {line}, column {column}: ")),
            "{message}"
        );
        assert!(message.contains(expected), "{message}");
        assert_eq!(message.lines().count(), 1, "{message}");
        // In a file, in the form that editors link to.
        std::fs::write(&file, text).unwrap();
        let message = Config::load(&file).unwrap_err().to_string();
        assert!(
            message.contains(&format!("show.yaml:{line}:{column}: ")),
            "{message}"
        );
    }
}

#[test]
fn file_that_is_not_utf8_is_rejected() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("show.yaml");
    // As Windows' PowerShell writes it: UTF-16.
    std::fs::write(&file, b"\xff\xfea\x00:\x00").unwrap();
    let message = Config::load(&file).unwrap_err().to_string();
    assert!(
        message.contains("show.yaml: is not UTF-8 text; save it as UTF-8"),
        "{message}"
    );
}

#[test]
fn number_of_a_program_that_is_not_finite_is_named() {
    let mut config = Config::default();
    config.tracking.confidence = f32::NAN;
    config.slots.smoothing = f32::INFINITY;
    let message = config.validate().unwrap_err().to_string();
    assert_eq!(
        message,
        "tracking.confidence: must be a finite number, got NaN; give another value\n\
         slots.smoothing: must be a finite number, got inf; give another value"
    );
}
