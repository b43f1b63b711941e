//! `cargo xtask`: set-up, demo and checks. It has no dependencies, so that it
//! builds within seconds on a machine that has nothing but Rust.
#![deny(unsafe_code)]

#[path = "../../src/ffi/abi.rs"]
#[allow(dead_code)] // The library uses the rest of it.
mod abi;
mod assets;
mod average_precision;
mod cache;
mod client;
mod command;
#[path = "../../src/data_dir.rs"]
mod data_dir;
mod debian;
mod demo;
mod detection;
mod download;
mod fuzz;
mod header;
mod install;
mod lint;
mod load;
mod made;
mod manifest;
mod node;
mod npm;
mod origin;
mod osc;
mod panel;
mod program;
mod progress;
mod python;
mod receiver;
mod runtime;
mod score;
#[cfg(test)]
mod scratch;
mod setup;
mod sha256;
mod soak;
mod system;
mod tally;
mod test;
mod transfer;
mod workspace;

use std::process::ExitCode;

use workspace::Workspace;

const USAGE: &str = "\
usage: cargo xtask COMMAND

  demo [VIDEO]       the main job on a real video, from a bare machine
  test [ARGUMENT..]  every test, with what they need; arguments go to cargo test
  setup [--tests]    install what building and the demo (and the tests) need
  lint               formatting, clippy, documentation
  ci                 lint and test, as the project's CI does
  header             write include/rextrack.h anew
  panel              the web panel, for the program to embed
  fuzz [SECONDS]     try the C ABI with JSON that a fuzzer invents (600 s a target)
  install [--prefix FOLDER]
                     the library and headers, for pkg-config and CMake to find
  soak               the long form of the tests for leaks
  load               the long form of the service's tests under load (15 minutes)
  score [--release]  tracking quality against ground truth, where there is any
";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let command = arguments.next();
    let rest: Vec<String> = arguments.collect();
    let workspace = Workspace::find();
    let result = match (command.as_deref(), rest.as_slice()) {
        (Some("setup"), rest) => setup::run(&workspace, rest),
        (Some("demo"), rest) => demo::run(&workspace, rest),
        (Some("test"), rest) => test::run(&workspace, rest),
        (Some("score"), rest) => score::run(&workspace, rest),
        (Some("lint"), []) => lint::run(&workspace),
        (Some("install"), rest) => install::run(&workspace, rest),
        (Some("fuzz"), rest) => fuzz::run(&workspace, rest),
        (Some("load"), []) => load::run(&workspace),
        (Some("soak"), []) => soak::run(&workspace),
        (Some("panel"), []) => panel::run(&workspace),
        (Some("header"), []) => header::run(&workspace),
        (Some("ci"), []) => lint::run(&workspace).and_then(|()| test::run(&workspace, &[])),
        (Some("help" | "--help" | "-h"), _) => {
            print!("{USAGE}");
            Ok(())
        }
        _ => {
            eprint!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}
