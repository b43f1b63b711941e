//! `slots`: behaviour and units of slots.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::decimal;

/// Behaviour of slots, and their units in all outputs.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SlotsConfig {
    /// Position of a released slot: 0, or its last position.
    pub on_release: OnRelease,
    /// Units of positions, sizes and velocities.
    pub units: Units,
    /// Corner of the frame where y is 0.
    pub origin: Origin,
    /// Smoothing of boxes, 0 for none to 1 for the most. Fast objects are smoothed least, so
    /// that they do not lag.
    #[serde(serialize_with = "decimal::one")]
    #[schemars(range(min = 0, max = 1))]
    pub smoothing: f32,
}

/// Position of a slot after its release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnRelease {
    /// Zero.
    #[default]
    Zero,
    /// The last position.
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

/// Corner of the frame where y is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// y grows downwards, as in pictures.
    #[default]
    TopLeft,
    /// y grows upwards, as in TouchDesigner.
    BottomLeft,
}
