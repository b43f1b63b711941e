//! Models, videos and the runtime that tests need, for those of the library and those
//! of the program. What is missing is said in the one line by which `cargo xtask test`
//! counts a skipped test.

use std::path::{Path, PathBuf};

/// The checkout. The program's tests are a folder below it.
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

/// A file of `models/`, or `None` with the one line by which `cargo xtask test`
/// counts a skipped test.
pub fn asset(test: &str, file: &str) -> Option<PathBuf> {
    let path = models_dir().join(file);
    if path.is_file() {
        return Some(path);
    }
    println!("skipped: {test}: {file} is missing (cargo xtask setup fetches it)");
    None
}

/// Whether ONNX Runtime can be had; says so in one line when not.
pub fn has_runtime(test: &str) -> bool {
    match rextrack::detect::runtime::locate(None) {
        Ok(_) => true,
        Err(error) => {
            println!("skipped: {test}: {error} (cargo xtask setup fetches it)");
            false
        }
    }
}

/// Models that find people, the best first. The first comes from GitHub; the second
/// can be made on every machine that reaches the package registries.
pub const PEOPLE_MODELS: [&str; 2] = ["yolox_nano", "nanodet_g"];

/// The people models that are in `models/`; says in one line when there is none.
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

/// A model that finds people, by its name in `models/`, and an ONNX Runtime to run
/// it; says in one line what is missing.
pub fn people_model(test: &str) -> Option<&'static str> {
    let model = people_models(test).into_iter().next()?;
    has_runtime(test).then_some(model)
}

/// The folder of models that are part of the repository: heads without weights, made
/// by its `make_fixtures.py`.
pub fn fixtures_dir() -> PathBuf {
    project().join("tests/models")
}
