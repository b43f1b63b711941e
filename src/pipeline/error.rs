//! Why a pipeline cannot be created or cannot continue.

use crate::address::OscAddressError;
use crate::config::ConfigError;
use crate::detect::{DetectError, ErrorKind};
use crate::sink::annotate::AnnotateError;
use crate::source::SourceError;

/// The kind of an error: what has to change.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorCategory {
    /// The configuration.
    Config = 1,
    /// The model's file.
    Model = 2,
    /// ONNX Runtime.
    Runtime = 3,
    /// The device.
    Device = 4,
    /// The source's address.
    Source = 5,
    /// The argument of a call.
    Argument = 6,
    /// A defect of rextrack, or a machine out of resources.
    Internal = 7,
}

impl ErrorCategory {
    /// The category with that number; `None` for 0.
    pub fn from_number(number: u32) -> Option<Self> {
        [
            Self::Config,
            Self::Model,
            Self::Runtime,
            Self::Device,
            Self::Source,
            Self::Argument,
            Self::Internal,
        ]
        .into_iter()
        .find(|category| *category as u32 == number)
    }
}

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

impl PipelineError {
    /// What has to change.
    pub fn category(&self) -> ErrorCategory {
        match self {
            Self::Config(_) | Self::Osc(_) => ErrorCategory::Config,
            Self::Detect(error) => match error.kind() {
                ErrorKind::Config => ErrorCategory::Config,
                ErrorKind::Missing | ErrorKind::Model => ErrorCategory::Model,
                ErrorKind::Runtime => ErrorCategory::Runtime,
                ErrorKind::Device => ErrorCategory::Device,
                ErrorKind::Internal => ErrorCategory::Internal,
            },
            Self::Source(_) => ErrorCategory::Source,
            Self::Push(_) => ErrorCategory::Argument,
            Self::Sink(_) | Self::Picture(_) | Self::Internal { .. } => ErrorCategory::Internal,
        }
    }
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
