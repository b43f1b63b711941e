//! `cargo xtask`: the commands that run before the first build are here, without
//! dependencies. All others are in `tools/`, which this program builds and calls.
#![deny(unsafe_code)]

use std::process::ExitCode;

use xtask::workspace::Workspace;
use xtask::{demo, panel, setup, tools};

const USAGE: &str = "\
usage: cargo xtask COMMAND

  demo [VIDEO]       set up this machine, build, and track a real video
  test [--strict] [ARGUMENT..]
                     install what the tests need and run them; arguments go to cargo test
                     (--strict: a skipped test fails the run, unless .ci/allowed-skips or
                     REXTRACK_ALLOW_SKIPS lists it; the default if CI is set)
  setup [--tests]    install what the build and the demo need (--tests: and the tests)
  lint [--advisories | --words]
                     check formatting, clippy, documentation, words and dependencies
                     (--advisories: also known vulnerabilities, needs GitHub; --words: the
                     words alone)
  ci                 lint and test --strict, as the project's CI does
  generate           write the generated files: C header, axes, TouchDesigner parameters
  header             write include/rextrack.h alone
  panel              build the web panel, which the next build embeds in the program
  fuzz [SECONDS]     run the C ABI on JSON from a fuzzer (600 s per target)
  install [--prefix FOLDER]
                     install library and headers, for pkg-config and CMake
  receive [PORT]     print the OSC messages that arrive on a port (5005)
  soak               the long leak tests
  load               the long load tests of the service (15 minutes)
  score [--release]  measure tracking quality, if you have the ground truth
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
