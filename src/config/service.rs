//! `service`: settings of the whole process.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::address::StreamAddress;

/// Settings of the whole process.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ServiceConfig {
    /// Address that the web server listens on.
    pub listen: String,
    /// Port of the web server.
    #[schemars(range(min = 1, max = 65535))]
    pub port: u16,
    /// Lowest level that is logged: error, warn, info, debug or trace.
    pub log_level: LogLevel,
    /// Log format: lines of text, or JSON.
    pub log_format: LogFormat,
    /// A file for the log, besides the terminal. Lines are appended.
    pub log_file: Option<PathBuf>,
    /// Size in megabytes at which `log_file` is rotated; 0 for never.
    #[schemars(range(min = 0, max = 100_000))]
    pub log_max_mb: u32,
    /// Whether `log_file` is also rotated every day.
    pub log_daily: bool,
    /// How many rotated log files are kept.
    #[schemars(range(min = 0, max = 1000))]
    pub log_keep: u32,
    /// Device of the model: auto, cpu or cuda:N.
    pub device: Device,
    /// Folder of the model files, relative to the configuration file.
    pub models_dir: PathBuf,
    /// Path of the ONNX Runtime library, if it is in none of the places that rextrack searches.
    pub onnxruntime: Option<PathBuf>,
    /// How many inferences may run at the same time, over all models; each model runs one at a
    /// time in any case. 0 chooses by the number of processors. Waiting cameras are served in
    /// order, and drop frames while they wait.
    #[schemars(range(min = 0, max = 256))]
    pub inference_jobs: u32,
    /// Whether the web server requires a token from other machines.
    pub auth: AuthMode,
    /// The token. If one is required and this is not set, the service creates one at the first
    /// start.
    #[schemars(length(min = 16))]
    pub token: Option<String>,
    /// Further host names of the web server, such as that of a proxy.
    pub allowed_hosts: Vec<String>,
    /// Schemes that an address of a camera may have when it comes over the network.
    pub stream_schemes: Vec<String>,
    /// Whether a camera's local file may be a playlist (HLS, DASH, ffconcat, SDP) or another
    /// text file. FFmpeg then opens every file that it names, anywhere on the machine.
    pub allow_playlists: bool,
    /// Whether the service applies a change of the configuration file as soon as it is saved.
    pub watch: bool,
    /// This machine's name in messages; default: its network name.
    #[schemars(regex(pattern = "^[A-Za-z0-9_.-]{1,64}$"))]
    pub node: Option<String>,
}

impl Default for ServiceConfig {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1".into(),
            port: 8080,
            log_level: LogLevel::default(),
            log_format: LogFormat::default(),
            log_file: None,
            log_max_mb: 20,
            log_daily: false,
            log_keep: 5,
            device: Device::default(),
            models_dir: "models".into(),
            onnxruntime: None,
            inference_jobs: 0,
            auth: AuthMode::default(),
            token: None,
            allowed_hosts: Vec::new(),
            stream_schemes: StreamAddress::SCHEMES
                .iter()
                .map(ToString::to_string)
                .collect(),
            allow_playlists: false,
            watch: true,
            node: None,
        }
    }
}

/// The log level.
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

/// The log format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// Lines of text.
    #[default]
    Human,
    /// One JSON object per line.
    Json,
}

/// How the web server authenticates requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AuthMode {
    /// Requests need a token, unless the server listens on loopback only.
    #[default]
    Token,
    /// No authentication.
    None,
}

/// The `format` of a device in the schema.
pub(super) const DEVICE: &str = "device";

/// The device of the model: `auto`, `cpu` or `cuda:N`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Device {
    /// The best device that works.
    #[default]
    Auto,
    /// The processor.
    Cpu,
    /// The NVIDIA GPU with that number, or an error.
    Cuda(u32),
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
        schemars::json_schema!({
            "description": "Device of the model: auto, cpu or cuda:N.",
            "type": "string",
            "pattern": "^(auto|cpu|cuda(:[0-9]+)?)$",
            "format": DEVICE,
        })
    }
}
