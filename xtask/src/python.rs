//! A Python of our own: a virtual environment in the target folder.
//!
//! It downloads the ONNX Runtime wheel, and the tests and scores use it, so
//! nothing is ever installed into the user's own Python.

use std::ffi::OsStr;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::{Result, ask, quiet, shown};
use crate::system;
use crate::workspace::Workspace;

/// A package as pip calls it and the module that it brings.
pub type Package = (&'static str, &'static str);

/// The Python of `target/venv`, made when it is not there.
pub fn venv(workspace: &Workspace) -> Result<PathBuf> {
    let folder = workspace.target.join("venv");
    let python = interpreter(&folder);
    // A link to a Python that has since gone does not exist either.
    if python.exists() {
        return Ok(python);
    }
    println!(
        "setup: making a Python environment in {}",
        workspace.shown(&folder)
    );
    let mut create = workspace.command(base()?);
    create.args(["-m", "venv", "--clear"]).arg(&folder);
    quiet(
        "setup: python -m venv",
        &mut create,
        "see that this Python's venv module works",
    )?;
    Ok(python)
}

/// The Python of `target/venv` with these packages, installing what is missing.
pub fn with(workspace: &Workspace, packages: &[Package]) -> Result<PathBuf> {
    let python = venv(workspace)?;
    let modules = packages.iter().map(|(_, module)| module);
    let missing = ask(Command::new(&python)
        .args(["-c", "import importlib.util as u, sys; print(*[m for m in sys.argv[1:] if u.find_spec(m) is None])"])
        .args(modules));
    let missing = missing.unwrap_or_else(|| {
        packages
            .iter()
            .map(|(_, module)| *module)
            .collect::<Vec<_>>()
            .join(" ")
    });
    let missing: Vec<&str> = packages
        .iter()
        .filter(|(_, module)| missing.split_whitespace().any(|name| name == *module))
        .map(|(package, _)| *package)
        .collect();
    if !missing.is_empty() {
        println!(
            "setup: installing Python's {} into target/venv",
            missing.join(" ")
        );
        let arguments = [&["install"], missing.as_slice()].concat();
        pip(&python, &arguments, "see that this machine reaches PyPI")?;
    }
    Ok(python)
}

/// Whether `target/venv` is there and has this module.
pub fn has(workspace: &Workspace, module: &str) -> bool {
    let python = interpreter(&workspace.target.join("venv"));
    let question = "import importlib.util as u, sys; sys.exit(u.find_spec(sys.argv[1]) is None)";
    python.exists() && ask(Command::new(python).args(["-c", question, module])).is_some()
}

/// Runs pip without questions: with its own progress on a terminal, else with
/// a line now and then. pip keeps what it downloads, for the next environment.
pub fn pip(python: &Path, arguments: &[impl AsRef<OsStr>], remedy: &str) -> Result<()> {
    let terminal = std::io::stdout().is_terminal();
    let mut pip = Command::new(python);
    pip.args(["-m", "pip", "--no-input", "--disable-pip-version-check"]);
    if !terminal {
        pip.arg("--quiet");
    }
    pip.args(arguments);
    if terminal {
        shown("setup: pip", &mut pip, remedy)
    } else {
        quiet("setup: pip", &mut pip, remedy).map(drop)
    }
}

/// A Python 3 of the system that can make environments.
fn base() -> Result<PathBuf> {
    if let Some(python) = find() {
        return Ok(python);
    }
    if !system::has_apt() {
        return Err(
            "setup: no Python 3.8 or later with venv was found\n  remedy: install Python \
                    from https://www.python.org (macOS: `brew install python`)"
                .into(),
        );
    }
    println!("setup: Python is missing, installing python3 python3-venv");
    system::apt_install(&["python3", "python3-venv"])?;
    find().ok_or_else(|| {
        "setup: python3 and python3-venv are installed, but no Python on the PATH has the \
         modules venv and ensurepip\n  remedy: put /usr/bin first on the PATH"
            .into()
    })
}

/// A Python 3.8 or newer of the system, with venv.
pub fn find() -> Option<PathBuf> {
    // Windows' `python3` may be a stub that opens the shop: it fails the
    // question like a Python without venv does.
    let test = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 8))";
    ["python3", "python", "py", "/usr/bin/python3"]
        .into_iter()
        .find(|python| ask(Command::new(python).args(["-c", test])).is_some())
        .map(PathBuf::from)
}

fn interpreter(venv: &Path) -> PathBuf {
    if cfg!(windows) {
        venv.join("Scripts").join("python.exe")
    } else {
        venv.join("bin").join("python")
    }
}
