//! Single-precision numbers as people wrote them.
//!
//! 0.35 is stored as the nearest `f32`, which widened to JSON's `f64` would
//! read 0.3499999940395355. The shortest decimal that gives the same `f32`
//! back is what was meant.

use serde::{Serialize, Serializer};

fn shortest(value: f32) -> f64 {
    value.to_string().parse().unwrap_or(f64::from(value))
}

/// One number.
pub fn one<S: Serializer>(value: &f32, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(shortest(*value))
}

/// Four numbers, or none.
pub fn four<S: Serializer>(value: &Option<[f32; 4]>, serializer: S) -> Result<S::Ok, S::Error> {
    value.map(|four| four.map(shortest)).serialize(serializer)
}
