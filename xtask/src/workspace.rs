//! Where the checkout and its folders are.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folders every command works with, absolute.
pub struct Workspace {
    /// The checkout: the folder of the root `Cargo.toml`.
    pub root: PathBuf,
    /// Cargo's target folder, which also takes downloads and the test programs' Python.
    pub target: PathBuf,
    /// Models, the demo video and the tests' pictures.
    pub models: PathBuf,
}

impl Workspace {
    /// The workspace this program was built from.
    pub fn find() -> Workspace {
        let xtask = env::var_os("CARGO_MANIFEST_DIR")
            .map(PathBuf::from)
            .unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")));
        let root = xtask.parent().map(Path::to_path_buf).unwrap_or(xtask);
        // Cargo takes a relative CARGO_TARGET_DIR from the folder it was called in.
        let target = env::var_os("CARGO_TARGET_DIR")
            .filter(|dir| !dir.is_empty())
            .and_then(|dir| std::path::absolute(dir).ok())
            .unwrap_or_else(|| root.join("target"));
        let models = root.join("models");
        Workspace {
            root,
            target,
            models,
        }
    }

    /// A command that starts in the checkout.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        command
    }

    /// The cargo that called us.
    pub fn cargo(&self) -> Command {
        let mut command = self.command(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        // Cargo describes xtask's own package to us in these. Build scripts watch some of
        // them (ring's does), so handing them on would build half of the dependencies
        // again whenever you change between `cargo` and `cargo xtask`.
        for (name, _) in env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
                command.env_remove(&name);
            }
        }
        // One target folder, whatever folder the child starts in.
        command.env("CARGO_TARGET_DIR", &self.target);
        command
    }

    /// A path relative to the checkout, for messages.
    pub fn display(&self, path: &Path) -> String {
        path.strip_prefix(&self.root)
            .unwrap_or(path)
            .display()
            .to_string()
    }

    /// A folder of data at `variable`, or beside the checkout on some machines.
    pub fn data_folder(&self, variable: &str, beside: &str) -> Option<PathBuf> {
        match env::var_os(variable).filter(|dir| !dir.is_empty()) {
            Some(dir) => std::path::absolute(dir).ok(),
            None => Some(self.root.parent()?.join("shared").join(beside)),
        }
        .filter(|dir| dir.is_dir())
    }
}
