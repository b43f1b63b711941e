//! Errors.

use std::fmt;

use crate::pipeline::{ErrorCategory, PipelineError};

/// What failed, for programs. [`Error`] has the text for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An argument is wrong, such as a pushed frame or the name of an axis. Correct the call.
    InvalidArgument,
    /// The configuration is wrong. The text names each wrong key and the remedy.
    Config,
    /// The model's file is missing or unusable.
    Model,
    /// ONNX Runtime is missing or too old.
    Runtime,
    /// The requested device is not available. Use `auto` or `cpu`.
    Device,
    /// The source cannot be opened, and a retry does not help. Correct `camera.stream`.
    Source,
    /// A defect of rextrack, or the machine is out of resources. Please report it.
    Internal,
}

/// Why a call failed, or why a pipeline cannot continue.
///
/// The text (`Display`) is one line for each issue. It names the thing at fault, the reason
/// and the remedy, and contains no password.
///
/// ```
/// use rextrack::{Config, ErrorKind, Pipeline};
///
/// let config = Config::from_stream("synth:people=3,seed=1").confidence(1.5);
/// let error = Pipeline::new(config).unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Config);
/// assert!(error.to_string().starts_with("tracking.confidence: must be within 0..1"));
/// ```
#[derive(Debug, Clone)]
pub struct Error {
    kind: ErrorKind,
    text: String,
}

impl Error {
    /// What failed, for programs that react to it.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    pub(super) fn new(kind: ErrorKind, text: impl Into<String>) -> Self {
        let text = text.into();
        Self { kind, text }
    }

    // Not `From`: that would be a public promise about a private type.
    pub(super) fn of(error: impl Into<PipelineError>) -> Self {
        let error = error.into();
        Self::new(kind(error.category()), error.to_string())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Error {}

pub(super) fn kind(category: ErrorCategory) -> ErrorKind {
    match category {
        ErrorCategory::Config => ErrorKind::Config,
        ErrorCategory::Model => ErrorKind::Model,
        ErrorCategory::Runtime => ErrorKind::Runtime,
        ErrorCategory::Device => ErrorKind::Device,
        ErrorCategory::Source => ErrorKind::Source,
        ErrorCategory::Argument => ErrorKind::InvalidArgument,
        ErrorCategory::Internal => ErrorKind::Internal,
    }
}
