//! The JSON Schemas of the configuration types.
//!
//! They define every range, for editors and for `schema_check`. `schema_check` implements
//! only the JSON Schema keywords that our types use; a test checks that they use no others.

use std::sync::LazyLock;

use serde_json::Value;

use super::file::Config;
use super::pipeline::PipelineConfig;
use super::without_effect;

/// The schema of a configuration file.
pub(super) static FILE: LazyLock<Value> =
    LazyLock::new(|| schemars::schema_for!(Config).to_value());

/// The schema of one pipeline: only the keys that have an effect there.
pub(super) static PIPELINE: LazyLock<Value> = LazyLock::new(|| {
    let mut schema = schemars::schema_for!(PipelineConfig).to_value();
    without_effect::mark(&mut schema);
    schema
});

/// The JSON Schema of the configuration file. It lacks the options that stations own;
/// `pipeline::schema` adds them.
pub fn schema() -> Value {
    FILE.clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All keywords of a schema and of its parts.
    fn keywords(schema: &Value, found: &mut Vec<String>) {
        let Value::Object(map) = schema else { return };
        for (keyword, inner) in map {
            found.push(keyword.clone());
            match (keyword.as_str(), inner) {
                ("properties" | "$defs", Value::Object(all)) => {
                    all.values().for_each(|s| keywords(s, found));
                }
                ("anyOf" | "oneOf", Value::Array(all)) => {
                    all.iter().for_each(|s| keywords(s, found));
                }
                ("items", inner) => keywords(inner, found),
                _ => {}
            }
        }
    }

    #[test]
    fn types_use_only_keywords_that_the_check_implements() {
        let checked = "$ref anyOf oneOf type properties required items minItems maxItems \
                       uniqueItems minimum maximum const enum additionalProperties $defs withoutEffect";
        // `validate` checks these, with better messages.
        let validated = "pattern minLength";
        let prose = "$schema title description default examples format";
        let known: Vec<&str> = [checked, validated, prose]
            .iter()
            .flat_map(|s| s.split_whitespace())
            .collect();
        for root in [&*FILE, &*PIPELINE] {
            let mut found = Vec::new();
            keywords(root, &mut found);
            for keyword in found {
                assert!(known.contains(&keyword.as_str()), "{keyword}");
            }
        }
    }
}
