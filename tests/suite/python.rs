//! The Python module `examples/python/rextrack.py`: its own tests with and without numpy, its
//! types, and the plot that uses it. Also the scripts that create models.
#![allow(clippy::unwrap_used)]

use crate::support;

use std::path::{Path, PathBuf};
use std::process::Command;

use support::host::{library, root, succeeded};
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

fn run(python: &Path) -> Command {
    let mut command = Command::new(python);
    command.env("REXTRACK_LIBRARY", library());
    command.env("PYTHONPATH", root("examples/python"));
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

fn check(python: &Path) {
    let mut tests = run(python);
    let output = tests
        .arg(root("tests/python/test_rextrack.py"))
        .output()
        .unwrap();
    succeeded(&output, "test_rextrack.py");
}

#[test]
fn module_works_without_other_packages() {
    const TEST: &str = "module_works_without_other_packages";
    if let Some(python) = python::system(TEST) {
        check(&python);
    }
}

#[test]
fn module_works_with_numpy() {
    const TEST: &str = "module_works_with_numpy";
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
fn module_passes_strict_type_checks() {
    const TEST: &str = "module_passes_strict_type_checks";
    let Some(python) = venv_python(TEST) else {
        return;
    };
    if !has(&python, "mypy") {
        println!("skipped: {TEST}: there is no mypy in target/venv");
        return;
    }
    let cache = tempfile::tempdir().unwrap();
    let mut mypy = Command::new(&python);
    mypy.current_dir(root("examples/python"));
    mypy.args([
        "-m",
        "mypy",
        "--strict",
        "--ignore-missing-imports",
        "--cache-dir",
    ]);
    mypy.arg(cache.path())
        .args(["rextrack.py", "slots.py", "live_plot.py"]);
    let output = mypy.output().unwrap();
    let message = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{message}");
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
