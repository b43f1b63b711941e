//! The commands of `cargo xtask` that run after the set-up: tests, checks, scores,
//! installation, and the demo's OSC receiver. xtask has no dependencies and calls this
//! program, which may have some.
#![deny(unsafe_code)]

#[path = "../../src/ffi/abi.rs"]
#[allow(dead_code)] // The library uses the rest of it.
mod abi;
mod allowed_skips;
mod average_precision;
mod detection_score;
mod fuzz;
mod generate;
mod install;
mod lint;
mod load;
mod plain_words;
mod receiver;
mod score;
mod soak;
mod test;
mod test_summary;
mod wheel;

use std::process::ExitCode;

use xtask::command::Result;
use xtask::workspace::Workspace;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = run(
        &Workspace::find(),
        &words,
        arguments.get(1..).unwrap_or(&[]),
    );
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn run(workspace: &Workspace, words: &[&str], rest: &[String]) -> Result<()> {
    match words {
        ["test", ..] => test::run(workspace, rest),
        ["score", ..] => score::run(workspace, rest),
        ["lint", ..] => lint::run(workspace, rest),
        ["install", ..] => install::run(workspace, rest),
        ["fuzz", ..] => fuzz::run(workspace, rest),
        ["receive", ..] => receiver::run(rest),
        ["load"] => load::run(workspace),
        ["soak"] => soak::run(workspace),
        ["generate"] => generate::run(workspace),
        ["header"] => generate::header(workspace),
        ["ci"] => {
            lint::run(workspace, &[])?;
            test::run(workspace, &["--strict".into()])
        }
        _ => Err("usage: `cargo xtask help`".into()),
    }
}
