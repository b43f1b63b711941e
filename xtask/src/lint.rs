//! `cargo xtask lint`: formatting, clippy, the slim build and the documentation,
//! without warnings.

use std::process::Command;

use crate::command::{Result, shown};
use crate::system;
use crate::workspace::Workspace;

/// Runs all four, so that one run tells everything there is to mend.
pub fn run(workspace: &Workspace) -> Result<()> {
    system::build_needs()?;
    let checks: [(&str, &[&str], &str); 4] = [
        (
            "lint: formatting",
            &["fmt", "--all", "--check"],
            "`cargo fmt --all`",
        ),
        (
            "lint: clippy",
            &[
                "clippy",
                "--quiet",
                "--workspace",
                "--all-targets",
                "--",
                "-D",
                "warnings",
            ],
            "mend what clippy reports above",
        ),
        (
            "lint: the library without its features",
            &[
                "check",
                "--quiet",
                "--package",
                "rextrack",
                "--no-default-features",
            ],
            "mend what cargo reports above",
        ),
        // The library alone: the program has its name, and two crates of one
        // name cannot be documented into one folder.
        (
            "lint: documentation",
            &["doc", "--quiet", "--no-deps", "--package", "rextrack"],
            "mend what rustdoc reports above",
        ),
    ];
    let failures: Vec<String> = checks
        .into_iter()
        .filter_map(|(what, arguments, remedy)| {
            let mut cargo: Command = workspace.cargo();
            cargo.args(arguments).env("RUSTDOCFLAGS", "-D warnings");
            println!("{what}");
            shown(what, &mut cargo, remedy).err()
        })
        .collect();
    if failures.is_empty() {
        Ok(())
    } else {
        Err(failures.join("\n"))
    }
}
