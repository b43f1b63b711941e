//! The `rextrack` program, built.

use std::path::PathBuf;

use crate::command::{Result, run_visible};
use crate::workspace::Workspace;

/// One of cargo's build profiles.
#[derive(Clone, Copy, PartialEq)]
pub enum Profile {
    /// The quick build, which tests use too.
    Dev,
    /// The fast program.
    Release,
}

/// Builds the program, and the shared library beside it that hosts load, with
/// cargo's progress shown, and the packages of `besides`. Gives the program's path.
pub fn build(workspace: &Workspace, profile: Profile, besides: &[&str]) -> Result<PathBuf> {
    println!("build: the rextrack program (some minutes the first time)");
    let mut cargo = workspace.cargo();
    // The library alone is a dependency, which cargo leaves out of sight.
    cargo.args(["build", "--package", "rextrack-service"]);
    cargo.args(["--package", "rextrack"]);
    // In one call, so that shared crates compile once.
    for package in besides {
        cargo.args(["--package", package]);
    }
    let folder = match profile {
        Profile::Dev => "debug",
        Profile::Release => {
            cargo.arg("--release");
            "release"
        }
    };
    run_visible("build", &mut cargo, "fix what cargo reports above")?;
    let name = format!("rextrack{}", std::env::consts::EXE_SUFFIX);
    Ok(workspace.target.join(folder).join(name))
}
