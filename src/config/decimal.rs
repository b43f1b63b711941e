//! Serializes `f32` with its shortest decimal.
//!
//! 0.35 is stored as the nearest `f32`. Widened to the `f64` of JSON, it would read
//! 0.3499999940395355. The shortest decimal that parses to the same `f32` is the number
//! that the user wrote.

use serde::{Serialize, Serializer};

/// The number. One that JSON does not have is text, so that the check of a configuration
/// can name it: serde_json would write `null`.
#[derive(Serialize)]
#[serde(untagged)]
enum Decimal {
    Number(f64),
    Text(String),
}

fn shortest(value: f32) -> Decimal {
    if value.is_finite() {
        Decimal::Number(value.to_string().parse().unwrap_or(f64::from(value)))
    } else {
        Decimal::Text(value.to_string())
    }
}

/// One number.
pub fn one<S: Serializer>(value: &f32, serializer: S) -> Result<S::Ok, S::Error> {
    shortest(*value).serialize(serializer)
}

/// Four numbers, or none.
pub fn four<S: Serializer>(value: &Option<[f32; 4]>, serializer: S) -> Result<S::Ok, S::Error> {
    value.map(|four| four.map(shortest)).serialize(serializer)
}
