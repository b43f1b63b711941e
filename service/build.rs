//! Says so when the panel is not built, and has the program built again once it is.

use std::path::Path;

fn main() {
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = project.parent().unwrap_or(project).join("web/dist");
    println!("cargo:rerun-if-changed={}", folder.display());
    println!("cargo:rerun-if-changed=build.rs");
    if !folder.join("index.html").is_file() {
        println!(
            "cargo:warning=the web panel is not built and will be left out; `cargo xtask panel` builds it"
        );
    }
}
