//! `cargo xtask setup`: installs what is missing and says nothing about the rest.

use std::path::PathBuf;

use crate::assets::Assets;
use crate::command::Result;
use crate::manifest::Asset;
use crate::panel;
use crate::python;
use crate::runtime::{self, Runtime};
use crate::system;
use crate::workspace::Workspace;

/// Python packages that tests use: an OSC receiver and a reader of metrics that are
/// not ours, arrays, models, a checker of types, and an inventor of requests.
const TEST_PACKAGES: [python::Package; 6] = [
    ("python-osc", "pythonosc"),
    ("numpy", "numpy"),
    ("onnx", "onnx"),
    ("mypy", "mypy"),
    ("prometheus-client", "prometheus_client"),
    ("schemathesis", "schemathesis"),
];

/// What there is to run with. What is missing is said in `problems`, since
/// something useful runs without each of these.
pub struct Ready {
    /// ONNX Runtime, without which no model file runs.
    pub runtime: Option<Runtime>,
    /// The model of people: the demo's own, or the one that stands in for it.
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

/// How far to go for a file that another one stands in for already.
#[derive(Clone, Copy, PartialEq)]
enum Search {
    /// It may be reachable now, so its addresses are tried again.
    Everywhere,
    /// The other one will do; nothing is downloaded.
    Here,
}

/// `cargo xtask setup [--tests]`
pub fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let tests = match arguments {
        [] => false,
        [flag] if flag == "--tests" => true,
        _ => return Err("usage: cargo xtask setup [--tests]".into()),
    };
    let built = system::build_needs()?;
    let mut ready = needs(workspace, Search::Everywhere)?;
    ready.changed |= built;
    if tests {
        test_needs(workspace, &mut ready);
    }
    if let Some(model) = ready.model.as_ref().filter(|model| !model.default) {
        println!(
            "setup: the program looks for yolox_nano when no model is named, so name this one: {}",
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

/// Sees to the runtime, the demo's model, its video and the panel.
pub fn run_needs(workspace: &Workspace) -> Result<Ready> {
    needs(workspace, Search::Here)
}

fn needs(workspace: &Workspace, search: Search) -> Result<Ready> {
    let mut ready = Ready {
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
    ready.fetch(&Assets::of(workspace)?, "demo", search);
    match panel::build(workspace) {
        Ok(changed) => ready.changed |= changed,
        Err(message) => ready.problems.push(message),
    }
    Ok(ready)
}

/// Sees to what only tests need. A test whose need is missing skips and says
/// so, hence nothing here is fatal.
pub fn test_needs(workspace: &Workspace, ready: &mut Ready) {
    match system::test_needs() {
        Ok(changed) => ready.changed |= changed,
        Err(message) => ready.problems.push(message),
    }
    if let Err(message) = python::with(workspace, &TEST_PACKAGES) {
        ready.problems.push(message);
    }
    match panel::test_needs(workspace) {
        Ok(changed) => ready.changed |= changed,
        Err(message) => ready.problems.push(message),
    }
    match Assets::of(workspace) {
        Ok(assets) => ready.fetch(&assets, "tests", Search::Everywhere),
        Err(message) => ready.problems.push(message),
    }
}

impl Ready {
    fn fetch(&mut self, assets: &Assets, needed_by: &str, search: Search) {
        for asset in &assets.all {
            if asset.needed_by != needed_by {
                continue;
            }
            let parts = std::iter::once(asset).chain(assets.stand_in(asset));
            let there: Vec<&Asset> = parts.filter(|a| assets.present(a).is_some()).collect();
            match one(assets, asset, search) {
                Ok((found, path)) => {
                    self.changed |= !there.contains(&found);
                    self.place(asset, found, path);
                }
                Err(message) => self.problems.push(format!("setup: {message}")),
            }
        }
    }

    /// Notes what plays the part of `asset`.
    fn place(&mut self, asset: &Asset, found: &Asset, path: PathBuf) {
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

/// The asset in `models/`, or the one that stands in for it.
fn one<'a>(assets: &'a Assets, asset: &'a Asset, search: Search) -> Result<(&'a Asset, PathBuf)> {
    let stand_in = assets.stand_in(asset);
    if search == Search::Here
        && let Some(other) = stand_in
        && let Some(there) = assets.present(other)
    {
        return Ok(match assets.take(asset) {
            Some(path) => (asset, path),
            None => (other, there),
        });
    }
    let message = match (assets.fetch(asset), stand_in) {
        (Ok(path), _) => return Ok((asset, path)),
        (Err(message), None) => return Err(message),
        (Err(message), Some(_)) => message,
    };
    let other = stand_in.unwrap_or(asset);
    println!("setup: {message}");
    println!("setup: {} stands in for it: {}", other.name, other.purpose);
    let path = assets.fetch(other)?;
    Ok((other, path))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fs;

    use super::*;
    use crate::cache::Cache;
    use crate::scratch::Scratch;
    use crate::sha256;

    /// A manifest of a model and its stand-in, neither of which has an origin.
    fn manifest() -> Vec<Asset> {
        let asset = |name: &str, stands_in_for: &str| Asset {
            name: name.into(),
            file: format!("{name}.onnx"),
            sha256: vec![sha256::hex(name.as_bytes())],
            stands_in_for: stands_in_for.into(),
            ..Asset::default()
        };
        vec![asset("yolox_nano", ""), asset("other", "yolox_nano")]
    }

    #[test]
    fn another_model_stands_in_only_where_the_first_is_missing() {
        let scratch = Scratch::new("stand-in");
        let workspace = scratch.workspace();
        let assets = Assets::with(&workspace, Cache::at(scratch.path("downloads")), manifest());
        let name = |search| one(&assets, &assets.all[0], search).map(|(found, _)| &found.name);

        let message = name(Search::Here).unwrap_err();
        assert!(
            message.contains("other.onnx could not be fetched"),
            "{message}"
        );
        fs::write(workspace.models.join("other.onnx"), "other").unwrap();
        for search in [Search::Here, Search::Everywhere] {
            assert_eq!(name(search).unwrap(), "other");
        }
        fs::write(workspace.models.join("yolox_nano.onnx"), "yolox_nano").unwrap();
        for search in [Search::Here, Search::Everywhere] {
            assert_eq!(name(search).unwrap(), "yolox_nano");
        }
    }

    #[test]
    fn a_stand_in_is_known_as_one() {
        let mut ready = Ready {
            runtime: None,
            model: None,
            video: None,
            problems: vec![],
            changed: false,
        };
        let assets = manifest();
        for (found, default) in [(&assets[0], true), (&assets[1], false)] {
            ready.place(&assets[0], found, PathBuf::new());
            let model = ready.model.as_ref().unwrap();
            assert_eq!((&model.name, model.default), (&found.name, default));
            assert_eq!(model.options(), format!("--model {}", found.name));
        }
        let mut found = assets[1].clone();
        found.confidence = "0.5".into();
        ready.place(&assets[0], &found, PathBuf::new());
        let options = ready.model.as_ref().unwrap().options();
        assert_eq!(options, "--model other --confidence 0.5");
    }
}
