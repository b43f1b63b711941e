//! `cargo xtask load`: the long form of the service's tests under load.

use xtask::command::{Result, run_visible};
use xtask::setup;
use xtask::system_packages;
use xtask::workspace::Workspace;

/// Sixteen cameras for ten minutes, two hundred changes, fifty power cuts, ten thousand
/// malformed requests, and requests that are generated from the OpenAPI document. Takes
/// about fifteen minutes; run it on an otherwise idle machine.
pub fn run(workspace: &Workspace) -> Result<()> {
    system_packages::ensure_build_packages()?;
    let mut ready = setup::ensure_run_prerequisites(workspace)?;
    setup::ensure_test_prerequisites(workspace, &mut ready);
    for problem in &ready.problems {
        println!("{problem}");
    }
    let mut cargo = workspace.cargo();
    cargo.args(["test", "--release", "--package", "rextrack-service"]);
    cargo.args(["--test", "load", "--", "--nocapture", "--test-threads", "1"]);
    cargo.env("REXTRACK_LOAD", "1");
    run_visible(
        "load: the service under load",
        &mut cargo,
        "the lines above name the number that is out of bounds",
    )
}
