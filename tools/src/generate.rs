//! `cargo xtask generate`: writes the committed files that are generated from the
//! library's sources. `cargo xtask header` writes the C header and its reference alone.

use xtask::command::{Result, run_visible};
use xtask::system_packages;
use xtask::workspace::Workspace;

/// The test that checks `include/rextrack.h`.
const HEADER: &str = "header::committed_header_is_current";
/// The test that checks `docs/ref/c-abi.md`, which is generated from the header.
const C_ABI: &str = "c_abi_reference::reference_of_the_c_abi_is_current";
/// The test that checks `docs/ref/axes.md`.
const AXES: &str = "axes::reference_of_axes_is_current";
/// The test that checks `docs/ref/rust-api.txt`.
const RUST_API: &str = "rust_api::list_of_the_rust_api_is_current";
/// The test that checks `touchdesigner/docs/`. It is skipped without CMake.
const PARAMETERS: &str = "touchdesigner::core_works_and_parameter_documentation_is_current";

/// Writes the C header and `docs/ref/c-abi.md`.
pub fn header(workspace: &Workspace) -> Result<()> {
    write(workspace, &[HEADER, C_ABI])
}

/// Writes all generated files except the panel's types, which need npm: the first line
/// of `web/src/api/generated.ts` has the command.
pub fn run(workspace: &Workspace) -> Result<()> {
    write(workspace, &[HEADER, C_ABI, AXES, RUST_API, PARAMETERS])
}

/// Runs the tests that check generated files, and lets them write the files. So there
/// is only one way to generate each file.
fn write(workspace: &Workspace, tests: &[&str]) -> Result<()> {
    system_packages::ensure_build_packages()?;
    let mut cargo = workspace.cargo();
    cargo.args([
        "test",
        "--quiet",
        "--package",
        "rextrack",
        "--test",
        "suite",
    ]);
    cargo
        .arg("--")
        .args(tests)
        .args(["--exact", "--show-output"]);
    cargo.env("REXTRACK_BLESS", "1");
    run_visible(
        "generate: writing the generated files",
        &mut cargo,
        "fix what cargo reports above",
    )
}
