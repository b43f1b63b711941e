//! What a host may do to its process: fork, change the working folder, unload the library.
//! The promises are those of docs/guide/embed.md.
#![allow(clippy::unwrap_used)]
#![cfg(unix)]

use crate::support;

use std::path::PathBuf;
use std::process::Command;

use serde_json::json;
use support::host::{build, c_compiler, library, root, run, succeeded};

const SIMULATED: &str =
    r#"{"camera": {"stream": "synth:"}, "tracking": {"model": "builtin:motion"}}"#;

/// Compiles `tests/c/process.c`. None if there is no compiler.
fn process(test: &str, folder: &tempfile::TempDir) -> Option<PathBuf> {
    let program = folder.path().join("process");
    build(
        c_compiler(test)?,
        "gnu99",
        "tests/c/process.c",
        &program,
        &[],
    );
    Some(program)
}

#[test]
fn host_continues_while_its_forked_children_exit_or_exec() {
    const TEST: &str = "host_continues_while_its_forked_children_exit_or_exec";
    let folder = tempfile::tempdir().unwrap();
    if let Some(program) = process(TEST, &folder) {
        let mut host = run(&program);
        host.args(["fork_while_running", SIMULATED]);
        succeeded(&host.output().unwrap(), "fork_while_running");
    }
}

#[test]
fn parent_and_child_use_the_library_after_an_early_fork() {
    const TEST: &str = "parent_and_child_use_the_library_after_an_early_fork";
    let folder = tempfile::tempdir().unwrap();
    if let Some(program) = process(TEST, &folder) {
        let mut host = run(&program);
        host.args(["fork_before_create", SIMULATED]);
        succeeded(&host.output().unwrap(), "fork_before_create");
    }
}

#[test]
#[ignore = "paths are not bound at create yet"]
fn relative_paths_are_those_of_the_folder_of_create() {
    const TEST: &str = "relative_paths_are_those_of_the_folder_of_create";
    let folder = tempfile::tempdir().unwrap();
    let Some(program) = process(TEST, &folder) else {
        return;
    };
    support::film(&folder.path().join("film.avi"), 40);
    let config = json!({
        "camera": {"stream": "film.avi", "sinks": [{"jsonl": {"path": "slots.jsonl"}}]},
        "tracking": {"model": "builtin:motion"},
    });
    let mut host = run(&program);
    host.current_dir(folder.path());
    host.args(["change_folder", &config.to_string()]);
    succeeded(&host.output().unwrap(), "change_folder");
    assert!(folder.path().join("slots.jsonl").is_file());
}

#[test]
fn library_is_loaded_and_unloaded_ten_times() {
    const TEST: &str = "library_is_loaded_and_unloaded_ten_times";
    let folder = tempfile::tempdir().unwrap();
    let Some(compiler) = c_compiler(TEST) else {
        return;
    };
    // Not `build`: a program that is linked to the library cannot unload it.
    let program = folder.path().join("unload");
    let mut compile = Command::new(compiler);
    compile.args(["-std=gnu99", "-Wall", "-Wextra", "-pthread", "-I"]);
    compile.arg(root("include")).arg(root("tests/c/unload.c"));
    compile.arg("-o").arg(&program);
    if cfg!(target_os = "linux") {
        compile.arg("-ldl");
    }
    succeeded(&compile.output().unwrap(), "unload.c");

    let film = folder.path().join("film.avi");
    support::film(&film, 40);
    let from_file = json!({
        "camera": {"stream": film, "loop": true}, "tracking": {"model": "builtin:motion"},
    });
    let last_line = |config: &str| {
        let output = run(&program).arg(library()).arg(config).output().unwrap();
        succeeded(&output, "unload");
        String::from_utf8(output.stdout).unwrap()
    };
    let (simulated, from_file) = (last_line(SIMULATED), last_line(&from_file.to_string()));
    if cfg!(all(target_os = "linux", target_env = "gnu")) {
        assert_eq!(simulated, "unloaded\n");
        // FFmpeg may call the library's log function later, so the library stays.
        assert_eq!(from_file, "loaded\n");
    }
}
