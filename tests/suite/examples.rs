//! The examples in C, Python and Rust build, print live slots, end with a file, and report
//! errors.
#![allow(clippy::unwrap_used)]

use crate::support;

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use opencv::core::{Mat, Scalar, Size};
use opencv::videoio::{VideoWriter, VideoWriterTrait, VideoWriterTraitConst};
use support::{host, python};

fn example(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("examples")
        .join(path)
}

/// The example in C, built into `dir`. `None` without a compiler that takes cc's arguments.
fn c_example(test: &str, dir: &Path) -> Option<Command> {
    let compiler = host::c_compiler(test)?;
    let program = dir.join(format!("slots{}", std::env::consts::EXE_SUFFIX));
    host::build(compiler, "c99", "examples/c/slots.c", &program, &[]);
    Some(host::run(program))
}

/// The example in Python. `None` without Python.
fn python_example(test: &str) -> Option<Command> {
    let python = python::system(test)?;
    let mut command = Command::new(python);
    command
        .arg(example("python/slots.py"))
        .env("REXTRACK_LIBRARY", host::library());
    Some(command)
}

/// Adds stream and model to the arguments of the C example.
fn c_arguments(command: &mut Command, stream: &Path) {
    let models = support::models_dir();
    command.arg(stream).arg(model()).arg(models).arg("60");
}

fn python_arguments(command: &mut Command, stream: &Path) {
    command
        .arg(stream)
        .args(["--model", model(), "--seconds=60"]);
    command.arg("--models-dir").arg(support::models_dir());
}

/// The positions of a line such as `frame 120  p1 (0.42, 0.61)  p3 (0.70, 0.33) held`.
#[track_caller]
fn positions(line: &str) -> Vec<(u32, f32, f32)> {
    let mut words = line.split_whitespace();
    assert_eq!(words.next(), Some("frame"), "{line}");
    words.next().unwrap().parse::<u64>().unwrap();
    let mut found = Vec::new();
    while let Some(word) = words.next() {
        if word == "held" {
            continue;
        }
        let number = word.strip_prefix('p').unwrap().parse().unwrap();
        let mut axis = || words.next().unwrap().trim_matches(['(', ',', ')']).parse();
        found.push((number, axis().unwrap(), axis().unwrap()));
    }
    found
}

/// Runs an example on the real video until it has printed some frames with people.
#[track_caller]
fn prints_live_slots(mut command: Command) {
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    // The example ends after a minute.
    let live: Vec<_> = lines
        .map(|line| positions(&line.unwrap()))
        .filter(|slots| !slots.is_empty())
        .take(5)
        .collect();
    child.kill().ok();
    child.wait().unwrap();
    assert_eq!(live.len(), 5, "too few frames with slots");
    for (number, x, y) in live.into_iter().flatten() {
        assert!((1..=10).contains(&number), "p{number}");
        assert!(
            (0.0..=1.0).contains(&x) && (0.0..=1.0).contains(&y),
            "{x} {y}"
        );
    }
}

/// Runs an example to its end on a video of half a second, and on a missing file.
#[track_caller]
fn check_end_and_missing_file(
    make: impl Fn() -> Option<Command>,
    arguments: fn(&mut Command, &Path),
) {
    let dir = tempfile::tempdir().unwrap();
    let film = dir.path().join("film.avi");
    grey_film(&film);
    let Some(mut command) = make() else { return };
    arguments(&mut command, &film);
    let output = command.output().unwrap();
    let (printed, errors) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{errors}");
    assert!(
        positions(printed.lines().last().expect("no line")).is_empty(),
        "{printed}"
    );

    let Some(mut command) = make() else { return };
    arguments(&mut command, &dir.path().join("nowhere.avi"));
    let output = command.output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    // Lines of the log may follow.
    let message = errors.lines().rfind(|line| !line.starts_with('['));
    let message = message.unwrap_or_default();
    assert_eq!(output.status.code(), Some(1), "{}: {errors}", output.status);
    assert!(
        message.contains("nowhere.avi: no such file; check the path"),
        "{errors}"
    );
}

/// Half a second of grey.
fn grey_film(path: &Path) {
    let fourcc = VideoWriter::fourcc('M', 'J', 'P', 'G').unwrap();
    let size = Size::new(320, 240);
    let mut film = VideoWriter::new(path.to_str().unwrap(), fourcc, 10.0, size, true).unwrap();
    assert!(film.is_opened().unwrap());
    let grey = Mat::new_size_with_default(size, opencv::core::CV_8UC3, Scalar::all(128.0)).unwrap();
    for _ in 0..5 {
        film.write(&grey).unwrap();
    }
    film.release().unwrap();
}

/// The model of the tests that [`has_model`] allows.
fn model() -> &'static str {
    support::people_models("examples")[0]
}

fn has_model(test: &str) -> bool {
    support::people_model(test).is_some()
}

#[test]
fn c_example_prints_live_slots() {
    const TEST: &str = "c_example_prints_live_slots";
    let Some(video) = support::asset(TEST, "vtest.avi").filter(|_| has_model(TEST)) else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let Some(mut command) = c_example(TEST, dir.path()) else {
        return;
    };
    c_arguments(&mut command, &video);
    prints_live_slots(command);
}

#[test]
fn python_example_prints_live_slots() {
    const TEST: &str = "python_example_prints_live_slots";
    let Some(video) = support::asset(TEST, "vtest.avi").filter(|_| has_model(TEST)) else {
        return;
    };
    let Some(mut command) = python_example(TEST) else {
        return;
    };
    python_arguments(&mut command, &video);
    prints_live_slots(command);
}

#[test]
fn c_example_ends_with_the_file_and_names_a_missing_file() {
    const TEST: &str = "c_example_ends_with_the_file_and_names_a_missing_file";
    let dir = tempfile::tempdir().unwrap();
    if has_model(TEST) {
        check_end_and_missing_file(|| c_example(TEST, dir.path()), c_arguments);
    }
}

#[test]
fn python_example_ends_with_the_file_and_names_a_missing_file() {
    const TEST: &str = "python_example_ends_with_the_file_and_names_a_missing_file";
    if has_model(TEST) {
        check_end_and_missing_file(|| python_example(TEST), python_arguments);
    }
}

/// The example in Rust, which `cargo test` builds with the tests.
fn rust_example(test: &str) -> Option<Command> {
    let folder = host::library_dir().join("../examples");
    let program = folder.join(format!("slots{}", std::env::consts::EXE_SUFFIX));
    if !program.is_file() {
        println!("skipped: {test}: the example is not built (cargo build --examples does)");
        return None;
    }
    Some(host::run(program))
}

#[test]
fn rust_example_prints_slots_and_ends_with_the_source() {
    const TEST: &str = "rust_example_prints_slots_and_ends_with_the_source";
    let Some(mut command) = rust_example(TEST) else {
        return;
    };
    let output = command.arg("synth:people=3,seed=1,frames=20").output();
    let output = output.unwrap();
    host::succeeded(&output, "examples/rust/slots.rs");
    let printed = String::from_utf8(output.stdout).unwrap();
    let slots = printed.lines().map(positions);
    assert!(slots.into_iter().any(|slots| slots.len() == 3), "{printed}");
}

#[test]
fn rust_example_names_a_missing_file() {
    const TEST: &str = "rust_example_names_a_missing_file";
    let Some(mut command) = rust_example(TEST) else {
        return;
    };
    let output = command.args(["nowhere.avi", "builtin:motion"]).output();
    let output = output.unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{errors}");
    assert!(
        errors.contains("nowhere.avi: no such file; check the path"),
        "{errors}"
    );
}
