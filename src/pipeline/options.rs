//! What the owner of a pipeline may add to its configuration.

use crate::detect::InferencePermits;
use crate::sink::Sink;

/// Options of a pipeline that are not part of the configuration.
#[derive(Default)]
pub struct PipelineOptions {
    /// Sinks besides the configured ones.
    pub sinks: Vec<Box<dyn Sink>>,
    /// Run the pipeline's threads a little below normal priority, because the pipeline
    /// runs inside another program.
    pub low_priority: bool,
    /// Fail when the source cannot be opened at the first try, instead of retrying.
    pub fail_fast: bool,
    /// How many inferences may run at the same time, shared with other pipelines. Without
    /// it only the models' own limit applies: one inference at a time for each model.
    pub permits: Option<InferencePermits>,
}
