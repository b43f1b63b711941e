//! The README's promise: a YOLOX or YOLOv8 model file is enough, the right
//! objects come out with the scores that the model's authors get, and a file
//! that cannot work is answered with its name and the remedy.
#![allow(clippy::unwrap_used)]

use crate::support;

use std::path::Path;

use rextrack::config::{ClassRef, Device, PipelineConfig};
use rextrack::detect::{self, DetectSettings, Detection, Detector, DetectorInfo};
use rextrack::geometry::BBox;

const FLOOR: f32 = 0.25;

struct Seen {
    info: DetectorInfo,
    found: Vec<Detection>,
}

impl Seen {
    fn scores(&self, class: &str) -> Vec<f32> {
        let id = self.info.classes.iter().position(|c| c == class).unwrap() as u32;
        self.found
            .iter()
            .filter(|d| d.class_id == id)
            .map(|d| d.score)
            .collect()
    }

    #[track_caller]
    fn assert_scores(&self, class: &str, wanted: &[f32], tolerance: f32) {
        let scores = self.scores(class);
        assert!(
            scores.len() >= wanted.len(),
            "{class}: {scores:?}, wanted {wanted:?}"
        );
        for (score, wanted) in scores.iter().zip(wanted) {
            assert!(
                (score - wanted).abs() <= tolerance,
                "{class}: {scores:?}, wanted {wanted}"
            );
        }
    }

    fn best(&self, class: &str) -> BBox {
        let id = self.info.classes.iter().position(|c| c == class).unwrap() as u32;
        self.found.iter().find(|d| d.class_id == id).unwrap().bbox
    }
}

fn on_bus(config: &PipelineConfig, bus: &Path) -> Seen {
    let mut detector = detect::create(config, FLOOR).unwrap();
    let mut found = Vec::new();
    detector.detect(&support::picture(bus), &mut found).unwrap();
    Seen {
        info: detector.info().clone(),
        found,
    }
}

fn assert_close(a: BBox, b: BBox, tolerance: f32) {
    for (x, y) in a.ltrb().into_iter().zip(b.ltrb()) {
        assert!((x - y).abs() <= tolerance, "{a:?} is not {b:?}");
    }
}

fn refused(config: &PipelineConfig) -> String {
    let text = match detect::create(config, FLOOR) {
        Ok(_) => panic!("{} was accepted", config.tracking.model),
        Err(error) => error.to_string(),
    };
    assert_eq!(text.lines().count(), 1, "one line: {text}");
    text
}

#[test]
fn yolox_nano_sees_the_bus_and_three_people() {
    const TEST: &str = "yolox_nano_sees_the_bus_and_three_people";
    let Some(bus) = support::asset(TEST, "bus.jpg") else {
        return;
    };
    if support::asset(TEST, "yolox_nano.onnx").is_none() || !support::has_runtime(TEST) {
        return;
    }
    let seen = on_bus(&support::pipeline("yolox_nano"), &bus);
    assert_eq!(seen.info.family, "yolox");
    assert_eq!(seen.info.classes.len(), 80);
    seen.assert_scores("bus", &[0.91], 0.02);
    seen.assert_scores("person", &[0.85, 0.81, 0.69], 0.02);
    assert_eq!(seen.scores("bus").len(), 1);
    // The bus spans the picture; its wheels stand at two thirds of the height.
    assert_close(
        seen.best("bus"),
        BBox::from_ltrb(0.02, 0.21, 1.0, 0.69),
        0.03,
    );
}

#[test]
fn yolov8n_sees_the_bus_and_three_people() {
    const TEST: &str = "yolov8n_sees_the_bus_and_three_people";
    let Some(bus) = support::asset(TEST, "bus.jpg") else {
        return;
    };
    if support::asset(TEST, "yolov8n_int8.onnx").is_none() || !support::has_runtime(TEST) {
        return;
    }
    let seen = on_bus(&support::pipeline("yolov8n_int8"), &bus);
    assert_eq!(seen.info.family, "yolov8");
    assert_eq!(seen.info.classes[5], "bus");
    assert!(seen.info.licence.as_deref().unwrap().contains("AGPL-3.0"));
    seen.assert_scores("person", &[0.90, 0.90, 0.89], 0.03);
    seen.assert_scores("bus", &[0.82], 0.03);
    assert_close(
        seen.best("bus"),
        BBox::from_ltrb(0.02, 0.21, 1.0, 0.69),
        0.03,
    );
}

#[test]
fn settings_apply_from_the_next_frame_on() {
    const TEST: &str = "settings_apply_from_the_next_frame_on";
    let Some(bus) = support::asset(TEST, "bus.jpg") else {
        return;
    };
    if support::asset(TEST, "yolox_nano.onnx").is_none() || !support::has_runtime(TEST) {
        return;
    }
    let config = support::pipeline("yolox_nano");
    let frame = support::picture(&bus);
    let mut detector = detect::create(&config, FLOOR).unwrap();
    let mut settings = DetectSettings::new(&config, FLOOR);
    let look = |settings: &DetectSettings, detector: &mut dyn Detector| {
        detector.configure(settings).unwrap();
        let mut found = Vec::new();
        detector.detect(&frame, &mut found).unwrap();
        found
    };
    let all = look(&settings, &mut *detector);
    assert_eq!(
        all,
        look(&settings, &mut *detector),
        "the same frame gives the same result"
    );

    settings.classes = vec![ClassRef::Name("person".into())];
    let people = look(&settings, &mut *detector);
    let expected: Vec<_> = all.iter().copied().filter(|d| d.class_id == 0).collect();
    assert_eq!(people, expected);

    settings.floor = 0.8;
    assert_eq!(look(&settings, &mut *detector).len(), 2);

    // Only the right part: the person there is seen, in the full frame's coordinates.
    settings.floor = FLOOR;
    settings.roi = Some([0.7, 0.3, 1.0, 0.9]);
    let right = look(&settings, &mut *detector);
    let edges = right[0].bbox.ltrb();
    assert!(
        edges[0] >= 0.699 && edges[1] >= 0.299 && edges[3] <= 0.901,
        "{right:?}"
    );
    let whole = people.iter().find(|d| d.bbox.x > 0.8).unwrap();
    // Not the same box: the model sees the person larger now.
    assert!(
        right[0].bbox.iou(whole.bbox) > 0.7,
        "{right:?} is not {whole:?}"
    );

    settings.classes = vec![ClassRef::Name("persn".into())];
    let text = detector.configure(&settings).unwrap_err().to_string();
    assert!(text.contains("did you mean person?"), "{text}");
    settings.roi = Some([2000.0, 0.0, 3000.0, 100.0]);
    settings.classes.clear();
    detector.configure(&settings).unwrap();
    let text = detector
        .detect(&frame, &mut Vec::new())
        .unwrap_err()
        .to_string();
    assert!(text.contains("810 x 1080"), "{text}");
}

#[test]
fn files_that_are_no_model_are_named_with_the_remedy() {
    const TEST: &str = "files_that_are_no_model_are_named_with_the_remedy";
    if !support::has_runtime(TEST) {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let mut config = support::pipeline("broken");
    config.service.models_dir = dir.path().into();
    let file = dir.path().join("broken.onnx");
    let whole = support::models_dir().join("yolox_nano.onnx");
    let mut contents = vec![b"".to_vec(), b"a shopping list: milk, eggs\n".repeat(20)];
    match std::fs::read(whole) {
        Ok(bytes) => contents.push(bytes[..bytes.len() / 2].to_vec()),
        Err(_) => println!(
            "skipped: {TEST} (truncated): yolox_nano.onnx is missing (cargo xtask setup fetches it)"
        ),
    }
    for bytes in contents {
        std::fs::write(&file, bytes).unwrap();
        let text = refused(&config);
        assert!(text.contains(file.to_str().unwrap()), "{text}");
        assert!(
            text.contains("not an ONNX model") && text.contains("export it again"),
            "{text}"
        );
    }
}

#[test]
fn a_model_with_a_foreign_head_is_named_with_the_shapes_found() {
    const TEST: &str = "a_model_with_a_foreign_head_is_named_with_the_shapes_found";
    if !support::has_runtime(TEST) {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let mut config = support::pipeline("foreign");
    config.service.models_dir = dir.path().into();
    // What goes in comes out: [1, 3, 64, 64], a picture and no head.
    std::fs::write(
        dir.path().join("foreign.onnx"),
        identity_model(1, &[1, 3, 64, 64]),
    )
    .unwrap();
    let text = refused(&config);
    assert!(
        text.contains("foreign.onnx") && text.contains("[1, 3, 64, 64]"),
        "{text}"
    );
    assert!(text.contains("YOLOX") && text.contains("YOLOv8"), "{text}");
    // float16 (10 in ONNX) instead of float32.
    std::fs::write(
        dir.path().join("foreign.onnx"),
        identity_model(10, &[1, 3, 64, 64]),
    )
    .unwrap();
    let text = refused(&config);
    assert!(text.contains("half=False"), "{text}");
    std::fs::write(
        dir.path().join("foreign.onnx"),
        identity_model(1, &[1, 1000]),
    )
    .unwrap();
    assert!(refused(&config).contains("[1, 1000]"));
}

#[test]
fn an_explicit_gpu_that_cannot_be_had_is_an_error_and_auto_says_what_it_took() {
    const TEST: &str = "an_explicit_gpu_that_cannot_be_had_is_an_error_and_auto_says_what_it_took";
    if support::asset(TEST, "yolox_nano.onnx").is_none() || !support::has_runtime(TEST) {
        return;
    }
    let mut config = support::pipeline("yolox_nano");
    let info = detect::create(&config, FLOOR).unwrap().info().clone();
    assert_eq!(info.device_asked, Device::Auto);
    if info.device != "cpu" {
        println!("skipped: {TEST}: this machine has CUDA");
        return;
    }
    config.service.device = Device::Cuda(0);
    let text = refused(&config);
    assert!(text.starts_with("device cuda:0 cannot be used"), "{text}");
    assert!(
        text.contains("CUDA") && text.contains("auto or cpu"),
        "{text}"
    );
}

#[test]
fn check_answers_for_the_model_file_without_loading_it() {
    let dir = tempfile::tempdir().unwrap();
    let mut config = support::pipeline("yolov8l");
    config.service.models_dir = dir.path().into();
    assert!(
        detect::check(&config)
            .unwrap_err()
            .to_string()
            .contains("yolov8l.onnx")
    );
    std::fs::write(dir.path().join("yolov8l.onnx"), "anything").unwrap();
    detect::check(&config).unwrap();
}

/// A model of one Identity node, encoded by hand: ONNX files are protobuf, and
/// this much of it is two dozen lines.
fn identity_model(element: u8, dims: &[u64]) -> Vec<u8> {
    fn varint(mut n: u64) -> Vec<u8> {
        let mut out = Vec::new();
        while n >= 0x80 {
            out.push(n as u8 | 0x80);
            n >>= 7;
        }
        out.push(n as u8);
        out
    }
    fn number(field: u8, n: u64) -> Vec<u8> {
        [vec![field << 3], varint(n)].concat()
    }
    fn bytes(field: u8, content: &[u8]) -> Vec<u8> {
        [
            vec![field << 3 | 2],
            varint(content.len() as u64),
            content.to_vec(),
        ]
        .concat()
    }
    let shape: Vec<u8> = dims.iter().flat_map(|d| bytes(1, &number(1, *d))).collect();
    let tensor = [number(1, element.into()), bytes(2, &shape)].concat();
    let value = |name: &[u8]| [bytes(1, name), bytes(2, &bytes(1, &tensor))].concat();
    let node = [bytes(1, b"x"), bytes(2, b"y"), bytes(4, b"Identity")].concat();
    let graph = [
        bytes(1, &node),
        bytes(2, b"g"),
        bytes(11, &value(b"x")),
        bytes(12, &value(b"y")),
    ]
    .concat();
    let opset = [bytes(1, b""), number(2, 13)].concat();
    [number(1, 8), bytes(7, &graph), bytes(8, &opset)].concat()
}

#[test]
fn pipelines_share_a_loaded_model() {
    const TEST: &str = "pipelines_share_a_loaded_model";
    if support::asset(TEST, "yolox_nano.onnx").is_none() || !support::has_runtime(TEST) {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("copy.onnx");
    std::fs::copy(support::models_dir().join("yolox_nano.onnx"), &file).unwrap();
    let mut config = support::pipeline("copy");
    config.service.models_dir = dir.path().into();
    let first = detect::create(&config, FLOOR).unwrap();
    // What is in memory is found without its file being read again: one that
    // was emptied in place, keeping its size and time, is not noticed.
    let about = std::fs::metadata(&file).unwrap();
    std::fs::write(&file, vec![0; about.len() as usize]).unwrap();
    let times = std::fs::FileTimes::new().set_modified(about.modified().unwrap());
    let open = std::fs::File::options().write(true).open(&file).unwrap();
    open.set_times(times).unwrap();
    let second = detect::create(&config, FLOOR).unwrap();
    assert_eq!(first.info(), second.info());
    // A file that changed is another model.
    std::fs::write(&file, "other").unwrap();
    assert!(detect::create(&config, FLOOR).is_err());
    drop((first, second));
}

#[test]
fn detectors_that_share_a_model_find_what_each_finds_alone() {
    const TEST: &str = "detectors_that_share_a_model_find_what_each_finds_alone";
    const CAMERAS: usize = 4;
    const TURNS: usize = 8;
    if support::asset(TEST, "yolox_nano.onnx").is_none() || !support::has_runtime(TEST) {
        return;
    }
    let config = support::pipeline("yolox_nano");
    // Each camera has its own picture, so that no one gets another one's result.
    let frame = |camera: usize| {
        let size = rextrack::geometry::FrameSize::new(200 + 40 * camera as u32, 160);
        let bytes = 3 * size.width as usize * size.height as usize;
        rextrack::source::Frame {
            seq: 1,
            capture_ns: 1,
            arrival_ns: 1,
            decode_ns: 0,
            size,
            bgr: (0..bytes).map(|n| (n * (camera + 3) / 7) as u8).collect(),
            known: None,
        }
    };
    // So low a floor that every picture shows something.
    let detector = || detect::create(&config, 0.001).unwrap();
    let mut alone = detector();
    let expected: Vec<Vec<Detection>> = (0..CAMERAS)
        .map(|camera| {
            let mut found = Vec::new();
            alone.detect(&frame(camera), &mut found).unwrap();
            assert!(!found.is_empty());
            found
        })
        .collect();
    let start = std::sync::Barrier::new(CAMERAS);
    std::thread::scope(|scope| {
        for (camera, expected) in expected.iter().enumerate() {
            let (start, frame, mut detector) = (&start, frame(camera), detector());
            scope.spawn(move || {
                let mut found = Vec::new();
                start.wait();
                for _ in 0..TURNS {
                    detector.detect(&frame, &mut found).unwrap();
                    assert_eq!(&found, expected, "camera {camera}");
                }
            });
        }
    });
}
