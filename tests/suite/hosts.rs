//! Hosts in C and C++ as people would begin with them: the wrapper keeps its
//! promises, the examples build and run, and an installed library is found by
//! pkg-config and by CMake.
#![allow(clippy::unwrap_used)]
#![cfg(unix)]

use crate::support;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use support::host::{build, c_compiler, is_there, library, root, run, succeeded, those_there};

fn cpp_compiler(test: &str) -> Option<&'static str> {
    those_there(test, ["g++", "clang++"]).into_iter().next()
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What pkg-config says, one argument each.
fn pkg_config(arguments: &[&str], path: Option<&Path>) -> Option<Vec<String>> {
    let mut command = Command::new("pkg-config");
    command.args(arguments);
    if let Some(path) = path {
        command.env("PKG_CONFIG_PATH", path);
    }
    let output = command.output().ok().filter(|o| o.status.success())?;
    Some(
        text(&output)
            .split_whitespace()
            .map(str::to_owned)
            .collect(),
    )
}

#[test]
fn the_cpp_wrapper_keeps_its_promises_with_and_without_exceptions() {
    const TEST: &str = "the_cpp_wrapper_keeps_its_promises_with_and_without_exceptions";
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("wrapper");
    let Some(compiler) = cpp_compiler(TEST) else {
        return;
    };
    for (standard, more) in [
        ("c++11", &[] as &[&str]),
        ("c++17", &[]),
        ("c++11", &["-fno-exceptions", "-DREXTRACK_NO_EXCEPTIONS"]),
    ] {
        build(compiler, standard, "tests/c/wrapper.cpp", &program, more);
        succeeded(
            &run(&program).output().unwrap(),
            &format!("{standard} {more:?}"),
        );
    }
}

#[test]
fn the_c_host_tells_who_enters_in_its_own_loop() {
    const TEST: &str = "the_c_host_tells_who_enters_in_its_own_loop";
    let folder = tempfile::tempdir().unwrap();
    let Some(compiler) = c_compiler(TEST) else {
        return;
    };
    let program = folder.path().join("host");
    build(compiler, "c99", "examples/c/host.c", &program, &[]);
    let film = folder.path().join("film.avi");
    // Long enough for a busy machine, which shows it only in part.
    support::film(&film, 150);
    let mut host = run(&program);
    let output = host.arg(&film).arg("builtin:motion").output().unwrap();
    succeeded(&output, "host");
    let said = text(&output);
    for line in ["source live", "p1 entered", "fps  p1 (", "source ended"] {
        assert!(said.contains(line), "no {line:?} in\n{said}");
    }

    let output = run(&program)
        .arg("nowhere.avi")
        .arg("builtin:motion")
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(
        told.contains("nowhere.avi: no such file; check the path"),
        "{told}"
    );
}

/// Runs the C++ example and looks at the picture it leaves.
fn check_push(program: &Path, folder: &Path) {
    let (film, picture) = (folder.join("film.avi"), folder.join("seen.png"));
    support::film(&film, 50);
    let mut push = run(program);
    let output = push
        .arg(&film)
        .arg(&picture)
        .arg("builtin:motion")
        .output()
        .unwrap();
    succeeded(&output, "push");
    let said = text(&output);
    assert!(
        said.starts_with("50 frames pushed, 50 processed, 1 at once"),
        "{said}"
    );
    let seen = support::picture(&picture);
    assert_eq!((seen.size.width, seen.size.height), (320, 240));
    // The ground is one colour and the square white; what is drawn is neither.
    let coloured = |p: &[u8]| p[0].abs_diff(p[1]).max(p[1].abs_diff(p[2])) > 60;
    assert!(
        seen.bgr.chunks(3).filter(|p| coloured(p)).count() > 100,
        "nothing is drawn"
    );
    fs::remove_file(&picture).unwrap();
}

#[test]
fn the_cpp_example_pushes_frames_and_leaves_a_picture() {
    const TEST: &str = "the_cpp_example_pushes_frames_and_leaves_a_picture";
    let folder = tempfile::tempdir().unwrap();
    let Some(compiler) = cpp_compiler(TEST) else {
        return;
    };
    let Some(opencv) = pkg_config(&["--cflags", "--libs", "opencv4"], None) else {
        println!("skipped: {TEST}: pkg-config does not know opencv4");
        return;
    };
    let program = folder.path().join("push");
    // OpenCV's own headers are not held to our warnings.
    let opencv: Vec<_> = opencv
        .iter()
        .map(|a| a.replacen("-I", "-isystem", 1))
        .collect();
    let opencv: Vec<_> = opencv.iter().map(String::as_str).collect();
    build(
        compiler,
        "c++11",
        "examples/cpp/push.cpp",
        &program,
        &opencv,
    );
    check_push(&program, folder.path());
}

/// `cargo xtask install` of the library under test.
fn install(prefix: &Path) {
    let output = Command::new(env!("CARGO"))
        .current_dir(root("."))
        .args(["xtask", "install", "--prefix"])
        .arg(prefix)
        .arg("--library")
        .arg(library())
        .output()
        .unwrap();
    succeeded(&output, "cargo xtask install");
}

#[test]
fn an_installed_library_is_found_by_pkg_config_and_by_cmake() {
    const TEST: &str = "an_installed_library_is_found_by_pkg_config_and_by_cmake";
    let folder = tempfile::tempdir().unwrap();
    install(&folder.path().join("first"));
    // The prefix may be moved.
    let prefix = folder.path().join("moved");
    fs::rename(folder.path().join("first"), &prefix).unwrap();
    let (Some(compiler), true) = (c_compiler(TEST), is_there("pkg-config")) else {
        println!("skipped: {TEST}: there is no pkg-config");
        return;
    };

    let path = prefix.join("lib/pkgconfig");
    let flags = pkg_config(&["--cflags", "--libs", "rextrack"], Some(&path)).unwrap();
    let program = folder.path().join("host");
    let mut compile = Command::new(compiler);
    compile
        .arg(root("examples/c/host.c"))
        .arg("-o")
        .arg(&program)
        .args(flags);
    succeeded(&compile.output().unwrap(), "host.c with pkg-config");
    // Found by its soname, in the prefix alone.
    let lib = prefix.join("lib");
    let mut host = Command::new(&program);
    host.env("LD_LIBRARY_PATH", &lib)
        .env("DYLD_LIBRARY_PATH", &lib);
    let output = host
        .arg("nowhere.avi")
        .arg("builtin:motion")
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("nowhere.avi: no such file"), "{told}");

    if !is_there("cmake") {
        println!("skipped: {TEST}: there is no cmake");
        return;
    }
    let made = folder.path().join("build");
    let mut configure = Command::new("cmake");
    configure
        .arg("-S")
        .arg(root("examples/cpp"))
        .arg("-B")
        .arg(&made);
    configure.arg(format!("-DCMAKE_PREFIX_PATH={}", prefix.display()));
    succeeded(&configure.output().unwrap(), "cmake");
    let output = Command::new("cmake")
        .arg("--build")
        .arg(&made)
        .output()
        .unwrap();
    succeeded(&output, "cmake --build");
    check_push(&made.join("push"), folder.path());
}

#[test]
fn the_library_is_named_after_its_abi() {
    const TEST: &str = "the_library_is_named_after_its_abi";
    if !cfg!(target_os = "linux") || !is_there("readelf") {
        println!("skipped: {TEST}: needs readelf on Linux");
        return;
    }
    let output = Command::new("readelf")
        .arg("-d")
        .arg(library())
        .output()
        .unwrap();
    succeeded(&output, "readelf");
    let version = rextrack::ffi::rextrack_abi_version();
    // While the major version is 0, a new minor may break.
    let name = match (version >> 16, version & 0xffff) {
        (0, minor) => format!("librextrack.so.0.{minor}"),
        (major, _) => format!("librextrack.so.{major}"),
    };
    let said = text(&output);
    assert!(said.contains(&format!("soname: [{name}]")), "{said}");
}
