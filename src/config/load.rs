//! From text to a configuration, on one path for all ways in.

use std::path::Path;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::environment::{self, Environment, Overlay};
use super::error::{ConfigError, Findings, join};
use super::yaml::{self, YamlError};
use super::{Config, PipelineConfig, shape};
use crate::source::{StreamAddress, redact, resolve};

impl Config {
    /// Reads and checks a file, with the process's environment over it.
    /// Relative paths in it are relative to the file's folder. Reads one file
    /// and may block as long as its disk does.
    ///
    /// # Errors
    /// Everything that is wrong; broken YAML with file, line and column.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let shown = path.display();
        let bytes = std::fs::read(path).map_err(|e| {
            ConfigError::one("", format!("{shown}: cannot be read ({e}); check the path"))
        })?;
        let text = String::from_utf8(bytes).map_err(|_| {
            ConfigError::one("", format!("{shown}: is not UTF-8 text; save it as UTF-8"))
        })?;
        let value = yaml::parse(&text).map_err(|YamlError { place, message }| {
            let place = place.map_or(String::new(), |(line, column)| format!(":{line}:{column}"));
            ConfigError::one("", format!("{shown}{place}: {message}"))
        })?;
        let mut config =
            Self::from_value(value, &environment::of_process()).map_err(|mut error| {
                // What concerns no key concerns the file.
                for problem in error.problems.iter_mut().filter(|p| p.path.is_empty()) {
                    problem.message = format!("{shown}: {}", problem.message);
                }
                error
            })?;
        config.rebase(path.parent().unwrap_or(Path::new("")));
        Ok(config)
    }

    /// The defaults with the process's environment over them.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn from_environment() -> Result<Self, ConfigError> {
        Self::from_value(Value::Null, &environment::of_process())
    }

    /// Reads and checks YAML (of which JSON is a part). Paths stay as they are.
    ///
    /// # Errors
    /// As [`Config::load`], without a file's name.
    pub fn from_yaml(text: &str, environment: &Environment) -> Result<Self, ConfigError> {
        Self::from_value(parse(text)?, environment)
    }

    /// Checks what a file says, given as a value, and puts the process's
    /// environment over it. Relative paths are relative to `folder`.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn from_document(document: Value, folder: &Path) -> Result<Self, ConfigError> {
        let mut config = Self::from_value(document, &environment::of_process())?;
        config.rebase(folder);
        Ok(config)
    }

    fn from_value(mut value: Value, environment: &Environment) -> Result<Self, ConfigError> {
        let overlay = Overlay::lay(&shape::FILE, &mut value, environment)?;
        let mut found = shape::check(&shape::FILE, &mut value);
        let config = finish(value, &mut found, Self::rules);
        overlay.blame(&mut found);
        found.result()?;
        config
    }

    fn rebase(&mut self, folder: &Path) {
        let service = &mut self.service;
        service.models_dir = resolve(folder, &service.models_dir);
        for path in [&mut service.log_file, &mut service.onnxruntime] {
            *path = path.take().map(|p| resolve(folder, &p));
        }
        let sinks = self.cameras.iter_mut().flat_map(|c| &mut c.sinks);
        let mut brokers: Vec<_> = self.mqtt.iter_mut().collect();
        for sink in sinks {
            brokers.extend(&mut sink.mqtt);
            if let Some(jsonl) = &mut sink.jsonl
                && jsonl.path != Path::new("-")
            {
                jsonl.path = resolve(folder, &jsonl.path);
            }
        }
        for broker in brokers {
            broker.ca_file = broker.ca_file.take().map(|p| resolve(folder, &p));
        }
        for camera in &mut self.cameras {
            camera.ca_file = camera.ca_file.take().map(|p| resolve(folder, &p));
            if let Ok(file @ StreamAddress::File { .. }) = camera.stream.parse() {
                camera.stream = file.relative_to(folder).expose();
            }
        }
    }
}

impl PipelineConfig {
    /// Reads and checks the JSON of one pipeline. The environment has no part
    /// in it: the host that writes the JSON decides.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn from_json(text: &str) -> Result<Self, ConfigError> {
        Self::from_value(json(text)?)
    }

    /// As [`PipelineConfig::from_json`], from a parsed value.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn from_value(mut value: Value) -> Result<Self, ConfigError> {
        let mut found = shape::check(&shape::PIPELINE, &mut value);
        let config = finish(value, &mut found, Self::rules);
        found.result()?;
        config?.with_overrides("camera.override")
    }
}

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
fn finish<T: DeserializeOwned>(
    value: Value,
    found: &mut Findings,
    rules: impl FnOnce(&T, &mut Findings),
) -> Result<T, ConfigError> {
    match typed(value, "") {
        Ok(config) => {
            rules(&config, found);
            Ok(config)
        }
        Err(error) => {
            if found.0.is_empty() {
                found.extend(error.clone());
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
