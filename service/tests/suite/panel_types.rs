//! The panel's API types, which are generated from the OpenAPI document.

use std::path::Path;

use crate::panel::{has_packages, node, run};
use crate::support::rextrack;

#[test]
fn generated_api_types_are_current() {
    const NAME: &str = "panel_types::generated_api_types_are_current";
    if !has_packages(NAME) {
        return;
    }
    let output = rextrack(["schema", "--api"]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let document = Path::new(env!("CARGO_TARGET_TMPDIR")).join("openapi.json");
    std::fs::write(&document, output.stdout).unwrap();
    let mut check = node();
    check
        .args(["scripts/api-types.mjs", "--check"])
        .arg(&document);
    run(NAME, check);
}
