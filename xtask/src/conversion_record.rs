//! The record beside a converted file: digests of the scripts, of their inputs and of
//! the file itself. It says whether this checkout's script would write the same file.

use std::fs;
use std::path::{Path, PathBuf};

use crate::command::Result;
use crate::manifest::{self, Asset};
use crate::sha256;
use crate::temporary;
use crate::workspace::Workspace;

/// Whether `file` is the output of this checkout's script from these inputs.
pub fn is_current(workspace: &Workspace, all: &[Asset], asset: &Asset, file: &Path) -> bool {
    let expected = expected(workspace, all, asset, file);
    expected.is_some() && fs::read_to_string(record_of(file)).ok() == expected
}

/// Whether a script of ours wrote this file, perhaps an older one from other inputs.
pub fn is_ours(file: &Path, data: &[u8]) -> bool {
    let digest = format!("file {}", sha256::hex(data));
    fs::read_to_string(record_of(file)).is_ok_and(|text| text.lines().any(|line| line == digest))
}

/// Writes the record of a file that was just converted.
pub fn write(workspace: &Workspace, all: &[Asset], asset: &Asset, file: &Path) -> Result<()> {
    let record = record_of(file);
    let text = expected(workspace, all, asset, file).unwrap_or_default();
    temporary::write_atomically(&record, |part| fs::write(part, text))
        .map_err(|error| format!("{}: {error}", record.display()))
}

/// `FILE.made`. The ending is older than this module's name: another one would make
/// every checkout convert its models again.
fn record_of(file: &Path) -> PathBuf {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".made");
    file.with_file_name(name)
}

/// The record that belongs to this file. `None` when a digest cannot be computed.
fn expected(workspace: &Workspace, all: &[Asset], asset: &Asset, file: &Path) -> Option<String> {
    let script = workspace.root.join(&asset.converter);
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
    for source in manifest::sources(all, asset) {
        lines.push(format!("{} {}", source.name, source.sha256.join(" ")));
    }
    lines.push(format!("file {}\n", sha256::hex(&fs::read(file).ok()?)));
    Some(lines.join("\n"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::assets::Assets;
    use crate::cache::Cache;
    use crate::test_dir::TestDir;

    #[test]
    fn changed_script_source_or_file_makes_the_record_outdated() {
        let dir = TestDir::new("conversion");
        let workspace = dir.workspace();
        fs::write(dir.path("make.py"), "one").unwrap();
        let source = Asset {
            name: "source".into(),
            sha256: vec!["1".into()],
            ..Asset::default()
        };
        let asset = Asset {
            file: "a.onnx".into(),
            converter: "make.py".into(),
            converted_from: vec!["source".into()],
            ..Asset::default()
        };
        let mut assets =
            Assets::without_mirror(&workspace, Cache::at(dir.path("downloads")), vec![source]);
        let file = workspace.models.join("a.onnx");
        assert_eq!(assets.present(&asset), None);
        // A file of the user's own by that name is not taken for ours.
        fs::write(&file, "made").unwrap();
        assert_eq!(assets.present(&asset), None);
        fs::write(
            record_of(&file),
            expected(&workspace, &assets.all, &asset, &file).unwrap(),
        )
        .unwrap();
        assert_eq!(assets.present(&asset), Some(file.clone()));

        fs::write(&file, "damaged").unwrap();
        assert_eq!(assets.present(&asset), None);
        fs::write(&file, "made").unwrap();
        assert!(assets.present(&asset).is_some());

        for script in ["make.py", "imported.py"] {
            let before = fs::read(dir.path(script)).ok();
            fs::write(dir.path(script), "two").unwrap();
            assert_eq!(assets.present(&asset), None);
            match before {
                Some(text) => fs::write(dir.path(script), text).unwrap(),
                None => fs::remove_file(dir.path(script)).unwrap(),
            }
            assert!(assets.present(&asset).is_some());
        }

        assets.all[0].sha256 = vec!["2".into()];
        assert_eq!(assets.present(&asset), None);
    }
}
