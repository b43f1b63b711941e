//! Changes of a pipeline's configuration and sinks.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::Receiver;

use super::change_set::ChangeSet;
use super::error::PipelineError;
use super::lifecycle::Pipeline;
use crate::config::{ConfigError, PipelineConfig};
use crate::sink::Sink;
use crate::{config, detect, track};

impl Pipeline {
    /// Applies an RFC 7396 merge patch to the configuration. Thresholds, classes, region,
    /// persistence, slots and OSC change at once. A changed stream restarts only the
    /// source. A changed model is loaded beside the old one and replaces it when it is
    /// ready. Slots are kept throughout. On an error nothing changes.
    pub fn set_config(&self, patch: &str) -> Result<(), PipelineError> {
        self.change(|current| {
            let new = current.merged(patch)?;
            track::check_patch(&new.tracking, &config::parse_json(patch)?)?;
            Ok(new)
        })
    }

    /// As [`Pipeline::set_config`], with a whole new configuration.
    pub fn replace_config(&self, new: PipelineConfig) -> Result<(), PipelineError> {
        self.change(|_| {
            new.validate()?;
            Ok(new)
        })
    }

    /// Replaces [`PipelineOptions::sinks`](super::PipelineOptions::sinks) between two
    /// snapshots. The old sinks are dropped without [`Sink::finish`].
    pub fn set_sinks(&self, sinks: Vec<Box<dyn Sink>>) {
        self.shared.dispatcher.set_own(sinks);
    }

    /// The datagrams that the configured OSC output sends from now on, until the receiver
    /// is dropped.
    pub fn monitor_osc(&self) -> Receiver<Vec<u8>> {
        self.shared.osc_monitor.watch()
    }

    /// Checks whether [`Pipeline::replace_config`] would accept a configuration. Changes
    /// nothing.
    pub fn check_config(&self, new: &PipelineConfig) -> Result<(), PipelineError> {
        new.validate()?;
        let mut new = new.clone();
        self.bind(&mut new);
        self.check_change(&self.config(), &new).map(|_| ())
    }

    fn check_change(
        &self,
        current: &PipelineConfig,
        new: &PipelineConfig,
    ) -> Result<ChangeSet, PipelineError> {
        if new.camera.id != current.camera.id {
            let message = "is fixed for the life of a pipeline; create another pipeline for it";
            return Err(ConfigError::one("camera.id", message).into());
        }
        track::check(&new.tracking)?;
        let changes = ChangeSet::between(current, new);
        if changes.detector {
            detect::check(new)?;
        } else if let Some(info) = self.shared.detector.lock().as_ref() {
            detect::check_classes(new, info)?;
        }
        Ok(changes)
    }

    fn change(
        &self,
        make: impl FnOnce(&PipelineConfig) -> Result<PipelineConfig, PipelineError>,
    ) -> Result<(), PipelineError> {
        let mut run = self.run.lock();
        let changes = {
            let mut current = self.shared.config.lock();
            let mut new = make(&current)?;
            self.bind(&mut new);
            let changes = self.check_change(&current, &new)?;
            *current = Arc::new(new);
            self.shared.config_version.fetch_add(1, Ordering::AcqRel);
            self.shared.problems.accept();
            changes
        };
        let frames = self.shared.frames.lock().clone();
        let (Some(run), Some(frames)) = (run.as_mut(), frames) else {
            return Ok(());
        };
        if changes.source {
            let config = self.shared.config();
            run.source.stop.request();
            self.shared.app_source.wake();
            // The old thread ends by itself. Frames that it still reads are rejected.
            let new = self.start_source(&config, &frames)?;
            let old = std::mem::replace(&mut run.source, new);
            self.shared.unjoined.add([old.thread]);
        }
        frames.wake();
        Ok(())
    }
}
