//! Builds and runs C and C++ programs with the library.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A file of the repository.
pub fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The folder with the shared library. Cargo compiles it together with the library that this
/// test is linked to, so it is always up to date.
pub fn library_dir() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.parent().unwrap().to_path_buf()
}

/// The shared library.
pub fn library() -> PathBuf {
    use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
    let path = library_dir().join(format!("{DLL_PREFIX}rextrack{DLL_SUFFIX}"));
    assert!(path.is_file(), "{} is missing", path.display());
    path
}

/// Whether a program can be started.
pub fn is_there(program: &str) -> bool {
    let output = Command::new(program).arg("--version").output();
    output.is_ok_and(|o| o.status.success())
}

/// The programs that this machine has. Prints the reason for a skip if it has none.
pub fn those_there(test: &str, names: [&'static str; 2]) -> Vec<&'static str> {
    let found: Vec<_> = names.into_iter().filter(|name| is_there(name)).collect();
    if found.is_empty() {
        println!(
            "skipped: {test}: there is neither {} nor {}",
            names[0], names[1]
        );
    }
    found
}

/// A C compiler that takes cc's arguments.
pub fn c_compiler(test: &str) -> Option<&'static str> {
    those_there(test, ["cc", "clang"]).into_iter().next()
}

#[track_caller]
pub fn succeeded(output: &Output, what: &str) {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{what}: {}\n{errors}",
        output.status
    );
}

/// Compiles a program with the header and the library. Warnings are errors.
pub fn build(compiler: &str, standard: &str, source: &str, program: &Path, more: &[&str]) {
    let mut compile = Command::new(compiler);
    compile
        .arg(format!("-std={standard}"))
        .args(["-Wall", "-Wextra", "-pedantic", "-Werror", "-g", "-pthread"])
        .arg("-I")
        .arg(root("include"))
        .arg(root(source))
        .arg("-o")
        .arg(program);
    if cfg!(windows) {
        compile.arg(library_dir().join("rextrack.dll.lib"));
    } else {
        compile.arg("-L").arg(library_dir()).arg("-lrextrack");
        compile.arg(format!("-Wl,-rpath,{}", library_dir().display()));
    }
    succeeded(&compile.args(more).output().unwrap(), source);
}

/// Runs a program with the current library: cargo's own search path has an older copy first.
pub fn run(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    for path in ["LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"] {
        command.env(path, library_dir());
    }
    command
}
