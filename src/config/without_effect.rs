//! The keys that only the service uses.
//!
//! The file of the service has them. The configuration of one pipeline, which a program
//! gives, refuses them: nothing would happen, and the program's author would not learn why.

use serde_json::{Value, json};

/// Keys of a section of [`PipelineConfig`](super::PipelineConfig), and who uses them.
struct Keys {
    section: &'static str,
    keys: &'static [&'static str],
    reason: &'static str,
}

const KEYS: [Keys; 7] = [
    Keys {
        section: "camera",
        keys: &["enabled"],
        reason: "the program starts and stops the pipeline",
    },
    Keys {
        section: "camera",
        keys: &["name", "show_preview"],
        reason: "it is for the web panel of the service",
    },
    Keys {
        section: "service",
        keys: &[
            "listen",
            "port",
            "auth",
            "token",
            "allowed_hosts",
            "stream_schemes",
        ],
        reason: "it is for the web server of the service",
    },
    Keys {
        section: "service",
        keys: &[
            "log_level",
            "log_format",
            "log_file",
            "log_max_mb",
            "log_daily",
            "log_keep",
        ],
        reason: "it is for the log of the service, and the program sets its own log",
    },
    Keys {
        section: "service",
        keys: &["inference_jobs"],
        reason: "it is for all cameras of the service together",
    },
    Keys {
        section: "service",
        keys: &["watch"],
        reason: "it is for the configuration file of the service",
    },
    Keys {
        section: "service",
        keys: &["node"],
        reason: "it is for the MQTT output of the service",
    },
];

/// The schema's keyword for the keys of a section that have no effect, with the reasons.
const KEYWORD: &str = "withoutEffect";

/// Moves the keys from the properties of a pipeline's schema to [`KEYWORD`].
pub(super) fn mark(schema: &mut Value) {
    for Keys {
        section,
        keys,
        reason,
    } in KEYS
    {
        let property = &mut schema["properties"][section];
        if let Some(default) = property.get_mut("default").and_then(Value::as_object_mut) {
            keys.iter().for_each(|key| drop(default.shift_remove(*key)));
        }
        let definition = property.get("$ref").and_then(Value::as_str);
        let Some(definition) = definition.map(|d| d.trim_start_matches('#').to_owned()) else {
            continue;
        };
        let Some(definition) = schema.pointer_mut(&definition) else {
            continue;
        };
        for key in keys {
            if let Some(properties) = definition["properties"].as_object_mut() {
                properties.shift_remove(*key);
            }
            definition[KEYWORD][*key] = json!(reason);
        }
    }
}

/// Why a key of the section with this schema has no effect.
pub(super) fn reason<'a>(section: &'a Value, key: &str) -> Option<&'a str> {
    section.get(KEYWORD)?.get(key)?.as_str()
}

/// Removes the keys from a pipeline's configuration.
pub(super) fn remove(config: &mut Value) {
    for Keys { section, keys, .. } in KEYS {
        if let Some(section) = config.get_mut(section).and_then(Value::as_object_mut) {
            keys.iter().for_each(|key| drop(section.shift_remove(*key)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::schema::{FILE, PIPELINE};

    #[test]
    fn every_key_is_one_of_the_file_and_none_of_a_pipeline() {
        for Keys { section, keys, .. } in KEYS {
            let definition = PIPELINE["properties"][section]["$ref"].as_str();
            let definition = definition.map_or("", |d| d.trim_start_matches('#'));
            let properties =
                |root: &Value| root.pointer(definition).map(|s| s["properties"].clone());
            for key in keys {
                let has = |root| properties(root).is_some_and(|p| p.get(key).is_some());
                assert!(has(&FILE), "{section}.{key}");
                assert!(!has(&PIPELINE), "{section}.{key}");
            }
        }
    }
}
