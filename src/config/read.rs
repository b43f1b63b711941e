//! Parses text to a value, and converts a value to its type.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::issues::{ConfigError, Issues, join};
use super::yaml::{self, YamlError};
use crate::address::redact;

/// Parses YAML or JSON without checking its keys.
///
/// # Errors
/// Invalid YAML, with line and column.
pub fn parse(text: &str) -> Result<Value, ConfigError> {
    yaml::parse(text).map_err(|YamlError { position, message }| {
        let at = position.map_or(String::new(), |(line, column)| {
            format!("line {line}, column {column}: ")
        });
        ConfigError::one("", format!("{at}{message}"))
    })
}

/// Converts a value to its type after the schema check, and applies `rules`. An error of
/// serde becomes an issue only if the schema check found none: else it repeats one.
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

/// Converts a value to its type. The error has the path.
pub(super) fn typed<T: DeserializeOwned>(value: Value, prefix: &str) -> Result<T, ConfigError> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        let path = if path == "." { "" } else { &path };
        ConfigError::one(join(prefix, path), redact(&error.inner().to_string()))
    })
}
