//! A value against the JSON Schema: keys, types, choices and ranges.
//!
//! The schema comes from the types, so it is the one home of every range, for
//! editors that use it as for this check. serde would stop at the first
//! mistake and speak of Rust's types; here all are found, each with its path
//! and in words for people. Knows the parts of JSON Schema that our types use;
//! a test sees to it that they use no others.

use std::sync::LazyLock;

use serde_json::{Map, Value};

use super::error::{Findings, join};
use super::service::DEVICE;
use super::{Config, Device, PipelineConfig, hint};

/// The schema of a configuration file.
pub(super) static FILE: LazyLock<Value> =
    LazyLock::new(|| schemars::schema_for!(Config).to_value());

/// The schema of one pipeline.
pub(super) static PIPELINE: LazyLock<Value> =
    LazyLock::new(|| schemars::schema_for!(PipelineConfig).to_value());

/// Compares a value with the schema `root`. A section or list of which nothing
/// is left but its name (`tracking:` with all lines under it commented out)
/// counts as left out.
pub(super) fn check(root: &Value, value: &mut Value) -> Findings {
    if value.is_null() {
        *value = Value::Object(Map::new());
    }
    prune(root, root, value);
    let mut walk = Walk {
        root,
        found: Findings::default(),
    };
    walk.visit("", root, value);
    walk.found
}

/// The schema that a key or an index of `schema` has.
pub(super) fn child<'a>(root: &'a Value, schema: &'a Value, part: &str) -> Option<&'a Value> {
    variants(root, schema)
        .into_iter()
        .find_map(|s| properties(s).and_then(|p| p.get(part)).or(s.get("items")))
}

/// The types that a value of this schema may have, as JSON Schema names them.
pub(super) fn types<'a>(root: &'a Value, schema: &'a Value) -> Vec<&'a str> {
    let mut types = Vec::new();
    for variant in variants(root, schema) {
        let own = match variant.get("type") {
            Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect(),
            Some(one) => one.as_str().into_iter().collect(),
            None => Vec::new(),
        };
        for name in own {
            if !types.contains(&name) {
                types.push(name);
            }
        }
    }
    types
}

/// The keys of a section's schema.
pub(super) fn properties(schema: &Value) -> Option<&Map<String, Value>> {
    schema.get("properties")?.as_object()
}

/// References followed and alternatives laid out.
pub(super) fn variants<'a>(root: &'a Value, schema: &'a Value) -> Vec<&'a Value> {
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        let target = root.pointer(reference.trim_start_matches('#'));
        return target.map_or_else(Vec::new, |target| variants(root, target));
    }
    for word in ["anyOf", "oneOf"] {
        if let Some(Value::Array(all)) = schema.get(word) {
            return all.iter().flat_map(|s| variants(root, s)).collect();
        }
    }
    vec![schema]
}

fn prune(root: &Value, schema: &Value, value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|key, value| {
                let Some(schema) = child(root, schema, key) else {
                    return true;
                };
                let types = types(root, schema);
                let holds_more = types.contains(&"object") || types.contains(&"array");
                if value.is_null() && holds_more && !types.contains(&"null") {
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

struct Walk<'a> {
    root: &'a Value,
    found: Findings,
}

impl Walk<'_> {
    fn visit(&mut self, path: &str, schema: &Value, value: &Value) {
        // No text of a configuration has a use for them: they end up in logs, in
        // addresses of outputs, in requests.
        if let Some(message) = value.as_str().and_then(hint::control_character) {
            self.found.add(path, message);
            return;
        }
        let types = types(self.root, schema);
        if !types.iter().any(|t| is_of(t, value)) {
            self.found.add(path, hint::wrong_type(path, &types, value));
            return;
        }
        let variants = variants(self.root, schema);
        let choices: Vec<&str> = variants.iter().flat_map(|s| choices(s)).collect();
        if let Some(text) = value.as_str()
            && !choices.is_empty()
        {
            if !choices.contains(&text) {
                self.found.add(path, hint::wrong_choice(text, &choices));
            }
            return;
        }
        if let Some(text) = value.as_str()
            && variants
                .iter()
                .any(|s| s.get("format") == Some(&DEVICE.into()))
            && let Err(message) = text.parse::<Device>()
        {
            self.found.add(path, message);
        }
        let fits = |s: &&&Value| {
            let own = self::types(self.root, s);
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
        let bound = |word: &str| schema.get(word).and_then(Value::as_f64);
        let most = bound("maximum").or_else(|| {
            let counts = schema.get("format").and_then(Value::as_str) == Some("uint32");
            counts.then_some(f64::from(u32::MAX))
        });
        let (Some(number), Some(least)) = (number, bound("minimum")) else {
            return;
        };
        if number < least || most.is_some_and(|most| number > most) {
            self.found
                .add(path, hint::out_of_range(number, least, most, value));
        }
    }

    fn list(&mut self, path: &str, schema: &Value, items: &[Value]) {
        let bound = |word: &str| schema.get(word).and_then(Value::as_u64);
        let count = items.len() as u64;
        match (bound("minItems"), bound("maxItems")) {
            (Some(least), most) if count < least || most.is_some_and(|most| count > most) => {
                self.found.add(path, hint::wrong_length(count, least, most));
            }
            _ => {}
        }
        let unique = schema.get("uniqueItems") == Some(&Value::Bool(true));
        for (index, item) in items.iter().enumerate() {
            let at = format!("{path}[{index}]");
            if unique && items[..index].contains(item) {
                self.found.add(
                    &at,
                    format!("{} stands twice; remove one", hint::shown(item)),
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
                None => {
                    let message = hint::unknown_key(self.root, path, key, known);
                    self.found
                        .add(join(path, &crate::source::redact_address(key)), message);
                }
            }
        }
        let required = schema.get("required").and_then(Value::as_array);
        for key in required.into_iter().flatten().filter_map(Value::as_str) {
            if !map.contains_key(key) {
                let example = known.get(key).and_then(|s| s.pointer("/examples/0"));
                let example = example.and_then(Value::as_str);
                let such = example.map_or(String::new(), |e| format!(", such as {e}"));
                self.found
                    .add(join(path, key), format!("must be given{such}"));
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Every word of a schema, wherever it stands.
    fn words(schema: &Value, found: &mut Vec<String>) {
        let Value::Object(map) = schema else { return };
        for (word, inner) in map {
            found.push(word.clone());
            match (word.as_str(), inner) {
                ("properties" | "$defs", Value::Object(all)) => {
                    all.values().for_each(|s| words(s, found));
                }
                ("anyOf" | "oneOf", Value::Array(all)) => {
                    all.iter().for_each(|s| words(s, found));
                }
                ("items", inner) => words(inner, found),
                _ => {}
            }
        }
    }

    #[test]
    fn the_types_use_only_what_the_check_understands() {
        let checked = "$ref anyOf oneOf type properties required items minItems maxItems \
                       uniqueItems minimum maximum const enum additionalProperties $defs";
        // `rules` sees to these, in better words.
        let ruled = "pattern minLength";
        let prose = "$schema title description default examples format";
        let known: Vec<&str> = [checked, ruled, prose]
            .iter()
            .flat_map(|s| s.split_whitespace())
            .collect();
        for root in [&*FILE, &*PIPELINE] {
            let mut found = Vec::new();
            words(root, &mut found);
            for word in found {
                assert!(known.contains(&word.as_str()), "{word}");
            }
        }
    }
}
