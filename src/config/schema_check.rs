//! Compares a value with a JSON Schema: keys, types, choices and ranges.
//!
//! serde stops at the first error and names Rust's types. This check finds all errors, each
//! with its path and a message for users.

use serde_json::{Map, Value};

use super::issues::{ConfigError, Issues, join};
use super::schema_tree::{self, child, properties, types, variants};
use super::service::{DEVICE, Device};
use super::suggest;
use super::without_effect;

/// Compares the value at `path` with a separate schema, such as that of a tracker's options.
///
/// # Errors
/// All issues, with their paths.
pub fn check_against(schema: &Value, path: &str, value: &Value) -> Result<(), ConfigError> {
    let mut visitor = Visitor {
        root: schema,
        issues: Issues::default(),
    };
    visitor.visit(path, schema, value);
    visitor.issues.result()
}

/// Compares a value with the schema `root`. A section or list without content, such as
/// `tracking:` with all of its lines commented out, counts as missing.
pub(super) fn check(root: &Value, value: &mut Value) -> Issues {
    if value.is_null() {
        *value = Value::Object(Map::new());
    }
    prune(root, root, value);
    let mut visitor = Visitor {
        root,
        issues: Issues::default(),
    };
    visitor.visit("", root, value);
    visitor.issues
}

/// Finds the keys of a merge patch that the schema does not have, at every depth. `path` is
/// the path of the value that the patch changes, and `root` has the schema's definitions.
pub(super) fn check_patch(root: &Value, schema: &Value, path: &str, patch: &Value) -> Issues {
    let mut visitor = Visitor {
        root,
        issues: Issues::default(),
    };
    visitor.patch(path, schema, patch);
    visitor.issues
}

/// As [`check_against`], for a merge patch of the value: its keys must exist, even if they
/// are null.
///
/// # Errors
/// All unknown keys.
pub fn check_patch_against(schema: &Value, path: &str, patch: &Value) -> Result<(), ConfigError> {
    check_patch(schema, schema, path, patch).result()
}

/// Checks the keys of a merge patch of a camera. `schema` is that of the configuration file.
///
/// # Errors
/// All unknown keys.
pub fn check_camera_patch(schema: &Value, patch: &Value) -> Result<(), ConfigError> {
    let camera = child(schema, schema, "cameras").and_then(|list| child(schema, list, ""));
    camera.map_or(Ok(()), |camera| {
        check_patch(schema, camera, "", patch).result()
    })
}

fn prune(root: &Value, schema: &Value, value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|key, value| {
                let Some(schema) = child(root, schema, key) else {
                    return true;
                };
                let types = types(root, schema);
                let is_container = types.contains(&"object") || types.contains(&"array");
                if value.is_null() && is_container && !types.contains(&"null") {
                    return false;
                }
                prune(root, schema, value);
                true
            });
        }
        Value::Array(items) => {
            if let Some(schema) = child(root, schema, "") {
                for item in items {
                    prune(root, schema, item);
                }
            }
        }
        _ => {}
    }
}

struct Visitor<'a> {
    root: &'a Value,
    issues: Issues,
}

impl Visitor<'_> {
    fn visit(&mut self, path: &str, schema: &Value, value: &Value) {
        // No key needs control characters, and texts reach logs, addresses of outputs and
        // requests.
        if let Some(message) = value.as_str().and_then(suggest::control_character) {
            self.issues.add(path, message);
            return;
        }
        let types = types(self.root, schema);
        if !types.iter().any(|t| is_of(t, value)) {
            self.issues
                .add(path, suggest::wrong_type(path, &types, value));
            return;
        }
        let variants = variants(self.root, schema);
        let choices: Vec<&str> = variants.iter().flat_map(|s| choices(s)).collect();
        if let Some(text) = value.as_str()
            && !choices.is_empty()
        {
            if !choices.contains(&text) {
                self.issues.add(path, suggest::wrong_choice(text, &choices));
            }
            return;
        }
        if let Some(text) = value.as_str()
            && variants
                .iter()
                .any(|s| s.get("format") == Some(&DEVICE.into()))
            && let Err(message) = text.parse::<Device>()
        {
            self.issues.add(path, message);
        }
        let fits = |s: &&&Value| {
            let own = schema_tree::types(self.root, s);
            own.iter().any(|t| is_of(t, value))
        };
        let Some(schema) = variants.iter().find(fits) else {
            return;
        };
        match value {
            Value::Number(number) => self.number(path, schema, number.as_f64(), value),
            Value::Array(items) => self.list(path, schema, items),
            Value::Object(map) => self.section(path, schema, map),
            _ => {}
        }
    }

    fn number(&mut self, path: &str, schema: &Value, number: Option<f64>, value: &Value) {
        let bound = |keyword: &str| schema.get(keyword).and_then(Value::as_f64);
        let most = bound("maximum").or_else(|| {
            let is_u32 = schema.get("format").and_then(Value::as_str) == Some("uint32");
            is_u32.then_some(f64::from(u32::MAX))
        });
        let Some(number) = number else {
            return;
        };
        if let Some(least) = bound("minimum")
            && (number < least || most.is_some_and(|most| number > most))
        {
            self.issues
                .add(path, suggest::out_of_range(number, least, most, value));
        } else if schema.get("format") == Some(&"float".into()) && !(number as f32).is_finite() {
            // As an `f32` it would be infinite, which JSON cannot express.
            self.issues.add(
                path,
                format!("is too large, got {value}; give a smaller number"),
            );
        }
    }

    fn list(&mut self, path: &str, schema: &Value, items: &[Value]) {
        let bound = |keyword: &str| schema.get(keyword).and_then(Value::as_u64);
        let count = items.len() as u64;
        match (bound("minItems"), bound("maxItems")) {
            (Some(least), most) if count < least || most.is_some_and(|most| count > most) => {
                self.issues
                    .add(path, suggest::wrong_length(count, least, most));
            }
            _ => {}
        }
        let unique = schema.get("uniqueItems") == Some(&Value::Bool(true));
        for (index, item) in items.iter().enumerate() {
            let at = format!("{path}[{index}]");
            if unique && items[..index].contains(item) {
                self.issues.add(
                    &at,
                    format!("{} is in the list twice; remove one", suggest::shown(item)),
                );
            }
            if let Some(schema) = schema.get("items") {
                self.visit(&at, schema, item);
            }
        }
    }

    fn section(&mut self, path: &str, schema: &Value, map: &Map<String, Value>) {
        let Some(known) = properties(schema) else {
            return;
        };
        for (key, value) in map {
            match known.get(key) {
                Some(schema) => self.visit(&join(path, key), schema, value),
                None => self.unknown(path, schema, key, known),
            }
        }
        let required = schema.get("required").and_then(Value::as_array);
        for key in required.into_iter().flatten().filter_map(Value::as_str) {
            if !map.contains_key(key) {
                let example = known.get(key).and_then(|s| s.pointer("/examples/0"));
                let example = example.and_then(Value::as_str);
                let such = example.map_or(String::new(), |e| format!(", such as {e}"));
                self.issues
                    .add(join(path, key), format!("is missing; add it{such}"));
            }
        }
    }
}

impl Visitor<'_> {
    fn unknown(&mut self, path: &str, schema: &Value, key: &str, known: &Map<String, Value>) {
        let message = match without_effect::reason(schema, key) {
            Some(reason) => format!("has no effect here: {reason}; leave it out"),
            None => suggest::unknown_key(self.root, path, key, known),
        };
        self.issues
            .add(join(path, &crate::address::redact_address(key)), message);
    }

    fn patch(&mut self, path: &str, schema: &Value, patch: &Value) {
        let Some(patch) = patch.as_object() else {
            return;
        };
        let variants = variants(self.root, schema);
        let Some((schema, known)) = variants.iter().find_map(|s| Some((s, properties(s)?))) else {
            return;
        };
        for (key, value) in patch {
            match known.get(key) {
                Some(schema) => self.patch(&join(path, key), schema, value),
                None => self.unknown(path, schema, key, known),
            }
        }
    }
}

fn choices(schema: &Value) -> Vec<&str> {
    match (schema.get("const"), schema.get("enum")) {
        (Some(one), _) => one.as_str().into_iter().collect(),
        (_, Some(Value::Array(all))) => all.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

fn is_of(name: &str, value: &Value) -> bool {
    match name {
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "null" => value.is_null(),
        _ => false,
    }
}
