//! The state of a pipeline's source.

use serde::{Deserialize, Serialize};

/// The state of a pipeline's source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SourceState {
    /// Not started, or stopped.
    #[default]
    Stopped = 0,
    /// Opening for the first time.
    Connecting = 1,
    /// Frames arrive.
    Live = 2,
    /// Was live, is not now; being reopened.
    Lost = 3,
    /// A file came to its end.
    Ended = 4,
    /// Cannot work until the configuration changes.
    Failed = 5,
}

impl SourceState {
    /// The state of that number; an unknown number is `Stopped`.
    pub fn from_number(number: u32) -> Self {
        match number {
            1 => Self::Connecting,
            2 => Self::Live,
            3 => Self::Lost,
            4 => Self::Ended,
            5 => Self::Failed,
            _ => Self::Stopped,
        }
    }
}
