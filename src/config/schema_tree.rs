//! Finding the way in a JSON Schema.

use serde_json::{Map, Value};

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
