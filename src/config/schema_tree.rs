//! Navigates a JSON Schema.

use serde_json::{Map, Value};

/// The schema of a key or an index in `schema`.
pub(super) fn child<'a>(root: &'a Value, schema: &'a Value, part: &str) -> Option<&'a Value> {
    variants(root, schema)
        .into_iter()
        .find_map(|s| properties(s).and_then(|p| p.get(part)).or(s.get("items")))
}

/// The JSON Schema types that a value of this schema may have.
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

/// The keys of a section with their schemas.
pub(super) fn properties(schema: &Value) -> Option<&Map<String, Value>> {
    schema.get("properties")?.as_object()
}

/// The alternatives of a schema, with references resolved.
pub(super) fn variants<'a>(root: &'a Value, schema: &'a Value) -> Vec<&'a Value> {
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        let target = root.pointer(reference.trim_start_matches('#'));
        return target.map_or_else(Vec::new, |target| variants(root, target));
    }
    for keyword in ["anyOf", "oneOf"] {
        if let Some(Value::Array(all)) = schema.get(keyword) {
            return all.iter().flat_map(|s| variants(root, s)).collect();
        }
    }
    vec![schema]
}
