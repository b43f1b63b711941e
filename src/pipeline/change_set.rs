//! Which stages a change of the configuration restarts.

use crate::config::PipelineConfig;
use crate::{detect, sink, source};

/// The stages that a change restarts. Everything else in it applies at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ChangeSet {
    /// The source must be reopened.
    pub source: bool,
    /// The model must be reloaded.
    pub detector: bool,
    /// The configured sinks must be rebuilt.
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn change_restarts_only_the_stages_that_need_it() {
        let config = PipelineConfig::from_json(r#"{"camera": {"stream": "a.mp4"}}"#).unwrap();
        let changes = |patch: Value| {
            let changes = ChangeSet::between(&config, &config.merged(&patch.to_string()).unwrap());
            (changes.source, changes.detector, changes.sinks)
        };
        let live = json!({
            "tracking": {"confidence": 0.5, "classes": [0], "objects_max": 5, "iou": 0.5,
                         "object_persistence_ms": 10, "period_frames": 2},
            "camera": {"roi": [0.1, 0.1, 0.5, 0.5], "classes_filter": ["car"]},
            "slots": {"on_release": "keep"},
        });
        assert_eq!(changes(live), (false, false, false));
        assert_eq!(
            changes(json!({"camera": {"stream": "b.mp4"}})),
            (true, false, false)
        );
        assert_eq!(
            changes(json!({"tracking": {"model": "m"}})),
            (false, true, false)
        );
        assert_eq!(
            changes(json!({"service": {"device": "cpu"}})),
            (false, true, false)
        );
        assert_eq!(
            changes(json!({"osc": {"port": 7000}})),
            (false, false, true)
        );
    }
}
