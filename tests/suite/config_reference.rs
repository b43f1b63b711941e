//! The configuration reference and the example match the configuration types.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use rextrack::internals::config::{self, Config};
use serde_json::Value;

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Every key of a section with its default.
fn keys<'a>(schema: &'a Value, section: &str) -> Vec<(String, Option<&'a Value>)> {
    let properties = schema["$defs"][section]["properties"].as_object().unwrap();
    let default = |(key, about): (&String, &'a Value)| (key.clone(), about.get("default"));
    properties.iter().map(default).collect()
}

/// A default in the format of the table.
fn written(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(written).collect();
            format!("[{}]", items.join(", "))
        }
        other => other.to_string(),
    }
}

#[test]
fn reference_has_every_key_with_its_default() {
    let text = std::fs::read_to_string(root("docs/ref/config.md")).unwrap();
    let schema = config::schema();
    for (section, prefix) in [
        ("ServiceConfig", "service."),
        ("TrackingConfig", "tracking."),
        ("SlotsConfig", "slots."),
        ("OscConfig", "osc."),
        ("MqttConfig", "mqtt."),
        ("JsonlConfig", "sinks[].jsonl."),
        ("CameraConfig", "cameras[]."),
    ] {
        for (key, default) in keys(&schema, section) {
            let start = format!("| `{prefix}{key}` |");
            let row = text.lines().find(|line| line.starts_with(&start));
            let row = row.unwrap_or_else(|| panic!("{prefix}{key} is missing"));
            let Some(default) = default else { continue };
            let written = written(default);
            let shown = if written.is_empty() {
                "empty".into()
            } else {
                format!("`{written}`")
            };
            assert!(
                row.contains(&shown),
                "{prefix}{key}: default {shown}\n{row}"
            );
        }
    }
}

#[test]
fn example_loads() {
    let config = Config::load(&root("examples/config.yaml")).unwrap();
    let pipelines = config.pipelines();
    assert_eq!(pipelines.len(), 1);
    assert!(pipelines[0].camera.loop_file);
    // Also with its second camera.
    let text = std::fs::read_to_string(root("examples/config.yaml")).unwrap();
    let both = Config::from_yaml(
        &text.replace("enabled: false", "enabled: true"),
        &Vec::new(),
    );
    assert_eq!(both.unwrap().pipelines().len(), 2);
}

/// Guide, glossary and the default of `service.stream_schemes` list the schemes of
/// addresses.
#[test]
fn documents_list_every_scheme() {
    use rextrack::internals::address::StreamAddress;
    let text = std::fs::read_to_string(root("docs/guide/troubleshoot.md")).unwrap();
    let row = text.lines().find(|l| l.contains("unknown kind of source"));
    let row = row.unwrap();
    let known = row.split("Known are ").nth(1).unwrap();
    let known = known.split('.').next().unwrap().replace(" and ", ", ");
    let named: Vec<&str> = known.split(", ").collect();
    assert_eq!(named, StreamAddress::SCHEMES);
    let glossary = std::fs::read_to_string(root("docs/glossary.md")).unwrap();
    let row = glossary.lines().find(|l| l.starts_with("| source |"));
    let row = row.unwrap().replace("(s)", "");
    for scheme in StreamAddress::SCHEMES
        .iter()
        .map(|s| s.trim_end_matches('s'))
    {
        let written = [format!("`{scheme}:"), format!("a {scheme}")];
        assert!(written.iter().any(|w| row.contains(w)), "{scheme}: {row}");
    }
    let defaults = rextrack::internals::config::ServiceConfig::default();
    assert_eq!(defaults.stream_schemes, StreamAddress::SCHEMES);
}
