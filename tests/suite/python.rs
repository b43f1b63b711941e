//! The Python package in `python/`: its own tests with and without numpy, its types, its
//! structs, its installation, and the examples that use it. Also the scripts that create models.
#![allow(clippy::unwrap_used)]

use crate::support;

use std::path::{Path, PathBuf};
use std::process::Command;

use support::host::{self, library, root, succeeded};
use support::python;

fn venv_python(test: &str) -> Option<PathBuf> {
    let python = python::venv();
    if python.is_none() {
        println!("skipped: {test}: target/venv is missing (cargo xtask setup --tests)");
    }
    python
}

fn has(python: &Path, module: &str) -> bool {
    let output = Command::new(python)
        .args(["-c", &format!("import {module}")])
        .output();
    output.is_ok_and(|o| o.status.success())
}

/// Runs the package with the library of this build.
fn run(python: &Path) -> Command {
    let mut command = Command::new(python);
    command.env("REXTRACK_LIBRARY", library());
    command.env("PYTHONPATH", root("python"));
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

fn check(python: &Path) {
    let mut tests = run(python);
    tests.args(["-W", "error", "-m", "unittest", "discover", "-s"]);
    let output = tests.arg(root("tests/python")).output().unwrap();
    succeeded(&output, "tests/python");
}

#[test]
fn package_works_without_other_packages() {
    const TEST: &str = "package_works_without_other_packages";
    if let Some(python) = python::system(TEST) {
        check(&python);
    }
}

#[test]
fn package_works_with_numpy() {
    const TEST: &str = "package_works_with_numpy";
    let Some(python) = venv_python(TEST) else {
        return;
    };
    if has(&python, "numpy") {
        check(&python);
    } else {
        println!("skipped: {TEST}: there is no numpy in target/venv");
    }
}

#[test]
fn package_and_examples_pass_strict_type_checks() {
    const TEST: &str = "package_and_examples_pass_strict_type_checks";
    let Some(python) = venv_python(TEST) else {
        return;
    };
    if !has(&python, "mypy") {
        println!("skipped: {TEST}: there is no mypy in target/venv");
        return;
    }
    let cache = tempfile::tempdir().unwrap();
    let mut mypy = run(&python);
    mypy.env("MYPYPATH", root("python"));
    mypy.args(["-m", "mypy", "--strict", "--ignore-missing-imports"]);
    mypy.arg("--cache-dir").arg(cache.path());
    mypy.arg(root("python/rextrack"));
    for example in std::fs::read_dir(root("examples/python")).unwrap() {
        mypy.args(Some(example.unwrap().path()).filter(|p| p.extension() == Some("py".as_ref())));
    }
    let output = mypy.output().unwrap();
    let message = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{message}");
}

/// Runs pip. `None` if it cannot reach its index.
fn pip(python: &Path, arguments: &[&str]) -> Option<()> {
    let mut pip = Command::new(python);
    pip.args(["-m", "pip", "--disable-pip-version-check", "install"])
        .args(["--quiet", "--retries", "1", "--timeout", "15"]);
    let output = pip.args(arguments).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    let offline = [
        "NewConnectionError",
        "No matching distribution",
        "timed out",
    ];
    if !output.status.success() && offline.iter().any(|words| errors.contains(words)) {
        return None;
    }
    succeeded(&output, "pip install");
    Some(())
}

#[test]
fn package_is_installed_by_pip() {
    const TEST: &str = "package_is_installed_by_pip";
    let Some(python) = python::system(TEST) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    // pip builds inside the folder that it installs from.
    let source = folder.path().join("source");
    std::fs::create_dir_all(source.join("rextrack")).unwrap();
    for part in ["", "rextrack"] {
        for entry in std::fs::read_dir(root("python").join(part)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let copy = source.join(part).join(path.file_name().unwrap());
                std::fs::copy(&path, copy).unwrap();
            }
        }
    }
    let venv = folder.path().join("venv");
    let output = Command::new(&python)
        .args(["-m", "venv"])
        .arg(&venv)
        .output();
    let programs = venv.join(if cfg!(windows) { "Scripts" } else { "bin" });
    if !output.is_ok_and(|o| o.status.success()) {
        println!("skipped: {TEST}: {} has no venv", python.display());
        return;
    }
    let installed = programs.join("python");
    if pip(&installed, &[source.to_str().unwrap()]).is_none() {
        println!("skipped: {TEST}: pip cannot reach its index");
        return;
    }
    let script = "import rextrack; print(rextrack.__file__, rextrack.__version__, rextrack.version())\n\
                  import os; print(os.path.exists(os.path.dirname(rextrack.__file__) + '/py.typed'))";
    let mut program = Command::new(&installed);
    program.current_dir(folder.path()).args(["-c", script]);
    program
        .env("REXTRACK_LIBRARY", library())
        .env_remove("PYTHONPATH");
    let output = program.output().unwrap();
    succeeded(&output, "the installed package");
    let version = env!("CARGO_PKG_VERSION");
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(
        printed.contains(&format!("{version} {version}")),
        "{printed}"
    );
    assert!(
        printed.contains("site-packages") && printed.contains("True"),
        "{printed}"
    );
}

#[test]
fn structs_have_the_layout_of_the_header() {
    const TEST: &str = "structs_have_the_layout_of_the_header";
    let (Some(python), Some(compiler)) = (python::system(TEST), host::c_compiler(TEST)) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("layout");
    host::build(compiler, "c99", "tests/c/layout.c", &program, &[]);
    let layout = host::run(program).output().unwrap();
    // Compares every struct and field of the header that the package has.
    let script = "
import sys, ctypes
from rextrack import _structs
checked = set()
for line in sys.argv[1].splitlines():
    name, *numbers = line.split()
    if not line.startswith(' '):
        name = name.replace('Rextrack', '')
        struct = getattr(_structs, 'Raw' + name, None) or getattr(_structs, name, None)
        assert struct is None or ctypes.sizeof(struct) == int(numbers[0]), line
    elif struct is not None:
        field = getattr(struct, name)
        assert [field.offset, field.size] == list(map(int, numbers)), (struct, line)
        checked.add(struct.__name__)
print(*sorted(checked))
";
    let mut check = run(&python);
    let layout = String::from_utf8(layout.stdout).unwrap();
    let output = check.args(["-c", script, &layout]).output().unwrap();
    succeeded(&output, "the structs");
    let checked = String::from_utf8_lossy(&output.stdout);
    for name in [
        "RawEvent",
        "RawFrame",
        "RawImage",
        "RawSnapshot",
        "RawStats",
        "Slot",
    ] {
        assert!(checked.contains(name), "{name} is not in: {checked}");
    }
}

#[cfg(unix)]
#[test]
fn library_of_another_abi_is_refused_by_name() {
    const TEST: &str = "library_of_another_abi_is_refused_by_name";
    let (Some(python), Some(compiler)) = (python::system(TEST), host::c_compiler(TEST)) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let cases = [
        (
            "unsigned rextrack_abi_version(void) { return 2; }",
            "has ABI 0.2",
        ),
        (
            "unsigned rextrack_abi_version(void) { return 2u << 16 | 5; }",
            "has ABI 2.5",
        ),
        (
            "int other(void) { return 0; }",
            "is not the rextrack library",
        ),
    ];
    for (number, (source, wanted)) in cases.into_iter().enumerate() {
        let [file, library] =
            ["c", "so"].map(|end| folder.path().join(format!("other{number}.{end}")));
        std::fs::write(&file, source).unwrap();
        let mut compile = Command::new(compiler);
        compile
            .args(["-shared", "-fPIC", "-o"])
            .arg(&library)
            .arg(&file);
        succeeded(&compile.output().unwrap(), source);
        let mut host = run(&python);
        host.env("REXTRACK_LIBRARY", &library);
        let output = host
            .args(["-c", "import rextrack; rextrack.version()"])
            .output();
        let errors = String::from_utf8(output.unwrap().stderr).unwrap();
        let last = errors.lines().last().unwrap_or_default();
        assert!(
            last.starts_with("ImportError: ") && last.contains(wanted),
            "{errors}"
        );
        if wanted.starts_with("has ABI") {
            assert!(
                last.contains("is made for 1.0; take both from the same version"),
                "{errors}"
            );
        }
    }
}

/// What an example prints. It must succeed.
#[track_caller]
fn printed_by(python: &Path, example: &str, arguments: &[&str]) -> String {
    let mut command = run(python);
    // The example finds the package of the repository by itself.
    command.env_remove("PYTHONPATH");
    command
        .arg(root("examples/python").join(example))
        .args(arguments);
    let output = command.output().unwrap();
    succeeded(&output, example);
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn asyncio_example_follows_several_cameras() {
    let Some(python) = python::system("asyncio_example_follows_several_cameras") else {
        return;
    };
    let streams = ["synth:people=3,frames=25", "synth:people=5,frames=25"];
    let printed = printed_by(&python, "asyncio_slots.py", &streams);
    for stream in streams {
        assert!(
            printed.contains(&format!("{stream}: p1 entered, a person")),
            "{printed}"
        );
    }
    let endless = ["synth:", "synth:people=3", "--seconds", "1"];
    let printed = printed_by(&python, "asyncio_slots.py", &endless);
    assert!(printed.ends_with("the time is over\n"), "{printed}");
}

#[test]
fn processes_example_tracks_in_forked_and_spawned_processes() {
    let Some(python) = python::system("processes_example_tracks_in_forked_and_spawned_processes")
    else {
        return;
    };
    let methods: &[_] = if cfg!(windows) {
        &["spawn"]
    } else {
        &["spawn", "fork"]
    };
    for method in methods {
        let arguments = [
            method,
            "synth:people=3,frames=25",
            "synth:frames=25",
            "nowhere.avi",
        ];
        let printed = printed_by(&python, "processes.py", &arguments);
        for camera in ["camera 1  frame 25  p1 (", "camera 2  frame 25  p1 ("] {
            assert!(printed.contains(camera), "{method}: {printed}");
        }
        assert!(printed.contains("camera 3  "), "{method}: {printed}");
    }
}

#[test]
fn ctypes_example_works_without_the_package() {
    let Some(python) = python::system("ctypes_example_works_without_the_package") else {
        return;
    };
    let library = library();
    let library = library.to_str().unwrap();
    let arguments = [library, "synth:people=3,frames=25"];
    let printed = printed_by(&python, "plain_ctypes.py", &arguments);
    let last = printed.lines().last().unwrap_or_default();
    assert!(
        last.split(") (").count() == 4 && !last.contains(" (0.00, 0.00) (0.00"),
        "{printed}"
    );
    let mut wrong = Command::new(&python);
    wrong
        .arg(root("examples/python/plain_ctypes.py"))
        .args([library, "synth:people=x"]);
    let output = wrong.output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        errors.contains("plain_ctypes.py: camera.stream: "),
        "{errors}"
    );
}

#[test]
fn plot_shows_slots_at_their_positions() {
    const TEST: &str = "plot_shows_slots_at_their_positions";
    let Some(python) = python::system(TEST) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let film = folder.path().join("film.avi");
    support::film(&film, 60);
    let mut plot = run(&python);
    plot.env("COLUMNS", "42").env("LINES", "24");
    plot.arg(root("examples/python/live_plot.py")).arg(&film);
    let output = plot.args(["--model", "builtin:motion"]).output().unwrap();
    succeeded(&output, "live_plot.py");
    let message = String::from_utf8_lossy(&output.stdout);
    // The square moves to the right along the middle of the picture.
    let edge = format!("+{}+", "-".repeat(40));
    let plans: Vec<_> = message
        .split(&edge)
        .filter(|plan| plan.contains('1') && plan.contains("|\n"))
        .collect();
    let position = |plan: &str| {
        let rows: Vec<_> = plan.trim().lines().collect();
        assert_eq!(rows.len(), 20, "{plan}");
        let row = rows.iter().position(|row| row.contains('1')).unwrap();
        (row, rows[row].find('1').unwrap())
    };
    let (first, last) = (position(plans[0]), position(plans[plans.len() - 1]));
    assert!(
        (9..=10).contains(&first.0) && (9..=10).contains(&last.0),
        "{first:?} {last:?}"
    );
    assert!(last.1 > first.1 + 3, "{first:?} {last:?}");

    let output = run(&python)
        .arg(root("examples/python/live_plot.py"))
        .args(["nowhere.avi", "--model", "builtin:motion"])
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        errors.contains("live_plot.py: ") && errors.contains("nowhere.avi: no such file"),
        "{errors}"
    );
}

/// The Python of target/venv, if it has onnx.
fn python_with_onnx(test: &str) -> Option<PathBuf> {
    let python = venv_python(test)?;
    if has(&python, "onnx") {
        return Some(python);
    }
    println!("skipped: {test}: target/venv has no onnx (cargo xtask setup --tests)");
    None
}

#[test]
fn fixture_models_match_their_script() {
    const TEST: &str = "fixture_models_match_their_script";
    let Some(python) = python_with_onnx(TEST) else {
        return;
    };
    let mut check = run(&python);
    check
        .arg(root("tests/models/make_fixtures.py"))
        .arg("--check");
    succeeded(&check.output().unwrap(), "make_fixtures.py --check");
}

#[test]
fn converter_names_unsupported_input() {
    const TEST: &str = "converter_names_unsupported_input";
    let Some(python) = python_with_onnx(TEST) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let [graph, weights, output] =
        ["graph.json", "weights.bin", "out.onnx"].map(|name| folder.path().join(name));
    let convert = |text: &str, bytes: &[u8]| {
        std::fs::write(&graph, text).unwrap();
        std::fs::write(&weights, bytes).unwrap();
        let mut command = run(&python);
        command.arg(root("xtask/convert/nanodet.py"));
        let result = command.args([&graph, &weights, &output]).output().unwrap();
        assert_eq!(result.status.code(), Some(1));
        assert!(!output.exists(), "a failed conversion left a file");
        let message = String::from_utf8(result.stderr).unwrap();
        assert_eq!(message.lines().count(), 1, "one line: {message}");
        message
    };
    let model_of = |channels: u32, nodes: &str| {
        format!(
            r#"{{"signature": {{"outputs": {{}}, "inputs": {{"data": {{"name": "data:0",
                    "tensorShape": {{"dim": [{{"size": "1"}}, {{"size": "{channels}"}},
                        {{"size": "416"}}, {{"size": "416"}}]}}}}}}}},
                "modelTopology": {{"node": [{nodes}]}},
                "weightsManifest": [{{"weights": [
                    {{"name": "w", "shape": [2], "dtype": "float32"}}]}}]}}"#
        )
    };
    let model = |nodes: &str| model_of(3, nodes);
    let data = r#"{"name": "data", "op": "Placeholder"}"#;
    let cases = [
        (String::from("<html>"), 8, "not a TensorFlow.js graph"),
        (model_of(1, data), 8, "not one picture of 416 x 416"),
        (String::from("[1]"), 8, "not a TensorFlow.js graph"),
        (model(data), 7, "7 bytes, the graph's weights take 8"),
        (model(data), 9, "9 bytes, the graph's weights take 8"),
        (
            model(&format!(
                r#"{data}, {{"name": "x", "op": "Softmax", "input": ["data"]}}"#
            )),
            8,
            "x: operations of the kind Softmax",
        ),
        (
            model(r#"{"name": "x", "op": "Identity", "input": ["nobody"]}"#),
            8,
            "an input that is not in the graph",
        ),
        (
            model(&format!(
                r#"{data}, {{"name": "x", "op": "LeakyRelu", "input": ["data"]}}"#
            )),
            8,
            "x (LeakyRelu): not as expected",
        ),
    ];
    for (text, bytes, wanted) in cases {
        let message = convert(&text, &vec![0; bytes]);
        assert!(message.contains(wanted), "no '{wanted}' in: {message}");
    }
}
