//! The JSON Schema, and properties of every configuration.

use proptest::prelude::*;
use rextrack::internals::config::{self, Config, PipelineConfig};
use serde_json::{Value, json};

use super::helpers::*;

#[test]
fn schema_has_the_ranges_that_are_checked() {
    let schema = config::schema();
    let keys = schema["$defs"]["CameraConfig"]["properties"]["override"]["properties"]
        .as_object()
        .unwrap();
    for (key, least, most) in [
        ("confidence", 0, 1),
        ("iou", 0, 1),
        ("objects_max", 1, 256),
        ("object_persistence_ms", 0, 3_600_000),
        ("period_frames", 1, 1000),
        ("port", 1, 65535),
    ] {
        let section = if key == "port" { "osc" } else { "tracking" };
        for schema in [
            &keys[key],
            &schema["$defs"][&config_name(section)]["properties"][key],
        ] {
            let bound = |word: &str| schema[word].as_f64();
            assert_eq!(bound("minimum"), Some(f64::from(least)), "{key}");
            assert_eq!(bound("maximum"), Some(f64::from(most)), "{key}");
        }
        // A value beyond each end is rejected.
        for value in [least - 1, most + 1] {
            rejects(
                &format!("{section}: {{{key}: {value}}}"),
                &format!("{section}.{key}: must be within {least}..{most}, got {value}"),
            );
        }
    }
    let mut config = Config::default();
    config.tracking.confidence = 1.2;
    let error = config.validate().unwrap_err().to_string();
    assert_eq!(error, "tracking.confidence: must be within 0..1, got 1.2");
}

fn config_name(section: &str) -> String {
    match section {
        "osc" => "OscConfig".into(),
        _ => "TrackingConfig".into(),
    }
}

#[test]
fn schema_has_every_section() {
    let schema = config::schema();
    for section in ["service", "tracking", "slots", "osc", "cameras"] {
        assert!(schema["properties"][section].is_object(), "{section}");
    }
}

proptest! {
    #[test]
    fn empty_patch_changes_nothing(
        confidence in 0.0f32..=1.0,
        objects_max in 1u32..=256,
        prefix in "/[a-z]{0,8}",
    ) {
        let config = pipeline(json!({
            "camera": {"stream": "rtsp://u:p@cam/a"},
            "tracking": {"confidence": confidence, "objects_max": objects_max},
            "osc": {"address_prefix": prefix},
        })).unwrap();
        prop_assert_eq!(config.merged("{}").unwrap(), config.clone());
        let again = pipeline(config.to_json(true)).unwrap();
        prop_assert_eq!(again, config);
    }

    #[test]
    fn no_text_panics(text in ".{0,200}") {
        let _ = yaml(&text);
        let _ = PipelineConfig::from_json(&text);
    }

    #[test]
    fn no_value_panics(value in values()) {
        let _ = pipeline(value.clone());
        let whole = json!({"camera": {"stream": "a.mp4"}, "tracking": value, "osc": value});
        let _ = pipeline(whole);
        let _ = yaml(&value.to_string());
    }
}

/// Any JSON, with the names of real keys.
fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-z:/@{}]{0,12}".prop_map(Value::from),
    ];
    let key = prop_oneof![
        Just("camera"),
        Just("tracking"),
        Just("osc"),
        Just("stream"),
        Just("override"),
        Just("roi"),
        Just("classes"),
        Just("axes"),
        Just("model"),
        Just("port"),
        Just("x"),
    ];
    leaf.prop_recursive(4, 32, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..4).prop_map(|entries| {
                Value::Object(
                    entries
                        .into_iter()
                        .map(|(k, v)| (k.to_owned(), v))
                        .collect(),
                )
            }),
        ]
    })
}
