//! `slots`: how slots behave and in which units they are given.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::decimal;

/// How slots behave and in which units every output gives them.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SlotsConfig {
    /// What an emptied slot's position becomes.
    pub on_release: OnRelease,
    /// Units of positions, sizes and velocities.
    pub units: Units,
    /// Where y is 0.
    pub origin: Origin,
    /// How much boxes are steadied, 0 not at all to 1 most. What moves fast is
    /// steadied least, so that it does not lag.
    #[serde(serialize_with = "decimal::one")]
    #[schemars(range(min = 0, max = 1))]
    pub smoothing: f32,
}

/// What an emptied slot's position becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnRelease {
    /// Goes to zero.
    #[default]
    Zero,
    /// Stays at its last value.
    Keep,
}

/// Units of positions, sizes and velocities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Units {
    /// 0..1 of the full frame.
    #[default]
    Normalized,
    /// Pixels of the full frame.
    Pixels,
}

/// Where y is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// y grows downwards, as in pictures.
    #[default]
    TopLeft,
    /// y grows upwards, as in TouchDesigner.
    BottomLeft,
}
