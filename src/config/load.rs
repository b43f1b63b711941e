//! Loads configurations from files, text and values.

use std::path::Path;

use serde_json::Value;

use super::environment::{self, EnvOverrides, Environment};
use super::file::Config;
use super::issues::ConfigError;
use super::pipeline::{PipelineConfig, merge};
use super::read::{finish, parse};
use super::yaml::{self, YamlError};
use super::{json, schema, schema_check};
use crate::address::redact_address;

impl Config {
    /// Reads and checks a file. Environment variables of the process override its keys.
    /// Relative paths are relative to the file's folder. Blocks while the file is read.
    ///
    /// # Errors
    /// All issues. Invalid YAML gives file, line and column.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let shown = path.display();
        let bytes = std::fs::read(path).map_err(|e| {
            ConfigError::one("", format!("{shown}: cannot be read ({e}); check the path"))
        })?;
        let text = String::from_utf8(bytes).map_err(|_| {
            ConfigError::one("", format!("{shown}: is not UTF-8 text; save it as UTF-8"))
        })?;
        let value = yaml::parse(&text).map_err(|YamlError { position, message }| {
            let at = position.map_or(String::new(), |(line, column)| format!(":{line}:{column}"));
            ConfigError::one("", format!("{shown}{at}: {message}"))
        })?;
        let mut config =
            Self::from_value(value, &environment::of_process()).map_err(|mut error| {
                // An issue without a key concerns the file.
                for issue in error.issues.iter_mut().filter(|p| p.path.is_empty()) {
                    issue.message = format!("{shown}: {}", issue.message);
                }
                error
            })?;
        config.rebase(path.parent().unwrap_or(Path::new("")));
        Ok(config)
    }

    /// The defaults, overridden by environment variables of the process.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn from_environment() -> Result<Self, ConfigError> {
        Self::from_value(Value::Null, &environment::of_process())
    }

    /// Reads and checks YAML or JSON. Paths stay unchanged.
    ///
    /// # Errors
    /// As [`Config::load`], without the name of a file.
    pub fn from_yaml(text: &str, environment: &Environment) -> Result<Self, ConfigError> {
        Self::from_value(parse(text)?, environment)
    }

    /// Checks the content of a file, after the environment variables of the process have
    /// overridden its keys. Relative paths are relative to `folder`.
    ///
    /// # Errors
    /// All issues.
    pub fn from_document(document: Value, folder: &Path) -> Result<Self, ConfigError> {
        let mut config = Self::from_value(document, &environment::of_process())?;
        config.rebase(folder);
        Ok(config)
    }

    fn from_value(mut value: Value, environment: &Environment) -> Result<Self, ConfigError> {
        let overrides = EnvOverrides::apply(&schema::FILE, &mut value, environment)?;
        let mut issues = schema_check::check(&schema::FILE, &mut value);
        let config = finish(value, &mut issues, Self::rules);
        overrides.annotate(&mut issues);
        issues.result()?;
        config
    }
}

impl PipelineConfig {
    /// Reads and checks the JSON of one pipeline. Environment variables do not override it:
    /// the host controls the JSON.
    ///
    /// # Errors
    /// All issues.
    pub fn from_json(text: &str) -> Result<Self, ConfigError> {
        Self::from_value(json::parse(text)?)
    }

    /// As [`PipelineConfig::from_json`], from a parsed value.
    ///
    /// # Errors
    /// All issues.
    pub fn from_value(mut value: Value) -> Result<Self, ConfigError> {
        let mut issues = schema_check::check(&schema::PIPELINE, &mut value);
        let config = finish(value, &mut issues, Self::rules);
        issues.result()?;
        config?.with_overrides("camera.override")
    }

    /// This configuration with a merge patch (RFC 7396) applied, fully checked.
    ///
    /// # Errors
    /// All issues of the result, and unknown keys of the patch.
    pub fn merged(&self, patch: &str) -> Result<Self, ConfigError> {
        let mut patch = json::parse(patch)?;
        if !patch.is_object() {
            return Err(ConfigError::one("", "the patch must be a JSON object"));
        }
        // A patch with the address as `to_json` shows it keeps the password.
        if let Some(stream) = patch.pointer_mut("/camera/stream")
            && stream.as_str() == Some(&redact_address(&self.camera.stream))
        {
            *stream = self.camera.stream.clone().into();
        }
        // A null removes its key, so the check of the result would not see a misspelt one.
        let mut issues =
            schema_check::check_patch(&schema::PIPELINE, &schema::PIPELINE, "", &patch);
        let mut value = self.to_json(true);
        merge(&mut value, patch);
        let merged = Self::from_value(value);
        if let Err(error) = &merged {
            issues.extend(error.clone());
        }
        issues.result()?;
        merged
    }
}
