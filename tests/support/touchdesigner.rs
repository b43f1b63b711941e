//! Building the TouchDesigner plugins and their tests with CMake.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::host::{is_there, library, root, succeeded};

/// Where a build of the plugins lies.
pub struct Build {
    folder: PathBuf,
}

impl Build {
    /// Builds everything, with the SDK at `sdk` or without one. `None`, and
    /// one line that says why, where CMake or a library of the tests is missing.
    pub fn make(test: &str, sdk: Option<&Path>) -> Option<Self> {
        if !is_there("cmake") || !is_there("c++") {
            println!("skipped: {test}: cmake or a C++ compiler is missing");
            return None;
        }
        let name = if sdk.is_some() { "plugins" } else { "core" };
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join("touchdesigner")
            .join(name);
        // A build of another checkout that shares this target folder.
        let cache = std::fs::read_to_string(folder.join("CMakeCache.txt")).unwrap_or_default();
        let home = format!(
            "CMAKE_HOME_DIRECTORY:INTERNAL={}",
            root("touchdesigner").display()
        );
        if !cache.is_empty() && !cache.contains(&home) {
            std::fs::remove_dir_all(&folder).unwrap();
        }
        let mut configure = Command::new("cmake");
        configure
            .arg("-S")
            .arg(root("touchdesigner"))
            .arg("-B")
            .arg(&folder)
            .arg(format!("-DREXTRACK_LIBRARY={}", library().display()))
            .arg(format!(
                "-DTD_SDK_DIR={}",
                sdk.unwrap_or(Path::new("")).display()
            ))
            .env_remove("TD_SDK_DIR");
        let output = configure.output().unwrap();
        let printed = String::from_utf8_lossy(&output.stdout);
        if !output.status.success() && printed.contains("nlohmann_json is not installed") {
            println!("skipped: {test}: nlohmann_json is missing (cargo xtask setup --tests)");
            return None;
        }
        succeeded(&output, "cmake");
        if printed.contains("doctest is not installed") {
            println!("skipped: {test}: doctest is missing (cargo xtask setup --tests)");
            return None;
        }
        let mut build = Command::new("cmake");
        build
            .arg("--build")
            .arg(&folder)
            .args(["--parallel", "2", "--config", "Release"]);
        let output = build.output().unwrap();
        let printed = String::from_utf8_lossy(&output.stdout);
        succeeded(&output, &format!("cmake --build: {printed}"));
        Some(Self { folder })
    }

    /// A program of `touchdesigner/tests`, told where the plugins are.
    pub fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.folder.join("tests").join(name));
        command.env("REXTRACK_TD_PLUGINS", self.folder.join("Plugins"));
        command
    }
}

/// The folders with headers below an SDK's folder: it, or those of its samples.
pub fn header_folders(sdk: &Path) -> Vec<PathBuf> {
    let mut folders = vec![sdk.to_path_buf()];
    for family in ["CHOP", "TOP"] {
        let samples = sdk.join(family);
        let below = std::fs::read_dir(&samples).into_iter().flatten().flatten();
        folders.extend(below.map(|entry| entry.path()));
        folders.push(samples);
    }
    folders.retain(|folder| folder.join("CPlusPlus_Common.h").is_file());
    folders
}

/// Whether an SDK has that header.
pub fn has_header(sdk: &Path, header: &str) -> bool {
    let folders = header_folders(sdk);
    folders.iter().any(|folder| folder.join(header).is_file())
}

/// The SDK, or `None` with the one line by which a skipped test is counted.
pub fn sdk(test: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("TD_SDK_DIR").filter(|v| !v.is_empty());
    if folder.is_none() {
        println!(
            "skipped: {test}: TouchDesigner's SDK is not here; set TD_SDK_DIR to its \
             Samples/CPlusPlus folder"
        );
    }
    folder.map(PathBuf::from)
}
