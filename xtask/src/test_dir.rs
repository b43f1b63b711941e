//! A temporary folder for one test.

use std::fs;
use std::path::{Path, PathBuf};

use crate::workspace::Workspace;

/// A temporary folder of a test's own.
pub struct TestDir {
    folder: PathBuf,
}

impl TestDir {
    /// An empty folder; `test` keeps tests of one process apart.
    pub fn new(test: &str) -> TestDir {
        let name = format!("rextrack-xtask-{test}-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&folder);
        // A test that cannot write there fails at its first file.
        let _ = fs::create_dir_all(&folder);
        TestDir { folder }
    }

    /// A path within.
    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder.join(name)
    }

    /// A checkout within, with an empty `models/`.
    pub fn workspace(&self) -> Workspace {
        let models = self.path("models");
        let _ = fs::create_dir_all(&models);
        Workspace {
            target: self.path("target"),
            root: self.folder.clone(),
            models,
        }
    }
}

impl Drop for TestDir {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}
