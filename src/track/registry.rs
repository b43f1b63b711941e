//! Finds a tracker by its name, and checks its options.

use serde_json::{Value, json};

use super::TRACKERS;
use super::tracker::{Tracker, TrackerKind, TrackerSettings};
use crate::config::{ConfigError, TrackingConfig, check_against, check_patch_against};

/// Checks that the configured tracker exists and accepts its options.
///
/// # Errors
/// All issues, with the keys at fault.
pub fn check(config: &TrackingConfig) -> Result<(), ConfigError> {
    let name = json!({"type": "string", "enum": names()});
    check_against(&name, "tracking.tracker", &json!(config.tracker))?;
    let options = Value::Object(config.tracker_options.clone());
    let schema = (kind(&config.tracker).options)().to_value();
    check_against(&schema, "tracking.tracker_options", &options)
}

/// Checks the options in a merge patch of a pipeline's configuration: each must exist, even
/// if it is null. `config` is the section after the patch.
///
/// # Errors
/// All unknown options.
pub fn check_patch(config: &TrackingConfig, patch: &Value) -> Result<(), ConfigError> {
    let schema = (kind(&config.tracker).options)().to_value();
    for section in ["tracking", "camera.override"] {
        let path = format!("{section}.tracker_options");
        if let Some(options) = patch.pointer(&format!("/{}", path.replace('.', "/"))) {
            check_patch_against(&schema, &path, options)?;
        }
    }
    Ok(())
}

/// Creates the tracker of that name, without tracks.
pub fn create(name: &str, settings: &TrackerSettings) -> Box<dyn Tracker> {
    (kind(name).create)(settings)
}

/// The lowest score that the tracker uses. The detector must pass on all detections from
/// it on.
pub fn detection_min_score(config: &TrackingConfig) -> f32 {
    (kind(&config.tracker).min_score)(&TrackerSettings::from(config))
}

/// Adds the names and options of all trackers to a schema of the configuration,
/// wherever it has the keys `tracker` and `tracker_options`.
pub fn extend_schema(schema: &mut Value) {
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut)
        && properties.contains_key("tracker_options")
    {
        let options = TRACKERS.iter().flat_map(|kind| {
            let schema = (kind.options)().to_value();
            let options = schema.get("properties").and_then(Value::as_object);
            options.cloned().unwrap_or_default()
        });
        let options = options.map(|(name, option)| (name, without_default(option)));
        let options: Value = Value::Object(options.collect());
        if let Some(tracker) = properties.get_mut("tracker") {
            tracker["enum"] = json!(names());
        }
        if let Some(schema) = properties.get_mut("tracker_options") {
            schema["properties"] = options;
            schema["additionalProperties"] = json!(false);
        }
    }
    let children: Vec<&mut Value> = match schema {
        Value::Object(map) => map.values_mut().collect(),
        Value::Array(items) => items.iter_mut().collect(),
        _ => Vec::new(),
    };
    children.into_iter().for_each(extend_schema);
}

/// An option that is left out stays out of the configuration: its default belongs to the
/// tracker. The description says what it is.
fn without_default(mut option: Value) -> Value {
    let default = option.as_object_mut().and_then(|o| o.remove("default"));
    if let (Some(default), Some(text)) = (default, option["description"].as_str()) {
        option["description"] = json!(format!("{text} Default: {default}."));
    }
    option
}

fn names() -> Vec<&'static str> {
    TRACKERS.iter().map(|kind| kind.name).collect()
}

/// The kind of that name. The configuration was checked before. An unknown name gives the
/// default.
fn kind(name: &str) -> &'static TrackerKind {
    let found = TRACKERS.iter().find(|kind| kind.name == name);
    found.unwrap_or(&TRACKERS[0])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn issues(tracker: &str, options: Value) -> Vec<String> {
        let config = TrackingConfig {
            tracker: tracker.into(),
            tracker_options: options.as_object().unwrap().clone(),
            ..TrackingConfig::default()
        };
        let found = check(&config).err().map(|error| error.issues);
        found.into_iter().flatten().map(|i| i.path).collect()
    }

    #[test]
    fn options_are_checked_against_the_configured_tracker() {
        assert!(issues("bytetrack", json!({})).is_empty());
        assert!(issues("bytetrack", json!({"low_score": 0.2})).is_empty());
        assert_eq!(issues("sortt", json!({})), ["tracking.tracker"]);
        assert_eq!(
            issues("bytetrack", json!({"low_score": 2, "lowscore": 0.1})),
            [
                "tracking.tracker_options.low_score",
                "tracking.tracker_options.lowscore"
            ]
        );
    }

    #[test]
    fn schema_of_the_configuration_names_trackers_and_their_options() {
        let mut schema = crate::config::schema();
        extend_schema(&mut schema);
        let text = schema.to_string();
        assert!(text.contains("\"bytetrack\"") && text.contains("\"low_score\""));
    }
}
