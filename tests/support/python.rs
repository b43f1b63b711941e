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

/// That Python, if it has a module. Prints the reason for a skip if not.
pub fn venv_with(test: &str, module: &str) -> Option<PathBuf> {
    let has = |python: &PathBuf| {
        let import = format!("import {module}");
        let output = Command::new(python).args(["-c", &import]).output();
        output.is_ok_and(|o| o.status.success())
    };
    let python = venv().filter(has);
    if python.is_none() {
        println!("skipped: {test}: target/venv has no {module} (cargo xtask setup --tests)");
    }
    python
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
