//! Makes the sinks that a configuration asks for.

use std::path::Path;
use std::sync::Arc;

use super::error::PipelineError;
use crate::config::{JsonlConfig, OscConfig, PipelineConfig};
use crate::sink::osc::Tap;
use crate::sink::{Detached, JsonlSink, OscSink, Sink, SinkError};

/// The configured sinks of one camera, and why some could not be made.
#[derive(Default)]
pub struct Outputs {
    pub sinks: Vec<Box<dyn Sink>>,
    /// What keeps the pipeline from doing what it was asked for.
    pub failures: Vec<PipelineError>,
    /// What it goes on without.
    pub refusals: Vec<PipelineError>,
}

impl Outputs {
    /// Makes all sinks that can be made. `classes` are the names of the model's
    /// classes; `tap` shows what the main OSC output sends.
    pub fn make(config: &PipelineConfig, classes: &Arc<[String]>, tap: &Arc<Tap>) -> Self {
        let mut outputs = Self::default();
        let camera = &config.camera;
        if let Some(main) = &config.osc
            && let Some(sink) = outputs.osc(main, config, classes)
        {
            outputs.sinks.push(Box::new(sink.tapped(Arc::clone(tap))));
        }
        for further in &camera.sinks {
            if let Some(further) = &further.osc
                && let Some(sink) = outputs.osc(further, config, classes)
            {
                outputs.sinks.push(Box::new(sink));
            }
            if let Some(further) = &further.jsonl {
                match jsonl(further) {
                    Ok(sink) => outputs.sinks.push(Box::new(sink)),
                    Err(error) => {
                        let error = PipelineError::Sink(error.to_string());
                        outputs.refusals.push(error);
                    }
                }
            }
        }
        outputs
    }

    fn osc(
        &mut self,
        osc: &OscConfig,
        config: &PipelineConfig,
        classes: &Arc<[String]>,
    ) -> Option<OscSink> {
        let sink = OscSink::new(osc, &config.camera.id, Arc::clone(classes));
        sink.map(|sink| sink.on_release(config.slots.on_release))
            .map_err(|error| self.failures.push(error.into()))
            .ok()
    }
}

fn jsonl(config: &JsonlConfig) -> Result<Detached, SinkError> {
    let sink = if config.path == Path::new("-") {
        JsonlSink::stdout()
    } else {
        JsonlSink::append(&config.path)?
    };
    Detached::new(Box::new(sink))
}
