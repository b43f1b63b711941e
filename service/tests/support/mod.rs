//! What tests of the program share.
#![allow(dead_code)] // Each test file uses its own part of this.
#![allow(clippy::unwrap_used)]

pub mod broker;
pub mod process;
pub mod service;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The program, without the settings of whoever runs the test.
pub fn rextrack<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rextrack"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("REXTRACK__")) {
        command.env_remove(name);
    }
    command.args(arguments);
    command
}

/// What a run came to.
#[derive(Debug)]
pub struct Outcome {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl From<Output> for Outcome {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

pub fn outcome(mut command: Command) -> Outcome {
    command.output().unwrap().into()
}

/// The folder that `cargo xtask setup` puts models and pictures into.
pub fn models_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../models")
}

/// A file of `models/`, or `None` with the one line by which `cargo xtask test`
/// counts a skipped test.
pub fn asset(test: &str, file: &str) -> Option<PathBuf> {
    let path = models_dir().join(file);
    if path.is_file() {
        return Some(path);
    }
    println!("skipped: {test}: {file} is missing (cargo xtask setup fetches it)");
    None
}

/// Models that find people, the best first. The first comes from GitHub; the second
/// can be made on every machine that reaches the package registries.
pub const PEOPLE_MODELS: [&str; 2] = ["yolox_nano", "nanodet_g"];

/// The people models that are in `models/`; says in one line when there is none.
pub fn people_models(test: &str) -> Vec<&'static str> {
    let there = |name: &&str| models_dir().join(format!("{name}.onnx")).is_file();
    let all: Vec<&str> = PEOPLE_MODELS.into_iter().filter(there).collect();
    if all.is_empty() {
        println!(
            "skipped: {test}: {} are missing (cargo xtask setup fetches one)",
            PEOPLE_MODELS.join(".onnx and ") + ".onnx"
        );
    }
    all
}

/// A model that finds people, by its name in `models/`, and an ONNX Runtime to run
/// it; says in one line what is missing.
pub fn people_model(test: &str) -> Option<&'static str> {
    let model = people_models(test).into_iter().next()?;
    has_runtime(test).then_some(model)
}

/// The folder of models that are part of the repository: heads without weights, made
/// by its `make_fixtures.py`.
pub fn fixtures_dir() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/models")
}

/// Whether ONNX Runtime can be had; says so in one line when not.
pub fn has_runtime(test: &str) -> bool {
    match rextrack::detect::runtime::locate(None) {
        Ok(_) => true,
        Err(error) => {
            println!("skipped: {test}: {error} (cargo xtask setup fetches it)");
            false
        }
    }
}
