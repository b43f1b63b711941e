//! Finds, checks and loads ONNX Runtime, once for the process.
//!
//! The search order is: `service.onnxruntime`, the environment variable
//! `REXTRACK_ORT_DYLIB`, beside the library (or, in the program `rextrack`, beside the
//! executable and in the folder above), the set-up's folder. The first two are explicit:
//! if one of them is not usable, that is an error and the search ends. Loading is by
//! absolute path only. A host such as TouchDesigner carries an ONNX Runtime of its own,
//! and a search by name, or in the folder of the host's executable, would find that one.

use std::ffi::OsStr;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use ort::LoadDynamicError;
use ort::environment::Environment;
use ort::ep::ExecutionProvider;
use ort::logging::LogLevel;
use parking_lot::Mutex;
use serde::Serialize;

use super::error::{DetectError, SearchedPath, short};
use crate::base::data_dir;

/// The environment variable that names the library.
pub const VARIABLE: &str = "REXTRACK_ORT_DYLIB";

static LIBRARY_DIR: OnceLock<PathBuf> = OnceLock::new();
static LOADED: Mutex<Option<Runtime>> = Mutex::new(None);

/// Sets the path of the shared library that holds this code. Its folder is searched for
/// ONNX Runtime and for models. The C ABI calls this once, before anything else. Later
/// calls change nothing.
pub fn set_library_dir(dir: PathBuf) {
    let _ = LIBRARY_DIR.set(dir);
}

/// Folders of this build: the library's, or those of our own program and above it. Never
/// a host's: TouchDesigner's program folder holds the ONNX Runtime that must not be
/// loaded.
pub(super) fn own_dirs() -> Vec<PathBuf> {
    if let Some(dir) = LIBRARY_DIR.get() {
        return vec![dir.clone()];
    }
    match std::env::current_exe() {
        Ok(exe) if is_own_program(&exe) => exe
            .ancestors()
            .skip(1)
            .take(2)
            .map(Path::to_path_buf)
            .collect(),
        _ => Vec::new(),
    }
}

fn is_own_program(exe: &Path) -> bool {
    exe.file_stem()
        .and_then(OsStr::to_str)
        .is_some_and(|stem| stem.starts_with("rextrack"))
}

/// An ONNX Runtime that was loaded and works.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Located {
    /// The library, absolute.
    pub path: PathBuf,
    /// For example `1.32.0`.
    pub version: String,
}

/// The process's ONNX Runtime.
#[derive(Clone)]
pub(super) struct Runtime {
    pub environment: Environment,
    pub located: Located,
}

/// Finds and loads ONNX Runtime, and returns its path and version. `explicit` is
/// `service.onnxruntime`: a library or a folder that holds one. The first call may take a
/// second, and blocks while another thread loads.
pub fn locate(explicit: Option<&Path>) -> Result<Located, DetectError> {
    load(explicit).map(|runtime| runtime.located)
}

/// Whether the runtime that [`locate`] finds was built with CUDA. Loads it. `true` does
/// not mean that a GPU works: its driver may be missing.
pub fn cuda_available(explicit: Option<&Path>) -> Result<bool, DetectError> {
    load(explicit)?;
    Ok(ort::ep::CUDA::is_available().unwrap_or(false))
}

/// Loads ONNX Runtime, or returns the loaded one. A failure is not remembered: the next
/// call searches again.
pub(super) fn load(explicit: Option<&Path>) -> Result<Runtime, DetectError> {
    let mut loaded = LOADED.lock();
    if let Some(runtime) = &*loaded {
        return match explicit
            .map(absolute)
            .map(|requested| (is_same(&requested, runtime), requested))
        {
            Some((false, requested)) => Err(DetectError::RuntimeFixed {
                requested,
                loaded: runtime.located.path.clone(),
            }),
            _ => Ok(runtime.clone()),
        };
    }
    let from_env = std::env::var_os(VARIABLE)
        .filter(|v| !v.is_empty())
        .map(PathBuf::from);
    let paths = match (explicit, from_env) {
        (Some(path), _) => vec![absolute(path)],
        (None, Some(path)) => vec![absolute(&path)],
        (None, None) => own_dirs()
            .into_iter()
            .chain(data_dir::runtime_dir())
            .collect(),
    };
    let mut searched = Vec::new();
    for searched_path in paths {
        let libraries = libraries_at(&searched_path);
        if libraries.is_empty() {
            let reason = if searched_path.is_dir() {
                "contains no ONNX Runtime"
            } else {
                "does not exist"
            };
            searched.push(SearchedPath {
                path: searched_path,
                reason: reason.into(),
            });
        }
        for path in libraries {
            match open(&path) {
                Ok(environment) => {
                    let version = version_of(&path);
                    log::info!("ONNX Runtime {version} loaded from {}", path.display());
                    let runtime = Runtime {
                        environment,
                        located: Located { path, version },
                    };
                    return Ok(loaded.insert(runtime).clone());
                }
                Err(reason) => searched.push(SearchedPath { path, reason }),
            }
        }
    }
    Err(DetectError::NoRuntime { searched })
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf())
}

fn is_same(requested: &Path, runtime: &Runtime) -> bool {
    let real = |p: &Path| p.canonicalize().unwrap_or_else(|_| p.to_path_buf());
    let loaded = real(&runtime.located.path);
    let requested = real(requested);
    requested == loaded || libraries_at(&requested).iter().any(|p| real(p) == loaded)
}

/// Loads one library and checks its version. The reason of a failure is short.
fn open(path: &Path) -> Result<Environment, String> {
    let attempt = catch_unwind(AssertUnwindSafe(|| {
        let builder = ort::init_from(path).map_err(reason)?;
        let environment = builder
            .with_name("rextrack")
            // A library inside another program must not send telemetry.
            .with_telemetry(false)
            .with_logger(Arc::new(forward))
            .build()
            .map_err(|e| short(e.message()))?;
        environment.set_log_level(LogLevel::Warning);
        Ok(environment)
    }));
    // ort panics on a library that is not ONNX Runtime.
    attempt.unwrap_or_else(|_| Err("is not a working ONNX Runtime".into()))
}

fn reason(error: LoadDynamicError) -> String {
    match error {
        LoadDynamicError::Dlopen { error, .. } => {
            format!("cannot be loaded: {}", short(&error.to_string()))
        }
        LoadDynamicError::MissingApi { .. } | LoadDynamicError::InvalidVersionString => {
            "is not an ONNX Runtime library".into()
        }
        LoadDynamicError::BadVersion { version_str, .. } => {
            format!(
                "version {version_str}, 1.{} or newer is needed",
                ort::MINOR_VERSION
            )
        }
    }
}

/// ONNX Runtime would write to stderr, which a host may not have.
fn forward(level: LogLevel, _category: &str, _id: &str, location: &str, message: &str) {
    // Its errors are also returned as values and reported there.
    let level = match level {
        LogLevel::Fatal => log::Level::Error,
        LogLevel::Error | LogLevel::Warning => log::Level::Debug,
        _ => log::Level::Trace,
    };
    log::log!(target: "onnxruntime", level, "{message} ({location})");
}

/// The libraries for a path, best first: the path itself if it is a file, otherwise all
/// libraries of that folder.
fn libraries_at(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_path_buf()];
    }
    let Ok(entries) = path.read_dir() else {
        return Vec::new();
    };
    let mut found: Vec<(Version, PathBuf)> = entries
        .flatten()
        .filter_map(|entry| Some((version_in_name(&entry.file_name())?, entry.path())))
        .filter(|(_, path)| path.is_file())
        .collect();
    found.sort_by(|a, b| b.cmp(a));
    found.into_iter().map(|(_, path)| path).collect()
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Version(Vec<u32>);

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&numbers.join("."))
    }
}

/// The version in a library's file name, empty when it carries none; `None` for
/// files that are not ONNX Runtime's main library on this platform.
fn version_in_name(name: &OsStr) -> Option<Version> {
    let name = name.to_str()?;
    let numbers = if cfg!(windows) {
        (name.eq_ignore_ascii_case("onnxruntime.dll")).then_some("")?
    } else if cfg!(target_os = "macos") {
        name.strip_prefix("libonnxruntime")?
            .strip_suffix(".dylib")?
    } else {
        name.strip_prefix("libonnxruntime.so")?
    };
    if numbers.is_empty() {
        return Some(Version(Vec::new()));
    }
    let numbers = numbers
        .strip_prefix('.')?
        .split('.')
        .map(|n| n.parse().ok());
    Some(Version(numbers.collect::<Option<_>>()?))
}

/// The loaded library's version: from its file name (links followed), else from
/// the branch that official builds name in their build information.
fn version_of(path: &Path) -> String {
    let real = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let named = [real.as_path(), path]
        .into_iter()
        .filter_map(|p| version_in_name(p.file_name()?))
        .find(|v| v.0.len() > 1);
    if let Some(version) = named {
        return version.to_string();
    }
    let info = ort::info();
    let branch = info.split_once("git-branch=rel-").map(|(_, rest)| rest);
    branch
        .and_then(|rest| rest.split([',', ' ']).next())
        .filter(|v| v.starts_with(|c: char| c.is_ascii_digit()))
        .map_or_else(
            || format!("1.{} or newer", ort::MINOR_VERSION),
            str::to_owned,
        )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn highest_version_of_a_folder_comes_first_without_providers() {
        let dir = tempfile::tempdir().unwrap();
        for name in [
            "libonnxruntime.so.1.9.2",
            "libonnxruntime.so.1.32.0",
            "libonnxruntime.so",
            "libonnxruntime_providers_shared.so",
            "libonnxruntime.so.bak",
            "readme.txt",
        ] {
            std::fs::write(dir.path().join(name), "").unwrap();
        }
        let names: Vec<_> = libraries_at(dir.path())
            .iter()
            .map(|p| p.file_name().unwrap().to_str().unwrap().to_owned())
            .collect();
        assert_eq!(
            names,
            [
                "libonnxruntime.so.1.32.0",
                "libonnxruntime.so.1.9.2",
                "libonnxruntime.so"
            ]
        );
    }

    #[test]
    fn only_our_own_program_adds_its_folder() {
        assert!(is_own_program(Path::new("/opt/rextrack/rextrack")));
        assert!(is_own_program(Path::new("/opt/rextrack/rextrack.exe")));
        assert!(!is_own_program(Path::new("/Applications/TouchDesigner")));
        assert!(!is_own_program(Path::new("/usr/bin/python3")));
    }
}
