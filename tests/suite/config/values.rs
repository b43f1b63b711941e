//! Values, defaults, overrides and patches.

use std::path::Path;

use rextrack::internals::config::{ClassRef, Config, Device, LogLevel, OscFormat, PipelineConfig};
use serde_json::{Value, json};

use super::helpers::*;

#[test]
fn first_users_file_loads_with_its_values() {
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
fn empty_file_has_the_defaults() {
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
fn section_without_keys_has_the_defaults() {
    let text = "service:\n  # port: 1\ntracking:\nslots:\ncameras:\n";
    assert_eq!(yaml(text).unwrap(), Config::default());
    let text = "cameras:\n- stream: a.mp4\n  override:\n  classes_filter:\n";
    assert_eq!(yaml(text).unwrap().pipelines().len(), 1);
    assert_eq!(yaml("osc:\n").unwrap().osc, None, "off, as osc: null");
}

#[test]
fn cameras_with_the_same_osc_addresses_are_rejected() {
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
    // Two formats that give the same address only for some slots: p11_x is slot 11 of 'a'
    // and slot 1 of 'b'.
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
fn pipeline_requires_only_a_stream() {
    let config = pipeline(json!({"camera": {"stream": "a.mp4"}})).unwrap();
    assert_eq!(config.osc, None, "off by default");
    assert_eq!(config.camera.id, "cam1");
    let message = pipeline(json!({"camera": {}})).unwrap_err();
    assert!(message.starts_with("camera"), "{message}");
    assert!(message.contains("stream"), "{message}");
    let on = pipeline(json!({"camera": {"stream": "a.mp4"}, "osc": {}})).unwrap();
    assert_eq!(on.osc.unwrap().port, 5005);
}

#[test]
fn merge_patch_changes_only_its_keys() {
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
    // A patch may contain the address as it is shown, with its password hidden.
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
fn paths_are_bound_to_a_folder_once() {
    let mut config = pipeline(json!({
        "camera": {"stream": "films/a.mp4",
            "sinks": [{"jsonl": {"path": "s.jsonl"}}, {"jsonl": {"path": "-"}}]},
        "service": {"onnxruntime": "lib/libonnxruntime.so"},
    }))
    .unwrap();
    config.camera.ca_file = Some("ca.pem".into());
    let folder = std::env::temp_dir();
    let at = |path: &str| Some(folder.join(path));
    config.bind(&folder);
    config.bind(Path::new("elsewhere"));
    let jsonl = |index: usize| config.camera.sinks[index].jsonl.clone().map(|s| s.path);
    assert_eq!(
        Some(config.camera.stream.as_str().into()),
        at("films/a.mp4")
    );
    assert_eq!((jsonl(0), jsonl(1)), (at("s.jsonl"), Some("-".into())));
    assert_eq!(config.camera.ca_file, at("ca.pem"));
    assert_eq!(config.service.onnxruntime, at("lib/libonnxruntime.so"));
    assert_eq!(Some(config.service.models_dir), at("models"));
    for stream in ["rtsp://u:p@cam/a", "webcam:1", "push:", "synth:people=2"] {
        let mut config = pipeline(json!({"camera": {"stream": stream}})).unwrap();
        config.bind(&folder);
        assert_eq!(config.camera.stream, stream);
    }
}

#[test]
fn service_keys_of_a_file_do_not_disturb_its_pipelines() {
    let text = "
service: {port: 9000, token: 0123456789abcdef, log_level: debug, inference_jobs: 3, node: n}
cameras: [{stream: 'synth:', name: front door, show_preview: true}]
";
    let pipelines = yaml(text).unwrap().pipelines();
    pipelines[0].validate().unwrap();
    let shown = pipelines[0].to_json(true);
    assert_eq!(shown["service"].get("token"), None);
    pipeline(shown).unwrap();
}
