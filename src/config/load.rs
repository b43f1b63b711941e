//! From text to a configuration: YAML, JSON and the environment on one path.
//!
//! All ways in become a JSON value first and are typed once, so that a wrong
//! key or type reads the same wherever it came from.

use std::path::Path;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::error::ConfigError;
use super::words;
use super::{Config, PipelineConfig};
use crate::source::StreamAddress;

/// Prefix of the environment variables: `REXTRACK__SERVICE__PORT=9000` is
/// `service.port: 9000`.
const PREFIX: &str = "REXTRACK__";

/// Environment variables as names and values.
pub type Environment = Vec<(String, String)>;

/// The variables of this process that concern the configuration.
pub fn process_environment() -> Environment {
    let mut variables: Environment = std::env::vars()
        .filter(|(name, _)| name.starts_with(PREFIX))
        .collect();
    // The process gives them in any order; a fixed one makes errors repeatable.
    variables.sort();
    variables
}

impl Config {
    /// Reads and checks a file, with the process's environment over it.
    /// Relative paths in it are relative to the file's folder.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let shown = path.display();
        let text = std::fs::read_to_string(path).map_err(|e| {
            ConfigError::one("", format!("{shown}: cannot be read ({e}); check the path"))
        })?;
        let mut config = Self::from_yaml(&text, &process_environment()).map_err(|mut error| {
            for problem in &mut error.problems {
                if problem.path.is_empty() {
                    problem.message = format!("{shown}: {}", problem.message);
                }
            }
            error
        })?;
        config.rebase(path.parent().unwrap_or(Path::new("")));
        Ok(config)
    }

    /// The defaults with the process's environment over them.
    pub fn from_environment() -> Result<Self, ConfigError> {
        Self::from_yaml("", &process_environment())
    }

    /// Reads and checks YAML (of which JSON is a part).
    pub fn from_yaml(text: &str, environment: &Environment) -> Result<Self, ConfigError> {
        let mut value = yaml(text)?;
        if value.is_null() {
            value = Value::Object(Map::new());
        }
        overlay(&mut value, environment)?;
        check_sections(&value)?;
        let config: Self = typed(value, "")?;
        config.validate()?;
        Ok(config)
    }

    fn rebase(&mut self, folder: &Path) {
        let service = &mut self.service;
        service.models_dir = folder.join(&service.models_dir);
        service.log_file = service.log_file.take().map(|p| folder.join(p));
        service.onnxruntime = service.onnxruntime.take().map(|p| folder.join(p));
        for camera in &mut self.cameras {
            if let Ok(StreamAddress::File { path }) = camera.stream.parse()
                && path.is_relative()
            {
                camera.stream = folder.join(path).to_string_lossy().into_owned();
            }
        }
    }
}

impl PipelineConfig {
    /// Reads and checks the JSON of one pipeline.
    pub fn from_json(text: &str) -> Result<Self, ConfigError> {
        let value = serde_json::from_str(text)
            .map_err(|e| ConfigError::one("", format!("not valid JSON: {e}")))?;
        Self::from_value(value)
    }

    /// As [`PipelineConfig::from_json`], from a parsed value.
    pub fn from_value(value: Value) -> Result<Self, ConfigError> {
        check_sections(&value)?;
        let config: Self = typed(value, "")?;
        let config = config.with_overrides("camera.override")?;
        config.validate()?;
        Ok(config)
    }
}

/// Refuses lists where keys belong: serde would fill a section's keys from a
/// list, in the order of their declaration.
fn check_sections(value: &Value) -> Result<(), ConfigError> {
    let sections = ["service", "tracking", "slots", "osc", "camera"];
    let mut places: Vec<(String, &Value)> = vec![(String::new(), value)];
    places.extend(sections.iter().map(|s| ((*s).to_owned(), &value[*s])));
    if let Some(cameras) = value["cameras"].as_array() {
        let named = |(index, camera)| (format!("cameras[{index}]"), camera);
        places.extend(cameras.iter().enumerate().map(named));
    }
    match places.iter().find(|(_, value)| value.is_array()) {
        None => Ok(()),
        Some((path, _)) => Err(ConfigError::one(
            path.clone(),
            "must hold keys with values, got a list",
        )),
    }
}

fn yaml(text: &str) -> Result<Value, ConfigError> {
    if text
        .lines()
        .all(|l| l.trim().is_empty() || l.trim_start().starts_with('#'))
    {
        return Ok(Value::Null);
    }
    parse(text).map_err(|error| {
        let text = error.to_string();
        // The first line says what and where; the rest quotes the file, which
        // may hold passwords.
        let line = text.lines().next().unwrap_or("cannot be read");
        ConfigError::one(
            "",
            format!("not valid YAML: {}", crate::source::redact(line)),
        )
    })
}

/// YAML 1.2 as it stands: in YAML 1.1 the axis `y` would be a boolean.
fn parse(text: &str) -> Result<Value, serde_saphyr::Error> {
    serde_saphyr::from_str_with_options(text, serde_saphyr::options! { strict_booleans: true })
}

/// Gives a value its type; the error names the path.
pub(super) fn typed<T: DeserializeOwned>(value: Value, prefix: &str) -> Result<T, ConfigError> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let inner = error.inner().to_string();
        let mut path = error.path().to_string();
        if path == "." {
            path.clear();
        }
        let mut message = crate::source::redact(&words::plain(&inner));
        if let Some(key) = inner.strip_prefix("missing field `") {
            path = join(&path, key.trim_end_matches('`'));
            message = "is missing".into();
        }
        // serde names an unknown key in the message and its parent or itself in
        // the path, depending on the format; make it the key.
        if let Some((key, known)) = unknown_key(&inner) {
            if path.rsplit('.').next() != Some(key) {
                path = join(&path, key);
            }
            let close = known.iter().max_by(|a, b| {
                strsim::jaro_winkler(a, key).total_cmp(&strsim::jaro_winkler(b, key))
            });
            message = match close {
                Some(close) if strsim::jaro_winkler(close, key) > 0.8 => {
                    format!("unknown key; did you mean {close}?")
                }
                _ => format!("unknown key; known are {}", known.join(", ")),
            };
        }
        ConfigError::one(join(prefix, &path), message)
    })
}

fn join(parent: &str, child: &str) -> String {
    match (parent, child) {
        ("", child) => child.to_owned(),
        (parent, "") => parent.to_owned(),
        (parent, child) => format!("{parent}.{child}"),
    }
}

/// Key and known keys out of serde's words.
fn unknown_key(message: &str) -> Option<(&str, Vec<&str>)> {
    let rest = message.strip_prefix("unknown field `")?;
    let (key, rest) = rest.split_once('`')?;
    let known = rest.split('`').skip(1).step_by(2).collect();
    Some((key, known))
}

/// Lays the environment over a configuration.
fn overlay(value: &mut Value, environment: &Environment) -> Result<(), ConfigError> {
    for (name, text) in environment {
        let Some(path) = name.strip_prefix(PREFIX) else {
            continue;
        };
        let given: Value = parse(text).unwrap_or_else(|_| Value::String(text.clone()));
        let mut place = &mut *value;
        for part in path.split("__") {
            place = step(place, part).map_err(|message| ConfigError::one(name, message))?;
        }
        *place = given;
    }
    Ok(())
}

/// The place below `place` that a part of a variable's name stands for; made
/// if it is not there yet.
fn step<'a>(place: &'a mut Value, part: &str) -> Result<&'a mut Value, String> {
    let key = part.to_lowercase();
    if let Value::Array(items) = place {
        let count = items.len();
        return key
            .parse::<usize>()
            .ok()
            .and_then(|index| items.get_mut(index))
            .ok_or_else(|| format!("'{part}' must be a number below {count}"));
    }
    if !place.is_object() {
        *place = Value::Object(Map::new());
    }
    match place {
        Value::Object(map) => Ok(map.entry(key).or_insert(Value::Null)),
        _ => Err(format!("'{part}' has no place")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::config::Axis;

    #[test]
    fn the_axis_y_is_no_boolean() {
        let config = Config::from_yaml("osc: {axes: [y, x]}", &Vec::new()).unwrap();
        assert_eq!(config.osc.unwrap().axes, [Axis::Y, Axis::X]);
        let set = vec![("REXTRACK__OSC__AXES".into(), "[y]".into())];
        let config = Config::from_yaml("", &set).unwrap();
        assert_eq!(config.osc.unwrap().axes, [Axis::Y]);
    }
}
