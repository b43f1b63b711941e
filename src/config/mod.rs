//! Configuration: one schema for YAML, JSON and environment variables.
//!
//! [`Config`] is the configuration file in YAML: the service, defaults and all cameras.
//! [`PipelineConfig`] configures one pipeline: one camera, with its overrides applied. The
//! C ABI takes it as JSON. Environment variables override keys of the file.
//!
//! Each configuration is one JSON value that passes four steps:
//!
//! 1. [`load`](Config::load) reads the text, and `environment` sets the variables' values;
//! 2. `schema_check` compares it with the JSON Schema of the types: keys, types, choices and
//!    ranges. It reports all issues, with remedies from `suggest`;
//! 3. serde converts it to the types;
//! 4. `validate` checks addresses, and keys that depend on each other.
//!
//! A station owns some of its options, such as those of a tracker. `pipeline::check` checks
//! them with [`check_against`].

mod camera;
pub(crate) mod decimal;
mod environment;
mod file;
mod issues;
mod json;
mod key_path;
mod load;
mod osc;
mod outputs;
mod paths;
mod pipeline;
mod read;
mod redacted;
mod schema;
mod schema_check;
mod schema_tree;
mod service;
mod shared_addresses;
mod slots;
mod suggest;
mod tracking;
mod validate;
mod validate_host;
mod without_effect;
mod yaml;

pub use crate::address::osc::OscFormat;
pub use camera::{CameraConfig, RtspTransport};
pub use environment::Environment;
pub use file::Config;
pub use issues::{ConfigError, ConfigIssue};
pub use json::parse as parse_json;
pub use osc::OscConfig;
pub use outputs::{FileUse, JsonlConfig, MqttConfig, OutputFile, SinkConfig};
pub use paths::working_folder;
pub use pipeline::{PipelineConfig, merge};
pub use read::parse;
pub use schema::schema;
pub use schema_check::{check_against, check_camera_patch, check_patch_against};
pub use service::{AuthMode, Device, LogFormat, LogLevel, ServiceConfig};
pub use slots::{OnRelease, Origin, SlotsConfig, Units};
pub use tracking::{ClassRef, TrackingConfig};
