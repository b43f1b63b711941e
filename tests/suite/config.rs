//! The configuration as the people who write it know it.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use proptest::prelude::*;
use rextrack::config::{self, ClassRef, Config, Device, LogLevel, OscFormat, PipelineConfig};
use rextrack::flow::AxisId;
use serde_json::{Value, json};

const CONTRACT: &str = include_str!("../data/contract.yaml");

fn yaml(text: &str) -> Result<Config, String> {
    Config::from_yaml(text, &Vec::new()).map_err(|e| e.to_string())
}

fn with_environment(text: &str, variables: &[(&str, &str)]) -> Result<Config, String> {
    let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let environment = variables.iter().map(own).collect();
    Config::from_yaml(text, &environment).map_err(|e| e.to_string())
}

fn pipeline(value: Value) -> Result<PipelineConfig, String> {
    PipelineConfig::from_json(&value.to_string()).map_err(|e| e.to_string())
}

#[test]
fn the_first_users_file_means_what_it_says() {
    let config = yaml(CONTRACT).unwrap();
    let service = &config.service;
    assert_eq!(service.listen, "0.0.0.0");
    assert_eq!(service.port, 8080);
    assert_eq!(service.log_level, LogLevel::Info);
    assert_eq!(service.device, Device::Auto);
    assert_eq!(service.models_dir, Path::new("./models"));
    let tracking = &config.tracking;
    assert_eq!(tracking.model, "yolov8l");
    assert_eq!(tracking.confidence, 0.25);
    assert!(tracking.classes.is_empty());
    assert_eq!(tracking.objects_max, 10);
    assert_eq!(tracking.object_persistence_ms, 50);
    assert_eq!(tracking.period_frames, 1);
    let osc = config.osc.as_ref().unwrap();
    assert_eq!((osc.host.as_str(), osc.port), ("127.0.0.1", 5005));
    assert_eq!(osc.address_prefix, "/");
    assert_eq!(osc.channel_format, "p{index}_{axis}");
    assert_eq!(names(&osc.axes), ["x", "y"]);
    assert_eq!(osc.format, OscFormat::Channels);
    let [camera] = &config.cameras[..] else {
        panic!("one camera");
    };
    assert_eq!(
        (camera.id.as_str(), camera.name.as_str()),
        ("cam1", "front door")
    );
    assert_eq!(camera.stream, "rtsp://user:pass@host/...");
    assert!(camera.enabled && !camera.show_preview);
    assert_eq!(camera.roi, None);
    assert!(camera.classes_filter.is_empty());

    let [pipeline] = &config.pipelines()[..] else {
        panic!("one pipeline");
    };
    assert_eq!(pipeline.tracking.confidence, 0.35, "the override");
    assert_eq!(pipeline.tracking.objects_max, 10);
}

#[test]
fn an_empty_file_is_all_defaults() {
    for text in ["", "# nothing\n", "{}", "\u{feff}", "---\n"] {
        assert_eq!(yaml(text).unwrap(), Config::default(), "{text:?}");
    }
}

#[test]
fn files_of_windows_editors_load() {
    let text = format!("\u{feff}{}", CONTRACT.replace('\n', "\r\n"));
    assert_eq!(yaml(&text).unwrap(), yaml(CONTRACT).unwrap());
}

#[test]
fn classes_are_numbers_or_names() {
    let config = yaml("tracking: {classes: [0, person, '2']}").unwrap();
    let expected = [
        ClassRef::Id(0),
        ClassRef::Name("person".into()),
        ClassRef::Name("2".into()),
    ];
    assert_eq!(config.tracking.classes, expected);
}

#[test]
fn overrides_take_any_key_of_tracking_and_osc() {
    let text = "
tracking: {classes: [car]}
osc: {address_prefix: '/{camera}/'}
cameras:
- id: a
  stream: a.mp4
  classes_filter: [person]
  override: {objects_max: 3, port: 6000, axes: [x, y, vx]}
- {id: b, stream: b.mp4}
- {id: c, stream: c.mp4, enabled: false}
";
    let pipelines = yaml(text).unwrap().pipelines();
    assert_eq!(pipelines.len(), 2, "only enabled cameras");
    let (a, b) = (&pipelines[0], &pipelines[1]);
    assert_eq!((a.tracking.objects_max, b.tracking.objects_max), (3, 10));
    let port = |p: &PipelineConfig| p.osc.as_ref().unwrap().port;
    assert_eq!((port(a), port(b)), (6000, 5005));
    assert_eq!(names(&a.osc.as_ref().unwrap().axes), ["x", "y", "vx"]);
    assert_eq!(a.classes(), [ClassRef::Name("person".into())]);
    assert_eq!(b.classes(), [ClassRef::Name("car".into())]);
}

#[test]
fn the_environment_goes_over_the_file() {
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

/// The problem that the text causes, and nothing else.
#[track_caller]
fn wrong(text: &str, expected: &str) {
    let message = yaml(text).unwrap_err();
    assert_eq!(message.lines().count(), 1, "{message}");
    assert!(
        message.starts_with(expected),
        "{message}\nexpected {expected}"
    );
}

#[test]
fn mistakes_name_the_key_and_the_remedy() {
    wrong(
        "tracking: {confidence: 1.5}",
        "tracking.confidence: must be within 0..1, got 1.5",
    );
    wrong(
        "tracking: {confidense: 0.5}",
        "tracking.confidense: unknown key; did you mean confidence?",
    );
    wrong("track: {}", "track: unknown key; did you mean tracking?");
    wrong(
        "tracking: {weight: 1}",
        "tracking.weight: unknown key; known are model, confidence, ",
    );
    wrong(
        "tracking: {objects_max: many}",
        "tracking.objects_max: expected a whole number, got the string 'many'",
    );
    wrong(
        "cameras: [{id: a}]",
        "cameras[0].stream: must be given, such as rtsp://",
    );
    wrong(
        "tracking: {objects_max: 0}",
        "tracking.objects_max: must be within 1..256, got 0",
    );
    wrong(
        "tracking: {objects_max: -1}",
        "tracking.objects_max: must be within 1..256, got -1",
    );
    wrong(
        "tracking: {classes: person}",
        "tracking.classes: expected a list, got the string 'person'; put it in brackets: [person]",
    );
    wrong(
        "tracking: []",
        "tracking: expected a section with keys, got a list",
    );
    wrong(
        "service: {device: gpu}",
        "service.device: must be auto, cpu or cuda:N, got 'gpu'",
    );
    wrong(
        "service: {log_level: loud}",
        "service.log_level: must be one of error, warn, info, debug, trace, got 'loud'",
    );
    wrong(
        "service: {port: 70000}",
        "service.port: must be within 1..65535, got 70000",
    );
    wrong("osc: {axes: [x, q]}", "osc.axes[1]: ");
    wrong("osc: {axes: []}", "osc.axes: is empty");
    wrong(
        "osc: {address_prefix: rex}",
        "osc.address_prefix: must begin with '/'",
    );
    wrong(
        "osc: {channel_format: '{slot}_{axis}'}",
        "osc.channel_format: unknown placeholder {slot}; known are {index}",
    );
    wrong("cameras: [{stream: a.mp4, id: 'a b'}]", "cameras[0].id: ");
    wrong(
        "cameras: [{stream: a.mp4, id: a, roi: [0.5, 0, 0.2, 1]}]",
        "cameras[0].roi: ",
    );
    wrong(
        "cameras: [{stream: a.mp4, id: a, roi: [0.5, 0]}]",
        "cameras[0].roi",
    );
    wrong(
        "cameras: [{stream: '', id: a}]",
        "cameras[0].stream: is empty",
    );
    wrong(
        "cameras: [{stream: 'synth:people=x', id: a}]",
        "cameras[0].stream: synth: people must be a number within 0..500, got 'x'",
    );
    wrong(
        "cameras: [{stream: a.mp4, id: a}, {stream: b.mp4, id: a, enabled: false}]",
        "cameras[1].id: 'a' is used twice",
    );
    wrong(
        "cameras: [{stream: a.mp4, id: a, override: {colour: 1}}]",
        "cameras[0].override.colour: unknown key",
    );
    wrong(
        "cameras: [{stream: a.mp4, id: a, override: {confidence: high}}]",
        "cameras[0].override.confidence: expected a number, got the string 'high'",
    );
}

/// Mistakes whose remedy can be guessed.
#[test]
fn mistakes_that_people_make_are_told_how_to_mend() {
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
            "the port stands in service.port",
        ),
        (
            "osc: {host: '10.0.0.2:7000'}",
            "the port stands in osc.port",
        ),
        ("osc: {host: 'udp://10.0.0.2'}", "such as 192.168.1.20"),
        ("osc: {channel_format: {index}}", "in quotes"),
        (
            "osc: {channel_format: 'p#{index}_{axis}'}",
            "use letters, digits",
        ),
        ("osc: {channel_format: 'p{index}'}", "must hold {axis}"),
        ("osc: {channel_format: 'p_{axis}'}", "must hold {index}"),
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
            "cameras[0].override.channel_format: must hold {index}",
        ),
    ] {
        let message = yaml(text).unwrap_err();
        assert!(message.contains(remedy), "{message}\nexpected {remedy}");
    }
}

#[test]
fn a_section_with_all_its_keys_commented_out_is_all_defaults() {
    let text = "service:\n  # port: 1\ntracking:\nslots:\ncameras:\n";
    assert_eq!(yaml(text).unwrap(), Config::default());
    let text = "cameras:\n- stream: a.mp4\n  override:\n  classes_filter:\n";
    assert_eq!(yaml(text).unwrap().pipelines().len(), 1);
    assert_eq!(yaml("osc:\n").unwrap().osc, None, "off, as osc: null");
}

#[test]
fn the_environment_makes_cameras_and_keeps_passwords_whole() {
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
fn a_wrong_variable_is_named() {
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
            "cameras: '1' is no place in this list of 0",
        ),
    ] {
        let message = with_environment("", &[(name, value)]).unwrap_err();
        assert!(message.starts_with(expected), "{message}");
        assert!(message.ends_with(&format!("(set by {name})")), "{message}");
        assert!(!message.contains("hunter2"), "{message}");
    }
}

#[test]
fn all_mistakes_are_told_at_once() {
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
        let told = message.lines().filter(|l| l.starts_with(key)).count();
        assert_eq!(told, 1, "{key} in\n{message}");
    }
}

#[test]
fn text_that_is_no_yaml_is_told_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("show.yaml");
    for (text, place, said) in [
        ("tracking:\n\tmodel: a\n", (2, 2), "spaces instead of tabs"),
        ("a: [1\n", (1, 4), "close it"),
        ("a: [1\nb: 2\n", (2, 2), "bracket or quote before it"),
        (
            "tracking: {}\ntracking: {}\n",
            (2, 1),
            "the key tracking stands twice",
        ),
        (
            "cameras:\n- stream: @x\n",
            (2, 11),
            "put the value in quotes",
        ),
        ("{}\n---\n{}\n", (3, 1), "remove the second ---"),
    ] {
        let (line, column) = place;
        let message = yaml(text).unwrap_err();
        assert!(
            message.starts_with(&format!("line {line}, column {column}: ")),
            "{message}"
        );
        assert!(message.contains(said), "{message}");
        assert_eq!(message.lines().count(), 1, "{message}");
        // In a file, in the form that editors jump to.
        std::fs::write(&file, text).unwrap();
        let message = Config::load(&file).unwrap_err().to_string();
        assert!(
            message.contains(&format!("show.yaml:{line}:{column}: ")),
            "{message}"
        );
    }
}

#[test]
fn a_file_that_is_not_utf8_says_so() {
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
fn passwords_stay_out_of_errors() {
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

#[test]
fn two_cameras_must_not_share_osc_addresses() {
    let cameras = "cameras: [{id: a, stream: a.mp4}, {id: b, stream: b.mp4}]";
    let message = yaml(cameras).unwrap_err();
    assert!(
        message.contains("set address_prefix: /{camera}/"),
        "{message}"
    );
    assert!(
        message.contains("'a'") && message.contains("'b'"),
        "{message}"
    );
    yaml(&format!(
        "osc: {{address_prefix: '/{{camera}}/'}}\n{cameras}"
    ))
    .unwrap();
    yaml(&format!("osc: null\n{cameras}")).unwrap();
    let overrides = |keys: &str| cameras.replace("b.mp4", &format!("b.mp4, override: {{{keys}}}"));
    yaml(&overrides("port: 5006")).unwrap();
    yaml(&overrides("channel_format: 'q{index}_{axis}'")).unwrap();
    // Formats that differ, and meet in one address: the tenth slot of 'a' is
    // the slot 0 that 'b' does not have, the eleventh is its first.
    let meeting = overrides("channel_format: 'p1{index}_{axis}'");
    yaml(&meeting).unwrap();
    let message = yaml(&format!("tracking: {{objects_max: 11}}\n{meeting}")).unwrap_err();
    assert!(message.contains("both send /p11_x"), "{message}");
    yaml(&overrides("host: localhost")).unwrap_err();
    let three = cameras.replace(']', ", {id: c, stream: c.mp4}]");
    let message = yaml(&three).unwrap_err();
    assert_eq!(message.lines().count(), 1, "{message}");
    assert!(
        message.contains("'a', 'b' and 'c' would all send /p1_x"),
        "{message}"
    );
    yaml(&cameras.replace("b.mp4", "b.mp4, enabled: false")).unwrap();
}

#[test]
fn paths_are_relative_to_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("show.yaml");
    let text = "service: {models_dir: m}\ncameras: [{id: a, stream: films/a.mp4}]";
    std::fs::write(&file, text).unwrap();
    let config = Config::load(&file).unwrap();
    assert_eq!(config.service.models_dir, folder.path().join("m"));
    assert_eq!(
        Path::new(&config.cameras[0].stream),
        folder.path().join("films/a.mp4")
    );
}

#[test]
fn a_pipeline_needs_its_stream_alone() {
    let config = pipeline(json!({"camera": {"stream": "a.mp4"}})).unwrap();
    assert_eq!(config.osc, None, "off unless given");
    assert_eq!(config.camera.id, "cam1");
    let message = pipeline(json!({"camera": {}})).unwrap_err();
    assert!(message.starts_with("camera"), "{message}");
    assert!(message.contains("stream"), "{message}");
    let on = pipeline(json!({"camera": {"stream": "a.mp4"}, "osc": {}})).unwrap();
    assert_eq!(on.osc.unwrap().port, 5005);
}

#[test]
fn a_merge_patch_changes_what_it_names() {
    let config = pipeline(json!({
        "camera": {"stream": "rtsp://u:hunter2@cam/a", "roi": [0.0, 0.0, 0.5, 0.5]},
        "osc": {"port": 6000},
    }))
    .unwrap();
    let patched = |patch: Value| config.merged(&patch.to_string());
    let new = patched(json!({"tracking": {"confidence": 0.5}, "camera": {"roi": null}})).unwrap();
    assert_eq!((new.tracking.confidence, new.camera.roi), (0.5, None));
    assert_eq!(new.osc, config.osc);
    assert_eq!(patched(json!({"osc": null})).unwrap().osc, None);
    // What was shown with its password hidden may be given back.
    let shown = config.to_json(false);
    assert!(!shown.to_string().contains("hunter2"));
    assert_eq!(patched(shown).unwrap(), config);
    let error = patched(json!({"camera": {"stream": "rtsp://u:***@other/a"}})).unwrap_err();
    assert!(error.to_string().contains("the password itself"), "{error}");
    let moved = patched(json!({"camera": {"override": {"iou": 0.3, "port": 7}}})).unwrap();
    assert_eq!((moved.tracking.iou, moved.osc.unwrap().port), (0.3, 7));
    assert_eq!(config.to_json(true)["tracking"]["iou"], json!(0.45));
    let error = patched(json!({"tracking": {"iou": 3}}))
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("tracking.iou: must be within 0..1, got 3"),
        "{error}"
    );
}

#[test]
fn the_schema_has_the_ranges_that_are_checked() {
    let schema = config::schema();
    let keys = schema["$defs"]["CameraConfig"]["properties"]["override"]["properties"]
        .as_object()
        .unwrap();
    for (key, least, most) in [
        ("confidence", 0, 1),
        ("iou", 0, 1),
        ("objects_max", 1, 256),
        ("object_persistence_ms", 0, 3_600_000),
        ("period_frames", 1, 1000),
        ("port", 1, 65535),
    ] {
        let section = if key == "port" { "osc" } else { "tracking" };
        for schema in [
            &keys[key],
            &schema["$defs"][&config_name(section)]["properties"][key],
        ] {
            let bound = |word: &str| schema[word].as_f64();
            assert_eq!(bound("minimum"), Some(f64::from(least)), "{key}");
            assert_eq!(bound("maximum"), Some(f64::from(most)), "{key}");
        }
        // One beyond each end is refused, by file and by program.
        for value in [least - 1, most + 1] {
            wrong(
                &format!("{section}: {{{key}: {value}}}"),
                &format!("{section}.{key}: must be within {least}..{most}, got {value}"),
            );
        }
    }
    let mut config = Config::default();
    config.tracking.confidence = 1.2;
    let error = config.validate().unwrap_err().to_string();
    assert_eq!(error, "tracking.confidence: must be within 0..1, got 1.2");
}

fn config_name(section: &str) -> String {
    match section {
        "osc" => "OscConfig".into(),
        _ => "TrackingConfig".into(),
    }
}

#[test]
fn the_schema_knows_every_section() {
    let schema = config::schema();
    for section in ["service", "tracking", "slots", "osc", "cameras"] {
        assert!(schema["properties"][section].is_object(), "{section}");
    }
}

proptest! {
    #[test]
    fn an_empty_patch_changes_nothing(
        confidence in 0.0f32..=1.0,
        objects_max in 1u32..=256,
        prefix in "/[a-z]{0,8}",
    ) {
        let config = pipeline(json!({
            "camera": {"stream": "rtsp://u:p@cam/a"},
            "tracking": {"confidence": confidence, "objects_max": objects_max},
            "osc": {"address_prefix": prefix},
        })).unwrap();
        prop_assert_eq!(config.merged("{}").unwrap(), config.clone());
        let again = pipeline(config.to_json(true)).unwrap();
        prop_assert_eq!(again, config);
    }

    #[test]
    fn no_text_brings_it_down(text in ".{0,200}") {
        let _ = yaml(&text);
        let _ = PipelineConfig::from_json(&text);
    }

    #[test]
    fn no_value_brings_it_down(value in values()) {
        let _ = pipeline(value.clone());
        let whole = json!({"camera": {"stream": "a.mp4"}, "tracking": value, "osc": value});
        let _ = pipeline(whole);
        let _ = yaml(&value.to_string());
    }
}

/// Any JSON, with the names of real keys in it.
fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-z:/@{}]{0,12}".prop_map(Value::from),
    ];
    let key = prop_oneof![
        Just("camera"),
        Just("tracking"),
        Just("osc"),
        Just("stream"),
        Just("override"),
        Just("roi"),
        Just("classes"),
        Just("axes"),
        Just("model"),
        Just("port"),
        Just("x"),
    ];
    leaf.prop_recursive(4, 32, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..4).prop_map(|entries| {
                Value::Object(
                    entries
                        .into_iter()
                        .map(|(k, v)| (k.to_owned(), v))
                        .collect(),
                )
            }),
        ]
    })
}

/// Line breaks, escapes and marks that turn the reading direction are refused wherever
/// a configuration holds text, whichever way it came.
#[test]
fn control_characters_are_refused_in_every_text_and_every_way_in() {
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
            let said = yaml(&text).unwrap_err();
            let line = said.lines().find(|l| l.starts_with(&format!("{path}: ")));
            let line = line.unwrap_or_else(|| panic!("{text}: {said}"));
            assert!(
                line.contains("must not hold control characters, got U+"),
                "{line}"
            );
            let raw =
                |c: char| (c.is_control() && c != '\n') || ('\u{2028}'..='\u{202e}').contains(&c);
            assert!(!said.contains(raw), "{said:?}");
        }
    }
    let json = "{\"camera\": {\"stream\": \"a.mp4\", \"name\": \"a\\r\\nb\"}}";
    let said = PipelineConfig::from_json(json).unwrap_err().to_string();
    assert!(
        said.starts_with("camera.name: must not hold control characters, got U+000D"),
        "{said}"
    );
    let said = with_environment("", &[("REXTRACK__OSC__HOST", "10.0.0.1\nb")]).unwrap_err();
    assert!(
        said.starts_with("osc.host: must not hold") && said.contains("REXTRACK__OSC__HOST"),
        "{said}"
    );
    // A key is repeated by its error, on one line.
    let said = yaml("service: {\"po\\nrt\\e\": 1}").unwrap_err();
    assert_eq!(said.lines().count(), 1, "{said:?}");
    assert!(!said.contains('\u{1b}'), "{said:?}");
    // A folded value that ends with its line break says how to write it.
    let said = yaml("cameras:\n- stream: >\n    rtsp://h/a\n").unwrap_err();
    assert!(said.contains("write >- or |- instead"), "{said}");
    assert!(yaml("cameras:\n- stream: >-\n    rtsp://h/a\n").is_ok());
}

#[test]
fn a_token_is_not_repeated_by_the_error_that_asks_for_quotes() {
    for token in [
        "1234567890123456",
        "[hunter2hunter2hunter2]",
        "0.123456789012345",
        "{a: 1}",
    ] {
        let said = yaml(&format!("service: {{token: {token}}}")).unwrap_err();
        assert!(
            said.starts_with("service.token: expected a string"),
            "{said}"
        );
        assert!(
            !said.contains("1234") && !said.contains("hunter2"),
            "{said}"
        );
    }
}

fn names(axes: &[AxisId]) -> Vec<&'static str> {
    axes.iter().map(|axis| axis.name).collect()
}
