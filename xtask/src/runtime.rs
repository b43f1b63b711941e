//! ONNX Runtime: the library that runs models, taken from its PyPI wheel.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use crate::command::{Result, run_quiet};
use crate::data_dir::runtime_dir;
use crate::python;
use crate::temporary::{self, TempDir};
use crate::workspace::Workspace;

/// The oldest release that rextrack's bindings load (ONNX Runtime's API version 20).
const OLDEST: (u32, u32) = (1, 20);

/// Developed and measured with this release; others from `OLDEST` on work too,
/// and some platforms have no wheel of it.
const REQUIREMENTS: [&str; 2] = ["onnxruntime==1.32.0", "onnxruntime>=1.20,<2"];

/// Copies the library and its licence out of a wheel. A Python wheel is a zip
/// file, which std cannot read and Python can. Each file gets its name only
/// when it is whole.
const UNPACK: &str = r#"
import os, pathlib, shutil, sys, zipfile
wheel, folder = sys.argv[1], pathlib.Path(sys.argv[2])
folder.mkdir(parents=True, exist_ok=True)
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        parent, _, base = name.rpartition("/")
        library = parent == "onnxruntime/capi" and "onnxruntime" in base and "pybind11" not in base and (
            ".so" in base or base.endswith((".dylib", ".dll")))
        licence = parent == "onnxruntime" and base in ("LICENSE", "ThirdPartyNotices.txt")
        if library or licence:
            part = folder / ("%s.%d.part" % (base, os.getpid()))
            with archive.open(name) as source, open(part, "wb") as target:
                shutil.copyfileobj(source, target)
            os.replace(part, folder / base)
"#;

/// An ONNX Runtime that rextrack will find.
pub struct Runtime {
    /// The library.
    pub path: PathBuf,
    /// Its version, where the file's name tells it.
    pub version: Option<String>,
}

/// The runtime that is already there: `REXTRACK_ORT_DYLIB`, or the per-user folder's.
pub fn find() -> Option<Runtime> {
    if let Some(path) = env::var_os("REXTRACK_ORT_DYLIB").filter(|path| !path.is_empty()) {
        let path = PathBuf::from(path);
        let version = version(&path).map(format_version);
        return path.is_file().then_some(Runtime { path, version });
    }
    find_in(&runtime_dir()?)
}

/// Downloads the runtime into the per-user folder.
pub fn install(workspace: &Workspace) -> Result<Runtime> {
    let folder = runtime_dir().ok_or(
        "setup: no home folder is known to put ONNX Runtime into\n  remedy: set REXTRACK_HOME to \
         a folder of yours",
    )?;
    println!("setup: ONNX Runtime is missing, downloading its PyPI wheel (28 MB)");
    let python = python::venv(workspace)?;
    let wheels = TempDir::new(&workspace.target, "onnxruntime-wheel")?;
    let wheel = download(&python, wheels.path())?;
    temporary::remove_older(&folder, temporary::ABANDONED, |name| {
        name.ends_with(".part")
    });
    let mut unpack = workspace.command(&python);
    unpack.args(["-c", UNPACK]).arg(&wheel).arg(&folder);
    run_quiet(
        "setup: unpacking ONNX Runtime",
        &mut unpack,
        "see that the folder can be written",
    )?;
    find_in(&folder).ok_or_else(|| {
        format!(
            "setup: the wheel {} held no ONNX Runtime {}.{} or later\n  remedy: put the library \
             into {} yourself, or name it in REXTRACK_ORT_DYLIB",
            wheel.display(),
            OLDEST.0,
            OLDEST.1,
            folder.display()
        )
    })
}

fn download(python: &Path, wheels: &Path) -> Result<PathBuf> {
    let mut failure = String::new();
    for requirement in REQUIREMENTS {
        // Any Python's wheel carries the same library, so a runtime for an old
        // Python does not have to be an old runtime.
        let arguments: [&OsStr; 7] = [
            "download".as_ref(),
            "--no-deps".as_ref(),
            "--only-binary=:all:".as_ref(),
            "--python-version=3.12".as_ref(),
            "--dest".as_ref(),
            wheels.as_ref(),
            requirement.as_ref(),
        ];
        match python::pip(
            python,
            &arguments,
            "see that this machine reaches PyPI, or name a library you have in REXTRACK_ORT_DYLIB",
        ) {
            Ok(()) => {
                failure = "setup: pip downloaded no wheel of ONNX Runtime".into();
                if let Some(wheel) = wheel_in(wheels) {
                    return Ok(wheel);
                }
            }
            Err(message) => failure = message,
        }
    }
    Err(failure)
}

fn wheel_in(folder: &Path) -> Option<PathBuf> {
    let entries = fs::read_dir(folder).ok()?;
    entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| path.extension().is_some_and(|ending| ending == "whl"))
}

fn find_in(folder: &Path) -> Option<Runtime> {
    let entries = fs::read_dir(folder).ok()?;
    entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| is_runtime(path))
        .map(|path| (version(&path), path))
        // Windows' file name has no version; the library checks it when loading.
        .filter(|(version, _)| version.is_none_or(|v| (v.0, v.1) >= OLDEST))
        .max()
        .map(|(version, path)| Runtime {
            path,
            version: version.map(format_version),
        })
}

fn is_runtime(path: &Path) -> bool {
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy())
        .unwrap_or_default();
    if cfg!(windows) {
        name == "onnxruntime.dll"
    } else if cfg!(target_os = "macos") {
        name.starts_with("libonnxruntime.") && name.ends_with(".dylib")
    } else {
        name.starts_with("libonnxruntime.so") && !name.ends_with(".part")
    }
}

/// The version in `libonnxruntime.so.1.32.0` or `libonnxruntime.1.32.0.dylib`.
fn version(path: &Path) -> Option<(u32, u32, u32)> {
    let name = path.file_name()?.to_str()?;
    let mut numbers = name.split('.').filter_map(|part| part.parse().ok());
    Some((numbers.next()?, numbers.next()?, numbers.next()?))
}

fn format_version(version: (u32, u32, u32)) -> String {
    format!("{}.{}.{}", version.0, version.1, version.2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_come_from_the_file_name() {
        let of = |name: &str| version(Path::new(name));
        assert_eq!(of("/a/libonnxruntime.so.1.32.0"), Some((1, 32, 0)));
        assert_eq!(of("/a.1.2/libonnxruntime.1.20.1.dylib"), Some((1, 20, 1)));
        assert_eq!(of("onnxruntime.dll"), None);
        assert_eq!(of("libonnxruntime.so"), None);
    }

    #[test]
    fn versions_are_compared_as_numbers() {
        assert!(version(Path::new("x.1.100.0")) > version(Path::new("x.1.32.0")));
    }
}
