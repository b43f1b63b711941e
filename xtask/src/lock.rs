//! A lock between processes, so that only one set-up at a time does some work.

use std::fs::{self, File, TryLockError};
use std::path::Path;

use crate::command::Result;

/// Held until dropped, or until the process ends.
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Waits until no other process holds the lock of this file, and says so
    /// meanwhile: "waiting for another set-up's WORK".
    pub fn take(path: &Path, work: &str) -> Result<Lock> {
        let file = open(path)?;
        if let Err(TryLockError::WouldBlock) = file.try_lock() {
            println!("setup: waiting for another set-up's {work}");
            // A file system without locks has one user at a time, we hope.
            let _ = file.lock();
        }
        Ok(Lock { _file: file })
    }

    /// The lock, unless another process holds it.
    pub fn try_take(path: &Path) -> Option<Lock> {
        let file = open(path).ok()?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => None,
            _ => Some(Lock { _file: file }),
        }
    }
}

fn open(path: &Path) -> Result<File> {
    let folder = path.parent().map_or(Ok(()), fs::create_dir_all);
    folder
        .and_then(|()| File::create(path))
        .map_err(|error| format!("{}: {error}", path.display()))
}
