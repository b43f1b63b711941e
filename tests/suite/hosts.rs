//! Hosts in C and C++: the C++ wrapper works, the examples build and run, and pkg-config and
//! CMake find an installed library.
#![allow(clippy::unwrap_used)]
#![cfg(unix)]

use crate::support;

use std::collections::HashSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use support::host::{build, c_compiler, is_there, library, root, run, succeeded, those_there};

fn cpp_compiler(test: &str) -> Option<&'static str> {
    those_there(test, ["g++", "clang++"]).into_iter().next()
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The output of pkg-config as arguments.
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
fn cpp_wrapper_works_with_and_without_exceptions() {
    const TEST: &str = "cpp_wrapper_works_with_and_without_exceptions";
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
fn c_host_prints_events_from_its_own_loop() {
    const TEST: &str = "c_host_prints_events_from_its_own_loop";
    let folder = tempfile::tempdir().unwrap();
    let Some(compiler) = c_compiler(TEST) else {
        return;
    };
    let program = folder.path().join("host");
    build(compiler, "c99", "examples/c/host.c", &program, &[]);
    let film = folder.path().join("film.avi");
    // Long enough for a busy machine, which drops frames.
    support::film(&film, 150);
    let mut host = run(&program);
    let output = host.arg(&film).arg("builtin:motion").output().unwrap();
    succeeded(&output, "host");
    let output = text(&output);
    for line in ["source live", "p1 entered", "fps  p1 (", "source ended"] {
        assert!(output.contains(line), "no {line:?} in\n{output}");
    }

    let output = run(&program)
        .arg("nowhere.avi")
        .arg("builtin:motion")
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{errors}");
    assert!(
        errors.contains("nowhere.avi: no such file; check the path"),
        "{errors}"
    );
}

/// Runs the C++ example and checks the picture that it writes.
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
    let output = text(&output);
    assert!(
        output.starts_with("50 frames pushed, 50 processed, 1 at once"),
        "{output}"
    );
    let seen = support::picture(&picture);
    assert_eq!((seen.size.width, seen.size.height), (320, 240));
    // The background is grey and the square white; only drawn pixels are coloured.
    let coloured = |p: &[u8]| p[0].abs_diff(p[1]).max(p[1].abs_diff(p[2])) > 60;
    assert!(
        seen.bgr.chunks(3).filter(|p| coloured(p)).count() > 100,
        "nothing is drawn"
    );
    fs::remove_file(&picture).unwrap();
}

#[test]
fn cpp_example_pushes_frames_and_writes_a_picture() {
    const TEST: &str = "cpp_example_pushes_frames_and_writes_a_picture";
    let folder = tempfile::tempdir().unwrap();
    let Some(compiler) = cpp_compiler(TEST) else {
        return;
    };
    let Some(opencv) = pkg_config(&["--cflags", "--libs", "opencv4"], None) else {
        println!("skipped: {TEST}: pkg-config does not know opencv4");
        return;
    };
    let program = folder.path().join("push");
    // System headers: our warnings do not apply to OpenCV's headers.
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

#[test]
fn cpp_example_tracks_several_cameras_and_pushed_frames_at_once() {
    const TEST: &str = "cpp_example_tracks_several_cameras_and_pushed_frames_at_once";
    let folder = tempfile::tempdir().unwrap();
    let Some(compiler) = cpp_compiler(TEST) else {
        return;
    };
    let program = folder.path().join("cameras");
    build(compiler, "c++17", "examples/cpp/cameras.cpp", &program, &[]);
    let mut cameras = run(&program)
        .arg("60")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut waiting = HashSet::from([
        "cam1:  p1 person (",
        "cam2:  p1 person (",
        "push:  p1 motion (",
    ]);
    let mut printed = Vec::new();
    for line in BufReader::new(cameras.stdout.take().unwrap()).lines() {
        printed.push(line.unwrap());
        waiting.retain(|start| !printed.last().unwrap().starts_with(start));
        if waiting.is_empty() {
            break;
        }
    }
    cameras.kill().ok();
    cameras.wait().unwrap();
    assert!(
        waiting.is_empty(),
        "no {waiting:?} in\n{}",
        printed.join("\n")
    );
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
fn installed_library_is_found_by_pkg_config_and_cmake() {
    const TEST: &str = "installed_library_is_found_by_pkg_config_and_cmake";
    let folder = tempfile::tempdir().unwrap();
    install(&folder.path().join("first"));
    // The prefix is relocatable.
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
    // Loaded by its soname, from the prefix only.
    let lib = prefix.join("lib");
    let mut host = Command::new(&program);
    host.env("LD_LIBRARY_PATH", &lib)
        .env("DYLD_LIBRARY_PATH", &lib);
    let output = host
        .arg("nowhere.avi")
        .arg("builtin:motion")
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.contains("nowhere.avi: no such file"), "{errors}");

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
fn soname_contains_the_abi_version() {
    const TEST: &str = "soname_contains_the_abi_version";
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
    let version = rextrack::internals::ffi::rextrack_abi_version();
    // While the major version is 0, a new minor version may break hosts.
    let name = match (version >> 16, version & 0xffff) {
        (0, minor) => format!("librextrack.so.0.{minor}"),
        (major, _) => format!("librextrack.so.{major}"),
    };
    let output = text(&output);
    assert!(output.contains(&format!("soname: [{name}]")), "{output}");
}
