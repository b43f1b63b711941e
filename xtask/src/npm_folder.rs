//! A folder with a `package-lock.json`, whose npm packages the set-up installs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use crate::command::{Result, run_quiet};
use crate::lock::Lock;
use crate::nodejs::NodeJs;
use crate::workspace::Workspace;

/// A folder that contains `package.json` and `package-lock.json`.
pub struct NpmFolder<'a> {
    workspace: &'a Workspace,
    /// What messages call the work in it.
    name: &'static str,
    path: PathBuf,
}

impl NpmFolder<'_> {
    /// The folder at `path` within the repository.
    pub fn of<'a>(workspace: &'a Workspace, name: &'static str, path: &str) -> NpmFolder<'a> {
        NpmFolder {
            workspace,
            name,
            path: workspace.root.join(path),
        }
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// One process at a time writes into the folder: `npm ci` begins by removing all packages.
    pub fn lock(&self) -> Result<Lock> {
        let file = format!("{}.lock", self.name);
        Lock::take(&self.workspace.target.join(file), self.name)
    }

    /// Whether the packages of the lock file are there.
    pub fn has_packages(&self) -> bool {
        let installed = modified(&self.path.join("node_modules/.package-lock.json"));
        installed.is_some() && installed >= modified(&self.path.join("package-lock.json"))
    }

    /// Installs the packages of the lock file. True if it installed something. `size` is for
    /// the message.
    pub fn install(&self, node: &NodeJs, size: &str, more: &[&str]) -> Result<bool> {
        if self.has_packages() {
            return Ok(false);
        }
        let _lock = self.lock()?;
        if self.has_packages() {
            return Ok(false);
        }
        let name = self.name;
        println!("{name}: installing npm packages (npm ci, {size})");
        let mut ci = self.npm(node);
        ci.args(["ci", "--no-audit", "--no-fund"]).args(more);
        let remedy = "see that this machine reaches the npm registry";
        run_quiet(&format!("{name}: npm ci"), &mut ci, remedy)?;
        node.record_program(&self.note())?;
        Ok(true)
    }

    /// Installs the packages, and records which Node.js the tests of the folder use. True if it
    /// installed something.
    pub fn ensure(&self, size: &str, more: &[&str]) -> Result<bool> {
        let node = NodeJs::ensure(self.workspace)?;
        let changed = self.install(&node, size, more)?;
        // A later set-up may have found another Node.js.
        node.record_program(&self.note())?;
        Ok(changed)
    }

    /// npm, run in the folder.
    pub fn npm(&self, node: &NodeJs) -> Command {
        let mut command = node.npm(self.workspace);
        command.current_dir(&self.path);
        command
    }

    /// Where tests read which Node.js to use. It lies among the packages, which the tests need
    /// too.
    fn note(&self) -> PathBuf {
        self.path.join("node_modules/.node-program")
    }
}

/// When a file was changed.
pub fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).ok()?.modified().ok()
}
