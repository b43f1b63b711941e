//! Helpers that tests of the program share.
#![allow(dead_code)] // Each test file uses its own part of this.
#![allow(clippy::unwrap_used)]

#[path = "../../../tests/support/assets.rs"]
mod assets;
pub mod broker;
pub mod description;
pub mod load;
pub mod process;
pub mod service;
pub mod socket;

use std::ffi::OsStr;
use std::process::{Command, Output};

pub use assets::*;

/// The program, without the environment's settings.
pub fn rextrack<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rextrack"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("REXTRACK__")) {
        command.env_remove(name);
    }
    command.args(arguments);
    command
}

/// The result of a run.
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
