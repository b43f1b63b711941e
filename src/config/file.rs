//! The configuration file: a service, defaults and many cameras.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::camera::CameraConfig;
use super::osc::OscConfig;
use super::outputs::MqttConfig;
use super::service::ServiceConfig;
use super::slots::SlotsConfig;
use super::tracking::TrackingConfig;

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

fn osc_on() -> Option<OscConfig> {
    Some(OscConfig::default())
}
