//! Configuration: the one schema of all ways in.
//!
//! YAML for people (the file), JSON for programs (the C ABI), environment
//! variables over both. [`Config`] is the file: a service, defaults and many
//! cameras. [`PipelineConfig`] is what one pipeline runs on: one camera with
//! its overrides already applied.
//!
//! All three become one JSON value and go one way:
//!
//! 1. [`load`](Config::load) reads text, `environment` lays variables over it;
//! 2. `shape` compares it with the JSON Schema that the types give: keys,
//!    types, choices and ranges, all problems at once, with a `hint` each;
//! 3. serde gives it its types;
//! 4. `rules` checks what concerns several keys, and addresses.

mod camera;
mod decimal;
mod environment;
mod error;
mod hint;
mod load;
mod osc;
mod outputs;
mod pipeline;
mod rules;
mod service;
mod shape;
mod slots;
mod tracking;
mod yaml;

pub use camera::{CameraConfig, RtspTransport};
pub use environment::Environment;
pub use error::{ConfigError, Problem};
pub use load::parse;
pub use osc::{Axis, OscConfig, OscFormat};
pub use outputs::{JsonlConfig, MqttConfig, SinkConfig};
pub use pipeline::{ChangeSet, PipelineConfig, merge};
pub use service::{Auth, Device, LogFormat, LogLevel, ServiceConfig};
pub use slots::{OnRelease, Origin, SlotsConfig, Units};
pub use tracking::{ClassRef, TrackerKind, TrackingConfig};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The whole configuration file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The process: device, folders, log, and the web server.
    pub service: ServiceConfig,
    /// Detection and tracking, for all cameras.
    pub tracking: TrackingConfig,
    /// How slots behave and in which units they are given.
    pub slots: SlotsConfig,
    /// OSC output; `null` turns it off.
    #[serde(default = "osc_on")]
    pub osc: Option<OscConfig>,
    /// MQTT output of all cameras; off unless given.
    pub mqtt: Option<MqttConfig>,
    /// The cameras, each a pipeline of its own.
    pub cameras: Vec<CameraConfig>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            service: ServiceConfig::default(),
            tracking: TrackingConfig::default(),
            slots: SlotsConfig::default(),
            osc: osc_on(),
            mqtt: None,
            cameras: Vec::new(),
        }
    }
}

/// The JSON Schema of the configuration file.
pub fn schema() -> serde_json::Value {
    shape::FILE.clone()
}

fn osc_on() -> Option<OscConfig> {
    Some(OscConfig::default())
}
