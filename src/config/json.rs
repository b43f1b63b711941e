//! Parses JSON and refuses duplicate keys.
//!
//! serde_json keeps the last of two equal keys. A user who wrote a key twice would not learn
//! that the first has no effect.

use std::cell::RefCell;
use std::fmt;

use serde::Deserializer;
use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::issues::{ConfigError, join};
use crate::address::{redact, redact_address};

/// Parses a JSON document.
///
/// # Errors
/// Invalid JSON, with line and column. A duplicate key, with its path as well.
pub fn parse(text: &str) -> Result<Value, ConfigError> {
    let duplicate = RefCell::new(None);
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = Reader(&duplicate).deserialize(&mut deserializer);
    let value = value.and_then(|value| deserializer.end().map(|()| value));
    value.map_err(|error| match duplicate.take() {
        Some(path) => {
            let (line, column) = (error.line(), error.column());
            let message =
                format!("is in the section twice (line {line}, column {column}); remove one");
            ConfigError::one(path.0, message)
        }
        None => ConfigError::one(
            "",
            format!("not valid JSON: {}", redact(&error.to_string())),
        ),
    })
}

/// The path of a duplicate key, from its end while the error passes up.
#[derive(Debug)]
struct Path(String);

impl Path {
    fn prepend(&mut self, part: &str) {
        self.0 = match self.0.starts_with('[') {
            true => format!("{part}{}", self.0),
            false => join(part, &self.0),
        };
    }
}

#[derive(Clone, Copy)]
struct Reader<'a>(&'a RefCell<Option<Path>>);

impl Reader<'_> {
    /// Adds the parent's part to the path if the error is a duplicate key.
    fn within<T, E>(self, part: impl FnOnce() -> String, result: Result<T, E>) -> Result<T, E> {
        if result.is_err()
            && let Some(path) = self.0.borrow_mut().as_mut()
        {
            path.prepend(&part());
        }
        result
    }
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        loop {
            let item = list.next_element_seed(self);
            match self.within(|| format!("[{}]", items.len()), item)? {
                Some(item) => items.push(item),
                None => return Ok(Value::Array(items)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut section: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = section.next_key::<String>()? {
            // Nobody needs a password in a key, but it may be there by mistake.
            let shown = || redact_address(&key);
            if map.contains_key(&key) {
                *self.0.borrow_mut() = Some(Path(shown()));
                return Err(A::Error::custom("duplicate key"));
            }
            let value = self.within(shown, section.next_value_seed(self))?;
            map.insert(key, value);
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn values_are_those_of_serde_json() {
        let text = r#" {"a": [1, -2, 3.5, 1e3, true, null, "x\ny", {}], "b": {"c": ""}} "#;
        let expected: Value = serde_json::from_str(text).unwrap();
        assert_eq!(parse(text).unwrap(), expected);
    }

    #[test]
    fn duplicate_key_is_refused_with_its_path_and_position() {
        for (text, expected) in [
            (
                r#"{"a": 1, "a": 1}"#,
                "a: is in the section twice (line 1, column 12); remove one",
            ),
            (
                "{\"b\": [0,\n{\"c\": {\"d\": 1, \"d\": null}}]}",
                "b[1].c.d: is in the section twice (line 2, column 18); remove one",
            ),
            (
                r#"[[{"u:secret@host": 1, "u:secret@host": 2}]]"#,
                "[0][0].u:***@host: is in the section twice (line 1, column 38); remove one",
            ),
        ] {
            assert_eq!(parse(text).unwrap_err().to_string(), expected);
        }
        parse(r#"{"a": {"a": 1}, "b": {"a": 1}}"#).unwrap();
    }

    #[test]
    fn invalid_json_is_refused_with_its_position() {
        let message = parse("{\"a\": 1}\n}").unwrap_err().to_string();
        assert_eq!(
            message,
            "not valid JSON: trailing characters at line 2 column 1"
        );
    }
}
