//! The JSON Schemas that the types give.
//!
//! They are the one home of every range, for editors that use them as for
//! `schema_check`, which knows the parts of JSON Schema that our types use; a test
//! checks that they use no others.

use std::sync::LazyLock;

use serde_json::Value;

use super::file::Config;
use super::pipeline::PipelineConfig;

/// The schema of a configuration file.
pub(super) static FILE: LazyLock<Value> =
    LazyLock::new(|| schemars::schema_for!(Config).to_value());

/// The schema of one pipeline.
pub(super) static PIPELINE: LazyLock<Value> =
    LazyLock::new(|| schemars::schema_for!(PipelineConfig).to_value());

/// The JSON Schema of the configuration file, without the options that stations own;
/// `pipeline::schema` adds those.
pub fn schema() -> Value {
    FILE.clone()
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
        // `validate` checks these, in better words.
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
