//! Makes the sinks that a configuration asks for.

use std::sync::Arc;

use super::error::PipelineError;
use crate::config::{PipelineConfig, SinkConfig};
use crate::sink::osc::OscMonitor;
use crate::sink::{CreateSinkError, SINKS, Sink, SinkContext};

/// The configured sinks of one camera, and why some could not be made.
#[derive(Default)]
pub struct Outputs {
    pub sinks: Vec<Box<dyn Sink>>,
    /// Errors that keep the pipeline from doing what the configuration asks for.
    pub failures: Vec<PipelineError>,
    /// Errors that it runs on without.
    pub refusals: Vec<PipelineError>,
}

impl Outputs {
    /// Makes all sinks that can be made. `classes` are the names of the model's
    /// classes; `osc_monitor` gets what the main OSC output sends.
    pub fn create(
        config: &PipelineConfig,
        classes: &Arc<[String]>,
        osc_monitor: &Arc<OscMonitor>,
    ) -> Self {
        let mut outputs = Self::default();
        let context = SinkContext {
            config,
            classes,
            osc_monitor: None,
        };
        if config.osc.is_some() {
            let main = SinkConfig {
                osc: config.osc.clone(),
                ..SinkConfig::default()
            };
            let context = SinkContext {
                osc_monitor: Some(osc_monitor),
                ..context
            };
            outputs.add(&main, &context);
        }
        for sink in &config.camera.sinks {
            outputs.add(sink, &context);
        }
        outputs
    }

    fn add(&mut self, config: &SinkConfig, context: &SinkContext<'_>) {
        for created in SINKS
            .iter()
            .filter_map(|kind| (kind.create)(config, context))
        {
            match created {
                Ok(sink) => self.sinks.push(sink),
                Err(CreateSinkError::Address(error)) => self.failures.push(error.into()),
                Err(CreateSinkError::Sink(error)) => {
                    self.refusals.push(PipelineError::Sink(error.to_string()));
                }
            }
        }
    }
}
