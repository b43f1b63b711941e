//! The folder of data that belongs to a user rather than to a project.
//!
//! The set-up (`cargo xtask setup`) puts ONNX Runtime here and the library
//! looks for it here, so both include this one file. It uses the standard
//! library alone, because the set-up is built on machines that have nothing else.

use std::env;
use std::path::PathBuf;

/// The folder of this user's rextrack data, absolute; it need not exist yet.
///
/// `REXTRACK_HOME`, if it is set. Otherwise the platform's convention: `$XDG_DATA_HOME/rextrack` or `~/.local/share/rextrack` on Linux,
/// `~/Library/Application Support/rextrack` on macOS, `%LOCALAPPDATA%\rextrack`
/// on Windows. `None` if the environment has no home folder, as for some system
/// services.
pub fn data_dir() -> Option<PathBuf> {
    if let Some(home) = folder("REXTRACK_HOME") {
        // Libraries are loaded by absolute path only, so a relative value is
        // made absolute here, once.
        return std::path::absolute(home).ok();
    }
    let base = if cfg!(windows) {
        folder("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        folder("HOME").map(|home| home.join("Library").join("Application Support"))
    } else {
        // The XDG base directory specification has relative values ignored.
        folder("XDG_DATA_HOME")
            .filter(|path| path.is_absolute())
            .or_else(|| folder("HOME").map(|home| home.join(".local").join("share")))
    };
    base.map(|base| base.join("rextrack"))
}

/// The folder that the set-up puts ONNX Runtime into.
pub fn runtime_dir() -> Option<PathBuf> {
    data_dir().map(|data| data.join("runtime"))
}

/// An environment variable as a path; an empty one counts as unset.
fn folder(variable: &str) -> Option<PathBuf> {
    env::var_os(variable)
        .filter(|value| !value.is_empty())
        .map(PathBuf::from)
}
