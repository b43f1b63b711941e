//! How a command fails: a message for people and an exit code for programs.

use std::process::ExitCode;

use rextrack::internals::config::ConfigError;
use rextrack::internals::detect::ErrorKind;
use rextrack::internals::pipeline::PipelineError;

use crate::store::StoreError;

/// The reason why a command failed.
#[derive(Debug)]
pub struct CliError {
    /// 1 for a failure at work, 2 for wrong usage or configuration.
    pub code: ExitCode,
    /// What is at fault, and the remedy; `None` when the log has it already.
    pub message: Option<String>,
}

impl CliError {
    /// The command was right, but its work failed.
    pub fn work(message: impl Into<String>) -> Self {
        Self {
            code: ExitCode::from(1),
            message: Some(message.into()),
        }
    }

    /// The command or its configuration is wrong.
    pub fn usage(message: impl Into<String>) -> Self {
        Self {
            code: ExitCode::from(2),
            message: Some(message.into()),
        }
    }

    /// The same error without its message, which the log has already.
    pub fn already_logged(self) -> Self {
        Self {
            message: None,
            ..self
        }
    }
}

impl From<ConfigError> for CliError {
    fn from(error: ConfigError) -> Self {
        Self::usage(error.to_string())
    }
}

impl From<PipelineError> for CliError {
    fn from(error: PipelineError) -> Self {
        let message = error.to_string();
        match error {
            PipelineError::Config(_) | PipelineError::Osc(_) => Self::usage(message),
            // The configuration names a model or class that does not exist.
            PipelineError::Detect(error)
                if matches!(error.kind(), ErrorKind::Config | ErrorKind::Missing) =>
            {
                Self::usage(message)
            }
            _ => Self::work(message),
        }
    }
}

impl From<StoreError> for CliError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Config(error) => error.into(),
            error @ StoreError::Write { .. } => Self::work(error.to_string()),
        }
    }
}
