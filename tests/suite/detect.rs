//! The README's promise: a YOLOX, YOLOv8 or NanoDet model file is enough. Detections have
//! the scores that the model's authors get, and an unusable file gives an error with its
//! name and the remedy.
#![allow(clippy::unwrap_used)]

use crate::support;

use rextrack::internals::config::{ClassRef, Device, PipelineConfig};
use rextrack::internals::detect::{self, DetectError, DetectSettings, Detector, DetectorInfo};
use rextrack::internals::flow::{BBox, Detection, Frame, FrameSize};

const MIN_SCORE: f32 = 0.25;

struct Detected {
    info: DetectorInfo,
    found: Vec<Detection>,
}

impl Detected {
    /// The detection of a class that overlaps a box most.
    fn nearest(&self, class: &str, bbox: BBox) -> &Detection {
        let id = self.info.classes.iter().position(|c| c == class).unwrap() as u32;
        let all = self.found.iter().filter(|d| d.class_id == id);
        all.max_by(|a, b| a.bbox.iou(bbox).total_cmp(&b.bbox.iou(bbox)))
            .unwrap()
    }
}

fn detected(config: &PipelineConfig, frame: &Frame) -> Detected {
    let mut detector = detect::create(config, MIN_SCORE).unwrap();
    let mut found = Vec::new();
    detector.detect(frame, &mut found).unwrap();
    Detected {
        info: detector.info().clone(),
        found,
    }
}

/// A pipeline on a model of `tests/models/`.
fn fixture(name: &str) -> PipelineConfig {
    let mut config = support::pipeline(name);
    config.service.models_dir = support::fixtures_dir();
    config
}

/// A grey picture. It is three times as large as the fixtures' input.
fn grey() -> Frame {
    Frame {
        seq: 1,
        capture_ns: 1,
        arrival_ns: 0,
        decode_ns: 0,
        size: FrameSize::new(288, 288),
        bgr: vec![128; 288 * 288 * 3],
        precomputed: None,
    }
}

fn assert_close(a: BBox, b: BBox, tolerance: f32) {
    for (x, y) in a.ltrb().into_iter().zip(b.ltrb()) {
        assert!((x - y).abs() <= tolerance, "{a:?} is not {b:?}");
    }
}

fn rejected(config: &PipelineConfig) -> DetectError {
    match detect::create(config, MIN_SCORE) {
        Ok(_) => panic!("{} was accepted", config.tracking.model),
        Err(error) => error,
    }
}

/// `tests/models/make_fixtures.py` defines the proposals of the fixtures, in pixels of their
/// input of 96 x 96.
#[test]
fn every_head_is_decoded_to_classes_scores_and_boxes() {
    const TEST: &str = "every_head_is_decoded_to_classes_scores_and_boxes";
    if !support::has_runtime(TEST) {
        return;
    }
    let yolo = [[12.0, -4.0, 28.0, 28.0], [24.0, 24.0, 56.0, 56.0]];
    let nanodet = [[12.0, 4.0, 36.0, 28.0], [24.0, 24.0, 56.0, 56.0]];
    let plus = [[8.0, 0.0, 32.0, 24.0], [16.0, 16.0, 48.0, 48.0]];
    for (name, family, boxes, classes) in [
        ("yolox", "yolox", yolo, ["person", "car"]),
        ("yolov8", "yolov8", yolo, ["person", "toothbrush"]),
        ("yolov8_named", "yolov8", yolo, ["hand", "cat's eye"]),
        ("nanodet_g", "nanodet", nanodet, ["person", "car"]),
        ("nanodet_m", "nanodet", nanodet, ["person", "car"]),
        ("nanodet_plus", "nanodet", plus, ["person", "car"]),
    ] {
        let detected = detected(&fixture(name), &grey());
        assert_eq!(detected.info.family, family, "{name}");
        assert_eq!(detected.found.len(), 2, "{name}: {:?}", detected.found);
        for (found, (wanted, class)) in detected.found.iter().zip(boxes.into_iter().zip(classes)) {
            assert_eq!(
                detected.info.classes[found.class_id as usize], class,
                "{name}"
            );
            let [l, t, r, b] = wanted.map(|v: f32| v.max(0.0) / 96.0);
            assert_close(found.bbox, BBox::from_ltrb(l, t, r, b), 1e-5);
        }
        let scores: Vec<f32> = detected.found.iter().map(|d| d.score).collect();
        assert!(
            (scores[0] - 0.72).abs() < 1e-6 && (scores[1] - 0.6).abs() < 1e-6,
            "{name}: {scores:?}"
        );
        let licence = detected.info.licence.as_deref().unwrap_or_default();
        assert_eq!(licence.contains("CC0"), name == "yolov8_named", "{name}");
    }
}

#[test]
fn lower_min_score_gives_weaker_detections() {
    const TEST: &str = "lower_min_score_gives_weaker_detections";
    if !support::has_runtime(TEST) {
        return;
    }
    for name in ["yolox", "yolov8", "nanodet_g", "nanodet_plus"] {
        let config = fixture(name);
        let mut detector = detect::create(&config, 0.05).unwrap();
        let mut found = Vec::new();
        detector.detect(&grey(), &mut found).unwrap();
        assert_eq!(found.len(), 3, "{name}: {found:?}");
        assert!((found[2].score - 0.09).abs() < 1e-6, "{name}: {found:?}");
    }
}

/// A frame of vtest.avi with three clearly visible people.
const PEOPLE_FRAME: u64 = 479;

/// A score, and left, top, right and bottom edge.
type Person = (f32, [f32; 4]);

/// Their scores and edges in pixels as the models' authors decode them: computed without
/// rextrack, in Python with ONNX Runtime and OpenCV.
#[rustfmt::skip]
const PEOPLE: [(&str, [Person; 3]); 2] = [
    ("yolox_nano", [
        (0.828, [616.2, 273.8, 658.8, 394.3]),
        (0.818, [447.7, 230.7, 489.0, 326.1]),
        (0.811, [568.1, 240.7, 604.4, 335.5]),
    ]),
    ("nanodet_g", [
        (0.860, [614.7, 275.9, 658.4, 394.4]),
        (0.819, [568.6, 242.6, 602.6, 334.4]),
        (0.811, [450.1, 233.8, 487.3, 325.7]),
    ]),
];

#[test]
fn people_are_detected_with_the_scores_and_boxes_of_the_models_authors() {
    const TEST: &str = "people_are_detected_with_the_scores_and_boxes_of_the_models_authors";
    let Some(video) = support::asset(TEST, "vtest.avi").filter(|_| support::has_runtime(TEST))
    else {
        return;
    };
    let frame = support::frame_of(&video, PEOPLE_FRAME);
    for model in support::people_models(TEST) {
        let detected = detected(&support::pipeline(model), &frame);
        assert_eq!(detected.info.classes.len(), 80);
        let (_, people) = PEOPLE.iter().find(|(name, _)| *name == model).unwrap();
        for (score, [l, t, r, b]) in people {
            let wanted = BBox::from_ltrb(l / 768.0, t / 576.0, r / 768.0, b / 576.0);
            let found = detected.nearest("person", wanted);
            assert!((found.score - score).abs() <= 0.02, "{model}: {found:?}");
            assert_close(found.bbox, wanted, 0.005);
        }
    }
}

#[test]
fn settings_apply_from_the_next_frame_on() {
    const TEST: &str = "settings_apply_from_the_next_frame_on";
    let (Some(video), Some(model)) = (
        support::asset(TEST, "vtest.avi"),
        support::people_model(TEST),
    ) else {
        return;
    };
    let config = support::pipeline(model);
    let frame = support::frame_of(&video, PEOPLE_FRAME);
    let mut detector = detect::create(&config, MIN_SCORE).unwrap();
    let mut settings = DetectSettings::new(&config, MIN_SCORE);
    let detect_with = |settings: &DetectSettings, detector: &mut dyn Detector| {
        detector.configure(settings).unwrap();
        let mut found = Vec::new();
        detector.detect(&frame, &mut found).unwrap();
        found
    };
    let all = detect_with(&settings, &mut *detector);
    assert_eq!(
        all,
        detect_with(&settings, &mut *detector),
        "the same frame gives the same result"
    );

    settings.classes = vec![ClassRef::Name("person".into())];
    let people = detect_with(&settings, &mut *detector);
    let expected: Vec<_> = all.iter().copied().filter(|d| d.class_id == 0).collect();
    assert_eq!(people, expected);

    settings.min_score = people[0].score;
    assert_eq!(detect_with(&settings, &mut *detector), people[..1]);

    // Only the region around one person, with coordinates of the full frame.
    settings.min_score = MIN_SCORE;
    let [l, t, r, b] = people[0].bbox.ltrb();
    let roi = [l - 0.1, t - 0.1, r + 0.1, b + 0.1].map(|v| v.clamp(0.0, 1.0));
    settings.roi = Some(roi);
    let part = detect_with(&settings, &mut *detector);
    for edges in part.iter().map(|d| d.bbox.ltrb()) {
        let slack = 1.0 / 576.0;
        assert!(
            edges[0] >= roi[0] - slack && edges[1] >= roi[1] - slack,
            "{part:?}"
        );
        assert!(
            edges[2] <= roi[2] + slack && edges[3] <= roi[3] + slack,
            "{part:?}"
        );
    }
    // The box differs a little: the model sees the person larger now.
    let best = part.iter().map(|d| d.bbox.iou(people[0].bbox));
    let best = best.fold(0.0, f32::max);
    assert!(best > 0.7, "{part:?} has nobody like {:?}", people[0]);

    settings.classes = vec![ClassRef::Name("persn".into())];
    let error = detector.configure(&settings).unwrap_err();
    assert!(matches!(error, DetectError::UnknownClass { .. }), "{error}");
    settings.roi = Some([2000.0, 0.0, 3000.0, 100.0]);
    settings.classes.clear();
    detector.configure(&settings).unwrap();
    let error = detector.detect(&frame, &mut Vec::new()).unwrap_err();
    assert!(matches!(error, DetectError::Roi { .. }), "{error}");
}

#[test]
fn files_that_are_not_models_are_rejected_by_path() {
    const TEST: &str = "files_that_are_not_models_are_rejected_by_path";
    if !support::has_runtime(TEST) {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let mut config = support::pipeline("broken");
    config.service.models_dir = dir.path().into();
    let file = dir.path().join("broken.onnx");
    let whole = std::fs::read(support::fixtures_dir().join("nanodet_g.onnx")).unwrap();
    let contents = [
        Vec::new(),
        b"a shopping list: milk, eggs\n".repeat(20),
        whole[..whole.len() / 2].to_vec(),
    ];
    for bytes in contents {
        std::fs::write(&file, bytes).unwrap();
        let error = rejected(&config);
        let DetectError::ModelUnreadable { path, reason } = error else {
            panic!("{error}");
        };
        assert_eq!(path, file);
        assert!(reason.contains("not an ONNX model"), "{reason}");
    }
}

#[test]
fn unsupported_model_is_rejected_with_the_shapes_found() {
    const TEST: &str = "unsupported_model_is_rejected_with_the_shapes_found";
    if !support::has_runtime(TEST) {
        return;
    }
    for (name, parts) in [
        ("wrong_picture", &["[1, 3, 96, 96]"][..]),
        ("wrong_half", &["half=False"]),
        ("wrong_classifier", &["[1, 1000]", "classifier"]),
        (
            "wrong_two_outputs",
            &["2 outputs", "[1, 116, 189], [1, 32, 16, 16]"],
        ),
        ("wrong_pose", &["'pose'"]),
        ("wrong_names", &["names 1 classes", "has 80"]),
        ("wrong_anchors", &["[1, 567, 85]", "YOLOv5"]),
        ("wrong_end_to_end", &["[1, 300, 6]", "nms=False"]),
    ] {
        let error = rejected(&fixture(name));
        let DetectError::ModelForeign { path, reason, .. } = error else {
            panic!("{error}");
        };
        assert!(path.ends_with(format!("{name}.onnx")), "{path:?}");
        for part in parts {
            assert!(reason.contains(part), "{name}: no '{part}' in: {reason}");
        }
    }
}

#[test]
fn unavailable_gpu_is_an_error_if_explicit_and_auto_reports_the_device_in_use() {
    const TEST: &str = "unavailable_gpu_is_an_error_if_explicit_and_auto_reports_the_device_in_use";
    if !support::has_runtime(TEST) {
        return;
    }
    let mut config = fixture("yolox");
    let info = detect::create(&config, MIN_SCORE).unwrap().info().clone();
    assert_eq!(info.requested_device, Device::Auto);
    if info.device != "cpu" {
        println!("skipped: {TEST}: this machine has CUDA");
        return;
    }
    config.service.device = Device::Cuda(0);
    let error = rejected(&config);
    let DetectError::Device { device, reason } = error else {
        panic!("{error}");
    };
    assert_eq!(device, Device::Cuda(0));
    assert!(reason.contains("auto or cpu"), "{reason}");
}

#[test]
fn check_finds_a_missing_model_without_loading_one() {
    let dir = tempfile::tempdir().unwrap();
    let mut config = support::pipeline("yolov8l");
    config.service.models_dir = dir.path().into();
    let error = detect::check(&config).unwrap_err();
    assert!(matches!(error, DetectError::ModelMissing { .. }), "{error}");
    std::fs::write(dir.path().join("yolov8l.onnx"), "anything").unwrap();
    detect::check(&config).unwrap();
}

#[test]
fn pipelines_share_a_loaded_model() {
    const TEST: &str = "pipelines_share_a_loaded_model";
    if !support::has_runtime(TEST) {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("copy.onnx");
    std::fs::copy(support::fixtures_dir().join("yolox.onnx"), &file).unwrap();
    let mut config = support::pipeline("copy");
    config.service.models_dir = dir.path().into();
    let first = detect::create(&config, MIN_SCORE).unwrap();
    // The cached model is used without reading its file again: a file that was emptied in
    // place, with the same size and time, is not noticed.
    let metadata = std::fs::metadata(&file).unwrap();
    std::fs::write(&file, vec![0; metadata.len() as usize]).unwrap();
    let times = std::fs::FileTimes::new().set_modified(metadata.modified().unwrap());
    let open = std::fs::File::options().write(true).open(&file).unwrap();
    open.set_times(times).unwrap();
    let second = detect::create(&config, MIN_SCORE).unwrap();
    assert_eq!(first.info(), second.info());
    // A changed file is another model.
    std::fs::write(&file, "other").unwrap();
    assert!(detect::create(&config, MIN_SCORE).is_err());
    drop((first, second));
}

#[test]
fn detectors_with_a_shared_model_give_the_same_results_as_alone() {
    const TEST: &str = "detectors_with_a_shared_model_give_the_same_results_as_alone";
    const CAMERAS: usize = 4;
    const ROUNDS: usize = 8;
    let Some(model) = support::people_model(TEST) else {
        return;
    };
    let config = support::pipeline(model);
    // Each camera has its own picture, so that no one gets another one's result.
    let frame = |camera: usize| {
        let size = rextrack::internals::flow::FrameSize::new(200 + 40 * camera as u32, 160);
        let bytes = 3 * size.width as usize * size.height as usize;
        rextrack::internals::flow::Frame {
            seq: 1,
            capture_ns: 1,
            arrival_ns: 1,
            decode_ns: 0,
            size,
            bgr: (0..bytes).map(|n| (n * (camera + 3) / 7) as u8).collect(),
            precomputed: None,
        }
    };
    // A score low enough for detections in every picture.
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
                for _ in 0..ROUNDS {
                    detector.detect(&frame, &mut found).unwrap();
                    assert_eq!(&found, expected, "camera {camera}");
                }
            });
        }
    });
}
