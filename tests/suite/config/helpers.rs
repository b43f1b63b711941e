//! Loads configurations for tests.

use rextrack::internals::config::{Config, PipelineConfig};
use rextrack::internals::flow::AxisId;
use serde_json::Value;

pub const CONTRACT: &str = include_str!("../../data/contract.yaml");

pub fn yaml(text: &str) -> Result<Config, String> {
    Config::from_yaml(text, &Vec::new()).map_err(|e| e.to_string())
}

pub fn with_environment(text: &str, variables: &[(&str, &str)]) -> Result<Config, String> {
    let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let environment = variables.iter().map(own).collect();
    Config::from_yaml(text, &environment).map_err(|e| e.to_string())
}

pub fn pipeline(value: Value) -> Result<PipelineConfig, String> {
    PipelineConfig::from_json(&value.to_string()).map_err(|e| e.to_string())
}

/// Checks that the text has one issue, which begins with `expected`.
#[track_caller]
pub fn rejects(text: &str, expected: &str) {
    let message = yaml(text).unwrap_err();
    assert_eq!(message.lines().count(), 1, "{message}");
    assert!(
        message.starts_with(expected),
        "{message}\nexpected {expected}"
    );
}

pub fn names(axes: &[AxisId]) -> Vec<&'static str> {
    axes.iter().map(|axis| axis.name).collect()
}
