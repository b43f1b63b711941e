//! The state of a pipeline's source.

use crate::flow;

/// The state of a pipeline's source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum SourceState {
    /// Not started, or stopped.
    #[default]
    Stopped,
    /// Connecting for the first time.
    Connecting,
    /// Frames arrive.
    Live,
    /// The connection is lost. The pipeline reconnects.
    Lost,
    /// The file has ended.
    Ended,
    /// The source cannot work. Change the configuration.
    Failed,
}

pub(super) fn source_state(state: flow::SourceState) -> SourceState {
    match state {
        flow::SourceState::Stopped => SourceState::Stopped,
        flow::SourceState::Connecting => SourceState::Connecting,
        flow::SourceState::Live => SourceState::Live,
        flow::SourceState::Lost => SourceState::Lost,
        flow::SourceState::Ended => SourceState::Ended,
        flow::SourceState::Failed => SourceState::Failed,
    }
}
