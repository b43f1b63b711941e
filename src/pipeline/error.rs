//! Why a pipeline cannot be created or cannot continue.

use crate::address::OscAddressError;
use crate::config::ConfigError;
use crate::detect::DetectError;
use crate::sink::annotate::AnnotateError;
use crate::source::SourceError;

/// Why a pipeline cannot be created, changed or continued.
#[derive(Debug, Clone, thiserror::Error)]
pub enum PipelineError {
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The model, its runtime or its device is not available.
    #[error(transparent)]
    Detect(std::sync::Arc<DetectError>),
    /// The configuration gives no valid OSC addresses.
    #[error(transparent)]
    Osc(#[from] OscAddressError),
    /// The source cannot be opened, and a retry cannot help.
    #[error("{0}")]
    Source(String),
    /// A frame of the host was rejected.
    #[error("{0}")]
    Push(String),
    /// An output could not be created.
    #[error("{0}")]
    Sink(String),
    /// A picture could not be drawn.
    #[error("{0}")]
    Picture(String),
    /// A defect of rextrack, or a machine out of threads.
    #[error("internal error in {part}: {reason}; please report it with the log")]
    Internal {
        /// The part that failed.
        part: &'static str,
        /// The cause, as far as it is known.
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
