//! `cargo xtask`: what has to run before anything is built is here, without
//! dependencies; all else is in `tools/`, which is built and called from here.
#![deny(unsafe_code)]

use std::process::ExitCode;

use xtask::workspace::Workspace;
use xtask::{demo, panel, setup, tools};

const USAGE: &str = "\
usage: cargo xtask COMMAND

  demo [VIDEO]       the main job on a real video, from a bare machine
  test [--strict] [ARGUMENT..]
                     every test, with what they need; arguments go to cargo test
                     (--strict: a skipped test fails the run unless .ci/allowed-skips
                     or REXTRACK_ALLOW_SKIPS lists it; on where CI is set)
  setup [--tests]    install what building and the demo (and the tests) need
  lint [--advisories]
                     formatting, clippy, documentation, dependencies (--advisories:
                     also known vulnerabilities; needs GitHub)
  ci                 lint and test --strict, as the project's CI does
  header             write include/rextrack.h from the sources
  panel              the web panel, for the program to embed
  fuzz [SECONDS]     try the C ABI with JSON that a fuzzer invents (600 s a target)
  install [--prefix FOLDER]
                     the library and headers, for pkg-config and CMake to find
  receive [PORT]     show the OSC that arrives on a port of this machine (5005)
  soak               the long form of the tests for leaks
  load               the long form of the service's tests under load (15 minutes)
  score [--release]  tracking quality against ground truth, where there is any
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let workspace = Workspace::find();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        ["setup", ..] => setup::run(&workspace, &arguments[1..]),
        ["demo", ..] => demo::run(&workspace, &arguments[1..]),
        ["panel"] => panel::run(&workspace),
        ["help" | "--help" | "-h", ..] => {
            print!("{USAGE}");
            Ok(())
        }
        [command, ..] if tools::COMMANDS.contains(command) => {
            return tools::call(&workspace, &arguments);
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
