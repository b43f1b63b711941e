//! `cargo xtask setup`: installs what is missing and says nothing about the rest.

use std::path::PathBuf;

use crate::assets;
use crate::command::Result;
use crate::panel;
use crate::python;
use crate::runtime::{self, Runtime};
use crate::system;
use crate::workspace::Workspace;

/// Python packages that tests use: an OSC receiver and a reader of metrics that are
/// not ours, arrays, a checker of types, and an inventor of requests.
const TEST_PACKAGES: [python::Package; 5] = [
    ("python-osc", "pythonosc"),
    ("numpy", "numpy"),
    ("mypy", "mypy"),
    ("prometheus-client", "prometheus_client"),
    ("schemathesis", "schemathesis"),
];

/// What there is to run with. What is missing is said in `problems`, since
/// something useful runs without each of these.
pub struct Ready {
    /// ONNX Runtime, without which no model file runs.
    pub runtime: Option<Runtime>,
    /// The demo's model.
    pub model: Option<PathBuf>,
    /// The demo's video.
    pub video: Option<PathBuf>,
    /// Why something above is missing, with the remedy.
    pub problems: Vec<String>,
    /// Whether anything had to be installed or fetched.
    pub changed: bool,
}

/// `cargo xtask setup [--tests]`
pub fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let tests = match arguments {
        [] => false,
        [flag] if flag == "--tests" => true,
        _ => return Err("usage: cargo xtask setup [--tests]".into()),
    };
    let built = system::build_needs()?;
    let mut ready = run_needs(workspace)?;
    ready.changed |= built;
    if tests {
        test_needs(workspace, &mut ready);
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

/// Sees to the runtime, the demo's model and its video.
pub fn run_needs(workspace: &Workspace) -> Result<Ready> {
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
    ready.fetch(workspace, "demo")?;
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
    if let Err(message) = ready.fetch(workspace, "tests") {
        ready.problems.push(message);
    }
}

impl Ready {
    fn fetch(&mut self, workspace: &Workspace, needed_by: &str) -> Result<()> {
        let mirror = assets::mirror(workspace);
        for asset in assets::manifest(workspace)? {
            if asset.needed_by != needed_by {
                continue;
            }
            let there = assets::present(workspace, &asset);
            self.changed |= there.is_none();
            let path = match there {
                Some(path) => path,
                None => match assets::fetch(workspace, mirror.as_deref(), &asset) {
                    Ok(path) => path,
                    Err(message) => {
                        self.problems.push(format!("setup: {message}"));
                        continue;
                    }
                },
            };
            match asset.name.as_str() {
                "yolox_nano" => self.model = Some(path),
                "vtest" => self.video = Some(path),
                _ => {}
            }
        }
        Ok(())
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
        for path in [&self.model, &self.video].into_iter().flatten() {
            parts.extend(
                path.file_name()
                    .map(|name| name.to_string_lossy().into_owned()),
            );
        }
        parts.join(", ")
    }
}
