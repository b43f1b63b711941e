//! `cargo xtask setup`: installs missing parts, and prints nothing about the others.

use std::path::PathBuf;

use crate::assets::Assets;
use crate::command::Result;
use crate::conversion;
use crate::manifest::Asset;
use crate::npm_folder::NpmFolder;
use crate::panel;
use crate::python;
use crate::runtime::{self, Runtime};
use crate::system_packages;
use crate::workspace::Workspace;

/// Python packages that tests use: an independent OSC receiver and metrics parser,
/// arrays, models, a type checker, and a generator of API requests.
const TEST_PACKAGES: [python::Package; 6] = [
    ("python-osc", "pythonosc"),
    ("numpy", "numpy"),
    ("onnx", "onnx"),
    ("mypy", "mypy"),
    ("prometheus-client", "prometheus_client"),
    ("schemathesis", "schemathesis"),
];

/// What the set-up found. Missing parts are in `problems` and are no errors, because
/// rextrack is of some use without each of them.
pub struct Prerequisites {
    /// ONNX Runtime, without which no model file runs.
    pub runtime: Option<Runtime>,
    /// The model of people: the demo's own, or its fallback.
    pub model: Option<Model>,
    /// The demo's video.
    pub video: Option<PathBuf>,
    /// Why something above is missing, with the remedy.
    pub problems: Vec<String>,
    /// Whether anything had to be installed or fetched.
    pub changed: bool,
}

/// A model in `models/`.
pub struct Model {
    /// What to write as `tracking.model`.
    pub name: String,
    /// What to write as `tracking.confidence`, where the default does not suit it.
    confidence: Option<String>,
    /// Whether it is the program's default, which needs no naming.
    pub default: bool,
    /// The file.
    path: PathBuf,
}

impl Model {
    /// The options by which the program runs on it.
    pub fn options(&self) -> String {
        match &self.confidence {
            Some(confidence) => format!("--model {} --confidence {confidence}", self.name),
            None => format!("--model {}", self.name),
        }
    }
}

/// How far to search for a file whose fallback is there already.
#[derive(Clone, Copy, PartialEq)]
enum Search {
    /// Tries its addresses again: they may be reachable now.
    WithDownload,
    /// Downloads nothing: the fallback is good enough.
    LocalOnly,
}

/// `cargo xtask setup [--tests]`
pub fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let tests = match arguments {
        [] => false,
        [flag] if flag == "--tests" => true,
        _ => return Err("usage: cargo xtask setup [--tests]".into()),
    };
    let built = system_packages::ensure_build_packages()?;
    let mut ready = ensure_prerequisites(workspace, Search::WithDownload)?;
    ready.changed |= built;
    if tests {
        ensure_test_prerequisites(workspace, &mut ready);
    }
    if let Some(model) = ready.model.as_ref().filter(|model| !model.default) {
        println!(
            "setup: the default model yolox_nano is missing, so run the program with {}",
            model.options()
        );
    }
    if ready.problems.is_empty() {
        let what = if ready.changed {
            "everything is in place"
        } else {
            "nothing is missing"
        };
        println!("setup: {what} ({})", ready.summary());
        return Ok(());
    }
    Err(ready.problems.join("\n"))
}

/// Installs the runtime, the demo's model, its video and the panel.
pub fn ensure_run_prerequisites(workspace: &Workspace) -> Result<Prerequisites> {
    ensure_prerequisites(workspace, Search::LocalOnly)
}

fn ensure_prerequisites(workspace: &Workspace, search: Search) -> Result<Prerequisites> {
    let mut ready = Prerequisites {
        runtime: runtime::find(),
        model: None,
        video: None,
        problems: vec![],
        changed: false,
    };
    if ready.runtime.is_none() {
        match runtime::install(workspace) {
            Ok(runtime) => {
                let version = runtime.version.as_deref().unwrap_or("of unknown version");
                println!(
                    "setup: ONNX Runtime {version} at {}",
                    runtime.path.display()
                );
                ready.runtime = Some(runtime);
                ready.changed = true;
            }
            Err(message) => ready.problems.push(message),
        }
    }
    ready.fetch(&Assets::load(workspace)?, "demo", search);
    match panel::build(workspace) {
        Ok(changed) => ready.changed |= changed,
        Err(message) => ready.problems.push(message),
    }
    Ok(ready)
}

/// Installs what only tests need. Nothing here is fatal: a test that lacks something
/// is skipped and says so.
pub fn ensure_test_prerequisites(workspace: &Workspace, ready: &mut Prerequisites) {
    match system_packages::ensure_test_packages() {
        Ok(changed) => ready.changed |= changed,
        Err(message) => ready.problems.push(message),
    }
    if let Err(message) = python::with_packages(workspace, &TEST_PACKAGES) {
        ready.problems.push(message);
    }
    match panel::ensure_test_packages(workspace) {
        Ok(changed) => ready.changed |= changed,
        Err(message) => ready.problems.push(message),
    }
    // koffi has its native code in a package of the platform, so no script has to run.
    let node = NpmFolder::of(workspace, "examples-node", "examples/node");
    match node.ensure("about 5 MB", &["--ignore-scripts"]) {
        Ok(changed) => ready.changed |= changed,
        Err(message) => ready.problems.push(message),
    }
    match Assets::load(workspace) {
        Ok(assets) => ready.fetch(&assets, "tests", Search::WithDownload),
        Err(message) => ready.problems.push(message),
    }
}

impl Prerequisites {
    fn fetch(&mut self, assets: &Assets, needed_by: &str, search: Search) {
        for asset in &assets.all {
            if asset.needed_by != needed_by {
                continue;
            }
            let parts = std::iter::once(asset).chain(assets.fallback(asset));
            let there: Vec<&Asset> = parts.filter(|a| assets.present(a).is_some()).collect();
            match fetch_or_fallback(assets, asset, search) {
                Ok((found, path)) => {
                    self.changed |= !there.contains(&found);
                    self.record(asset, found, path);
                }
                Err(message) => self.problems.push(format!("setup: {message}")),
            }
        }
    }

    /// Records the file that is used as `asset`.
    fn record(&mut self, asset: &Asset, found: &Asset, path: PathBuf) {
        match asset.name.as_str() {
            "yolox_nano" => {
                let confidence = Some(found.confidence.clone());
                self.model = Some(Model {
                    name: found.name.clone(),
                    confidence: confidence.filter(|value| !value.is_empty()),
                    default: found == asset,
                    path,
                });
            }
            "vtest" => self.video = Some(path),
            _ => {}
        }
    }

    fn summary(&self) -> String {
        let runtime = self
            .runtime
            .as_ref()
            .and_then(|runtime| runtime.version.as_deref());
        let mut parts = vec!["OpenCV".to_owned()];
        parts.push(
            format!("ONNX Runtime {}", runtime.unwrap_or(""))
                .trim_end()
                .to_owned(),
        );
        let model = self.model.as_ref().map(|model| &model.path);
        for path in [model, self.video.as_ref()].into_iter().flatten() {
            parts.extend(
                path.file_name()
                    .map(|name| name.to_string_lossy().into_owned()),
            );
        }
        parts.join(", ")
    }
}

fn fetch(assets: &Assets, asset: &Asset) -> Result<PathBuf> {
    match asset.is_converted() {
        true => conversion::convert(assets, asset),
        false => assets.fetch(asset),
    }
}

/// The asset in `models/`, or its fallback.
fn fetch_or_fallback<'a>(
    assets: &'a Assets,
    asset: &'a Asset,
    search: Search,
) -> Result<(&'a Asset, PathBuf)> {
    let fallback = assets.fallback(asset);
    if search == Search::LocalOnly
        && let Some(other) = fallback
        && let Some(there) = assets.present(other)
    {
        return Ok(match assets.fetch_local(asset) {
            Some(path) => (asset, path),
            None => (other, there),
        });
    }
    let message = match (fetch(assets, asset), fallback) {
        (Ok(path), _) => return Ok((asset, path)),
        (Err(message), None) => return Err(message),
        (Err(message), Some(_)) => message,
    };
    let other = fallback.unwrap_or(asset);
    println!("setup: {message}");
    println!("setup: {} is used instead: {}", other.name, other.purpose);
    let path = fetch(assets, other)?;
    Ok((other, path))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fs;

    use super::*;
    use crate::cache::Cache;
    use crate::sha256;
    use crate::test_dir::TestDir;

    /// A manifest of a model and its fallback, both without an origin.
    fn manifest() -> Vec<Asset> {
        let asset = |name: &str, fallback_for: &str| Asset {
            name: name.into(),
            file: format!("{name}.onnx"),
            sha256: vec![sha256::hex(name.as_bytes())],
            fallback_for: fallback_for.into(),
            ..Asset::default()
        };
        vec![asset("yolox_nano", ""), asset("other", "yolox_nano")]
    }

    #[test]
    fn fallback_model_is_used_only_when_the_first_is_missing() {
        let dir = TestDir::new("stand-in");
        let workspace = dir.workspace();
        let assets =
            Assets::without_mirror(&workspace, Cache::at(dir.path("downloads")), manifest());
        let name = |search| {
            fetch_or_fallback(&assets, &assets.all[0], search).map(|(found, _)| &found.name)
        };

        let message = name(Search::LocalOnly).unwrap_err();
        assert!(
            message.contains("other.onnx could not be fetched"),
            "{message}"
        );
        fs::write(workspace.models.join("other.onnx"), "other").unwrap();
        for search in [Search::LocalOnly, Search::WithDownload] {
            assert_eq!(name(search).unwrap(), "other");
        }
        fs::write(workspace.models.join("yolox_nano.onnx"), "yolox_nano").unwrap();
        for search in [Search::LocalOnly, Search::WithDownload] {
            assert_eq!(name(search).unwrap(), "yolox_nano");
        }
    }

    #[test]
    fn fallback_model_is_not_reported_as_the_default() {
        let mut ready = Prerequisites {
            runtime: None,
            model: None,
            video: None,
            problems: vec![],
            changed: false,
        };
        let assets = manifest();
        for (found, default) in [(&assets[0], true), (&assets[1], false)] {
            ready.record(&assets[0], found, PathBuf::new());
            let model = ready.model.as_ref().unwrap();
            assert_eq!((&model.name, model.default), (&found.name, default));
            assert_eq!(model.options(), format!("--model {}", found.name));
        }
        let mut found = assets[1].clone();
        found.confidence = "0.5".into();
        ready.record(&assets[0], &found, PathBuf::new());
        let options = ready.model.as_ref().unwrap().options();
        assert_eq!(options, "--model other --confidence 0.5");
    }
}
