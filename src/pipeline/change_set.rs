//! Which stages a change of the configuration restarts.

use crate::config::PipelineConfig;
use crate::{detect, sink, source};

/// The stages that a change restarts; the rest of it applies at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ChangeSet {
    /// The source has to be opened again.
    pub source: bool,
    /// The model has to be loaded again.
    pub detector: bool,
    /// The configured sinks have to be made again.
    pub sinks: bool,
}

impl ChangeSet {
    /// Asks each station what the change from `old` to `new` needs.
    pub fn between(old: &PipelineConfig, new: &PipelineConfig) -> Self {
        Self {
            source: source::needs_restart(old, new),
            detector: detect::needs_reload(old, new),
            sinks: sink::needs_restart(old, new),
        }
    }
}
