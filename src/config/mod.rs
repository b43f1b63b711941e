//! Configuration: the one schema of all ways in.
//!
//! YAML for people (the file), JSON for programs (the C ABI), environment
//! variables over both. [`Config`] is the file: a service, defaults and many
//! cameras. [`PipelineConfig`] is the configuration of one pipeline: one camera with
//! its overrides already applied.
//!
//! All three become one JSON value and go one way:
//!
//! 1. [`load`](Config::load) reads text, `environment` puts variables over it;
//! 2. `schema_check` compares it with the JSON Schema that the types give: keys,
//!    types, choices and ranges, all issues at once, with a remedy from `suggest`;
//! 3. serde gives it its types;
//! 4. `validate` checks addresses, and keys that depend on each other.
//!
//! Stations own some of their options, such as those of a tracker: `pipeline::check`
//! checks these with [`check_against`].

mod camera;
pub(crate) mod decimal;
mod environment;
mod file;
mod issues;
mod key_path;
mod load;
mod osc;
mod outputs;
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
mod yaml;

pub use crate::address::osc::OscFormat;
pub use camera::{CameraConfig, RtspTransport};
pub use environment::Environment;
pub use file::Config;
pub use issues::{ConfigError, ConfigIssue};
pub use osc::OscConfig;
pub use outputs::{JsonlConfig, MqttConfig, SinkConfig};
pub use pipeline::{PipelineConfig, merge};
pub use read::parse;
pub use schema::schema;
pub use schema_check::check_against;
pub use service::{AuthMode, Device, LogFormat, LogLevel, ServiceConfig};
pub use slots::{OnRelease, Origin, SlotsConfig, Units};
pub use tracking::{ClassRef, TrackingConfig};
