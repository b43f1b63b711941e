//! Files that were downloaded once, kept for this user's next clone.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::command::Result;
use crate::data_dir::data_dir;
use crate::sha256;
use crate::workspace::Workspace;

/// How much of a digest a file's name carries.
const DIGITS: usize = 16;

/// The folder of this user's downloads.
pub struct Cache {
    folder: PathBuf,
}

impl Cache {
    /// The user's, beside ONNX Runtime; the checkout's where no home folder is known.
    pub fn of(workspace: &Workspace) -> Cache {
        let data = data_dir().unwrap_or_else(|| workspace.target.clone());
        Cache::at(data.join("downloads"))
    }

    /// The cache in this folder.
    pub fn at(folder: PathBuf) -> Cache {
        Cache { folder }
    }

    /// Where a download of this name is written, in a folder that is there.
    /// Only one set-up at a time may write it: hold [`Cache::lock`].
    pub fn place(&self, name: &str) -> Result<PathBuf> {
        fs::create_dir_all(&self.folder)
            .map_err(|error| format!("{}: {error}", self.folder.display()))?;
        // A scope of npm has a slash.
        Ok(self.folder.join(name.replace(['/', '\\'], "+")))
    }

    /// The name of a file with this digest.
    pub fn name(file: &str, digest: &str) -> String {
        format!("{}-{file}", &digest[..DIGITS.min(digest.len())])
    }

    /// The file with one of these digests. One that was damaged is removed.
    pub fn find(&self, file: &str, digests: &[String]) -> Option<PathBuf> {
        digests.iter().find_map(|digest| {
            let path = self.folder.join(Cache::name(file, digest));
            let data = fs::read(&path).ok()?;
            if sha256::hex(&data) == *digest {
                return Some(path);
            }
            let _ = fs::remove_file(&path);
            None
        })
    }

    /// Takes a downloaded file in under its digest.
    pub fn keep(&self, downloaded: &Path, file: &str, digest: &str) -> Result<PathBuf> {
        let path = self.place(&Cache::name(file, digest))?;
        fs::rename(downloaded, &path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(path)
    }

    /// Waits until no other set-up of this user downloads; held until dropped.
    pub fn lock(&self) -> Result<Lock> {
        let path = self.place("lock")?;
        let file = File::create(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        if let Err(fs::TryLockError::WouldBlock) = file.try_lock() {
            println!("setup: waiting for another set-up's downloads");
            // A file system without locks has one user at a time, we hope.
            let _ = file.lock();
        }
        Ok(Lock { _file: file })
    }
}

/// The right to download; given back when dropped.
pub struct Lock {
    _file: File,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::scratch::Scratch;

    #[test]
    fn a_file_is_found_by_its_digest_and_a_damaged_one_is_removed() {
        let scratch = Scratch::new("cache");
        let cache = Cache::at(scratch.path("downloads"));
        let digest = sha256::hex(b"content");
        let digests = [sha256::hex(b"another"), digest.clone()];
        assert_eq!(cache.find("a.bin", &digests), None);

        let downloaded = cache.place("arriving").unwrap();
        fs::write(&downloaded, b"content").unwrap();
        let kept = cache.keep(&downloaded, "a.bin", &digest).unwrap();
        assert_eq!(cache.find("a.bin", &digests), Some(kept.clone()));
        assert!(!downloaded.exists());

        fs::write(&kept, b"damaged").unwrap();
        assert_eq!(cache.find("a.bin", &digests), None);
        assert!(!kept.exists());
    }

    #[test]
    fn names_stay_within_the_folder() {
        let scratch = Scratch::new("cache-names");
        let cache = Cache::at(scratch.path("downloads"));
        let place = cache.place("@scope/name-1.0.0.tgz").unwrap();
        assert_eq!(place.parent(), Some(scratch.path("downloads").as_path()));
    }
}
