//! The C ABI from C: the headers compile with every compiler, every function rejects misuse
//! from eight threads, and symbols and layouts match the baseline.
#![allow(clippy::unwrap_used)]
#![cfg(unix)]

use crate::support;

use std::process::Command;

use support::host::{build, c_compiler, is_there, library, root, run, succeeded, those_there};

#[test]
fn headers_compile_as_c_and_cpp_when_included_twice() {
    const TEST: &str = "headers_compile_as_c_and_cpp_when_included_twice";
    let folder = tempfile::tempdir().unwrap();
    let check = |compiler: &str, header: &str, standard: &str, more: &[&str]| {
        let suffix = if standard.starts_with("c++") {
            "cpp"
        } else {
            "c"
        };
        let path = folder.path().join(format!("twice.{suffix}"));
        let text = format!(
            "#include <{header}>\n#include <{header}>\n\
             int use(void);\nint use(void) {{ return (int)rextrack_abi_version(); }}\n"
        );
        std::fs::write(&path, text).unwrap();
        let mut compile = Command::new(compiler);
        compile.arg(format!("-std={standard}"));
        compile.args(["-Wall", "-Wextra", "-pedantic", "-Werror", "-fsyntax-only"]);
        compile.args(more).arg("-I").arg(root("include")).arg(&path);
        succeeded(
            &compile.output().unwrap(),
            &format!("{compiler} {standard} {header}"),
        );
    };
    for compiler in those_there(TEST, ["gcc", "clang"]) {
        check(compiler, "rextrack.h", "c99", &[]);
        check(compiler, "rextrack.h", "c11", &[]);
    }
    for compiler in those_there(TEST, ["g++", "clang++"]) {
        for standard in ["c++11", "c++17", "c++20"] {
            check(compiler, "rextrack.h", standard, &[]);
            check(compiler, "rextrack.hpp", standard, &[]);
            check(compiler, "rextrack.hpp", standard, &["-fno-exceptions"]);
        }
    }
}

/// The code in the introduction is the first that a user copies.
#[test]
fn example_in_the_header_compiles_as_c_and_cpp() {
    const TEST: &str = "example_in_the_header_compiles_as_c_and_cpp";
    let header = std::fs::read_to_string(root("include/rextrack.h")).unwrap();
    let (introduction, _) = header.split_once(" */").unwrap();
    let code = introduction
        .lines()
        .filter_map(|l| l.strip_prefix(" *     "));
    let code = code.collect::<Vec<_>>().join("\n");
    assert!(code.contains("rextrack_create"), "{introduction}");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("example.c");
    let program = format!("#include <rextrack.h>\nint main(void) {{\n{code}\nreturn 0;\n}}\n");
    std::fs::write(&path, program).unwrap();
    let check = |compiler: &str, language: &[&str]| {
        let mut compile = Command::new(compiler);
        compile.args(["-Wall", "-Wextra", "-pedantic", "-Werror", "-fsyntax-only"]);
        compile.args(language).arg("-I").arg(root("include"));
        succeeded(&compile.arg(&path).output().unwrap(), compiler);
    };
    for compiler in those_there(TEST, ["gcc", "clang"]) {
        check(compiler, &["-std=c99"]);
    }
    for compiler in those_there(TEST, ["g++", "clang++"]) {
        // `{0}` is the way to clear a struct in C; in C++ it is `{}`.
        let clears = "-Wno-missing-field-initializers";
        check(compiler, &["-std=c++11", "-x", "c++", clears]);
    }
}

#[test]
fn host_of_abi_0_2_is_refused_with_a_message_that_it_can_read() {
    const TEST: &str = "host_of_abi_0_2_is_refused_with_a_message_that_it_can_read";
    let folder = tempfile::tempdir().unwrap();
    let Some(compiler) = c_compiler(TEST) else {
        return;
    };
    let program = folder.path().join("old_host");
    build(compiler, "c99", "tests/c/old_host.c", &program, &[]);
    let output = run(&program).output().unwrap();
    let message = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{message}");
    assert!(message.starts_with("-16: "), "{message}");
}

#[test]
fn misuse_from_eight_threads_gives_the_documented_statuses() {
    const TEST: &str = "misuse_from_eight_threads_gives_the_documented_statuses";
    let folder = tempfile::tempdir().unwrap();
    let Some(compiler) = c_compiler(TEST) else {
        return;
    };
    let program = folder.path().join("abuse");
    build(compiler, "gnu99", "tests/c/abuse.c", &program, &[]);
    succeeded(&run(&program).output().unwrap(), "abuse");

    if is_there("valgrind") {
        let mut valgrind = run("valgrind");
        valgrind.args(["--error-exitcode=9", "--leak-check=full"]);
        valgrind.args(["--errors-for-leak-kinds=definite", "--quiet"]);
        let output = valgrind.arg(&program).output().unwrap();
        succeeded(&output, "abuse under valgrind");
    } else {
        println!("skipped: {TEST}: there is no valgrind");
    }

    // With AddressSanitizer, if the compiler has it.
    let sanitized = folder.path().join("sanitized");
    let probe = folder.path().join("empty.c");
    std::fs::write(&probe, "int main(void) { return 0; }\n").unwrap();
    let sanitize = "-fsanitize=address,undefined";
    let has = Command::new(compiler)
        .args([sanitize, "-o"])
        .arg(&sanitized)
        .arg(&probe)
        .output()
        .unwrap();
    if !has.status.success() {
        println!("skipped: {TEST}: {compiler} has no AddressSanitizer");
        return;
    }
    build(
        compiler,
        "gnu99",
        "tests/c/abuse.c",
        &sanitized,
        &[sanitize],
    );
    let output = run(&sanitized)
        // OpenCV and its 240 libraries never free what they allocate at start.
        .env("ASAN_OPTIONS", "detect_leaks=0")
        .output()
        .unwrap();
    succeeded(&output, "abuse under AddressSanitizer");
}

/// The baseline is the ABI that hosts were built against. `REXTRACK_BLESS=1` writes it: do so
/// only with an entry in docs/abi-changes.md.
#[test]
fn symbols_and_layouts_match_the_baseline() {
    const TEST: &str = "symbols_and_layouts_match_the_baseline";
    if !cfg!(all(target_os = "linux", target_pointer_width = "64")) || !is_there("nm") {
        println!("skipped: {TEST}: needs nm on 64-bit Linux");
        return;
    }
    let Some(compiler) = c_compiler(TEST) else {
        return;
    };
    let output = Command::new("nm")
        .args(["-D", "--defined-only", "--format=posix"])
        .arg(library())
        .output()
        .unwrap();
    succeeded(&output, "nm");
    let listing = String::from_utf8(output.stdout).unwrap();
    let mut symbols: Vec<_> = listing
        .lines()
        .filter_map(|line| line.split(' ').next())
        .collect();
    symbols.sort_unstable();
    for symbol in &symbols {
        assert!(
            symbol.starts_with("rextrack_"),
            "{symbol} must not be exported"
        );
    }
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("layout");
    build(compiler, "c99", "tests/c/layout.c", &program, &[]);
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
        "the ABI has changed. If that is intended, add it to docs/abi-changes.md and \
         run REXTRACK_BLESS=1 cargo test --test suite c_abi::"
    );
}
