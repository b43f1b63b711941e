//! How a command fails: a line for people and an exit code for programs.

use std::process::ExitCode;

use rextrack::config::ConfigError;
use rextrack::detect::ErrorKind;
use rextrack::pipeline::PipelineError;

/// Why a command ended badly.
#[derive(Debug)]
pub struct Failure {
    /// 1 failed at work, 2 wrong usage or configuration.
    pub code: ExitCode,
    /// What is at fault, and the remedy; `None` when the log said it.
    pub message: Option<String>,
}

impl Failure {
    /// It was asked for the right thing and did not work.
    pub fn work(message: impl Into<String>) -> Self {
        Self {
            code: ExitCode::from(1),
            message: Some(message.into()),
        }
    }

    /// The same failure, of which the log told already.
    pub fn told(self) -> Self {
        Self {
            message: None,
            ..self
        }
    }

    /// It was asked for the wrong thing.
    pub fn usage(message: impl Into<String>) -> Self {
        Self {
            code: ExitCode::from(2),
            message: Some(message.into()),
        }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::usage(error.to_string())
    }
}

impl From<PipelineError> for Failure {
    fn from(error: PipelineError) -> Self {
        let message = error.to_string();
        match error {
            PipelineError::Config(_) | PipelineError::Osc(_) => Self::usage(message),
            // A name in the configuration that stands for nothing.
            PipelineError::Detect(error)
                if matches!(error.kind(), ErrorKind::Config | ErrorKind::Missing) =>
            {
                Self::usage(message)
            }
            _ => Self::work(message),
        }
    }
}
