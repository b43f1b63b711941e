//! Building the TouchDesigner plugins and their tests with CMake.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::host::{is_there, library, root, succeeded};

/// Where a build of the plugins lies.
pub struct Build {
    folder: PathBuf,
}

impl Build {
    /// Builds everything, with the SDK at `sdk` or without one. `None`, and
    /// one line that says why, where CMake or a library of the tests is missing.
    pub fn make(test: &str, sdk: Option<&Path>) -> Option<Self> {
        let name = if sdk.is_some() { "plugins" } else { "core" };
        let sdk = sdk.unwrap_or(Path::new(""));
        let output = configure(
            test,
            &build_folder(name),
            &[
                format!("-DREXTRACK_LIBRARY={}", library().display()),
                format!("-DTD_SDK_DIR={}", sdk.display()),
            ],
        )?;
        succeeded(&output, "cmake");
        if String::from_utf8_lossy(&output.stdout).contains("doctest is not installed") {
            println!("skipped: {test}: doctest is missing (cargo xtask setup --tests)");
            return None;
        }
        Some(Self::in_folder(build_folder(name)))
    }

    /// Builds in a folder that is configured.
    pub fn in_folder(folder: PathBuf) -> Self {
        let mut build = Command::new("cmake");
        build
            .arg("--build")
            .arg(&folder)
            .args(["--parallel", "2", "--config", "Release"]);
        let output = build.output().unwrap();
        let printed = String::from_utf8_lossy(&output.stdout);
        succeeded(&output, &format!("cmake --build: {printed}"));
        Self { folder }
    }

    /// A file of the build.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// A program of `touchdesigner/tests`, told where the plugins are.
    pub fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.path("tests").join(name));
        command.env("REXTRACK_TD_PLUGINS", self.path("Plugins"));
        command
    }

    /// A program that is built only where the machine has Python's headers, told where the
    /// plugin for Python is.
    pub fn program_with_python(&self, name: &str) -> Option<Command> {
        let mut command = self.program(name);
        let entries = std::fs::read_dir(self.path(".")).unwrap();
        let is_for_python = |path: &PathBuf| path.to_string_lossy().contains("Plugins-Python");
        let plugins = entries
            .map(|entry| entry.unwrap().path())
            .find(is_for_python)?;
        command.env("REXTRACK_TD_PYTHON_PLUGINS", plugins);
        let is_built = Path::new(command.get_program()).is_file();
        is_built.then_some(command)
    }
}

/// A build folder of that name, which later runs use again.
pub fn build_folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("touchdesigner")
        .join(name)
}

/// Runs CMake's configure step in a build folder. `None`, and one line that says why, where
/// CMake or a library of the core is missing.
pub fn configure(test: &str, folder: &Path, arguments: &[String]) -> Option<Output> {
    if !is_there("cmake") || !is_there("c++") {
        println!("skipped: {test}: cmake or a C++ compiler is missing");
        return None;
    }
    // A build of another checkout that shares this target folder.
    let cache = std::fs::read_to_string(folder.join("CMakeCache.txt")).unwrap_or_default();
    let home = format!(
        "CMAKE_HOME_DIRECTORY:INTERNAL={}",
        root("touchdesigner").display()
    );
    if !cache.is_empty() && !cache.contains(&home) {
        std::fs::remove_dir_all(folder).unwrap();
    }
    let mut configure = Command::new("cmake");
    configure
        .arg("-S")
        .arg(root("touchdesigner"))
        .arg("-B")
        .arg(folder)
        .args(arguments)
        .env_remove("TD_SDK_DIR");
    let output = configure.output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() && printed.contains("nlohmann_json is not installed") {
        println!("skipped: {test}: nlohmann_json is missing (cargo xtask setup --tests)");
        return None;
    }
    Some(output)
}

/// The families of nodes, with the folder of their source.
pub const FAMILIES: [(&str, &str); 2] = [("CHOP", "chop"), ("TOP", "top")];

/// The folder below an SDK's folder that has the header of a family. The order is that of
/// `touchdesigner/find_sdk.cmake`.
pub fn header_folder(sdk: &Path, family: &str) -> Option<PathBuf> {
    let below = |folder: &Path| {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let mut folders: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
        folders.retain(|path| path.is_dir());
        folders.sort();
        folders
    };
    let header = format!("{family}_CPlusPlusBase.h");
    let children = below(sdk);
    let mut folders = vec![sdk.to_path_buf()];
    folders.extend(children.iter().cloned());
    folders.extend(children.iter().flat_map(|folder| below(folder)));
    folders.extend(sdk.parent().map(below).unwrap_or_default());
    folders
        .into_iter()
        .find(|folder| folder.join(&header).is_file())
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
