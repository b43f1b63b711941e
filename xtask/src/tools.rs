//! Calls `tools/`, the program with the commands that may use crates.

use std::process::ExitCode;

use crate::workspace::Workspace;

/// The name of the program's package and binary.
pub const PACKAGE: &str = "rextrack-tools";
/// Its commands.
pub const COMMANDS: [&str; 11] = [
    "ci", "fuzz", "generate", "header", "install", "lint", "load", "receive", "score", "soak",
    "test",
];

/// The file name of the program.
pub fn program() -> String {
    format!("{PACKAGE}{}", std::env::consts::EXE_SUFFIX)
}

/// Builds the program and runs one of its commands. The program prints its own errors.
pub fn call(workspace: &Workspace, arguments: &[String]) -> ExitCode {
    let mut cargo = workspace.cargo();
    // In the folder of the user: arguments may name files relative to it.
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
