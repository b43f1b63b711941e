//! The C ABI seen from C: the header compiles everywhere, every function bears
//! misuse from eight threads, and neither symbols nor layouts change by accident.
#![allow(clippy::unwrap_used)]
#![cfg(unix)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The folder with the shared library of this very source.
fn library_dir() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.parent().unwrap().to_path_buf()
}

fn is_there(program: &str) -> bool {
    let output = Command::new(program).arg("--version").output();
    output.is_ok_and(|o| o.status.success())
}

/// The compilers of that language that this machine has.
fn compilers(test: &str, names: [&'static str; 2]) -> Vec<&'static str> {
    let there: Vec<_> = names.into_iter().filter(|name| is_there(name)).collect();
    if there.is_empty() {
        println!(
            "skipped: {test}: there is neither {} nor {}",
            names[0], names[1]
        );
    }
    there
}

#[track_caller]
fn succeeded(output: &Output, what: &str) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{what}: {}\n{said}", output.status);
}

/// Compiles a C program against header and library.
fn build(compiler: &str, source: &str, program: &Path, more: &[&str]) {
    let dir = library_dir();
    let output = Command::new(compiler)
        .args(["-std=c99", "-D_POSIX_C_SOURCE=200809L", "-Wall", "-Wextra"])
        .args(["-pedantic", "-Werror", "-g", "-pthread"])
        .args(more)
        .arg("-I")
        .arg(root("include"))
        .arg(root(source))
        .arg("-o")
        .arg(program)
        .arg("-L")
        .arg(&dir)
        .arg("-lrextrack")
        .arg(format!("-Wl,-rpath,{}", dir.display()))
        .output()
        .unwrap();
    succeeded(&output, source);
}

#[test]
fn the_header_compiles_as_c_and_as_cpp_when_included_twice() {
    const TEST: &str = "the_header_compiles_as_c_and_as_cpp_when_included_twice";
    let folder = tempfile::tempdir().unwrap();
    let twice = "#include <rextrack.h>\n#include <rextrack.h>\n\
                 int use(void);\nint use(void) { return (int)rextrack_abi_version(); }\n";
    let check = |compiler: &str, file: &str, standard: &str| {
        let path = folder.path().join(file);
        std::fs::write(&path, twice).unwrap();
        let output = Command::new(compiler)
            .arg(format!("-std={standard}"))
            .args([
                "-Wall",
                "-Wextra",
                "-pedantic",
                "-Werror",
                "-fsyntax-only",
                "-I",
            ])
            .arg(root("include"))
            .arg(&path)
            .output()
            .unwrap();
        succeeded(&output, &format!("{compiler} {standard}"));
    };
    for compiler in compilers(TEST, ["gcc", "clang"]) {
        check(compiler, "twice.c", "c99");
        check(compiler, "twice.c", "c11");
    }
    for compiler in compilers(TEST, ["g++", "clang++"]) {
        check(compiler, "twice.cpp", "c++11");
        check(compiler, "twice.cpp", "c++17");
    }
}

#[test]
fn misuse_from_eight_threads_is_answered_as_documented() {
    const TEST: &str = "misuse_from_eight_threads_is_answered_as_documented";
    let folder = tempfile::tempdir().unwrap();
    let Some(compiler) = compilers(TEST, ["cc", "clang"]).into_iter().next() else {
        return;
    };
    let program = folder.path().join("abuse");
    build(compiler, "tests/c/abuse.c", &program, &[]);
    succeeded(&run(&program).output().unwrap(), "abuse");

    if is_there("valgrind") {
        let mut valgrind = run(Path::new("valgrind"));
        valgrind.args(["--error-exitcode=9", "--leak-check=full"]);
        valgrind.args(["--errors-for-leak-kinds=definite", "--quiet"]);
        let output = valgrind.arg(&program).output().unwrap();
        succeeded(&output, "abuse under valgrind");
    } else {
        println!("skipped: {TEST}: there is no valgrind");
    }

    // Where the compiler brings AddressSanitizer, our side of the memory is
    // watched as well.
    let watched = folder.path().join("watched");
    let try_out = folder.path().join("empty.c");
    std::fs::write(&try_out, "int main(void) { return 0; }\n").unwrap();
    let sanitize = "-fsanitize=address,undefined";
    let has = Command::new(compiler)
        .args([sanitize, "-o"])
        .arg(&watched)
        .arg(&try_out)
        .output()
        .unwrap();
    if !has.status.success() {
        println!("skipped: {TEST}: {compiler} has no AddressSanitizer");
        return;
    }
    build(compiler, "tests/c/abuse.c", &watched, &[sanitize]);
    let output = run(&watched)
        // OpenCV and its 240 libraries keep what they allocate at start.
        .env("ASAN_OPTIONS", "detect_leaks=0")
        .output()
        .unwrap();
    succeeded(&output, "abuse under AddressSanitizer");
}

/// Runs a program with the library of this very source: cargo's own search
/// path names an older copy first.
fn run(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.env("LD_LIBRARY_PATH", library_dir());
    command.env("DYLD_LIBRARY_PATH", library_dir());
    command
}

/// What hosts were built against. Set `REXTRACK_BLESS=1` to take today's state
/// over, and say so in docs/abi-changes.md.
#[test]
fn symbols_and_layouts_are_those_of_the_baseline() {
    const TEST: &str = "symbols_and_layouts_are_those_of_the_baseline";
    if !cfg!(all(target_os = "linux", target_pointer_width = "64")) || !is_there("nm") {
        println!("skipped: {TEST}: needs nm on 64-bit Linux");
        return;
    }
    let Some(compiler) = compilers(TEST, ["cc", "clang"]).into_iter().next() else {
        return;
    };
    let library = library_dir().join("librextrack.so");
    let output = Command::new("nm")
        .args(["-D", "--defined-only", "--format=posix"])
        .arg(&library)
        .output()
        .unwrap();
    succeeded(&output, "nm");
    let listed = String::from_utf8(output.stdout).unwrap();
    let mut symbols: Vec<_> = listed
        .lines()
        .filter_map(|line| line.split(' ').next())
        .collect();
    symbols.sort_unstable();
    for symbol in &symbols {
        assert!(symbol.starts_with("rextrack_"), "{symbol} is exported too");
    }
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("layout");
    build(compiler, "tests/c/layout.c", &program, &[]);
    let output = run(&program).output().unwrap();
    succeeded(&output, "layout");
    let layouts = String::from_utf8(output.stdout).unwrap();
    let now = format!("{}\n\n{layouts}", symbols.join("\n"));
    let baseline = root("tests/data/abi-linux-64.txt");
    if std::env::var_os("REXTRACK_BLESS").is_some() {
        std::fs::write(&baseline, &now).unwrap();
    }
    let before = std::fs::read_to_string(&baseline).unwrap_or_default();
    assert_eq!(
        before, now,
        "the ABI changed: if that is meant, note it in docs/abi-changes.md and \
         run REXTRACK_BLESS=1 cargo test --test c_abi"
    );
}
