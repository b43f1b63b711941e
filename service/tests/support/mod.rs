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
