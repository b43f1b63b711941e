//! Why a pipeline cannot be made or cannot go on.

use crate::address::OscAddressError;
use crate::config::ConfigError;
use crate::detect::DetectError;
use crate::sink::annotate::AnnotateError;
use crate::source::SourceError;

/// Why a pipeline cannot be made, changed, or cannot go on.
#[derive(Debug, Clone, thiserror::Error)]
pub enum PipelineError {
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The model, its runtime or its device is not to be had.
    #[error(transparent)]
    Detect(std::sync::Arc<DetectError>),
    /// OSC addresses cannot be made from the configuration.
    #[error(transparent)]
    Osc(#[from] OscAddressError),
    /// The source cannot be had, and no other try can help.
    #[error("{0}")]
    Source(String),
    /// A frame that the host handed in cannot be taken.
    #[error("{0}")]
    Push(String),
    /// An output could not be made.
    #[error("{0}")]
    Sink(String),
    /// A picture could not be drawn.
    #[error("{0}")]
    Picture(String),
    /// A defect of rextrack, or a machine out of threads.
    #[error("internal error in {place}: {reason}; please report it with the log")]
    Internal {
        /// Where.
        place: &'static str,
        /// What is known.
        reason: String,
    },
}

impl From<DetectError> for PipelineError {
    fn from(error: DetectError) -> Self {
        Self::Detect(std::sync::Arc::new(error))
    }
}

impl From<AnnotateError> for PipelineError {
    fn from(error: AnnotateError) -> Self {
        Self::Picture(error.to_string())
    }
}

impl From<SourceError> for PipelineError {
    fn from(error: SourceError) -> Self {
        Self::Source(error.to_string())
    }
}
