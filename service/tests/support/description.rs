//! The API's OpenAPI document, as a check of what the service sends.

use serde_json::{Map, Value};

/// An OpenAPI document.
pub struct Description(pub Value);

impl Description {
    /// Asserts that a value is what a component describes: every required key is there,
    /// no other key than those described is, and types and choices are right.
    pub fn assert_describes(&self, component: &str, value: &Value) {
        let schema = &self.0["components"]["schemas"][component];
        assert!(schema.is_object(), "{component} is not described");
        if let Err(reason) = self.check(schema, value, component) {
            panic!("{reason}\n{value:#}");
        }
    }

    /// The names of components that references name and that are missing.
    pub fn dangling_references(&self) -> Vec<String> {
        let mut missing = Vec::new();
        self.collect_dangling(&self.0, &mut missing);
        missing
    }

    fn collect_dangling(&self, value: &Value, missing: &mut Vec<String>) {
        match value {
            Value::Object(map) => {
                if let Some(target) = map.get("$ref").and_then(Value::as_str)
                    && self.resolve(target).is_none()
                {
                    missing.push(target.to_owned());
                }
                map.values().for_each(|v| self.collect_dangling(v, missing));
            }
            Value::Array(items) => items.iter().for_each(|v| self.collect_dangling(v, missing)),
            _ => {}
        }
    }

    fn resolve(&self, reference: &str) -> Option<&Value> {
        self.0.pointer(reference.strip_prefix('#')?)
    }

    fn check(&self, schema: &Value, value: &Value, at: &str) -> Result<(), String> {
        if let Some(reference) = schema["$ref"].as_str() {
            let target = self.resolve(reference).ok_or(reference)?;
            return self.check(target, value, at);
        }
        for choice in ["oneOf", "anyOf"] {
            if let Some(choices) = schema[choice].as_array() {
                let results = choices.iter().map(|c| self.check(c, value, at));
                let (fine, failed): (Vec<_>, Vec<_>) = results.partition(Result::is_ok);
                return match fine.is_empty() {
                    false => Ok(()),
                    true => Err(format!("{at}: fits no choice: {failed:?}")),
                };
            }
        }
        if let Some(constant) = schema.get("const") {
            return same(constant == value, at, value);
        }
        if let Some(choices) = schema["enum"].as_array() {
            return same(choices.contains(value), at, value);
        }
        let types: Vec<&str> = match &schema["type"] {
            Value::String(one) => vec![one],
            Value::Array(many) => many.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        if !types.is_empty() {
            same(types.iter().any(|name| is_a(name, value)), at, value)?;
        }
        match value {
            Value::Array(items) => (items.iter().enumerate()).try_for_each(|(n, item)| {
                self.check(&schema["items"], item, &format!("{at}[{n}]"))
            }),
            Value::Object(keys) => self.check_object(schema, keys, at),
            _ => Ok(()),
        }
    }

    fn check_object(
        &self,
        schema: &Value,
        keys: &Map<String, Value>,
        at: &str,
    ) -> Result<(), String> {
        let (mut properties, mut required) = (Map::new(), Vec::new());
        self.collect_properties(schema, &mut properties, &mut required);
        if properties.is_empty() {
            return Ok(());
        }
        if let Some(missing) = required.iter().find(|key| !keys.contains_key(*key)) {
            return Err(format!("{at}: {missing} is missing"));
        }
        for (key, value) in keys {
            let Some(property) = properties.get(key) else {
                return Err(format!("{at}: {key} is not described"));
            };
            self.check(property, value, &format!("{at}.{key}"))?;
        }
        Ok(())
    }

    fn collect_properties(
        &self,
        schema: &Value,
        properties: &mut Map<String, Value>,
        required: &mut Vec<String>,
    ) {
        if let Some(target) = schema["$ref"].as_str().and_then(|r| self.resolve(r)) {
            return self.collect_properties(target, properties, required);
        }
        for part in schema["allOf"].as_array().into_iter().flatten() {
            self.collect_properties(part, properties, required);
        }
        if let Some(own) = schema["properties"].as_object() {
            properties.extend(own.clone());
        }
        let names = schema["required"].as_array().into_iter().flatten();
        required.extend(names.filter_map(Value::as_str).map(str::to_owned));
    }
}

fn same(is: bool, at: &str, value: &Value) -> Result<(), String> {
    is.then_some(()).ok_or_else(|| format!("{at}: is {value}"))
}

fn is_a(name: &str, value: &Value) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    }
}
