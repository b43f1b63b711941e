//! `cargo xtask test`: every test of the workspace, with what they need.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use crate::command::{Result, failure};
use crate::setup;
use crate::system;
use crate::tally::Tally;
use crate::workspace::Workspace;

/// `cargo xtask test [ARGUMENT...]`; the arguments go to `cargo test`.
pub fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    system::build_needs()?;
    let mut ready = setup::run_needs(workspace)?;
    setup::test_needs(workspace, &mut ready);
    for problem in &ready.problems {
        println!("{problem}");
    }
    let mut cargo = workspace.cargo();
    cargo
        .args(["test", "--workspace", "--no-fail-fast"])
        .args(arguments);
    // The output of passing tests holds the reasons of those that skipped.
    cargo.args(["--", "--show-output"]);
    let remedy = "mend what is reported above";
    let broken = |error: std::io::Error| error.to_string();
    let mut child = workspace
        .cargo()
        .args(cargo.get_args())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| failure("test: cargo test", &cargo, &broken(error), "", remedy))?;
    let mut tally = Tally::default();
    if let Some(output) = child.stdout.take() {
        // Lines as bytes: a test may print what is not UTF-8.
        for line in BufReader::new(output)
            .split(b'\n')
            .map_while(std::result::Result::ok)
        {
            let line = String::from_utf8_lossy(&line);
            println!("{line}");
            tally.line(&line);
        }
    }
    let status = child
        .wait()
        .map_err(|error| failure("test: cargo test", &cargo, &broken(error), "", remedy))?;
    if !status.success() && tally.failed == 0 {
        // It did not compile, or a test's process died without a word.
        tally.failed = 1;
        println!("test: cargo test failed without a failing test ({status}): {remedy}");
    }
    println!();
    for (test, reason) in &tally.skipped {
        println!("test: skipped {test}: {reason}");
    }
    if tally.ignored > 0 {
        println!("test: {} more are marked as ignored", tally.ignored);
    }
    println!("{}", tally.closing());
    if tally.failed == 0 {
        Ok(())
    } else {
        Err("test: not all tests passed".into())
    }
}
