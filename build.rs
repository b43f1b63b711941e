//! What the linker is told about the shared library.

use std::env;
use std::path::Path;

#[allow(dead_code)] // The installer uses the rest of it.
#[path = "src/ffi/abi.rs"]
mod abi;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=src/ffi/abi.rs");
    let family = env::var("CARGO_CFG_TARGET_FAMILY").unwrap_or_default();
    let vendor = env::var("CARGO_CFG_TARGET_VENDOR").unwrap_or_default();
    let compatibility = abi::compatibility();
    if vendor == "apple" {
        let name = format!("librextrack.{compatibility}.dylib");
        link(&format!("-install_name,@rpath/{name}"));
        place_alias("librextrack.dylib", &name);
    } else if family == "unix" {
        let name = format!("librextrack.so.{compatibility}");
        link(&format!("-soname,{name}"));
        place_alias("librextrack.so", &name);
        // Exports `rextrack_*` alone. The `opencv` crate has functions of its
        // own that C++ calls back by name, and rustc would export them too: in
        // a host that loads another library made with that crate, one would
        // call into the other.
        link("--exclude-libs=ALL");
    }
}

fn link(argument: &str) {
    println!("cargo:rustc-cdylib-link-arg=-Wl,{argument}");
}

/// A program that was linked to the library looks for it by the name above.
/// Cargo does not make a file of that name, so that a program linked to the
/// build folder would not start.
fn place_alias(file: &str, name: &str) {
    let Some(out) = env::var_os("OUT_DIR") else {
        return;
    };
    // <profile>/build/<package>/out
    let Some(profile) = Path::new(&out).ancestors().nth(3) else {
        return;
    };
    for folder in [profile.to_owned(), profile.join("deps")] {
        place(file, &folder.join(name));
    }
}

#[cfg(unix)]
fn place(file: &str, alias: &Path) {
    // One that is there already is as good, and without any a linked program
    // says which name it misses.
    std::os::unix::fs::symlink(file, alias).ok();
}

#[cfg(not(unix))]
fn place(_file: &str, _alias: &Path) {}
