//! Configuration: the one schema of all ways in.
//!
//! YAML for people (the file), JSON for programs (the C ABI), environment
//! variables over both. [`Config`] is the file: a service, defaults and many
//! cameras. [`PipelineConfig`] is what one pipeline runs on: one camera with
//! its overrides already applied.

mod error;
mod load;
mod pipelines;
mod validate;
mod words;

use std::path::PathBuf;

pub use error::{ConfigError, Problem};
pub use load::Environment;
pub use pipelines::ChangeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The whole configuration file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The process: device, folders, log, and later the web server.
    pub service: ServiceConfig,
    /// Detection and tracking, for all cameras.
    pub tracking: TrackingConfig,
    /// How slots behave and in which units they are given.
    pub slots: SlotsConfig,
    /// OSC output; `null` turns it off.
    #[serde(default = "osc_on")]
    pub osc: Option<OscConfig>,
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
            cameras: Vec::new(),
        }
    }
}

/// The JSON Schema of the configuration file.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Config).to_value()
}

fn osc_on() -> Option<OscConfig> {
    Some(OscConfig::default())
}

/// What one pipeline runs on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PipelineConfig {
    /// The camera; its `stream` is the only key that must be given.
    pub camera: CameraConfig,
    /// Detection and tracking.
    #[serde(default)]
    pub tracking: TrackingConfig,
    /// How slots behave.
    #[serde(default)]
    pub slots: SlotsConfig,
    /// OSC output; off unless given.
    #[serde(default)]
    pub osc: Option<OscConfig>,
    /// Device and folders.
    #[serde(default)]
    pub service: ServiceConfig,
}

/// The process as a whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ServiceConfig {
    /// Address the web server listens on.
    pub listen: String,
    /// Port of the web server.
    pub port: u16,
    /// error, warn, info, debug or trace.
    pub log_level: LogLevel,
    /// A file that receives the log besides the terminal.
    pub log_file: Option<PathBuf>,
    /// auto, cpu or cuda:N.
    pub device: Device,
    /// Folder of the model files. Relative to the configuration file.
    pub models_dir: PathBuf,
    /// Path of the ONNX Runtime library, when it is not where rextrack looks.
    pub onnxruntime: Option<PathBuf>,
}

impl Default for ServiceConfig {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1".into(),
            port: 8080,
            log_level: LogLevel::default(),
            log_file: None,
            device: Device::default(),
            models_dir: "models".into(),
            onnxruntime: None,
        }
    }
}

/// How much is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum LogLevel {
    Error,
    Warn,
    #[default]
    Info,
    Debug,
    Trace,
}

/// Where a model runs: `auto`, `cpu` or `cuda:N`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Device {
    /// The best device that works.
    #[default]
    Auto,
    /// The processor.
    Cpu,
    /// The NVIDIA GPU of that number, or an error.
    Cuda(u32),
}

/// Detection and tracking.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TrackingConfig {
    /// A model's name in `models_dir`, a path to an .onnx file, or `builtin:motion`.
    pub model: String,
    /// Detections below this never start a track, 0..1. The tracker still uses
    /// weaker ones to keep a track that it already has.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub confidence: f32,
    /// Overlap above which two detections of a class are one object, 0..1.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub iou: f32,
    /// Classes to track, by number or name; empty means all.
    pub classes: Vec<ClassRef>,
    /// Number of slots.
    #[schemars(range(min = 1, max = 256))]
    pub objects_max: u32,
    /// How long an object that is not seen keeps its slot, in milliseconds.
    #[schemars(range(min = 0, max = 3_600_000))]
    pub object_persistence_ms: u32,
    /// Every n-th frame is processed.
    #[schemars(range(min = 1, max = 1000))]
    pub period_frames: u32,
    /// Which tracker follows the detections.
    pub tracker: TrackerKind,
}

impl Default for TrackingConfig {
    fn default() -> Self {
        Self {
            model: "yolox_nano".into(),
            confidence: 0.25,
            iou: 0.45,
            classes: Vec::new(),
            objects_max: 10,
            object_persistence_ms: 1000,
            period_frames: 1,
            tracker: TrackerKind::default(),
        }
    }
}

/// A class by its number or its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum ClassRef {
    /// Index into the model's class names.
    Id(u32),
    /// Name as the model gives it, such as `person`.
    Name(String),
}

/// The trackers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TrackerKind {
    /// ByteTrack (Zhang et al. 2021).
    #[default]
    ByteTrack,
}

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

/// OSC output.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct OscConfig {
    /// Receiver's name or address.
    pub host: String,
    /// Receiver's UDP port.
    pub port: u16,
    /// Put before every address; `{camera}` is the camera's id.
    pub address_prefix: String,
    /// Address of one channel: `{index}` `{axis}` `{camera}` `{id}` `{class}`.
    pub channel_format: String,
    /// Which values are sent, in this order.
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

/// One camera.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CameraConfig {
    /// Short unique name, used in addresses, thread names and logs.
    #[serde(default = "default_camera_id")]
    pub id: String,
    /// Name for people.
    #[serde(default)]
    pub name: String,
    /// Address of the source: rtsp(s)://, http(s)://, a file, or webcam:N.
    pub stream: String,
    /// Whether the camera runs.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// Whether a panel shows its picture.
    #[serde(default)]
    pub show_preview: bool,
    /// Region that is looked at: [x1, y1, x2, y2], normalised, or pixels when
    /// any value is above 1.
    #[serde(default)]
    pub roi: Option<[f32; 4]>,
    /// Classes this camera tracks, by number or name; empty means those of `tracking`.
    #[serde(default)]
    pub classes_filter: Vec<ClassRef>,
    /// Start a file again when it ends.
    #[serde(default, rename = "loop")]
    pub loop_file: bool,
    /// Process every frame of a file as fast as possible and drop none.
    #[serde(default)]
    pub every_frame: bool,
    /// How RTSP carries its media.
    #[serde(default)]
    pub rtsp_transport: RtspTransport,
    /// Any key of `tracking` or `osc`, for this camera alone.
    #[serde(default, rename = "override")]
    pub overrides: serde_json::Map<String, serde_json::Value>,
}

fn default_camera_id() -> String {
    "cam1".into()
}

fn yes() -> bool {
    true
}

/// How RTSP carries its media.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RtspTransport {
    /// Inside the control connection: survives firewalls, loses nothing.
    #[default]
    Tcp,
    /// Datagrams.
    Udp,
}

impl std::fmt::Display for Device {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Cpu => f.write_str("cpu"),
            Self::Cuda(n) => write!(f, "cuda:{n}"),
        }
    }
}

impl std::str::FromStr for Device {
    type Err = String;

    fn from_str(s: &str) -> Result<Self, String> {
        match s {
            "auto" => Ok(Self::Auto),
            "cpu" => Ok(Self::Cpu),
            _ => match s.strip_prefix("cuda:").map(str::parse) {
                Some(Ok(n)) => Ok(Self::Cuda(n)),
                _ if s == "cuda" => Ok(Self::Cuda(0)),
                _ => Err(format!("must be auto, cpu or cuda:N, got '{s}'")),
            },
        }
    }
}

impl Serialize for Device {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Device {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Device {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Device".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "pattern": "^(auto|cpu|cuda(:[0-9]+)?)$"})
    }
}
