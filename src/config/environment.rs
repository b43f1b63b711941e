//! Environment variables that override a configuration.
//!
//! `REXTRACK__SERVICE__PORT=9000` is `service.port: 9000`. A number is an index of a list:
//! `REXTRACK__CAMERAS__0__STREAM`. Values are YAML. Values of text keys are used unchanged,
//! so that no character of a password needs quotes. Empty variables count as unset.

use serde_json::{Map, Value};

use super::issues::{ConfigError, Issues, join};
use super::{schema_tree, yaml};

/// Prefix of the variables' names.
const PREFIX: &str = "REXTRACK__";

/// Environment variables as names and values.
pub type Environment = Vec<(String, String)>;

/// The variables of this process that concern the configuration.
pub(super) fn of_process() -> Environment {
    // `vars` panics if any variable of the process is not Unicode.
    let mut variables: Environment = std::env::vars_os()
        .filter_map(|(name, value)| {
            let name = name.into_string().ok()?;
            let ours = name.starts_with(PREFIX);
            ours.then(|| (name, value.to_string_lossy().into_owned()))
        })
        .collect();
    // The system's order is arbitrary. Sorted by number, so that a list grows by one entry
    // at a time.
    variables.sort_by_cached_key(|(name, _)| {
        let parts = name.split("__");
        parts.map(|p| format!("{p:0>4}")).collect::<Vec<_>>()
    });
    variables
}

/// The keys that the environment set, with the names of their variables for issues.
pub(super) struct EnvOverrides(Vec<(String, String)>);

impl EnvOverrides {
    /// Sets the variables' values in a configuration with the schema `root`.
    pub fn apply(
        root: &Value,
        value: &mut Value,
        environment: &Environment,
    ) -> Result<Self, ConfigError> {
        let mut set = Vec::new();
        for (name, text) in environment {
            let Some(parts) = name.strip_prefix(PREFIX).filter(|_| !text.is_empty()) else {
                continue;
            };
            let mut target = &mut *value;
            let mut path = String::new();
            let mut schema = Some(root);
            for part in parts.split("__") {
                let key = part.to_lowercase();
                target = step(target, root, schema, &mut path, &key).map_err(|message| {
                    ConfigError::one(&path, format!("{message} (set by {name})"))
                })?;
                schema = schema.and_then(|s| schema_tree::child(root, s, &key));
            }
            *target = read(root, schema, text);
            set.push((path, name.clone()));
        }
        Ok(Self(set))
    }

    /// Adds the variable's name to each issue that a variable caused.
    pub fn annotate(&self, issues: &mut Issues) {
        for issue in &mut issues.0 {
            let from = self
                .0
                .iter()
                .find(|(path, _)| is_within(path, &issue.path) || is_within(&issue.path, path));
            if let Some((_, name)) = from {
                issue.message.push_str(&format!(" (set by {name})"));
            }
        }
    }
}

fn is_within(path: &str, outer: &str) -> bool {
    path.strip_prefix(outer)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// The value of `key` in `parent`, added if it does not exist.
fn step<'a>(
    parent: &'a mut Value,
    root: &Value,
    schema: Option<&Value>,
    path: &mut String,
    key: &str,
) -> Result<&'a mut Value, String> {
    let types = schema.map_or_else(Vec::new, |s| schema_tree::types(root, s));
    if types.contains(&"array") && !parent.is_array() {
        *parent = Value::Array(Vec::new());
    }
    if let Value::Array(items) = parent {
        let count = items.len();
        let index = key.parse().ok().filter(|index: &usize| *index <= count);
        let index = index.ok_or_else(|| {
            format!("'{key}' is not an index of this list of {count}; use a number up to {count}")
        })?;
        path.push_str(&format!("[{index}]"));
        if index == count {
            items.push(Value::Null);
        }
        return Ok(&mut items[index]);
    }
    *path = join(path, key);
    if !parent.is_object() {
        *parent = Value::Object(Map::new());
    }
    match parent {
        Value::Object(map) => Ok(map.entry(key).or_insert(Value::Null)),
        _ => Err("has no keys".into()),
    }
}

fn read(root: &Value, schema: Option<&Value>, text: &str) -> Value {
    let types = schema.map_or_else(Vec::new, |s| schema_tree::types(root, s));
    let parsed = yaml::parse(text).ok();
    let is_text = types.contains(&"string") && !types.contains(&"integer");
    match parsed {
        Some(value) if !is_text => value,
        // Some tools keep the quotes in the variable.
        Some(Value::String(inner)) if text.starts_with(['"', '\'']) => Value::String(inner),
        Some(Value::Null) if types.contains(&"null") => Value::Null,
        _ => Value::String(text.to_owned()),
    }
}
