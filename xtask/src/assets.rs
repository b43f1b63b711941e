//! Fetching what the manifest names: from `models/` itself, a mirror folder,
//! a Debian package or the official address, in that order.

use std::fs;
use std::path::{Path, PathBuf};

use crate::command::Result;
use crate::download;
use crate::manifest::{self, Asset};
use crate::sha256;
use crate::workspace::Workspace;

/// Reads the manifest.
pub fn manifest(workspace: &Workspace) -> Result<Vec<Asset>> {
    let path = workspace.models.join("assets.toml");
    let text = fs::read_to_string(&path).map_err(|error| {
        format!(
            "{}: {error}\n  remedy: `git checkout models/assets.toml`",
            path.display()
        )
    })?;
    manifest::parse(&text)
}

/// The asset's file in `models/`, if it is there and its digest is right.
pub fn present(workspace: &Workspace, asset: &Asset) -> Option<PathBuf> {
    let path = workspace.models.join(&asset.file);
    verified(&path, asset).ok()?;
    Some(path)
}

/// The folder of ready files that some machines have.
pub fn mirror(workspace: &Workspace) -> Option<PathBuf> {
    workspace.data_folder("REXTRACK_ASSET_DIR", "models")
}

/// Puts the asset into `models/` and gives its path. The error says, place by
/// place, why it could not be had there.
pub fn fetch(workspace: &Workspace, mirror: Option<&Path>, asset: &Asset) -> Result<PathBuf> {
    let home = workspace.models.join(&asset.file);
    let mut tried = Vec::new();
    match verified(&home, asset) {
        Ok(_) => return Ok(home),
        Err(reason) => tried.push(reason),
    }
    match mirror {
        None => tried.push("no mirror folder (REXTRACK_ASSET_DIR)".into()),
        Some(mirror) => {
            let path = mirror.join(&asset.file);
            match verified(&path, asset) {
                Ok(data) => return keep(&home, &data, asset, &mirror.display().to_string()),
                Err(reason) => tried.push(reason),
            }
        }
    }
    for origin in &asset.origin {
        println!(
            "setup: fetching {} from {}",
            asset.file,
            download::place(origin)
        );
        let folder = workspace.target.join("assets");
        let fetched = download::fetch(workspace, origin, &folder.join(&asset.file))
            .and_then(|path| verified(&path, asset));
        // What was fetched is either kept below or of no use.
        let _ = fs::remove_dir_all(&folder);
        match fetched {
            Ok(data) => return keep(&home, &data, asset, download::place(origin)),
            Err(reason) => tried.push(reason),
        }
    }
    let remedy = match asset
        .origin
        .iter()
        .find(|origin| origin.starts_with("https://"))
    {
        Some(address) => format!(
            "download {address} yourself and put it at models/{}",
            asset.file
        ),
        None => format!("put it at models/{} if you have it", asset.file),
    };
    Err(format!(
        "{} could not be had:\n    {}\n  remedy: {remedy}",
        asset.file,
        tried.join("\n    ")
    ))
}

/// A file's bytes if its digest is one of the manifest's; otherwise why not, in one line.
fn verified(path: &Path, asset: &Asset) -> Result<Vec<u8>> {
    let data = fs::read(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => format!("{}: not there", path.display()),
        _ => format!("{}: {error}", path.display()),
    })?;
    let found = sha256::hex(&data);
    if asset.sha256.contains(&found) {
        return Ok(data);
    }
    Err(format!(
        "{}: another file than the manifest's, not used: sha256 expected {}, found {found}",
        path.display(),
        asset.sha256.join(" or ")
    ))
}

fn keep(home: &Path, data: &[u8], asset: &Asset, from: &str) -> Result<PathBuf> {
    // Written beside and renamed, so that nobody ever reads half a model.
    let part = home.with_file_name(format!("{}.part", asset.file));
    fs::write(&part, data)
        .and_then(|()| fs::rename(&part, home))
        .map_err(|error| {
            format!(
                "{}: {error}\n  remedy: make models/ writable",
                home.display()
            )
        })?;
    println!(
        "setup: models/{} from {from} (licence: {})",
        asset.file, asset.licence
    );
    Ok(home.to_path_buf())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// A workspace in a temporary folder of this test's own.
    fn workspace(test: &str) -> Workspace {
        let root =
            std::env::temp_dir().join(format!("rextrack-xtask-{test}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        let models = root.join("models");
        fs::create_dir_all(&models).unwrap();
        fs::create_dir_all(root.join("mirror")).unwrap();
        Workspace {
            target: root.join("target"),
            models,
            root,
        }
    }

    fn asset(content: &[u8]) -> Asset {
        Asset {
            file: "a.bin".into(),
            sha256: vec!["0".repeat(64), sha256::hex(content)],
            ..Asset::default()
        }
    }

    #[test]
    fn the_mirror_folder_fills_models_and_a_wrong_file_is_replaced() {
        let workspace = workspace("mirror");
        let asset = asset(b"right");
        fs::write(workspace.models.join("a.bin"), b"wrong").unwrap();
        assert!(present(&workspace, &asset).is_none());
        fs::write(workspace.root.join("mirror/a.bin"), b"right").unwrap();
        let path = fetch(&workspace, Some(&workspace.root.join("mirror")), &asset).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"right");
        assert_eq!(present(&workspace, &asset), Some(path));
        fs::remove_dir_all(&workspace.root).unwrap();
    }

    #[test]
    fn a_wrong_digest_is_never_used_and_says_both_digests() {
        let workspace = workspace("digest");
        let asset = asset(b"right");
        fs::write(workspace.root.join("mirror/a.bin"), b"wrong").unwrap();
        let message = fetch(&workspace, Some(&workspace.root.join("mirror")), &asset).unwrap_err();
        assert!(message.contains(&sha256::hex(b"right")), "{message}");
        assert!(
            message.contains(&format!("found {}", sha256::hex(b"wrong"))),
            "{message}"
        );
        assert!(
            message.contains("remedy: put it at models/a.bin"),
            "{message}"
        );
        assert!(!workspace.models.join("a.bin").exists());
        fs::remove_dir_all(&workspace.root).unwrap();
    }
}
