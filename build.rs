//! What the linker is told about the shared library.

use std::env;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let family = env::var("CARGO_CFG_TARGET_FAMILY").unwrap_or_default();
    let vendor = env::var("CARGO_CFG_TARGET_VENDOR").unwrap_or_default();
    let is_elf = family == "unix" && vendor != "apple";
    if is_elf {
        hide_foreign_symbols();
    }
}

/// Exports `rextrack_*` alone. The `opencv` crate has functions of its own
/// that C++ calls back by name, and rustc would export them too; in a host that
/// loads another library made with that crate, one would call into the other.
fn hide_foreign_symbols() {
    println!("cargo:rustc-cdylib-link-arg=-Wl,--exclude-libs=ALL");
}
