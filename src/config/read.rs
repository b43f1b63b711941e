//! Text to a value, and a value to its type.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::issues::{ConfigError, Issues, join};
use super::yaml::{self, YamlError};
use crate::address::redact;

/// Reads YAML (of which JSON is a part) without checking what it says.
///
/// # Errors
/// Broken YAML, with line and column.
pub fn parse(text: &str) -> Result<Value, ConfigError> {
    yaml::parse(text).map_err(|YamlError { place, message }| {
        let place = place.map_or(String::new(), |(line, column)| {
            format!("line {line}, column {column}: ")
        });
        ConfigError::one("", format!("{place}{message}"))
    })
}

/// Types a value whose shape was checked, and applies rules to it. What serde
/// finds beyond the shape is noted; after a wrong shape it adds nothing.
pub(super) fn finish<T: DeserializeOwned>(
    value: Value,
    issues: &mut Issues,
    rules: impl FnOnce(&T, &mut Issues),
) -> Result<T, ConfigError> {
    match typed(value, "") {
        Ok(config) => {
            rules(&config, issues);
            Ok(config)
        }
        Err(error) => {
            if issues.0.is_empty() {
                issues.extend(error.clone());
            }
            Err(error)
        }
    }
}

/// Reads JSON, and says where it is broken.
pub(super) fn json(text: &str) -> Result<Value, ConfigError> {
    serde_json::from_str(text)
        .map_err(|e| ConfigError::one("", format!("not valid JSON: {}", redact(&e.to_string()))))
}

/// Gives a value its type; the error names the path.
pub(super) fn typed<T: DeserializeOwned>(value: Value, prefix: &str) -> Result<T, ConfigError> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        let path = if path == "." { "" } else { &path };
        ConfigError::one(join(prefix, path), redact(&error.inner().to_string()))
    })
}
