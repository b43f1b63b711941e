//! The configuration file: the service, defaults and all cameras.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::camera::CameraConfig;
use super::osc::OscConfig;
use super::outputs::{MqttConfig, SinkConfig};
use super::service::ServiceConfig;
use super::slots::SlotsConfig;
use super::tracking::TrackingConfig;

/// The whole configuration file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The process: device, folders, log and web server.
    pub service: ServiceConfig,
    /// Detection and tracking of all cameras.
    pub tracking: TrackingConfig,
    /// Behaviour and units of slots.
    pub slots: SlotsConfig,
    /// OSC output of all cameras. `null` turns it off.
    #[serde(default = "osc_on")]
    pub osc: Option<OscConfig>,
    /// MQTT output of all cameras. Off by default.
    pub mqtt: Option<MqttConfig>,
    /// The cameras. Each has its own pipeline.
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

fn osc_on() -> Option<OscConfig> {
    Some(OscConfig::default())
}

impl Config {
    /// The outputs that every camera has, as one more output of a camera.
    pub fn shared_sinks(&self) -> SinkConfig {
        SinkConfig {
            osc: self.osc.clone(),
            mqtt: self.mqtt.clone(),
            ..SinkConfig::default()
        }
    }
}
