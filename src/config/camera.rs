//! `cameras`: the settings of each camera.

use std::path::PathBuf;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::decimal;
use super::issues::ConfigError;
use super::osc::OscConfig;
use super::outputs::SinkConfig;
use super::tracking::{ClassRef, TrackingConfig};
use crate::address::{AddressError, StreamAddress};

/// One camera.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CameraConfig {
    /// Short unique name, used in addresses, thread names and logs.
    #[serde(default = "default_camera_id")]
    #[schemars(regex(pattern = "^[A-Za-z0-9_-]{1,32}$"))]
    pub id: String,
    /// Display name.
    #[serde(default)]
    pub name: String,
    /// Address of the source: rtsp(s)://, http(s)://, a file, webcam:N, synth:people=5 for a
    /// simulated crowd, or mqtt(s):// for the tracks of another node.
    #[schemars(
        length(min = 1),
        example = "rtsp://USER:PASSWORD@192.168.1.10/stream1",
        example = "webcam:0",
        example = "synth:people=5,seed=1"
    )]
    pub stream: String,
    /// Whether the camera runs.
    #[serde(default = "default_enabled")]
    pub enabled: bool,
    /// Whether the panel's list of cameras shows its picture at once.
    #[serde(default)]
    pub show_preview: bool,
    /// Region of the picture to process: [x1, y1, x2, y2], normalised, or in pixels if any
    /// value is above 1.
    #[serde(default, serialize_with = "decimal::four")]
    #[schemars(inner(range(min = 0, max = 65_536)))]
    pub roi: Option<[f32; 4]>,
    /// Classes that this camera tracks, by number or name; empty for those of `tracking`.
    #[serde(default)]
    pub classes_filter: Vec<ClassRef>,
    /// Whether a file restarts when it ends.
    #[serde(default, rename = "loop")]
    pub loop_file: bool,
    /// Process every frame of a file, as fast as possible, and drop none.
    #[serde(default)]
    pub every_frame: bool,
    /// Transport of the RTSP media.
    #[serde(default)]
    pub rtsp_transport: RtspTransport,
    /// A file with the certificates to trust for the broker of an mqtts:// stream, instead of
    /// those of the system.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// Most frames per second to process; 0 for all.
    #[serde(default, serialize_with = "decimal::one")]
    #[schemars(range(min = 0, max = 240))]
    pub max_fps: f32,
    /// More outputs of this camera.
    #[serde(default)]
    pub sinks: Vec<SinkConfig>,
    /// Values of `tracking` and `osc` for this camera only.
    #[serde(default, rename = "override")]
    #[schemars(schema_with = "override_schema")]
    pub overrides: Map<String, Value>,
}

fn default_camera_id() -> String {
    "cam1".into()
}

fn default_enabled() -> bool {
    true
}

impl CameraConfig {
    /// An enabled camera with that address and default settings.
    pub fn new(id: &str, stream: &str) -> Self {
        Self {
            id: id.into(),
            name: String::new(),
            stream: stream.into(),
            enabled: true,
            show_preview: false,
            roi: None,
            classes_filter: Vec::new(),
            loop_file: false,
            every_frame: false,
            rtsp_transport: RtspTransport::default(),
            ca_file: None,
            max_fps: 0.0,
            sinks: Vec::new(),
            overrides: Map::new(),
        }
    }

    /// The parsed address of the stream.
    ///
    /// # Errors
    /// When it is not an address. The message hides the password.
    pub fn address(&self) -> Result<StreamAddress, ConfigError> {
        self.stream
            .parse()
            .map_err(|e: AddressError| ConfigError::one("camera.stream", e.to_string()))
    }

    /// Whether no frame may be dropped and time is the file's: `every_frame` of a file or of
    /// a simulated crowd. A live camera cannot wait, so the key has no effect on it.
    pub fn is_lossless(&self) -> bool {
        self.every_frame && self.address().is_ok_and(|a| a.can_wait())
    }
}

/// The keys of `tracking` and `osc` without defaults: keys that an override does not set
/// keep the value of their section.
fn override_schema(generator: &mut SchemaGenerator) -> Schema {
    let mut properties = Map::new();
    for section in [
        TrackingConfig::json_schema(generator),
        OscConfig::json_schema(generator),
    ] {
        if let Some(Value::Object(keys)) = section.get("properties") {
            properties.extend(keys.clone());
        }
    }
    for schema in properties.values_mut().filter_map(Value::as_object_mut) {
        schema.remove("default");
    }
    json_schema!({
        "description": "Values of `tracking` and `osc` for this camera only.",
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
        "default": {},
    })
}

/// Transport of RTSP media.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RtspTransport {
    /// Within the control connection: passes firewalls, loses no packets.
    #[default]
    Tcp,
    /// UDP datagrams.
    Udp,
}
