//! `osc`: where slots are sent, and how.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// OSC output.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct OscConfig {
    /// Receiver's name or address.
    #[schemars(length(min = 1))]
    pub host: String,
    /// Receiver's UDP port.
    #[schemars(range(min = 1, max = 65535))]
    pub port: u16,
    /// Put before every address as it stands; `{camera}` is the camera's id.
    #[schemars(regex(pattern = "^/"))]
    pub address_prefix: String,
    /// Address of one channel: `{index}` `{axis}` `{camera}` `{id}` `{class}`.
    pub channel_format: String,
    /// Which values are sent, in this order.
    #[schemars(length(min = 1), extend("uniqueItems" = true))]
    pub axes: Vec<Axis>,
    /// One message an axis, or one array message a frame.
    pub format: OscFormat,
}

impl Default for OscConfig {
    fn default() -> Self {
        Self {
            host: "127.0.0.1".into(),
            port: 5005,
            address_prefix: "/".into(),
            channel_format: "p{index}_{axis}".into(),
            axes: vec![Axis::X, Axis::Y],
            format: OscFormat::default(),
        }
    }
}

/// One value of a slot, as outputs name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Axis {
    X,
    Y,
    W,
    H,
    Vx,
    Vy,
    Id,
    Generation,
    State,
    Class,
    Score,
    Age,
}

/// How a frame is laid out in OSC messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OscFormat {
    /// One float message an axis.
    #[default]
    Channels,
    /// One message a frame: all slots' axes in order.
    Array,
}
