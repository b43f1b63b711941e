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
    let mut issues = Vec::new();
    if let Err(error) = track::check(&config.tracking) {
        issues.extend(error.issues);
    }
    for (index, camera) in config.cameras.iter().enumerate() {
        let path = format!("cameras[{index}].override");
        let is_overridden = |key: &str| camera.overrides.contains_key(key);
        if !is_overridden("tracker") && !is_overridden("tracker_options") {
            continue;
        }
        let pipeline = config.pipeline(camera, &path)?;
        if let Err(mut error) = track::check(&pipeline.tracking) {
            for issue in &mut error.issues {
                if let Some(key) = issue.path.strip_prefix("tracking.") {
                    issue.path = format!("{path}.{key}");
                }
            }
            issues.extend(error.issues);
        }
    }
    if issues.is_empty() {
        Ok(())
    } else {
        Err(ConfigError { issues })
    }
}

/// The JSON Schema of the configuration file, with the options that stations own.
pub fn schema() -> Value {
    let mut schema = config::schema();
    track::extend_schema(&mut schema);
    schema
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn options_of_all_cameras_are_checked_and_every_issue_is_reported() {
        let config = |yaml: &str| Config::from_yaml(yaml, &Vec::new()).unwrap();
        let good = "tracking: {tracker_options: {low_score: 0.2}}\n\
                    cameras: [{id: a, stream: 'synth:'}]";
        assert_eq!(check_options(&config(good)), Ok(()));
        let bad = "tracking: {tracker: sortt}\ncameras:\n\
                   - {id: a, stream: 'synth:'}\n\
                   - {id: b, stream: 'synth:', enabled: false,\n   \
                   override: {tracker: bytetrack, tracker_options: {low_score: 7}}}";
        let issues = check_options(&config(bad)).unwrap_err().issues;
        let paths: Vec<_> = issues.into_iter().map(|issue| issue.path).collect();
        assert_eq!(
            paths,
            [
                "tracking.tracker",
                "cameras[1].override.tracker_options.low_score"
            ]
        );
    }
}
