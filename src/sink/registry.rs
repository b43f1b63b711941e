//! The kinds of sinks in a configuration.

use std::sync::Arc;

use super::api::{Sink, SinkError};
use super::osc_monitor::OscMonitor;
use crate::address::OscAddressError;
use crate::config::{PipelineConfig, SinkConfig};

/// A kind of sink.
pub struct SinkKind {
    /// The key of [`SinkConfig`].
    pub key: &'static str,
    /// Creates the sink if its key is set.
    pub create: fn(&SinkConfig, &SinkContext<'_>) -> Option<CreatedSink>,
}

/// A sink, or the reason why it could not be created.
pub type CreatedSink = Result<Box<dyn Sink>, CreateSinkError>;

/// Inputs of a sink besides its own section.
pub struct SinkContext<'a> {
    /// The configuration of the pipeline.
    pub config: &'a PipelineConfig,
    /// Names of the model's classes.
    pub classes: &'a Arc<[String]>,
    /// Gets every datagram that the sink sends, if it is an OSC sink.
    pub osc_monitor: Option<&'a Arc<OscMonitor>>,
}

/// Why a sink could not be created.
#[derive(Debug, thiserror::Error)]
pub enum CreateSinkError {
    /// Its OSC addresses are invalid.
    #[error(transparent)]
    Address(#[from] OscAddressError),
    /// The system could not open its file or start its thread.
    #[error(transparent)]
    Sink(#[from] SinkError),
}

/// Whether the change requires new sinks.
pub fn needs_restart(old: &PipelineConfig, new: &PipelineConfig) -> bool {
    let keys = |c: &PipelineConfig| (c.osc.clone(), c.camera.sinks.clone(), c.camera.id.clone());
    keys(old) != keys(new)
}
