//! Wrong input: each gives one line that names the thing at fault, the documented exit
//! code, no panic and no partial start.
#![allow(clippy::unwrap_used)]

use crate::support;

use std::io::{Read, Write};
use std::net::{TcpListener, UdpSocket};
use std::path::Path;

use support::{Outcome, outcome, rextrack};

const WORK: i32 = 1;
const USAGE: i32 = 2;

/// Asserts the exit code, and that one line of stderr has all of `words`: names and values
/// at fault, not the wording around them.
fn assert_refused(outcome: &Outcome, code: i32, words: &[&str]) {
    let text = &outcome.stderr;
    assert_eq!(outcome.code, Some(code), "{text}");
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| words.iter().all(|word| line.contains(word)))
        .collect();
    assert_eq!(lines.len(), 1, "{words:?} once in:\n{text}");
    for sign in ["panicked", "RUST_BACKTRACE", "hunter2"] {
        assert!(!text.contains(sign), "{text}");
        assert!(!outcome.stdout.contains(sign), "{}", outcome.stdout);
    }
}

/// Runs a camera with an OSC receiver that must not hear anything.
fn run(arguments: &[&str]) -> Outcome {
    let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
    receiver.set_nonblocking(true).unwrap();
    let port = receiver.local_addr().unwrap().port();
    let osc = format!("127.0.0.1:{port}");
    let result = outcome(rextrack(["run", "--osc", &osc].iter().chain(arguments)));
    assert!(receiver.recv(&mut [0; 2048]).is_err(), "no partial start");
    result
}

fn with_config(text: &str) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.yaml");
    std::fs::write(&file, text).unwrap();
    let run = outcome(rextrack(["run", "--config", file.to_str().unwrap()]));
    let checked = outcome(rextrack(["validate-config", file.to_str().unwrap()]));
    assert_eq!(run.code, checked.code, "{}\n{}", run.stderr, checked.stderr);
    assert_eq!(run.stderr, checked.stderr);
    run
}

#[test]
fn run_without_a_camera_is_refused() {
    assert_refused(&run(&[]), USAGE, &["--config"]);
    let empty = outcome(rextrack(["run", "--config", "no such.yaml"]));
    assert_refused(&empty, USAGE, &["no such.yaml"]);
}

#[test]
fn file_that_is_not_yaml_is_refused() {
    let result = with_config("tracking:\n  model: [yolox_nano\ncameras: {\n");
    assert_refused(&result, USAGE, &["config.yaml:"]);
}

#[test]
fn wrong_keys_and_values_are_named() {
    let result = with_config("tracking:\n  confidense: 0.3\n");
    assert_refused(&result, USAGE, &["tracking.confidense: ", " confidence"]);
    let result = with_config(
        "cameras:\n- {id: a, stream: a.mp4}\n- {id: b, stream: b.mp4, override: {confidence: 1.5}}\n\
         osc: {address_prefix: '/{camera}/'}\n",
    );
    assert_refused(
        &result,
        USAGE,
        &["cameras[1].override.confidence: ", "0..1", "1.5"],
    );
    let result = with_config("tracking: {objects_max: many}\n");
    assert_refused(&result, USAGE, &["tracking.objects_max", "many"]);
    let result = with_config("cameras:\n- {id: a, stream: 'rtsp://u:hunter2@'}\n");
    assert_refused(&result, USAGE, &["cameras[0].stream"]);
    let result = with_config("cameras:\n- {id: a, stream: a.mp4}\n- {id: b, stream: b.mp4}\n");
    assert_refused(
        &result,
        USAGE,
        &["address_prefix: /{camera}/", "'a'", "'b'"],
    );
}

#[test]
fn wrong_environment_variable_is_named() {
    let mut command = rextrack(["run", "a.mp4"]);
    command.env("REXTRACK__TRACKING__CONFIDENCE", "high");
    assert_refused(&outcome(command), USAGE, &["tracking.confidence", "high"]);
}

#[test]
fn wrong_options_are_named() {
    assert_refused(
        &run(&["a.mp4", "--confidence", "7"]),
        USAGE,
        &["confidence", "0..1", "7"],
    );
    assert_refused(
        &run(&["a.mp4", "--device", "tpu"]),
        USAGE,
        &["--device", "cuda:N", "tpu"],
    );
    assert_refused(
        &run(&["a.mp4", "--tracker", "sort"]),
        USAGE,
        &["--tracker", "bytetrack"],
    );
    let result = outcome(rextrack(["run", "a.mp4", "--osc", "nowhere"]));
    assert_refused(&result, USAGE, &["--osc", "HOST:PORT", "nowhere"]);
    assert_refused(&run(&["ftp://cam/a"]), USAGE, &["'ftp'"]);
}

#[test]
fn missing_model_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().to_str().unwrap();
    let run = |model: &str| run(&["a.mp4", "--models-dir", dir, "--model", model]);
    assert_refused(&run("yolov8l"), USAGE, &["yolov8l", "builtin:motion"]);
    std::fs::write(folder.path().join("yolov8l.pt"), "weights").unwrap();
    assert_refused(
        &run("yolov8l"),
        USAGE,
        &["yolov8l.pt", "yolo export", "format=onnx"],
    );
    assert_refused(
        &run("builtin:magic"),
        USAGE,
        &["builtin:magic", "builtin:motion"],
    );
}

#[test]
fn file_that_is_not_a_usable_model_is_named() {
    const TEST: &str = "file_that_is_not_a_usable_model_is_named";
    if !support::has_runtime(TEST) {
        return;
    }
    let Some(video) = support::asset(TEST, "vtest.avi") else {
        return;
    };
    let video = video.to_str().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("text.onnx");
    let model = path.to_str().unwrap();
    std::fs::write(&path, "this is not a model").unwrap();
    assert_refused(&run(&[video, "--model", model]), WORK, &["text.onnx"]);
    let foreign = support::fixtures_dir().join("wrong_picture.onnx");
    assert_refused(
        &run(&[video, "--model", foreign.to_str().unwrap()]),
        WORK,
        &["wrong_picture.onnx", "YOLOX", "YOLOv8", "[1, 3, 96, 96]"],
    );
}

#[test]
fn unknown_class_and_unavailable_device_are_named() {
    const TEST: &str = "unknown_class_and_unavailable_device_are_named";
    let Some(video) = support::asset(TEST, "vtest.avi") else {
        return;
    };
    if !support::has_runtime(TEST) {
        return;
    }
    let models = support::fixtures_dir();
    let run = |more: &[&str]| {
        let start = [
            video.to_str().unwrap(),
            "--models-dir",
            models.to_str().unwrap(),
            "--model",
            "yolox",
        ];
        run(&[&start, more].concat())
    };
    assert_refused(&run(&["--classes", "persn"]), USAGE, &["persn", " person"]);
    if rextrack::internals::detect::runtime::cuda_available(None).unwrap() {
        return;
    }
    assert_refused(
        &run(&["--device", "cuda:0"]),
        WORK,
        &["cuda:0", "onnxruntime-gpu"],
    );
}

#[test]
fn missing_runtime_is_named() {
    let models = support::fixtures_dir();
    let models = models.to_str().unwrap();
    let mut command = rextrack(["run", "a.mp4", "--model", "yolox", "--models-dir", models]);
    command.env("REXTRACK_ORT_DYLIB", "/no/such/libonnxruntime.so");
    let result = outcome(command);
    // The missing film may be found first; the runtime is named all the same.
    assert_eq!(result.code, Some(WORK), "{}", result.stderr);
    let mut doctor = rextrack(["doctor"]);
    doctor.env("REXTRACK_ORT_DYLIB", "/no/such/libonnxruntime.so");
    let doctor = outcome(doctor);
    assert_eq!(doctor.code, Some(WORK));
    assert!(
        doctor.stdout.contains("/no/such/libonnxruntime.so"),
        "{}",
        doctor.stdout
    );
}

#[test]
fn file_that_is_not_a_video_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let film = |name: &str, content: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let run = |film: &str| run(&[film, "--model", "builtin:motion"]);
    assert_refused(&run("no_such.mp4"), WORK, &["no_such.mp4"]);
    assert_refused(&run(&film("zero.mp4", "")), WORK, &["zero.mp4"]);
    assert_refused(&run(&film("text.mp4", "not a film")), WORK, &["text.mp4"]);
    let dir = folder.path().to_str().unwrap();
    assert_refused(&run(dir), WORK, &[dir]);
}

/// Answers every request with 401, as a camera does that was given a wrong
/// password.
fn refusing_camera() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut buffer = [0; 4096];
            while stream.read(&mut buffer).is_ok_and(|n| n > 0) {
                let request = String::from_utf8_lossy(&buffer);
                let number = request.lines().find(|l| l.starts_with("CSeq"));
                let answer = format!(
                    "RTSP/1.0 401 Unauthorized\r\n{}\r\n\
                     WWW-Authenticate: Basic realm=\"cam\"\r\n\r\n",
                    number.unwrap_or("CSeq: 1")
                );
                if stream.write_all(answer.as_bytes()).is_err() {
                    break;
                }
            }
        }
    });
    port
}

#[test]
fn camera_that_cannot_be_reached_is_named_without_password() {
    let run = |stream: &str| run(&[stream, "--model", "builtin:motion"]);
    let closed = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = closed.local_addr().unwrap().port();
    drop(closed);
    assert_refused(
        &run(&format!("rtsp://admin:hunter2@127.0.0.1:{port}/live")),
        WORK,
        &["rtsp://admin:***@127.0.0.1"],
    );
    assert_refused(
        &run("rtsp://no-such-host.invalid/live"),
        WORK,
        &["'no-such-host.invalid'"],
    );
    let port = refusing_camera();
    assert_refused(
        &run(&format!("rtsp://admin:hunter2@127.0.0.1:{port}/live")),
        WORK,
        &["rtsp://admin:***@127.0.0.1", "password"],
    );
    assert_refused(
        &run(&format!("rtsp://127.0.0.1:{port}/live")),
        WORK,
        &["USER:PASSWORD@HOST"],
    );
}

#[test]
fn file_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = folder.path().join("missing").join("file");
    let nowhere = nowhere.to_str().unwrap();
    let run = |option: &str| run(&["a.mp4", "--model", "builtin:motion", option, nowhere]);
    assert_refused(&run("--log-file"), WORK, &[nowhere, "service.log_file"]);
    assert_refused(&run("--mot"), WORK, &[nowhere]);
    assert_refused(&run("--snapshots"), WORK, &[nowhere]);
}

#[test]
fn doctor_checks_the_configured_model() {
    let folder = tempfile::tempdir().unwrap();
    let models = folder.path().join("models");
    std::fs::create_dir(&models).unwrap();
    std::fs::write(models.join("other.onnx"), "").unwrap();
    let doctor = |model: Option<&str>| {
        let mut command = rextrack(["doctor"]);
        command.current_dir(folder.path());
        command.envs(model.map(|name| ("REXTRACK__TRACKING__MODEL", name)));
        outcome(command).stdout
    };
    let said = doctor(None);
    let is_missing = |said: &str| {
        let mut lines = said.lines();
        lines.any(|l| l.starts_with("MISSING model") && l.contains("yolox_nano"))
    };
    assert!(is_missing(&said) && said.contains("other"), "{said}");
    assert!(!is_missing(&doctor(Some("other"))));
}

#[test]
fn doctor_reports_a_port_in_use() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let mut command = rextrack(["doctor"]);
    command.env("REXTRACK__SERVICE__PORT", port.to_string());
    let result = outcome(command);
    assert_eq!(result.code, Some(WORK));
    let line = result.stdout.lines().find(|l| l.contains("port ")).unwrap();
    assert!(line.contains(&format!("127.0.0.1:{port}")), "{line}");
    assert!(line.contains("service.port"), "{line}");
}

#[test]
fn wrong_line_of_detections_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let (det, out) = (folder.path().join("det.txt"), folder.path().join("out.txt"));
    std::fs::write(&det, "1,-1,10,20,30,40,0.9\n1,-1,10,twenty,30,40,0.9\n").unwrap();
    let track = |det: &Path| {
        let size = ["--width", "640", "--height", "480", "--fps", "25"];
        let files = [det.to_str().unwrap(), out.to_str().unwrap()];
        outcome(rextrack(["track-mot"].iter().chain(&files).chain(&size)))
    };
    assert_refused(&track(&det), WORK, &["det.txt", "line 2", "twenty"]);
    assert_refused(&track(Path::new("no_such.txt")), USAGE, &["no_such.txt"]);
}

#[test]
fn unknown_tracker_and_its_options_are_refused_alike_by_run_and_validate() {
    let camera = "cameras:\n- {id: a, stream: 'synth:', override: {tracker: sortt}}\n";
    let outcome = with_config(camera);
    assert_refused(
        &outcome,
        USAGE,
        &["cameras[0].override.tracker", "sortt", "bytetrack"],
    );
    let options =
        "tracking: {tracker_options: {low_score: 7}}\ncameras:\n- {id: a, stream: 'synth:'}\n";
    let outcome = with_config(options);
    assert_refused(
        &outcome,
        USAGE,
        &["tracking.tracker_options.low_score", "0..1"],
    );
}
