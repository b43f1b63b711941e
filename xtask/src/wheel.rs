//! Python wheels as parcels: files that are not for Python, out of PyPI.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::{Result, quiet};
use crate::origin::Packed;
use crate::python;
use crate::workspace::Workspace;

/// Writes one file of a wheel, which is a zip file: std cannot read those, and
/// Python can.
const EXTRACT: &str = r#"
import shutil, sys, zipfile
wheel, path, target = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    if path not in archive.namelist():
        sys.exit("the wheel has no file " + path)
    with archive.open(path) as source, open(target, "wb") as file:
        shutil.copyfileobj(source, file)
"#;

/// Writes the file of a wheel to `to`.
pub fn file(workspace: &Workspace, file: &Packed, to: &Path) -> Result<()> {
    let python = python::venv(workspace)?;
    let folder = workspace.target.join("wheel");
    let requirement = format!("{}=={}", file.package, file.version);
    let remedy = "see that this machine reaches PyPI";
    let result = download(&python, &requirement, &folder, remedy)
        .and_then(|wheel| extract(&python, &wheel, &file.path, to));
    let _ = fs::remove_dir_all(&folder);
    result
}

/// Downloads a wheel into `folder`, which is emptied first.
pub fn download(python: &Path, requirement: &str, folder: &Path, remedy: &str) -> Result<PathBuf> {
    // Left-overs of an interrupted run would be taken for the wheel.
    let _ = fs::remove_dir_all(folder);
    // Nothing here runs on Python, so that any Python's wheel will do, and an
    // old Python does not mean an old wheel.
    let arguments: [&OsStr; 7] = [
        "download".as_ref(),
        "--no-deps".as_ref(),
        "--only-binary=:all:".as_ref(),
        "--python-version=3.12".as_ref(),
        "--dest".as_ref(),
        folder.as_ref(),
        requirement.as_ref(),
    ];
    python::pip(python, &arguments, remedy)?;
    let mut entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .find_map(|entry| {
            let path = entry.path();
            let is_wheel = path.extension().is_some_and(|ending| ending == "whl");
            is_wheel.then_some(path)
        })
        .ok_or_else(|| format!("setup: pip downloaded no wheel of {requirement}"))
}

fn extract(python: &Path, wheel: &Path, path: &str, to: &Path) -> Result<()> {
    let mut extract = Command::new(python);
    extract.args(["-c", EXTRACT]).arg(wheel).arg(path).arg(to);
    quiet("setup: unpacking", &mut extract, "try again").map(drop)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::command::ask;
    use crate::scratch::Scratch;

    #[test]
    fn one_file_comes_out_of_a_wheel_and_a_missing_one_is_named() {
        let Some(python) = python::find() else {
            println!(
                "skipped: wheel::one_file_comes_out: there is no Python 3.8 or newer with venv"
            );
            return;
        };
        let scratch = Scratch::new("wheel");
        let (wheel, to) = (scratch.path("a.whl"), scratch.path("out"));
        let make =
            "import sys, zipfile; zipfile.ZipFile(sys.argv[1], 'w').writestr('a/b.jpg', 'content')";
        ask(Command::new(&python).args(["-c", make]).arg(&wheel)).unwrap();
        extract(&python, &wheel, "a/b.jpg", &to).unwrap();
        assert_eq!(fs::read(&to).unwrap(), b"content");
        let message = extract(&python, &wheel, "b.jpg", &to).unwrap_err();
        assert!(message.contains("the wheel has no file b.jpg"), "{message}");
    }
}
