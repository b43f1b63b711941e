//! `cargo xtask soak`: the long form of the leak tests.

use xtask::command::{Result, run_visible};
use xtask::system_packages;
use xtask::workspace::Workspace;

/// Starts and stops a thousand pipelines, and a hundred with a camera that never answers.
pub fn run(workspace: &Workspace) -> Result<()> {
    system_packages::ensure_build_packages()?;
    let mut cargo = workspace.cargo();
    cargo.args(["test", "--release", "--package", "rextrack"]);
    cargo.args(["--test", "lifecycle", "--", "--nocapture"]);
    cargo.env("REXTRACK_SOAK", "1");
    run_visible(
        "soak: starting and stopping a thousand pipelines",
        &mut cargo,
        "the line above names the leak",
    )
}
