//! The `rextrack` program, built.

use std::path::PathBuf;

use crate::command::{Result, shown};
use crate::workspace::Workspace;

/// One of cargo's build profiles.
#[derive(Clone, Copy, PartialEq)]
pub enum Profile {
    /// The quick build, which tests use too.
    Dev,
    /// The fast program.
    Release,
}

/// Builds the program with cargo's progress shown, and gives its path.
pub fn build(workspace: &Workspace, profile: Profile) -> Result<PathBuf> {
    println!("build: the rextrack program (some minutes the first time)");
    let mut cargo = workspace.cargo();
    cargo.args(["build", "--package", "rextrack-service"]);
    let folder = match profile {
        Profile::Dev => "debug",
        Profile::Release => {
            cargo.arg("--release");
            "release"
        }
    };
    shown("build", &mut cargo, "mend what cargo reports above")?;
    let name = format!("rextrack{}", std::env::consts::EXE_SUFFIX);
    Ok(workspace.target.join(folder).join(name))
}
