//! `cargo xtask header`: writes `include/rextrack.h` anew from the sources.

use xtask::command::{Result, run_visible};
use xtask::system_packages;
use xtask::workspace::Workspace;

/// The test that checks the header writes it when asked to, so that there is
/// one way to make it.
pub fn run(workspace: &Workspace) -> Result<()> {
    system_packages::ensure_build_packages()?;
    let mut cargo = workspace.cargo();
    cargo.args([
        "test",
        "--quiet",
        "--package",
        "rextrack",
        "--test",
        "suite",
        "committed_header_is_current",
    ]);
    cargo.env("REXTRACK_BLESS", "1");
    run_visible(
        "header: writing include/rextrack.h",
        &mut cargo,
        "fix what cargo reports above",
    )
}
