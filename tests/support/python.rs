//! Python interpreters for tests.

use std::path::PathBuf;
use std::process::Command;

/// The Python that `cargo xtask setup --tests` installed: `venv` in the target folder, which
/// also contains this test's program.
pub fn venv() -> Option<PathBuf> {
    let test = std::env::current_exe().ok()?;
    let python = if cfg!(windows) {
        "venv/Scripts/python.exe"
    } else {
        "venv/bin/python"
    };
    test.ancestors()
        .map(|a| a.join(python))
        .find(|p| p.is_file())
}

/// The system's Python, 3.8 or newer. Prints the reason for a skip if there is none.
pub fn system(test: &str) -> Option<PathBuf> {
    let python = if cfg!(windows) { "python" } else { "python3" };
    let new_enough = "import sys; sys.exit(sys.version_info < (3, 8))";
    let there = Command::new(python).args(["-c", new_enough]).output();
    if there.is_ok_and(|o| o.status.success()) {
        return Some(python.into());
    }
    println!("skipped: {test}: there is no {python} of 3.8 or newer");
    None
}
