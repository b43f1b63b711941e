//! Models, videos and the runtime that tests of library and service need. For a missing file
//! these functions print the line by which `cargo xtask test` counts a skipped test.

use std::path::{Path, PathBuf};

/// The root of the repository. The service's tests run in a folder below it.
fn project() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let is_root = package.join("models").is_dir();
    let root = if is_root {
        Some(package)
    } else {
        package.parent()
    };
    root.unwrap().to_path_buf()
}

/// The folder that `cargo xtask setup` puts models and pictures into.
pub fn models_dir() -> PathBuf {
    project().join("models")
}

/// A file of `models/`. Prints the reason for a skip if it is missing.
pub fn asset(test: &str, file: &str) -> Option<PathBuf> {
    let path = models_dir().join(file);
    if path.is_file() {
        return Some(path);
    }
    println!("skipped: {test}: {file} is missing (cargo xtask setup fetches it)");
    None
}

/// Whether ONNX Runtime is available. Prints the reason for a skip if not.
pub fn has_runtime(test: &str) -> bool {
    match rextrack::internals::detect::runtime::locate(None) {
        Ok(_) => true,
        Err(error) => {
            println!("skipped: {test}: {error} (cargo xtask setup fetches it)");
            false
        }
    }
}

/// Models that detect people, the best first. The first comes from GitHub. The second can be
/// created on every machine that reaches the package registries.
pub const PEOPLE_MODELS: [&str; 2] = ["yolox_nano", "nanodet_g"];

/// The people models in `models/`. Prints the reason for a skip if there is none.
pub fn people_models(test: &str) -> Vec<&'static str> {
    let there = |name: &&str| models_dir().join(format!("{name}.onnx")).is_file();
    let all: Vec<&str> = PEOPLE_MODELS.into_iter().filter(there).collect();
    if all.is_empty() {
        println!(
            "skipped: {test}: {} are missing (cargo xtask setup fetches one)",
            PEOPLE_MODELS.join(".onnx and ") + ".onnx"
        );
    }
    all
}

/// The name of a people model in `models/`, if ONNX Runtime is available too. Prints the
/// reason for a skip if not.
pub fn people_model(test: &str) -> Option<&'static str> {
    let model = people_models(test).into_iter().next()?;
    has_runtime(test).then_some(model)
}

/// The folder of the models in the repository: heads without weights, created by
/// `make_fixtures.py`.
pub fn fixtures_dir() -> PathBuf {
    project().join("tests/models")
}
