//! Hosts in Node.js and C#: the examples print slots and events, end with the file and on
//! Ctrl-C, report errors with their remedies, and describe the structs as the header does.
#![allow(clippy::unwrap_used)]
#![cfg(unix)]

use crate::support;

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use support::host::{build, c_compiler, is_there, library, root, run, succeeded};

const BINDING: [&str; 2] = [
    "examples/csharp/Rextrack.cs",
    "examples/csharp/RextrackNative.cs",
];

/// A script of the repository, run by the Node.js that the set-up found.
fn node(test: &str, script: &str) -> Option<Command> {
    let packages = root("examples/node/node_modules");
    if !packages.join("koffi").is_dir() {
        println!("skipped: {test}: koffi is missing (cargo xtask setup --tests)");
        return None;
    }
    let noted = fs::read_to_string(packages.join(".node-program")).unwrap_or_default();
    let program = if Path::new(&noted).is_file() {
        &noted
    } else {
        "node"
    };
    if !is_there(program) {
        println!("skipped: {test}: there is no Node.js (cargo xtask setup --tests)");
        return None;
    }
    let mut command = Command::new(program);
    command
        .arg(root(script))
        .env("REXTRACK_LIBRARY", library())
        .env("NO_COLOR", "1");
    Some(command)
}

/// The binding in C# and `sources`, compiled into `folder`.
fn csharp(test: &str, folder: &Path, sources: &[&str]) -> Option<Command> {
    if !is_there("mcs") || !is_there("mono") {
        println!("skipped: {test}: there is no mcs and mono (cargo xtask setup --tests)");
        return None;
    }
    let program = folder.join("host.exe");
    let mut compile = Command::new("mcs");
    // Unity's compiler knows 7.3. The newest one before `latest` that mcs can check is 7.2.
    compile.args(["-langversion:7.2", "-warnaserror", "-warn:4"]);
    compile.arg(format!("-out:{}", program.display()));
    compile.args(BINDING.iter().chain(sources).map(|source| root(source)));
    succeeded(&compile.output().unwrap(), "mcs");
    let mut command = run("mono");
    command.arg(program);
    Some(command)
}

/// The two examples that print slots.
fn examples(test: &str, folder: &Path) -> Vec<Command> {
    let hosts = [
        node(test, "examples/node/slots.js"),
        csharp(test, folder, &["examples/csharp/Slots.cs"]),
    ];
    hosts.into_iter().flatten().collect()
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn script_hosts_print_slots_and_events_until_the_film_ends() {
    const TEST: &str = "script_hosts_print_slots_and_events_until_the_film_ends";
    let folder = tempfile::tempdir().unwrap();
    let film = folder.path().join("film.avi");
    // Long enough for a busy machine, which drops frames.
    support::film(&film, 150);
    for mut host in examples(TEST, folder.path()) {
        let output = host
            .arg(&film)
            .args(["--model", "builtin:motion"])
            .output()
            .unwrap();
        let (printed, errors) = (stdout(&output), stderr(&output));
        assert!(output.status.success(), "{errors}\n{printed}");
        for line in ["source live", "p1 entered", "source ended"] {
            assert!(
                printed.lines().any(|l| l == line),
                "no {line:?} in\n{printed}"
            );
        }
        let slots: Vec<(f32, f32)> = printed.lines().filter_map(p1).collect();
        assert!(slots.len() > 5, "{printed}");
        for (x, y) in slots {
            assert!(
                (0.0..=1.0).contains(&x) && (0.0..=1.0).contains(&y),
                "{x} {y}"
            );
        }
        // The log arrives by polling, once.
        let log = errors
            .lines()
            .filter(|line| line.contains("runs builtin:motion"));
        let log: Vec<_> = log.collect();
        assert_eq!(log.len(), 1, "{errors}");
        assert!(log[0].starts_with("[info] [cam1] runs"), "{errors}");
    }
}

/// The position of p1 in a line such as `frame 120  p1 (0.42, 0.61)  p3 (0.70, 0.33) held`.
fn p1(line: &str) -> Option<(f32, f32)> {
    let (frame, position) = line.split_once("  p1 (")?;
    frame
        .strip_prefix("frame ")
        .unwrap()
        .parse::<u64>()
        .unwrap();
    let (x, y) = position.split_once(')').unwrap().0.split_once(", ")?;
    Some((x.parse().unwrap(), y.parse().unwrap()))
}

#[test]
fn script_hosts_report_errors_with_their_remedies() {
    const TEST: &str = "script_hosts_report_errors_with_their_remedies";
    let folder = tempfile::tempdir().unwrap();
    let check = |arguments: &[&str], code: i32, message: &str| {
        for mut host in examples(TEST, folder.path()) {
            let output = host.args(arguments).output().unwrap();
            let errors = stderr(&output);
            assert_eq!(output.status.code(), Some(code), "{errors}");
            assert!(
                errors
                    .lines()
                    .any(|line| line.starts_with("slots") && line.contains(message)),
                "no {message:?} in\n{errors}"
            );
        }
    };
    // Found by the pipeline's threads, and by the creation.
    let film = ["nowhere.avi", "--model", "builtin:motion"];
    check(&film, 1, "nowhere.avi: no such file; check the path");
    let model = ["push:", "--model", "nowhere"];
    check(&model, 1, "nowhere");
    check(&[], 2, "exactly one STREAM is needed");
}

/// Arguments for a camera that refuses connections: the host never ends by itself.
fn refusing_camera() -> [String; 3] {
    let stream = format!("rtsp://{}/x", closed_port());
    [stream, "--model".into(), "builtin:motion".into()]
}

#[test]
fn node_host_ends_cleanly_on_an_interrupt() {
    const TEST: &str = "node_host_ends_cleanly_on_an_interrupt";
    let Some(mut host) = node(TEST, "examples/node/slots.js") else {
        return;
    };
    host.args(refusing_camera());
    let pipes = host.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = pipes.spawn().unwrap();
    let mut errors = BufReader::new(child.stderr.take().unwrap()).lines();
    let connects = errors.any(|line| line.unwrap().contains("cannot connect"));
    assert!(connects, "the host ended by itself");
    let interrupt = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .output()
        .unwrap();
    succeeded(&interrupt, "kill");
    let rest: Vec<_> = errors.map(Result::unwrap).collect();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}: {rest:?}", output.status);
    assert_eq!(stdout(&output), "source connecting\n");
}

/// In a terminal, because Mono receives Ctrl-C only there.
#[test]
fn csharp_host_ends_cleanly_on_ctrl_c() {
    const TEST: &str = "csharp_host_ends_cleanly_on_ctrl_c";
    let folder = tempfile::tempdir().unwrap();
    if !cfg!(target_os = "linux") || !is_there("script") {
        println!("skipped: {TEST}: needs `script` of util-linux");
        return;
    }
    let Some(host) = csharp(TEST, folder.path(), &["examples/csharp/Slots.cs"]) else {
        return;
    };
    let arguments = host.get_args().map(|a| a.to_str().unwrap().to_owned());
    let words: Vec<String> = arguments.chain(refusing_camera()).collect();
    let mut terminal = run("script")
        .args([
            "-qefc",
            &format!("exec mono {}", words.join(" ")),
            "/dev/null",
        ])
        // Without `exec` some shells stay, take the Ctrl-C too and end with 130.
        .env("SHELL", "/bin/sh")
        .env("TERM", "linux")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(terminal.stdout.take().unwrap()).lines();
    let connects = lines.any(|line| line.unwrap().contains("cannot connect"));
    assert!(connects, "the host ended by itself");
    let mut keyboard = terminal.stdin.take().unwrap();
    keyboard.write_all(b"\x03").unwrap();
    let rest: Vec<_> = lines.map(Result::unwrap).collect();
    let status = terminal.wait().unwrap();
    assert!(status.success(), "{status}: {rest:?}");
}

/// An address to which nothing listens.
fn closed_port() -> std::net::SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap()
}

#[test]
fn log_lines_in_node_have_no_passwords() {
    const TEST: &str = "log_lines_in_node_have_no_passwords";
    let Some(mut host) = node(TEST, "tests/node/log.js") else {
        return;
    };
    let address = closed_port();
    let output = host
        .arg(format!("rtsp://joe:hunter2@{address}/x"))
        .arg(address.ip().to_string())
        .output()
        .unwrap();
    succeeded(&output, "log.js");
    let (lines, errors) = (stdout(&output), stderr(&output));
    let warning = format!("warning [cam1] rtsp://joe:***@{address}/x: cannot connect");
    assert!(lines.contains(&warning), "{lines}");
    assert!(!lines.contains("hunter2"), "{lines}");
    assert_eq!(errors, "", "a quiet log writes nothing to stderr");
    let number = |line: &str| line.split(' ').next()?.parse::<u64>().ok();
    let numbers: Vec<_> = lines.lines().map(|line| number(line).unwrap()).collect();
    assert!(numbers.is_sorted_by(|a, b| a < b), "{lines}");
}

#[test]
fn node_binding_passes_its_tests() {
    const TEST: &str = "node_binding_passes_its_tests";
    if let Some(mut tests) = node(TEST, "tests/node/binding.js") {
        let output = tests.output().unwrap();
        succeeded(&output, &stdout(&output));
    }
}

#[test]
fn csharp_pipeline_can_be_disposed_while_threads_wait() {
    const TEST: &str = "csharp_pipeline_can_be_disposed_while_threads_wait";
    let folder = tempfile::tempdir().unwrap();
    if let Some(mut host) = csharp(TEST, folder.path(), &["tests/csharp/Close.cs"]) {
        let output = host.output().unwrap();
        succeeded(&output, "Close.cs");
        assert_eq!(stdout(&output), "closed\n");
    }
}

#[test]
fn unity_component_has_the_slots_of_each_frame() {
    const TEST: &str = "unity_component_has_the_slots_of_each_frame";
    let folder = tempfile::tempdir().unwrap();
    let sources = [
        "examples/csharp/RextrackCamera.cs",
        "tests/csharp/Unity.cs",
        "tests/csharp/UnityStub.cs",
    ];
    let Some(mut host) = csharp(TEST, folder.path(), &sources) else {
        return;
    };
    let film = folder.path().join("film.avi");
    support::film(&film, 150);
    let output = host.arg(&film).arg("builtin:motion").output().unwrap();
    succeeded(&output, &stdout(&output));
    assert!(stdout(&output).ends_with("tracked 5\n"), "{output:?}");
}

/// A C program that prints sizes and offsets for the names in `table`, in the same words.
fn layout_program(table: &str) -> String {
    let mut program = String::from("#include <rextrack.h>\n#include <stdio.h>\nint main(void) {\n");
    let mut name = "";
    for line in table.lines() {
        let word = line.split_whitespace().next().unwrap();
        if line.starts_with(' ') {
            writeln!(
                program,
                "printf(\"  {word} %zu %zu\\n\", offsetof({name}, {word}), sizeof((({name} *)0)->{word}));"
            )
            .unwrap();
        } else {
            name = word;
            writeln!(program, "printf(\"{name} %zu\\n\", sizeof({name}));").unwrap();
        }
    }
    program.push_str("return 0;\n}\n");
    program
}

#[test]
fn structs_of_script_hosts_match_the_header() {
    const TEST: &str = "structs_of_script_hosts_match_the_header";
    let folder = tempfile::tempdir().unwrap();
    let Some(compiler) = c_compiler(TEST) else {
        return;
    };
    let hosts = [
        node(TEST, "tests/node/layout.js"),
        csharp(TEST, folder.path(), &["tests/csharp/Layout.cs"]),
    ];
    for mut host in hosts.into_iter().flatten() {
        let output = host.output().unwrap();
        succeeded(&output, "layout");
        let table = stdout(&output);
        assert!(table.contains("RextrackSlot "), "{table}");
        let (source, program) = (folder.path().join("layout.c"), folder.path().join("layout"));
        fs::write(&source, layout_program(&table)).unwrap();
        build(compiler, "c99", source.to_str().unwrap(), &program, &[]);
        let output = run(&program).output().unwrap();
        succeeded(&output, "layout.c");
        assert_eq!(table, stdout(&output), "left: the host, right: the header");
    }
}

/// A library that only has a version of the ABI.
fn library_of_version(compiler: &str, folder: &Path, version: &str) -> PathBuf {
    let name = library().file_name().unwrap().to_owned();
    let (source, path) = (folder.join("version.c"), folder.join(name));
    let text = format!("unsigned rextrack_abi_version(void) {{ return {version}; }}\n");
    fs::write(&source, text).unwrap();
    let mut compile = Command::new(compiler);
    compile
        .args(["-shared", "-fPIC", "-o"])
        .arg(&path)
        .arg(&source);
    succeeded(&compile.output().unwrap(), "a library of another version");
    path
}

#[test]
fn script_hosts_refuse_a_library_of_another_version_in_words() {
    const TEST: &str = "script_hosts_refuse_a_library_of_another_version_in_words";
    let folder = tempfile::tempdir().unwrap();
    let Some(compiler) = c_compiler(TEST) else {
        return;
    };
    for (version, words) in [("0x00000002", "0.2"), ("0x00020001", "2.1")] {
        let library = library_of_version(compiler, folder.path(), version);
        for mut host in examples(TEST, folder.path()) {
            let output = host
                .arg("push:")
                .env("REXTRACK_LIBRARY", &library)
                .env("LD_LIBRARY_PATH", folder.path())
                .env("DYLD_LIBRARY_PATH", folder.path())
                .output()
                .unwrap();
            let errors = stderr(&output);
            assert_eq!(output.status.code(), Some(1), "{errors}");
            for part in [
                format!("version {words} of the ABI"),
                "needs 1.0 or a newer 1.x; use the library and the ".into(),
            ] {
                assert!(errors.contains(&part), "no {part:?} in\n{errors}");
            }
        }
    }
}
