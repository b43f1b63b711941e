//! `cargo xtask load`: the long form of the service's tests under load.

use xtask::command::{Result, shown};
use xtask::setup;
use xtask::system;
use xtask::workspace::Workspace;

/// Sixteen cameras for ten minutes, two hundred changes, fifty power cuts, ten
/// thousand strange requests, and those that the API's own description gives rise
/// to. About fifteen minutes; best on a machine that does nothing else.
pub fn run(workspace: &Workspace) -> Result<()> {
    system::build_needs()?;
    let mut ready = setup::run_needs(workspace)?;
    setup::test_needs(workspace, &mut ready);
    for problem in &ready.problems {
        println!("{problem}");
    }
    let mut cargo = workspace.cargo();
    cargo.args(["test", "--release", "--package", "rextrack-service"]);
    cargo.args(["--test", "load", "--", "--nocapture", "--test-threads", "1"]);
    cargo.env("REXTRACK_LOAD", "1");
    shown(
        "load: the service with too much to do",
        &mut cargo,
        "see which figure is out of bounds above",
    )
}
