//! Downloaded files, kept for this user's next clone.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::command::Result;
use crate::data_dir::data_dir;
use crate::lock::Lock;
use crate::sha256;
use crate::temporary;
use crate::workspace::Workspace;

/// How much of a digest a file's name carries.
const DIGITS: usize = 16;
/// How long an unfinished download is kept.
const UNFINISHED: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// The folder of this user's downloads.
pub struct Cache {
    folder: PathBuf,
}

impl Cache {
    /// The user's cache, beside ONNX Runtime; without a home folder, the checkout's.
    pub fn for_user(workspace: &Workspace) -> Cache {
        let data = data_dir().unwrap_or_else(|| workspace.target.clone());
        Cache::at(data.join("downloads"))
    }

    /// The cache in this folder.
    pub fn at(folder: PathBuf) -> Cache {
        Cache { folder }
    }

    /// The path for a download of this name; creates its folder.
    /// Only one set-up at a time may write it: hold [`Cache::lock`].
    pub fn path(&self, name: &str) -> Result<PathBuf> {
        fs::create_dir_all(&self.folder)
            .map_err(|error| format!("{}: {error}", self.folder.display()))?;
        // A scope of npm has a slash.
        Ok(self.folder.join(name.replace(['/', '\\'], "+")))
    }

    /// The name of a file with this digest.
    pub fn name(file: &str, digest: &str) -> String {
        format!("{}-{file}", &digest[..DIGITS.min(digest.len())])
    }

    /// The file with one of these digests. A damaged one is removed.
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

    /// Stores a downloaded file by its digest.
    pub fn store(&self, downloaded: &Path, file: &str, digest: &str) -> Result<PathBuf> {
        let path = self.path(&Cache::name(file, digest))?;
        fs::rename(downloaded, &path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(path)
    }

    /// Waits until no other set-up of this user downloads; held until dropped.
    /// Unfinished downloads of a month ago are removed.
    pub fn lock(&self) -> Result<Lock> {
        let lock = Lock::take(&self.path("lock")?, "downloads")?;
        temporary::remove_older(&self.folder, UNFINISHED, |name| {
            // Packages are kept only until their files are.
            [".part", ".arriving", ".headers", ".tgz"]
                .iter()
                .any(|ending| name.ends_with(ending))
        });
        Ok(lock)
    }

    /// As [`Cache::lock`], unless another set-up downloads right now.
    pub fn try_lock(&self) -> Option<Lock> {
        Lock::try_take(&self.path("lock").ok()?)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::temporary::tests::make_old;
    use crate::test_dir::TestDir;

    #[test]
    fn file_is_found_by_its_digest_and_a_damaged_one_is_removed() {
        let dir = TestDir::new("cache");
        let cache = Cache::at(dir.path("downloads"));
        let digest = sha256::hex(b"content");
        let digests = [sha256::hex(b"another"), digest.clone()];
        assert_eq!(cache.find("a.bin", &digests), None);

        let downloaded = cache.path("arriving").unwrap();
        fs::write(&downloaded, b"content").unwrap();
        let kept = cache.store(&downloaded, "a.bin", &digest).unwrap();
        assert_eq!(cache.find("a.bin", &digests), Some(kept.clone()));
        assert!(!downloaded.exists());

        fs::write(&kept, b"damaged").unwrap();
        assert_eq!(cache.find("a.bin", &digests), None);
        assert!(!kept.exists());
    }

    #[test]
    fn old_unfinished_downloads_are_removed() {
        let dir = TestDir::new("cache-unfinished");
        let cache = Cache::at(dir.path("downloads"));
        let names = [
            "a.part",
            "b.arriving",
            "b.arriving.part",
            "c.bin",
            "new.part",
        ];
        for name in names {
            let path = cache.path(name).unwrap();
            fs::write(&path, b"x").unwrap();
            if name != "new.part" {
                make_old(&path, UNFINISHED + Duration::from_secs(60));
            }
        }
        drop(cache.lock().unwrap());
        let left = names.map(|name| cache.path(name).unwrap().exists());
        assert_eq!(left, [false, false, false, true, true]);
    }

    #[test]
    fn names_stay_within_the_folder() {
        let dir = TestDir::new("cache-names");
        let cache = Cache::at(dir.path("downloads"));
        let place = cache.path("@scope/name-1.0.0.tgz").unwrap();
        assert_eq!(place.parent(), Some(dir.path("downloads").as_path()));
    }
}
