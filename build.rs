//! Sets the name and the exported symbols of the shared library.

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
        // Exports only `rextrack_*`. The `opencv` crate has functions that C++ calls by
        // name, and rustc would export them too. In a host that loads a second library
        // made with that crate, one library would call into the other.
        link("--exclude-libs=ALL");
    }
}

fn link(argument: &str) {
    println!("cargo:rustc-cdylib-link-arg=-Wl,{argument}");
}

/// A linked program loads the library by the name above. Cargo does not create a file with
/// that name, so a program linked to the build folder would not start without this link.
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
    // An existing link is fine. Without a link, the error of a linked program names the
    // missing file.
    std::os::unix::fs::symlink(file, alias).ok();
}

#[cfg(not(unix))]
fn place(_file: &str, _alias: &Path) {}
