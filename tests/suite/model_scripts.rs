//! The scripts in Python that create models.
#![allow(clippy::unwrap_used)]

use crate::support;

use std::process::Command;

use support::host::{root, succeeded};
use support::python;

#[test]
fn fixture_models_match_their_script() {
    const TEST: &str = "fixture_models_match_their_script";
    let Some(python) = python::venv_with(TEST, "onnx") else {
        return;
    };
    let mut check = Command::new(&python);
    check.env("PYTHONDONTWRITEBYTECODE", "1");
    check
        .arg(root("tests/models/make_fixtures.py"))
        .arg("--check");
    succeeded(&check.output().unwrap(), "make_fixtures.py --check");
}

#[test]
fn converter_names_unsupported_input() {
    const TEST: &str = "converter_names_unsupported_input";
    let Some(python) = python::venv_with(TEST, "onnx") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let [graph, weights, output] =
        ["graph.json", "weights.bin", "out.onnx"].map(|name| folder.path().join(name));
    let convert = |text: &str, bytes: &[u8]| {
        std::fs::write(&graph, text).unwrap();
        std::fs::write(&weights, bytes).unwrap();
        let mut command = Command::new(&python);
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
