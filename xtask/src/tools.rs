//! `tools/`: the commands that may use crates, in a program of their own.

use std::process::ExitCode;

use crate::workspace::Workspace;

/// The program's package, which cargo also calls its binary.
pub const PACKAGE: &str = "rextrack-tools";
/// What it can do.
pub const COMMANDS: [&str; 10] = [
    "ci", "fuzz", "header", "install", "lint", "load", "receive", "score", "soak", "test",
];

/// The program's file.
pub fn program() -> String {
    format!("{PACKAGE}{}", std::env::consts::EXE_SUFFIX)
}

/// Builds the program and runs a command of it. It says itself what goes wrong.
pub fn call(workspace: &Workspace, arguments: &[String]) -> ExitCode {
    let mut cargo = workspace.cargo();
    // Started where we were started: arguments may name files from there.
    if let Ok(folder) = std::env::current_dir() {
        cargo.current_dir(folder);
    }
    cargo
        .args(["run", "--quiet", "--manifest-path"])
        .arg(workspace.root.join("tools").join("Cargo.toml"))
        .arg("--")
        .args(arguments);
    match cargo.status() {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(status) => match status.code().and_then(|code| u8::try_from(code).ok()) {
            Some(code) => ExitCode::from(code),
            None => ExitCode::FAILURE,
        },
        Err(error) => {
            eprintln!("cargo cannot be started to build {PACKAGE} ({error})");
            ExitCode::FAILURE
        }
    }
}
