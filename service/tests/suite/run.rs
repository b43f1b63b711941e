//! The commands as a person or a program uses them.
#![allow(clippy::unwrap_used)]

use crate::support;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;

use serde_json::Value;
use support::{outcome, rextrack};

fn json(text: &str) -> Value {
    serde_json::from_str(text.lines().last().unwrap()).unwrap()
}

#[test]
fn configuration_file_runs_and_every_stage_is_reported() {
    const TEST: &str = "configuration_file_runs_and_every_stage_is_reported";
    let Some(video) = support::asset(TEST, "vtest.avi") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.yaml");
    let mot = folder.path().join("mot.txt");
    let picture = folder.path().join("late.png");
    std::fs::write(
        &file,
        format!(
            "tracking: {{model: 'builtin:motion', object_persistence_ms: 500}}\n\
             osc: null\n\
             cameras:\n- {{id: film, stream: '{}', every_frame: true}}\n",
            video.canonicalize().unwrap().display()
        ),
    )
    .unwrap();
    let path = |p: &Path| p.to_str().unwrap().to_owned();
    let result = outcome(rextrack([
        "run",
        "--json",
        "--config",
        &path(&file),
        "--mot",
        &path(&mot),
        "--picture",
        &path(&picture),
    ]));
    assert_eq!(result.code, Some(0), "{}", result.stderr);
    let report = json(&result.stdout);
    assert_eq!(report["camera"], "film");
    assert_eq!(report["frames"], 795);
    assert_eq!(report["dropped"], 0);
    assert!(report["fps"].as_f64().unwrap() > 0.0);
    assert!(report["tracks"].as_u64().unwrap() > 5);
    let in_view = report["in_view"].as_object().unwrap();
    assert!(
        in_view.values().all(|count| count.as_u64().unwrap() > 0),
        "{in_view:?}"
    );
    for stage in [
        "capture",
        "wait",
        "preprocess",
        "inference",
        "postprocess",
        "track",
        "end_to_end",
    ] {
        let mean = &report["stages"][stage]["mean_ms"];
        assert!(mean.as_f64().unwrap() >= 0.0, "{stage}: {mean}");
    }
    // MOTChallenge: frame, id, left, top, width, height, score, -1, -1, -1.
    let rows = std::fs::read_to_string(&mot).unwrap();
    assert!(rows.lines().count() > 100);
    for row in rows.lines() {
        let numbers: Vec<f64> = row.split(',').map(|n| n.parse().unwrap()).collect();
        assert_eq!(numbers.len(), 10, "{row}");
        assert!((1.0..=795.0).contains(&numbers[0]), "{row}");
        assert_eq!(numbers[7..], [-1.0, -1.0, -1.0]);
    }
    assert!(std::fs::read(&picture).unwrap().starts_with(b"\x89PNG"));
}

#[test]
fn failed_camera_does_not_end_the_others() {
    const TEST: &str = "failed_camera_does_not_end_the_others";
    let Some(video) = support::asset(TEST, "vtest.avi") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.yaml");
    std::fs::write(
        &file,
        format!(
            "tracking: {{model: 'builtin:motion'}}\nosc: null\ncameras:\n\
             - {{id: gone, stream: no_such.mp4}}\n\
             - {{id: film, stream: '{}', every_frame: true}}\n",
            video.canonicalize().unwrap().display()
        ),
    )
    .unwrap();
    let result = outcome(rextrack([
        "run",
        "--json",
        "--config",
        file.to_str().unwrap(),
    ]));
    // The failure is reported once, and by the exit code.
    assert_eq!(result.code, Some(1), "{}", result.stderr);
    let told = result.stderr.lines().filter(|l| l.contains("no_such.mp4"));
    assert_eq!(told.count(), 1, "{}", result.stderr);
    let report = json(&result.stdout);
    let frames = |n: usize| report["cameras"][n]["frames"].as_u64().unwrap();
    assert_eq!((frames(0), frames(1)), (0, 795));
}

#[cfg(unix)]
#[test]
fn ctrl_c_and_sigterm_end_the_run_cleanly() {
    use std::time::{Duration, Instant};
    const TEST: &str = "ctrl_c_and_sigterm_end_the_run_cleanly";
    let Some(video) = support::asset(TEST, "vtest.avi") else {
        return;
    };
    for signal in ["-INT", "-TERM"] {
        let mut command = rextrack(["run", "--loop", "--no-osc", "--snapshots", "-", "--json"]);
        command.args(["--model", "builtin:motion"]).arg(&video);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        // It runs once the first snapshot is there.
        lines.next().unwrap().unwrap();
        let asked = Instant::now();
        let kill = std::process::Command::new("kill")
            .args([signal, &child.id().to_string()])
            .status();
        assert!(kill.unwrap().success());
        let last = lines.map(Result::unwrap).last().unwrap();
        let status = child.wait().unwrap();
        // On a busy machine: more than the 2 s that are promised, less than FFmpeg's own
        // time-out of 5 s.
        let took = asked.elapsed();
        assert!(took < Duration::from_secs(4), "{took:?}");
        assert_eq!(status.code(), Some(0));
        let report: Value = serde_json::from_str(&last).unwrap();
        assert!(report["stages"].is_object(), "{last}");
    }
}

#[test]
fn detections_of_a_file_are_tracked() {
    let folder = tempfile::tempdir().unwrap();
    let (det, out) = (folder.path().join("det.txt"), folder.path().join("out.txt"));
    let rows = (1..=20).map(|frame| {
        let left = 10 + 4 * frame;
        format!(
            "{frame},-1,{left},50,40,90,0.9\n{frame},-1,{},50,40,90,0.8\n",
            400 - left
        )
    });
    std::fs::write(&det, rows.collect::<String>()).unwrap();
    let size = ["--width", "640", "--height", "480", "--fps", "25"];
    let files = [det.to_str().unwrap(), out.to_str().unwrap()];
    let result = outcome(rextrack(["track-mot"].iter().chain(&files).chain(&size)));
    assert_eq!(result.code, Some(0), "{}", result.stderr);
    assert!(
        result.stdout.contains("20 frames, 40 detections, 2 tracks"),
        "{}",
        result.stdout
    );
    assert_eq!(std::fs::read_to_string(out).unwrap().lines().count(), 40);
}

#[test]
fn lists_and_schema_are_printed_as_json() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("mine.onnx"), "x").unwrap();
    let dir = folder.path().to_str().unwrap();
    let models = outcome(rextrack(["list-models", "--json", "--models-dir", dir]));
    let models = json(&models.stdout);
    let names: Vec<_> = models["models"].as_array().unwrap().iter().collect();
    assert!(names.iter().any(|m| m["name"] == "mine"), "{models}");
    assert!(
        names.iter().any(|m| m["name"] == "builtin:motion"),
        "{models}"
    );

    let schema = outcome(rextrack(["schema"]));
    let schema: Value = serde_json::from_str(&schema.stdout).unwrap();
    assert!(schema["properties"]["cameras"].is_object());

    let doctor = json(&outcome(rextrack(["doctor", "--json"])).stdout);
    let subjects: Vec<_> = doctor["findings"].as_array().unwrap().iter().collect();
    for subject in ["runtime", "model", "device", "codec", "port"] {
        let finding = subjects.iter().find(|f| f["subject"] == subject).unwrap();
        assert!(!finding["text"].as_str().unwrap().is_empty());
    }

    let version = outcome(rextrack(["--version"]));
    assert!(
        version.stdout.starts_with("rextrack 0."),
        "{}",
        version.stdout
    );
}

#[test]
fn detections_of_a_video_are_written_as_mot_rows() {
    const TEST: &str = "detections_of_a_video_are_written_as_mot_rows";
    let Some(video) = support::asset(TEST, "vtest.avi").filter(|_| support::has_runtime(TEST))
    else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let rows = folder.path().join("det.txt");
    let (rows, video) = (rows.to_str().unwrap(), video.to_str().unwrap());
    let fixtures = support::fixtures_dir();
    let detect = |video: &str, more: &[&str]| {
        let model = [
            "--model",
            "yolox",
            "--models-dir",
            fixtures.to_str().unwrap(),
        ];
        outcome(rextrack(
            [&["detect-mot", video, rows], &model[..], more].concat(),
        ))
    };
    let result = detect(video, &["--classes", "person", "--min-score", "0.5"]);
    assert_eq!(result.code, Some(0), "{}", result.stderr);
    assert!(result.stdout.contains("795 frames, 795 detections"));
    let text = std::fs::read_to_string(rows).unwrap();
    let last: Vec<f64> = text
        .lines()
        .last()
        .unwrap()
        .split(',')
        .map(|n| n.parse().unwrap())
        .collect();
    // The fixture's person at 12, -4 of 16 x 32, in a frame that is 8 times as large
    // as its input and is cut off above.
    assert_eq!(last, [795.0, -1.0, 96.0, 0.0, 128.0, 224.0, 0.72]);

    for (video, more, part) in [
        ("rtsp://127.0.0.1/cam", &[][..], "use run for a camera"),
        (video, &["--min-score", "2"], "--min-score"),
        (video, &["--classes", "persn"], "did you mean person?"),
    ] {
        let result = detect(video, more);
        assert_eq!(result.code, Some(2), "{}", result.stderr);
        assert!(result.stderr.contains(part), "{}", result.stderr);
    }
    let result = detect("no_such.avi", &[]);
    assert_eq!(result.code, Some(1), "{}", result.stderr);
    assert!(result.stderr.contains("no_such.avi"), "{}", result.stderr);
}
