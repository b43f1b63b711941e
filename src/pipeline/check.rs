//! Checks that need the stations: a model's file, a tracker's options.

use serde_json::Value;

use super::error::PipelineError;
use crate::config::{Config, ConfigError, PipelineConfig};
use crate::{config, detect, track};

/// Finds what is wrong with a configuration without loading or opening
/// anything: [`Pipeline::new`](super::Pipeline::new) rejects it with the same error.
///
/// # Errors
/// Keys out of range, a tracker that does not exist, a model file that is missing or of
/// another kind, OSC addresses that cannot be used.
pub fn check(config: &PipelineConfig) -> Result<(), PipelineError> {
    config.validate()?;
    track::check(&config.tracking)?;
    Ok(detect::check(config)?)
}

/// Checks the options that stations own in a whole configuration, such as a tracker's.
/// Opens no file: [`check`] does, for one pipeline.
///
/// # Errors
/// All issues, with their paths.
pub fn check_options(config: &Config) -> Result<(), ConfigError> {
    track::check(&config.tracking)?;
    for (index, camera) in config.cameras.iter().enumerate() {
        let path = format!("cameras[{index}].override");
        let pipeline = config.pipeline(camera, &path)?;
        track::check(&pipeline.tracking).map_err(|mut error| {
            for issue in &mut error.issues {
                if let Some(key) = issue.path.strip_prefix("tracking.") {
                    issue.path = format!("{path}.{key}");
                }
            }
            error
        })?;
    }
    Ok(())
}

/// The JSON Schema of the configuration file, with the options that stations own.
pub fn schema() -> Value {
    let mut schema = config::schema();
    track::extend_schema(&mut schema);
    schema
}
