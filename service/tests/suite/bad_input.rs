//! Mistakes: each gives one clear line that names the thing at fault and the
//! remedy, the exit code of the contract, no panic and no partial start.
#![allow(clippy::unwrap_used)]

use crate::support;

use std::io::{Read, Write};
use std::net::{TcpListener, UdpSocket};
use std::path::Path;

use support::{Outcome, outcome, rextrack};

const WORK: i32 = 1;
const USAGE: i32 = 2;

/// The mistake is told once, on stderr, with all of `words` in one line.
fn told(outcome: &Outcome, code: i32, words: &[&str]) {
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
fn no_camera_at_all() {
    told(&run(&[]), USAGE, &["run needs a camera", "--config FILE"]);
    let empty = outcome(rextrack(["run", "--config", "no such.yaml"]));
    told(
        &empty,
        USAGE,
        &["no such.yaml", "cannot be read", "check the path"],
    );
}

#[test]
fn a_file_that_is_not_yaml() {
    let result = with_config("tracking:\n  model: [yolox_nano\ncameras: {\n");
    told(&result, USAGE, &["config.yaml:", "not valid YAML"]);
}

#[test]
fn keys_and_values_that_are_wrong() {
    let result = with_config("tracking:\n  confidense: 0.3\n");
    told(
        &result,
        USAGE,
        &["tracking.confidense: unknown key; did you mean confidence?"],
    );
    let result = with_config(
        "cameras:\n- {id: a, stream: a.mp4}\n- {id: b, stream: b.mp4, override: {confidence: 1.5}}\n\
         osc: {address_prefix: '/{camera}/'}\n",
    );
    told(
        &result,
        USAGE,
        &["cameras[1].override.confidence: must be within 0..1, got 1.5"],
    );
    let result = with_config("tracking: {objects_max: many}\n");
    told(&result, USAGE, &["tracking.objects_max", "many"]);
    let result = with_config("cameras:\n- {id: a, stream: 'rtsp://u:hunter2@'}\n");
    told(&result, USAGE, &["cameras[0].stream", "no valid host"]);
    let result = with_config("cameras:\n- {id: a, stream: a.mp4}\n- {id: b, stream: b.mp4}\n");
    told(
        &result,
        USAGE,
        &["address_prefix: /{camera}/", "'a'", "'b'"],
    );
}

#[test]
fn environment_that_is_wrong() {
    let mut command = rextrack(["run", "a.mp4"]);
    command.env("REXTRACK__TRACKING__CONFIDENCE", "high");
    told(&outcome(command), USAGE, &["tracking.confidence", "high"]);
}

#[test]
fn options_that_are_wrong() {
    told(
        &run(&["a.mp4", "--confidence", "7"]),
        USAGE,
        &["confidence", "0..1", "7"],
    );
    told(
        &run(&["a.mp4", "--device", "tpu"]),
        USAGE,
        &["--device", "cuda:N", "tpu"],
    );
    told(
        &run(&["a.mp4", "--tracker", "sort"]),
        USAGE,
        &["--tracker", "bytetrack"],
    );
    let result = outcome(rextrack(["run", "a.mp4", "--osc", "nowhere"]));
    told(&result, USAGE, &["--osc", "HOST:PORT", "nowhere"]);
    told(
        &run(&["ftp://cam/a"]),
        USAGE,
        &["unknown kind of source 'ftp'"],
    );
}

#[test]
fn models_that_are_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().to_str().unwrap();
    let run = |model: &str| run(&["a.mp4", "--models-dir", dir, "--model", model]);
    told(
        &run("yolov8l"),
        USAGE,
        &["yolov8l", "not found", "builtin:motion"],
    );
    std::fs::write(folder.path().join("yolov8l.pt"), "weights").unwrap();
    told(
        &run("yolov8l"),
        USAGE,
        &["yolov8l.pt", "yolo export", "format=onnx"],
    );
    told(
        &run("builtin:magic"),
        USAGE,
        &["builtin:magic", "builtin:motion"],
    );
}

#[test]
fn models_that_are_none() {
    const TEST: &str = "models_that_are_none";
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
    told(
        &run(&[video, "--model", model]),
        WORK,
        &["text.onnx", "not an ONNX model", "export it again"],
    );
    let foreign = support::fixtures_dir().join("wrong_picture.onnx");
    told(
        &run(&[video, "--model", foreign.to_str().unwrap()]),
        WORK,
        &["wrong_picture.onnx", "YOLOX", "YOLOv8", "[1, 3, 96, 96]"],
    );
}

#[test]
fn a_class_and_a_device_that_the_model_cannot_have() {
    const TEST: &str = "a_class_and_a_device_that_the_model_cannot_have";
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
    told(
        &run(&["--classes", "persn"]),
        USAGE,
        &["persn", "did you mean person?"],
    );
    if rextrack::detect::runtime::cuda_available(None).unwrap() {
        return;
    }
    told(
        &run(&["--device", "cuda:0"]),
        WORK,
        &["cuda:0", "onnxruntime-gpu", "auto or cpu"],
    );
}

#[test]
fn a_runtime_that_is_not_there() {
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
fn films_that_are_none() {
    let folder = tempfile::tempdir().unwrap();
    let film = |name: &str, content: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let run = |film: &str| run(&[film, "--model", "builtin:motion"]);
    told(
        &run("no_such.mp4"),
        WORK,
        &["no_such.mp4", "no such file", "check the path"],
    );
    told(
        &run(&film("zero.mp4", "")),
        WORK,
        &["zero.mp4", "empty", "is it a video"],
    );
    told(
        &run(&film("text.mp4", "not a film")),
        WORK,
        &["text.mp4", "is a text file, not a video"],
    );
    let dir = folder.path().to_str().unwrap();
    told(&run(dir), WORK, &[dir, "it is a folder"]);
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
fn cameras_that_do_not_let_us_in() {
    let run = |stream: &str| run(&[stream, "--model", "builtin:motion"]);
    let closed = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = closed.local_addr().unwrap().port();
    drop(closed);
    told(
        &run(&format!("rtsp://admin:hunter2@127.0.0.1:{port}/live")),
        WORK,
        &[
            "rtsp://admin:***@127.0.0.1",
            "cannot connect",
            "is the camera on",
        ],
    );
    told(
        &run("rtsp://no-such-host.invalid/live"),
        WORK,
        &["cannot find host 'no-such-host.invalid'", "check the name"],
    );
    let port = refusing_camera();
    told(
        &run(&format!("rtsp://admin:hunter2@127.0.0.1:{port}/live")),
        WORK,
        &["refused this user or password", "check both"],
    );
    told(
        &run(&format!("rtsp://127.0.0.1:{port}/live")),
        WORK,
        &["asks for a user and a password", "user:password@host"],
    );
}

#[test]
fn files_that_cannot_be_written() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = folder.path().join("missing").join("file");
    let nowhere = nowhere.to_str().unwrap();
    let run = |option: &str| run(&["a.mp4", "--model", "builtin:motion", option, nowhere]);
    told(
        &run("--log-file"),
        WORK,
        &[nowhere, "log", "check service.log_file"],
    );
    told(&run("--mot"), WORK, &[nowhere, "folder"]);
    told(&run("--snapshots"), WORK, &[nowhere, "folder"]);
}

#[test]
fn the_doctor_looks_for_the_model_that_would_run() {
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
    let wanted = "yolox_nano, which runs unless you name another, is not in";
    assert!(said.contains(wanted) && said.contains("other"), "{said}");
    assert!(!doctor(Some("other")).contains(wanted));
}

#[test]
fn a_port_in_use_is_found_by_the_doctor() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let mut command = rextrack(["doctor"]);
    command.env("REXTRACK__SERVICE__PORT", port.to_string());
    let result = outcome(command);
    assert_eq!(result.code, Some(WORK));
    let line = result.stdout.lines().find(|l| l.contains("port ")).unwrap();
    assert!(line.contains(&format!("127.0.0.1:{port}")), "{line}");
    assert!(line.contains("set service.port to a free one"), "{line}");
}

#[test]
fn detections_that_are_none() {
    let folder = tempfile::tempdir().unwrap();
    let (det, out) = (folder.path().join("det.txt"), folder.path().join("out.txt"));
    std::fs::write(&det, "1,-1,10,20,30,40,0.9\n1,-1,10,twenty,30,40,0.9\n").unwrap();
    let track = |det: &Path| {
        let size = ["--width", "640", "--height", "480", "--fps", "25"];
        let files = [det.to_str().unwrap(), out.to_str().unwrap()];
        outcome(rextrack(["track-mot"].iter().chain(&files).chain(&size)))
    };
    told(&track(&det), WORK, &["det.txt", "line 2", "twenty"]);
    told(
        &track(Path::new("no_such.txt")),
        USAGE,
        &["no_such.txt", "check the path"],
    );
}
