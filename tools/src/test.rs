//! `cargo xtask test`: installs what the tests need, and runs all tests of the workspace.

use std::io::{BufRead, BufReader};
use std::process::{ExitStatus, Stdio};

use xtask::command::{Result, failure};
use xtask::setup;
use xtask::system_packages;
use xtask::workspace::Workspace;

use crate::allowed_skips::AllowedSkips;
use crate::test_summary::TestSummary;

const REMEDY: &str = "fix what is reported above";

/// `cargo xtask test [--strict] [ARGUMENT...]`; the arguments go to `cargo test`. A
/// skipped test that is not allowed fails a strict run.
pub fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let (strict, arguments): (Vec<_>, Vec<_>) =
        arguments.iter().partition(|word| *word == "--strict");
    let strict = !strict.is_empty() || is_ci(std::env::var("CI").ok().as_deref());
    let allowed = AllowedSkips::read(workspace)?;
    system_packages::ensure_build_packages()?;
    let mut ready = setup::ensure_run_prerequisites(workspace)?;
    setup::ensure_test_prerequisites(workspace, &mut ready);
    for problem in &ready.problems {
        println!("{problem}");
    }
    let mut summary = TestSummary::default();
    let status = cargo_test(workspace, &arguments, |line| {
        println!("{line}");
        summary.line(line);
    })?;
    if !status.success() && summary.failed == 0 {
        // It did not compile, or a test's process crashed.
        summary.failed = 1;
        println!("test: cargo test failed without a failing test ({status}): {REMEDY}");
    }
    println!();
    let disallowed = report(&summary, &allowed);
    // If only some tests ran, an unused pattern means nothing.
    if arguments.is_empty() {
        for pattern in allowed.unused(&summary.skipped) {
            println!("test: no skipped test matches {pattern}; remove it from the list");
        }
    }
    println!("{}", summary.closing());
    check_result(&summary, disallowed, strict)
}

/// Whether the run passes, with `disallowed` skipped tests that are not allowed.
fn check_result(summary: &TestSummary, disallowed: usize, strict: bool) -> Result<()> {
    if summary.failed > 0 {
        return Err("test: not all tests passed".into());
    }
    if strict && disallowed > 0 {
        return Err(format!(
            "test: {disallowed} tests were skipped that should run here\n  remedy: install what \
             their lines above name, or list them with the reason in .ci/allowed-skips"
        ));
    }
    Ok(())
}

/// Runs the tests, and gives each line that they print.
fn cargo_test(
    workspace: &Workspace,
    arguments: &[&String],
    mut each: impl FnMut(&str),
) -> Result<ExitStatus> {
    let mut cargo = workspace.cargo();
    cargo.args(["test", "--workspace", "--no-fail-fast"]);
    cargo.args(arguments);
    // The output of passing tests holds the reasons of those that skipped.
    cargo.args(["--", "--show-output"]);
    let mut cargo_again = workspace.cargo();
    if std::env::var_os("RUST_TEST_THREADS").is_none() {
        cargo_again.env("RUST_TEST_THREADS", threads().to_string());
    }
    let child = cargo_again
        .args(cargo.get_args())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn();
    let broken =
        |error: std::io::Error| failure("test: cargo test", &cargo, &error.to_string(), "", REMEDY);
    let mut child = child.map_err(broken)?;
    if let Some(output) = child.stdout.take() {
        // Read bytes: a test may print other bytes than UTF-8.
        for line in BufReader::new(output)
            .split(b'\n')
            .map_while(std::result::Result::ok)
        {
            each(&String::from_utf8_lossy(&line));
        }
    }
    child.wait().map_err(broken)
}

/// Tests that run at the same time: twice as many as there are processors, since most
/// of the slow ones wait for a camera, a browser or a deadline.
fn threads() -> usize {
    2 * std::thread::available_parallelism().map_or(2, usize::from)
}

/// Prints the skipped tests with their reasons. Returns the number of those that are not
/// allowed.
fn report(summary: &TestSummary, allowed: &AllowedSkips) -> usize {
    let mut disallowed = 0;
    for skip in &summary.skipped {
        let note = match allowed.reason(skip) {
            Some(reason) => format!("allowed: {reason}"),
            None => {
                disallowed += 1;
                "not in .ci/allowed-skips".into()
            }
        };
        println!("test: skipped {}: {} [{note}]", skip.test, skip.reason);
    }
    disallowed
}

/// Whether the variable `CI` is set to an unattended run.
fn is_ci(variable: Option<&str>) -> bool {
    variable.is_some_and(|value| !["", "0", "false"].contains(&value))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn skip_fails_a_strict_run_unless_it_is_allowed() {
        let mut summary = TestSummary::default();
        for line in [
            "test slow ... ignored",
            "test bus ... ok",
            "successes:",
            "---- bus stdout ----",
            "skipped: detect::bus: there is no model",
            "test result: ok. 1 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out",
        ] {
            summary.line(line);
        }
        let disallowed = |more| {
            let allowed = AllowedSkips::parse("detect::bus  no model here", more);
            report(&summary, &allowed.unwrap_or_default())
        };
        assert_eq!((disallowed(""), disallowed("sl*")), (1, 0));
        assert_eq!(check_result(&summary, 1, false), Ok(()));
        assert_eq!(check_result(&summary, 0, true), Ok(()));
        let message = check_result(&summary, 1, true).unwrap_err();
        assert!(
            message.starts_with("test: 1 tests were skipped"),
            "{message}"
        );
        summary.line("test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured");
        assert!(check_result(&summary, 0, false).is_err());
        assert_eq!(summary.closing(), "0 passed, 1 failed, 2 skipped");
    }

    #[test]
    fn ci_variable_is_on_unless_empty_zero_or_false() {
        assert!(is_ci(Some("true")) && is_ci(Some("1")) && is_ci(Some("woodpecker")));
        assert!(!is_ci(None) && !is_ci(Some("")) && !is_ci(Some("false")) && !is_ci(Some("0")));
    }
}
