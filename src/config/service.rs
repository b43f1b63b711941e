//! `service`: the process as a whole.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::address::StreamAddress;

/// The process as a whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ServiceConfig {
    /// Address the web server listens on.
    pub listen: String,
    /// Port of the web server.
    #[schemars(range(min = 1, max = 65535))]
    pub port: u16,
    /// error, warn, info, debug or trace.
    pub log_level: LogLevel,
    /// Lines for people, or JSON for programs.
    pub log_format: LogFormat,
    /// A file that receives the log besides the terminal.
    pub log_file: Option<PathBuf>,
    /// Size in megabytes at which `log_file` is renamed, and a new one begun; 0 never.
    #[schemars(range(min = 0, max = 100_000))]
    pub log_max_mb: u32,
    /// Whether `log_file` is renamed, and a new one begun, every day, too.
    pub log_daily: bool,
    /// How many renamed log files are kept.
    #[schemars(range(min = 0, max = 1000))]
    pub log_keep: u32,
    /// auto, cpu or cuda:N.
    pub device: Device,
    /// Folder of the model files. Relative to the configuration file.
    pub models_dir: PathBuf,
    /// Path of the ONNX Runtime library, when it is not where rextrack looks.
    pub onnxruntime: Option<PathBuf>,
    /// How many inferences may run at the same time, over all models; each model
    /// runs one at a time in any case. 0 chooses by the processors. Cameras that
    /// wait take turns, and drop frames meanwhile.
    #[schemars(range(min = 0, max = 256))]
    pub inference_jobs: u32,
    /// Whether the web server asks for a token where others can reach it.
    pub auth: AuthMode,
    /// The token; made at the first start if it is needed and not given.
    #[schemars(length(min = 16))]
    pub token: Option<String>,
    /// Names besides its own by which the web server may be called.
    pub allowed_hosts: Vec<String>,
    /// Schemes of the addresses that cameras may be given over the network.
    pub stream_schemes: Vec<String>,
    /// Whether a camera's local file may be a playlist (HLS, DASH, ffconcat, SDP) or
    /// another text, by which FFmpeg opens further files anywhere on the machine.
    pub allow_playlists: bool,
    /// Whether a change of the configuration file is applied as soon as it is saved.
    pub watch: bool,
    /// This machine's name in messages; its network name if not given.
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

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// Lines for people.
    #[default]
    Human,
    /// One JSON object a line.
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

/// Marks a device in the schema.
pub(super) const DEVICE: &str = "device";

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
            "description": "Where a model runs: auto, cpu or cuda:N.",
            "type": "string",
            "pattern": "^(auto|cpu|cuda(:[0-9]+)?)$",
            "format": DEVICE,
        })
    }
}
