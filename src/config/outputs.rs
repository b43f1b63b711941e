//! `mqtt` and `cameras[].sinks`: where snapshots go besides `osc`.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::OscConfig;

/// Publishing to an MQTT broker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MqttConfig {
    /// The broker: mqtt://USER:PASSWORD@HOST:1883, or mqtts:// for TLS.
    #[schemars(length(min = 1), example = "mqtt://192.168.1.5:1883")]
    pub broker: String,
    /// Begins every topic; `{node}` is `service.node`.
    #[schemars(length(min = 1))]
    pub topic_prefix: String,
    /// How hard slots are delivered: 0 at most once, 1 at least once, 2 exactly
    /// once.
    #[schemars(range(min = 0, max = 2))]
    pub qos: u8,
    /// Whether the broker keeps the newest slots for those who subscribe later.
    /// The camera's state is kept always.
    pub retain: bool,
    /// Most snapshots a second; 0 is every one.
    #[schemars(range(min = 0, max = 240))]
    pub max_fps: u32,
    /// A file with the certificates that a broker with TLS is known by, instead of
    /// those of the system.
    pub ca_file: Option<PathBuf>,
}

impl Default for MqttConfig {
    fn default() -> Self {
        Self {
            broker: "mqtt://127.0.0.1:1883".into(),
            topic_prefix: "rextrack".into(),
            qos: 0,
            retain: false,
            max_fps: 0,
            ca_file: None,
        }
    }
}

/// Snapshots as lines of JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JsonlConfig {
    /// The file that lines are added to; `-` is the standard output.
    #[schemars(length(min = 1))]
    pub path: PathBuf,
}

/// One further output of a camera: exactly one of the keys.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SinkConfig {
    /// Another OSC receiver.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub osc: Option<OscConfig>,
    /// An MQTT broker.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mqtt: Option<MqttConfig>,
    /// A file of snapshots.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jsonl: Option<JsonlConfig>,
}

impl SinkConfig {
    /// How many of the keys are given.
    pub(super) fn given(&self) -> usize {
        usize::from(self.osc.is_some())
            + usize::from(self.mqtt.is_some())
            + usize::from(self.jsonl.is_some())
    }
}
