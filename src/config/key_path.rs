//! The path of a key, in its section or in an override.

use serde_json::{Map, Value};

/// Gives the paths of a section's keys: in the override if it sets the key, else in the
/// section.
pub(super) struct KeyPath<'a> {
    pub section: &'a str,
    pub overrides: Option<(&'a str, &'a Map<String, Value>)>,
}

impl<'a> KeyPath<'a> {
    pub fn section(section: &'a str) -> Self {
        Self {
            section,
            overrides: None,
        }
    }

    pub fn key(&self, key: &str) -> String {
        match self.overrides {
            Some((path, keys)) if keys.contains_key(key) => format!("{path}.{key}"),
            _ => format!("{}.{key}", self.section),
        }
    }
}
