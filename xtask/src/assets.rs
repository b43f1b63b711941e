//! Puts the manifest's files into `models/`.
//!
//! A file is searched in `models/` itself, in a mirror folder, among this user's
//! earlier downloads and at its origins, in that order. Some files are converted
//! from others: see `conversion.rs`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::cache::Cache;
use crate::command::Result;
use crate::conversion_record;
use crate::download;
use crate::manifest::{self, Asset};
use crate::origin::Origin;
use crate::sha256;
use crate::temporary;
use crate::workspace::Workspace;

/// The manifest's files and the places to search for them.
pub struct Assets<'a> {
    /// The checkout.
    pub workspace: &'a Workspace,
    /// This user's earlier downloads.
    pub cache: Cache,
    /// What the manifest names.
    pub all: Vec<Asset>,
    mirror: Option<PathBuf>,
}

/// A file with the right digest, somewhere on this machine.
pub struct LocatedFile {
    /// The file.
    pub path: PathBuf,
    /// Where it comes from, for messages.
    pub from: String,
}

impl Assets<'_> {
    /// Reads the checkout's manifest.
    pub fn load(workspace: &Workspace) -> Result<Assets<'_>> {
        let path = workspace.models.join("assets.toml");
        let text = fs::read_to_string(&path).map_err(|error| {
            format!(
                "{}: {error}\n  remedy: `git checkout models/assets.toml`",
                path.display()
            )
        })?;
        Ok(Assets {
            workspace,
            cache: Cache::for_user(workspace),
            all: manifest::parse(&text)?,
            mirror: workspace.data_folder("REXTRACK_ASSET_DIR", "models"),
        })
    }

    /// Assets without a mirror folder.
    #[cfg(test)]
    pub fn without_mirror(workspace: &Workspace, cache: Cache, all: Vec<Asset>) -> Assets<'_> {
        Assets {
            workspace,
            cache,
            all,
            mirror: None,
        }
    }

    /// The asset to use when this one cannot be fetched.
    pub fn fallback(&self, asset: &Asset) -> Option<&Asset> {
        let mut all = self.all.iter();
        all.find(|other| other.fallback_for == asset.name)
    }

    /// The file in `models/`, if it exists and is the right one.
    pub fn present(&self, asset: &Asset) -> Option<PathBuf> {
        let path = self.destination(asset);
        let right = match asset.is_converted() {
            true => conversion_record::is_current(self.workspace, &self.all, asset, &path),
            false => verified(&path, asset).is_ok(),
        };
        right.then_some(path)
    }

    /// As [`Assets::fetch`], but downloads nothing.
    pub fn fetch_local(&self, asset: &Asset) -> Option<PathBuf> {
        self.present(asset).or_else(|| {
            let found = self.find(asset, &mut Vec::new())?;
            self.install(asset, &found).ok()
        })
    }

    /// Puts the asset into `models/` and returns its path. The error lists each place
    /// and why the file is not there. For converted assets see `conversion::convert`.
    pub fn fetch(&self, asset: &Asset) -> Result<PathBuf> {
        if let Some(path) = self.present(asset) {
            return Ok(path);
        }
        let found = self.find_or_download(asset)?;
        self.install(asset, &found)
    }

    /// Finds a file of this asset on this machine, or downloads it.
    pub fn find_or_download(&self, asset: &Asset) -> Result<LocatedFile> {
        let mut failures = Vec::new();
        match self.find(asset, &mut failures) {
            Some(found) => Ok(found),
            None => self.download(asset, &mut failures).ok_or_else(|| {
                format!(
                    "{} could not be fetched:\n    {}\n  remedy: {}",
                    asset.file,
                    failures.join("\n    "),
                    remedy(asset)
                )
            }),
        }
    }

    /// Copies a file into `models/`, and prints its origin and licence.
    pub fn install(&self, asset: &Asset, found: &LocatedFile) -> Result<PathBuf> {
        let destination = self.destination(asset);
        if found.path == destination {
            return Ok(destination);
        }
        temporary::write_atomically(&destination, |part| {
            fs::copy(&found.path, part)?;
            self.back_up_user_file(asset, &found.path)
        })
        .map_err(|error| {
            format!(
                "{}: {error}\n  remedy: make models/ writable",
                destination.display()
            )
        })?;
        println!(
            "setup: models/{} from {} (licence: {})",
            asset.file, found.from, asset.licence
        );
        Ok(destination)
    }

    /// Renames the file that lies at an asset's place, before `new` takes the
    /// place: you put it there, or an earlier version of rextrack did.
    fn back_up_user_file(&self, asset: &Asset, new: &Path) -> io::Result<()> {
        let destination = self.destination(asset);
        let nothing_lost = match fs::read(&destination) {
            Ok(data) => {
                (asset.is_converted() && conversion_record::is_ours(&destination, &data))
                    || data == fs::read(new)?
            }
            // A link that leads nowhere is yours too.
            Err(_) => destination.symlink_metadata().is_err(),
        };
        if nothing_lost {
            return Ok(());
        }
        let names = (1u32..).map(|number| match number {
            1 => format!("{}.yours", asset.file),
            _ => format!("{}.yours-{number}", asset.file),
        });
        let free = |name: &String| destination.with_file_name(name).symlink_metadata().is_err();
        for name in names.filter(free).take(1) {
            fs::rename(&destination, destination.with_file_name(&name))?;
            println!(
                "setup: models/{} is not the one that rextrack uses, so it is kept as models/{name}",
                asset.file
            );
        }
        Ok(())
    }

    fn destination(&self, asset: &Asset) -> PathBuf {
        self.workspace.models.join(&asset.file)
    }

    /// Searches this machine, and adds to `failures` why the file is not there.
    fn find(&self, asset: &Asset, failures: &mut Vec<String>) -> Option<LocatedFile> {
        if asset.is_converted() {
            return None;
        }
        let mut places = vec![(self.workspace.models.clone(), "models/".to_owned())];
        match &self.mirror {
            None => failures.push("no mirror folder (REXTRACK_ASSET_DIR)".into()),
            Some(mirror) => places.push((mirror.clone(), mirror.display().to_string())),
        }
        for (folder, from) in places {
            let path = folder.join(&asset.file);
            match verified(&path, asset) {
                Ok(_) => return Some(LocatedFile { path, from }),
                Err(reason) => failures.push(reason),
            }
        }
        self.cached(asset)
    }

    fn cached(&self, asset: &Asset) -> Option<LocatedFile> {
        let path = self.cache.find(&asset.file, &asset.sha256)?;
        let from = match &asset.origin[..] {
            [origin] => format!("{}, downloaded earlier", origin.label()),
            // The cache does not record which of several origins it was.
            _ => "an earlier download".into(),
        };
        Some(LocatedFile { path, from })
    }

    fn download(&self, asset: &Asset, failures: &mut Vec<String>) -> Option<LocatedFile> {
        if asset.origin.is_empty() {
            return None;
        }
        let lock = self.cache.lock();
        let _lock = lock.map_err(|message| failures.push(message)).ok()?;
        // The set-up that held the lock may have fetched this very file.
        if let Some(found) = self.cached(asset) {
            return Some(found);
        }
        for origin in &asset.origin {
            match self.download_from(asset, origin) {
                Ok(path) => {
                    let from = origin.label();
                    return Some(LocatedFile { path, from });
                }
                Err(reason) => failures.push(reason),
            }
        }
        None
    }

    fn download_from(&self, asset: &Asset, origin: &Origin) -> Result<PathBuf> {
        println!("setup: fetching {} from {}", asset.file, origin.label());
        let name = Cache::name(&asset.file, &asset.sha256[0]);
        let arriving = self.cache.path(&format!("{name}.arriving"))?;
        download::fetch(self.workspace, &self.cache, origin, &arriving, |file| {
            verified(file, asset).map(drop)
        })?;
        let digest = verified(&arriving, asset)?;
        self.cache.store(&arriving, &asset.file, &digest)
    }
}

/// The file's digest if it is one of the manifest's; otherwise why not, in one line.
fn verified(path: &Path, asset: &Asset) -> Result<String> {
    let data = fs::read(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => format!("{}: not there", path.display()),
        _ => format!("{}: {error}", path.display()),
    })?;
    let found = sha256::hex(&data);
    if asset.sha256.contains(&found) {
        return Ok(found);
    }
    Err(format!(
        "{}: not the manifest's file, so it is not used: sha256 expected {}, found {found}",
        path.display(),
        asset.sha256.join(" or ")
    ))
}

fn remedy(asset: &Asset) -> String {
    let address = asset.origin.iter().find_map(|origin| match origin {
        Origin::Url(address) => Some(address),
        _ => None,
    });
    match address {
        Some(address) => format!(
            "download {address} yourself and put it at models/{}",
            asset.file
        ),
        None if asset.origin.is_empty() => {
            format!("put it at models/{} if you have it", asset.file)
        }
        None => format!(
            "see that this machine reaches {}, or put the file at models/{}",
            asset.origin[0].label(),
            asset.file
        ),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::test_dir::TestDir;

    fn asset(content: &[u8]) -> Asset {
        Asset {
            file: "a.bin".into(),
            sha256: vec!["0".repeat(64), sha256::hex(content)],
            ..Asset::default()
        }
    }

    fn assets<'a>(dir: &TestDir, workspace: &'a Workspace) -> Assets<'a> {
        fs::create_dir_all(dir.path("mirror")).unwrap();
        let cache = Cache::at(dir.path("downloads"));
        Assets {
            mirror: Some(dir.path("mirror")),
            ..Assets::without_mirror(workspace, cache, vec![])
        }
    }

    #[test]
    fn wrong_file_in_models_is_backed_up_and_replaced_from_the_mirror() {
        let dir = TestDir::new("mirror");
        let workspace = dir.workspace();
        let assets = assets(&dir, &workspace);
        let asset = asset(b"right");
        fs::write(workspace.models.join("a.bin"), b"wrong").unwrap();
        assert!(assets.present(&asset).is_none());
        fs::write(dir.path("mirror/a.bin"), b"right").unwrap();
        let path = assets.fetch(&asset).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"right");
        assert_eq!(assets.present(&asset), Some(path.clone()));
        let yours = workspace.models.join("a.bin.yours");
        assert_eq!(fs::read(&yours).unwrap(), b"wrong");

        // An older one is kept too.
        fs::write(&path, b"another").unwrap();
        assets.fetch(&asset).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"right");
        assert_eq!(fs::read(&yours).unwrap(), b"wrong");
        let second = workspace.models.join("a.bin.yours-2");
        assert_eq!(fs::read(second).unwrap(), b"another");
        assert_eq!(fs::read_dir(&workspace.models).unwrap().count(), 3);
    }

    #[test]
    fn converted_file_is_backed_up_only_when_the_record_is_not_its_own() {
        let dir = TestDir::new("yours");
        let workspace = dir.workspace();
        let assets = assets(&dir, &workspace);
        let asset = Asset {
            file: "a.onnx".into(),
            converter: "make.py".into(),
            ..Asset::default()
        };
        let destination = workspace.models.join("a.onnx");
        let yours = workspace.models.join("a.onnx.yours");
        let keep = |content: &[u8]| {
            let path = dir.path("made.onnx");
            fs::write(&path, content).unwrap();
            let from = "here".into();
            assets.install(&asset, &LocatedFile { path, from }).unwrap();
            assert_eq!(fs::read(&destination).unwrap(), content);
        };
        // Nothing there, then an equal file.
        keep(b"one");
        keep(b"one");
        assert!(!yours.exists());
        // The record of an older script beside its file.
        let record = |content: &[u8]| format!("make.py 0\nfile {}\n", sha256::hex(content));
        fs::write(workspace.models.join("a.onnx.made"), record(b"one")).unwrap();
        keep(b"two");
        assert!(!yours.exists());
        // The record does not belong to this file.
        fs::write(&destination, b"of the user").unwrap();
        keep(b"three");
        assert_eq!(fs::read(&yours).unwrap(), b"of the user");
    }

    #[test]
    fn wrong_digest_is_rejected_and_the_error_names_both_digests() {
        let dir = TestDir::new("digest");
        let workspace = dir.workspace();
        let assets = assets(&dir, &workspace);
        fs::write(dir.path("mirror/a.bin"), b"wrong").unwrap();
        let message = assets.fetch(&asset(b"right")).unwrap_err();
        let found = format!("found {}", sha256::hex(b"wrong"));
        for part in [
            sha256::hex(b"right").as_str(),
            found.as_str(),
            "remedy: put it at models/a.bin",
        ] {
            assert!(message.contains(part), "{message}");
        }
        assert!(!workspace.models.join("a.bin").exists());
    }

    #[test]
    fn second_clone_uses_the_download_of_the_first() {
        let dir = TestDir::new("second-clone");
        let workspace = dir.workspace();
        let assets = assets(&dir, &workspace);
        let mut asset = asset(b"right");
        // "Downloaded" from a package that is installed already.
        fs::write(dir.path("installed"), b"right").unwrap();
        asset.origin = vec![Origin::Debian {
            package: "a".into(),
            path: dir.path("installed").display().to_string(),
        }];
        assert_eq!(assets.fetch_local(&asset), None);
        assets.fetch(&asset).unwrap();

        fs::remove_file(dir.path("installed")).unwrap();
        fs::remove_dir_all(&workspace.models).unwrap();
        fs::create_dir_all(&workspace.models).unwrap();
        let path = assets.fetch_local(&asset).unwrap();
        assert_eq!(fs::read(path).unwrap(), b"right");
    }

    #[test]
    fn download_with_a_wrong_digest_is_removed() {
        let dir = TestDir::new("wrong-download");
        let workspace = dir.workspace();
        let assets = assets(&dir, &workspace);
        let mut asset = asset(b"right");
        fs::write(dir.path("installed"), b"wrong").unwrap();
        asset.origin = vec![Origin::Debian {
            package: "a".into(),
            path: dir.path("installed").display().to_string(),
        }];
        let message = assets.fetch(&asset).unwrap_err();
        assert!(message.contains("not the manifest's file"), "{message}");
        let left: Vec<_> = fs::read_dir(dir.path("downloads")).unwrap().collect();
        let names: Vec<_> = left
            .into_iter()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        assert_eq!(names, ["lock"]);
    }
}
