//! The kinds of sinks that a configuration can ask for.

use std::sync::Arc;

use super::api::{Sink, SinkError};
use super::osc_monitor::OscMonitor;
use crate::address::OscAddressError;
use crate::config::{PipelineConfig, SinkConfig};

/// A kind of sink.
pub struct SinkKind {
    /// The key of [`SinkConfig`].
    pub key: &'static str,
    /// Makes the sink if its key is set.
    pub create: fn(&SinkConfig, &SinkContext<'_>) -> Option<CreatedSink>,
}

/// A sink, or why it could not be made.
pub type CreatedSink = Result<Box<dyn Sink>, CreateSinkError>;

/// What a sink may use besides its own section.
pub struct SinkContext<'a> {
    /// The configuration of the pipeline.
    pub config: &'a PipelineConfig,
    /// Names of the model's classes.
    pub classes: &'a Arc<[String]>,
    /// Gets every datagram that the sink sends, if it is an OSC sink.
    pub osc_monitor: Option<&'a Arc<OscMonitor>>,
}

/// Why a sink could not be made.
#[derive(Debug, thiserror::Error)]
pub enum CreateSinkError {
    /// Its addresses cannot be used.
    #[error(transparent)]
    Address(#[from] OscAddressError),
    /// A file or thread could not be had from the system.
    #[error(transparent)]
    Sink(#[from] SinkError),
}

/// Whether the configured sinks have to be made again.
pub fn needs_restart(old: &PipelineConfig, new: &PipelineConfig) -> bool {
    let keys = |c: &PipelineConfig| (c.osc.clone(), c.camera.sinks.clone(), c.camera.id.clone());
    keys(old) != keys(new)
}
