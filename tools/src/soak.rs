//! `cargo xtask soak`: the long form of the tests that wear the library out.

use xtask::command::{Result, run_visible};
use xtask::system_packages;
use xtask::workspace::Workspace;

/// A thousand lives of a pipeline, and a hundred in front of a silent camera.
pub fn run(workspace: &Workspace) -> Result<()> {
    system_packages::ensure_build_packages()?;
    let mut cargo = workspace.cargo();
    cargo.args(["test", "--release", "--package", "rextrack"]);
    cargo.args(["--test", "lifecycle", "--", "--nocapture"]);
    cargo.env("REXTRACK_SOAK", "1");
    run_visible(
        "soak: a thousand pipelines come and go",
        &mut cargo,
        "see what is left behind in the line above",
    )
}
