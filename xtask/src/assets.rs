//! Putting what the manifest names into `models/`.
//!
//! A file is looked for in `models/` itself, in a mirror folder, among this
//! user's earlier downloads and at its origins, in that order. Some are made
//! from others (see `made.rs`).

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::cache::Cache;
use crate::command::Result;
use crate::download;
use crate::made;
use crate::manifest::{self, Asset};
use crate::origin::Origin;
use crate::sha256;
use crate::temporary;
use crate::workspace::Workspace;

/// The manifest's files and the places that may have them.
pub struct Assets<'a> {
    /// The checkout.
    pub workspace: &'a Workspace,
    /// This user's earlier downloads.
    pub cache: Cache,
    /// What the manifest names.
    pub all: Vec<Asset>,
    mirror: Option<PathBuf>,
}

/// A file whose digest is right, somewhere.
pub struct Found {
    /// The file.
    pub path: PathBuf,
    /// Where it comes from, for a person.
    pub from: String,
}

impl Assets<'_> {
    /// The checkout's manifest, and this machine's places.
    pub fn of(workspace: &Workspace) -> Result<Assets<'_>> {
        let path = workspace.models.join("assets.toml");
        let text = fs::read_to_string(&path).map_err(|error| {
            format!(
                "{}: {error}\n  remedy: `git checkout models/assets.toml`",
                path.display()
            )
        })?;
        Ok(Assets {
            workspace,
            cache: Cache::of(workspace),
            all: manifest::parse(&text)?,
            mirror: workspace.data_folder("REXTRACK_ASSET_DIR", "models"),
        })
    }

    /// Assets without a mirror folder.
    #[cfg(test)]
    pub fn with(workspace: &Workspace, cache: Cache, all: Vec<Asset>) -> Assets<'_> {
        Assets {
            workspace,
            cache,
            all,
            mirror: None,
        }
    }

    /// The asset that replaces this one where it cannot be fetched.
    pub fn stand_in(&self, asset: &Asset) -> Option<&Asset> {
        let mut all = self.all.iter();
        all.find(|other| other.stands_in_for == asset.name)
    }

    /// The file in `models/`, if it is there and the right one.
    pub fn present(&self, asset: &Asset) -> Option<PathBuf> {
        let path = self.home(asset);
        let right = match asset.is_made() {
            true => made::is_current(self, asset, &path),
            false => verified(&path, asset).is_ok(),
        };
        right.then_some(path)
    }

    /// As [`Assets::fetch`], from this machine alone: nothing is downloaded.
    pub fn take(&self, asset: &Asset) -> Option<PathBuf> {
        self.present(asset).or_else(|| {
            let found = self.find(asset, &mut Vec::new())?;
            self.keep(asset, &found).ok()
        })
    }

    /// Puts the asset into `models/` and gives its path. The error says, place
    /// by place, why it is not there.
    pub fn fetch(&self, asset: &Asset) -> Result<PathBuf> {
        if let Some(path) = self.present(asset) {
            return Ok(path);
        }
        if asset.is_made() {
            return made::make(self, asset);
        }
        let found = self.obtain(asset)?;
        self.keep(asset, &found)
    }

    /// A file of this asset, wherever it lies, downloaded if need be.
    pub fn obtain(&self, asset: &Asset) -> Result<Found> {
        let mut tried = Vec::new();
        match self.find(asset, &mut tried) {
            Some(found) => Ok(found),
            None => self.download(asset, &mut tried).ok_or_else(|| {
                format!(
                    "{} could not be fetched:\n    {}\n  remedy: {}",
                    asset.file,
                    tried.join("\n    "),
                    remedy(asset)
                )
            }),
        }
    }

    /// Writes a file into `models/`, and says where it is from and its licence.
    pub fn keep(&self, asset: &Asset, found: &Found) -> Result<PathBuf> {
        let home = self.home(asset);
        if found.path == home {
            return Ok(home);
        }
        temporary::whole(&home, |part| {
            fs::copy(&found.path, part)?;
            self.keep_yours(asset, &found.path)
        })
        .map_err(|error| {
            format!(
                "{}: {error}\n  remedy: make models/ writable",
                home.display()
            )
        })?;
        println!(
            "setup: models/{} from {} (licence: {})",
            asset.file, found.from, asset.licence
        );
        Ok(home)
    }

    /// Renames the file that lies at an asset's place, before `new` takes the
    /// place: you put it there, or an earlier version of rextrack did.
    fn keep_yours(&self, asset: &Asset, new: &Path) -> io::Result<()> {
        let home = self.home(asset);
        let nothing_lost = match fs::read(&home) {
            Ok(data) => (asset.is_made() && made::is_ours(&home, &data)) || data == fs::read(new)?,
            // A link that leads nowhere is yours too.
            Err(_) => home.symlink_metadata().is_err(),
        };
        if nothing_lost {
            return Ok(());
        }
        let names = (1u32..).map(|number| match number {
            1 => format!("{}.yours", asset.file),
            _ => format!("{}.yours-{number}", asset.file),
        });
        let free = |name: &String| home.with_file_name(name).symlink_metadata().is_err();
        for name in names.filter(free).take(1) {
            fs::rename(&home, home.with_file_name(&name))?;
            println!(
                "setup: models/{} is not the one that rextrack uses, so it is kept as models/{name}",
                asset.file
            );
        }
        Ok(())
    }

    fn home(&self, asset: &Asset) -> PathBuf {
        self.workspace.models.join(&asset.file)
    }

    /// Looks on this machine, and adds to `tried` why not there.
    fn find(&self, asset: &Asset, tried: &mut Vec<String>) -> Option<Found> {
        if asset.is_made() {
            return None;
        }
        let mut places = vec![(self.workspace.models.clone(), "models/".to_owned())];
        match &self.mirror {
            None => tried.push("no mirror folder (REXTRACK_ASSET_DIR)".into()),
            Some(mirror) => places.push((mirror.clone(), mirror.display().to_string())),
        }
        for (folder, from) in places {
            let path = folder.join(&asset.file);
            match verified(&path, asset) {
                Ok(_) => return Some(Found { path, from }),
                Err(reason) => tried.push(reason),
            }
        }
        self.cached(asset)
    }

    fn cached(&self, asset: &Asset) -> Option<Found> {
        let path = self.cache.find(&asset.file, &asset.sha256)?;
        let from = match &asset.origin[..] {
            [origin] => format!("{}, downloaded earlier", origin.place()),
            // Which of several it was is not written anywhere.
            _ => "an earlier download".into(),
        };
        Some(Found { path, from })
    }

    fn download(&self, asset: &Asset, tried: &mut Vec<String>) -> Option<Found> {
        if asset.origin.is_empty() {
            return None;
        }
        let lock = self.cache.lock();
        let _lock = lock.map_err(|message| tried.push(message)).ok()?;
        // The set-up that held the lock may have fetched this very file.
        if let Some(found) = self.cached(asset) {
            return Some(found);
        }
        for origin in &asset.origin {
            match self.download_from(asset, origin) {
                Ok(path) => {
                    let from = origin.place();
                    return Some(Found { path, from });
                }
                Err(reason) => tried.push(reason),
            }
        }
        None
    }

    fn download_from(&self, asset: &Asset, origin: &Origin) -> Result<PathBuf> {
        println!("setup: fetching {} from {}", asset.file, origin.place());
        let name = Cache::name(&asset.file, &asset.sha256[0]);
        let arriving = self.cache.place(&format!("{name}.arriving"))?;
        download::fetch(self.workspace, &self.cache, origin, &arriving, |file| {
            verified(file, asset).map(drop)
        })?;
        let digest = verified(&arriving, asset)?;
        self.cache.keep(&arriving, &asset.file, &digest)
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
        "{}: another file than the manifest's, not used: sha256 expected {}, found {found}",
        path.display(),
        asset.sha256.join(" or ")
    ))
}

fn remedy(asset: &Asset) -> String {
    let address = asset.origin.iter().find_map(|origin| match origin {
        Origin::Address(address) => Some(address),
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
            asset.origin[0].place(),
            asset.file
        ),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::scratch::Scratch;

    fn asset(content: &[u8]) -> Asset {
        Asset {
            file: "a.bin".into(),
            sha256: vec!["0".repeat(64), sha256::hex(content)],
            ..Asset::default()
        }
    }

    fn assets<'a>(scratch: &Scratch, workspace: &'a Workspace) -> Assets<'a> {
        fs::create_dir_all(scratch.path("mirror")).unwrap();
        let cache = Cache::at(scratch.path("downloads"));
        Assets {
            mirror: Some(scratch.path("mirror")),
            ..Assets::with(workspace, cache, vec![])
        }
    }

    #[test]
    fn the_mirror_folder_fills_models_and_a_wrong_file_is_kept_by_another_name() {
        let scratch = Scratch::new("mirror");
        let workspace = scratch.workspace();
        let assets = assets(&scratch, &workspace);
        let asset = asset(b"right");
        fs::write(workspace.models.join("a.bin"), b"wrong").unwrap();
        assert!(assets.present(&asset).is_none());
        fs::write(scratch.path("mirror/a.bin"), b"right").unwrap();
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
    fn a_made_file_without_our_note_is_kept_and_our_own_is_replaced() {
        let scratch = Scratch::new("yours");
        let workspace = scratch.workspace();
        let assets = assets(&scratch, &workspace);
        let asset = Asset {
            file: "a.onnx".into(),
            made_by: "make.py".into(),
            ..Asset::default()
        };
        let home = workspace.models.join("a.onnx");
        let yours = workspace.models.join("a.onnx.yours");
        let keep = |content: &[u8]| {
            let path = scratch.path("made.onnx");
            fs::write(&path, content).unwrap();
            let from = "here".into();
            assets.keep(&asset, &Found { path, from }).unwrap();
            assert_eq!(fs::read(&home).unwrap(), content);
        };
        // Nothing there, then an equal file.
        keep(b"one");
        keep(b"one");
        assert!(!yours.exists());
        // The note of an older script beside the file that it made.
        let note = |content: &[u8]| format!("make.py 0\nfile {}\n", sha256::hex(content));
        fs::write(workspace.models.join("a.onnx.made"), note(b"one")).unwrap();
        keep(b"two");
        assert!(!yours.exists());
        // The note does not belong to this file.
        fs::write(&home, b"of the user").unwrap();
        keep(b"three");
        assert_eq!(fs::read(&yours).unwrap(), b"of the user");
    }

    #[test]
    fn a_wrong_digest_is_never_used_and_says_both_digests() {
        let scratch = Scratch::new("digest");
        let workspace = scratch.workspace();
        let assets = assets(&scratch, &workspace);
        fs::write(scratch.path("mirror/a.bin"), b"wrong").unwrap();
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
    fn a_second_clone_takes_the_first_ones_download() {
        let scratch = Scratch::new("second-clone");
        let workspace = scratch.workspace();
        let assets = assets(&scratch, &workspace);
        let mut asset = asset(b"right");
        // "Downloaded" from a package that is installed already.
        fs::write(scratch.path("installed"), b"right").unwrap();
        asset.origin = vec![Origin::Debian {
            package: "a".into(),
            path: scratch.path("installed").display().to_string(),
        }];
        assert_eq!(assets.take(&asset), None);
        assets.fetch(&asset).unwrap();

        fs::remove_file(scratch.path("installed")).unwrap();
        fs::remove_dir_all(&workspace.models).unwrap();
        fs::create_dir_all(&workspace.models).unwrap();
        let path = assets.take(&asset).unwrap();
        assert_eq!(fs::read(path).unwrap(), b"right");
    }

    #[test]
    fn a_download_with_a_wrong_digest_is_neither_used_nor_kept() {
        let scratch = Scratch::new("wrong-download");
        let workspace = scratch.workspace();
        let assets = assets(&scratch, &workspace);
        let mut asset = asset(b"right");
        fs::write(scratch.path("installed"), b"wrong").unwrap();
        asset.origin = vec![Origin::Debian {
            package: "a".into(),
            path: scratch.path("installed").display().to_string(),
        }];
        let message = assets.fetch(&asset).unwrap_err();
        assert!(
            message.contains("another file than the manifest's"),
            "{message}"
        );
        let left: Vec<_> = fs::read_dir(scratch.path("downloads")).unwrap().collect();
        let names: Vec<_> = left
            .into_iter()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        assert_eq!(names, ["lock"]);
    }
}
