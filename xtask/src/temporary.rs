//! Temporary files and folders with names of their own per process, and the removal of
//! those that an interrupted set-up left.

use std::fs;
use std::path::{Path, PathBuf};
use std::process;
use std::time::{Duration, SystemTime};

use crate::command::Result;

/// After this time no process is still writing a temporary file or folder.
pub const ABANDONED: Duration = Duration::from_secs(24 * 60 * 60);

/// A folder of this process, removed when dropped.
pub struct TempDir {
    path: PathBuf,
}

impl TempDir {
    /// The empty folder `NAME-PROCESS` in `parent`. Those that interrupted
    /// processes left are removed.
    pub fn new(parent: &Path, name: &str) -> Result<TempDir> {
        remove_older(parent, ABANDONED, |entry| {
            let process = entry
                .strip_prefix(name)
                .and_then(|rest| rest.strip_prefix('-'));
            process.is_some_and(is_number)
        });
        let path = parent.join(format!("{name}-{}", process::id()));
        // An earlier process may have had our number.
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(TempDir { path })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// Writes a temporary file with `write`, and renames it to `to`. So no process ever reads
/// half a file.
pub fn write_atomically<E>(
    to: &Path,
    write: impl FnOnce(&Path) -> std::result::Result<(), E>,
) -> std::result::Result<(), E>
where
    E: From<std::io::Error>,
{
    let name = to.file_name().unwrap_or_default().to_string_lossy();
    if let Some(folder) = to.parent() {
        remove_older(folder, ABANDONED, |entry| {
            let process = entry
                .strip_prefix(&*name)
                .and_then(|rest| rest.strip_prefix('.')?.strip_suffix(".part"));
            process.is_some_and(is_number)
        });
    }
    let part = to.with_file_name(format!("{name}.{}.part", process::id()));
    write(&part)
        .and_then(|()| fs::rename(&part, to).map_err(E::from))
        .inspect_err(|_| {
            let _ = fs::remove_file(&part);
        })
}

/// Removes the entries of `folder` whose name is `meant` and that were last written
/// longer than `age` ago.
pub fn remove_older(folder: &Path, age: Duration, meant: impl Fn(&str) -> bool) {
    let now = SystemTime::now();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let written = entry.metadata().and_then(|data| data.modified());
        let old = written.is_ok_and(|at| now.duration_since(at).is_ok_and(|passed| passed > age));
        if old && meant(&entry.file_name().to_string_lossy()) {
            // A failure does no harm: the next set-up tries again.
            let path = entry.path();
            let _ = fs::remove_file(&path).or_else(|_| fs::remove_dir_all(&path));
        }
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
pub mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::test_dir::TestDir;

    /// Makes a file look as if it was last written so long ago.
    pub fn make_old(file: &Path, age: Duration) {
        let file = fs::File::options().write(true).open(file).unwrap();
        file.set_modified(SystemTime::now() - age).unwrap();
    }

    #[test]
    fn temporary_folder_does_not_touch_other_processes_folders() {
        let dir = TestDir::new("temporary-folder");
        let other = dir.path("made-1");
        fs::create_dir_all(&other).unwrap();
        let folder = TempDir::new(&dir.path(""), "made").unwrap();
        let own = folder.path().to_owned();
        assert!(own.is_dir() && own != other);
        drop(folder);
        assert!(!own.exists());
        assert!(other.is_dir());
    }

    #[test]
    fn only_old_temporary_files_of_the_same_name_are_removed() {
        let dir = TestDir::new("temporary-old");
        let names = ["a.1.part", "a.2.part", "a.yours.part", "b.1.part"];
        for name in names {
            fs::write(dir.path(name), "").unwrap();
        }
        for name in ["a.1.part", "a.yours.part", "b.1.part"] {
            make_old(&dir.path(name), ABANDONED * 2);
        }
        write_atomically(&dir.path("a"), |part| fs::write(part, "a")).unwrap();
        let left = names.map(|name| dir.path(name).exists());
        assert_eq!(left, [false, true, true, true]);
        assert_eq!(fs::read(dir.path("a")).unwrap(), b"a");
    }

    #[test]
    fn failed_write_leaves_no_part_file() {
        let dir = TestDir::new("temporary-failed");
        let failed: std::io::Result<()> = write_atomically(&dir.path("a"), |part| {
            fs::write(part, "half")?;
            Err(std::io::Error::other("full"))
        });
        assert_eq!(failed.unwrap_err().to_string(), "full");
        assert_eq!(fs::read_dir(dir.path("")).unwrap().count(), 0);
    }
}
