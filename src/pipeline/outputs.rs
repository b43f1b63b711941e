//! Creates the sinks of a configuration.

use std::sync::Arc;

use super::error::PipelineError;
use crate::config::{PipelineConfig, SinkConfig};
use crate::sink::osc::OscMonitor;
use crate::sink::{CreateSinkError, SINKS, Sink, SinkContext};

/// The configured sinks of one camera, and the errors of those that could not be created.
#[derive(Default)]
pub struct Outputs {
    pub sinks: Vec<Box<dyn Sink>>,
    /// Errors after which the pipeline counts as failed.
    pub failures: Vec<PipelineError>,
    /// Errors that do not stop the pipeline.
    pub warnings: Vec<PipelineError>,
}

impl Outputs {
    /// Creates all sinks that can be created. `classes` are the model's class names.
    /// `osc_monitor` gets the messages of the main OSC output.
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
                    self.warnings.push(PipelineError::Sink(error.to_string()));
                }
            }
        }
    }
}
