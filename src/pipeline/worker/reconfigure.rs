//! Changes while the infer thread runs: a new configuration, a loaded model, a request to
//! release the slots.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::super::change_set::ChangeSet;
use super::super::loader::Loader;
use super::super::outputs::Outputs;
use super::super::problems::Part;
use super::super::tracking_chain::TrackingChain;
use super::Worker;
use crate::config::PipelineConfig;
use crate::detect::DetectSettings;
use crate::track;

impl Worker {
    /// Loads the configured model.
    pub(super) fn load(&mut self) {
        let frames = Arc::clone(&self.frames);
        self.loader = Some((self.start_loader)(
            Arc::clone(&self.config),
            &self.shared.unjoined,
            Box::new(move || frames.wake()),
        ));
    }

    /// Applies all changes since the last call.
    pub(super) fn apply_changes(&mut self, chain: &mut TrackingChain) {
        self.apply_config(chain);
        self.apply_loaded_model();
        self.apply_reset(chain);
    }

    /// Applies a new configuration.
    fn apply_config(&mut self, chain: &mut TrackingChain) {
        let version = self.shared.config_version.load(Ordering::Acquire);
        if version == self.config_version {
            return;
        }
        self.config_version = version;
        let new = self.shared.config();
        let changes = ChangeSet::between(&self.config, &new);
        self.config = new;
        self.lossless = self.config.camera.is_lossless();
        self.shared.configure_sampling(&self.config);
        self.configure_chain(chain);
        if changes.source {
            self.ended = false;
            self.frame_ns = None;
        }
        // After a failure any change may be the remedy, such as the name of a class.
        let has_failed = self.detector.is_none() && self.loader.is_none();
        if changes.detector || has_failed {
            self.load();
        }
        // Settings for the model that is being loaded, such as its classes, need not suit the
        // one in use.
        if self.loader.is_none() {
            self.configure_detector();
        }
        if changes.sinks {
            self.set_sinks();
        }
    }

    /// Configures the chain, and publishes a snapshot if that released slots.
    pub(super) fn configure_chain(&mut self, chain: &mut TrackingChain) {
        if chain.configure(&self.config) {
            let snapshots = chain.snapshot(self.shared.source.state(), self.clock.now_ns());
            self.publish(snapshots);
        }
    }

    /// Releases the slots if the owner has requested it.
    fn apply_reset(&mut self, chain: &mut TrackingChain) {
        if self.shared.reset.swap(false, Ordering::AcqRel) {
            let snapshots = chain.release_all(self.shared.source.state(), self.clock.now_ns());
            self.publish(snapshots);
        }
    }

    /// Replaces the detector by one that was loaded in the meantime.
    fn apply_loaded_model(&mut self) {
        let Some(result) = self.loader.as_ref().and_then(Loader::poll) else {
            return;
        };
        let Some(loader) = self.loader.take() else {
            return;
        };
        match result {
            Ok(detector) => {
                let info = detector.info();
                let address = self.config.camera.address();
                if address.is_ok_and(|a| a.gives_pictures()) {
                    let camera = &self.config.camera.id;
                    log::info!("[{camera}] runs {} on {}", info.model, info.device);
                }
                *self.shared.detector.lock() = Some(info.clone());
                self.shared.solve(Part::Model);
                self.shared.solve(Part::Frame);
                self.last_frame_failed = false;
                self.detector = Some(detector);
                self.configure_detector();
                self.set_sinks();
                self.shared.buffer.notify_waiters();
            }
            Err(error) => {
                log::error!("[{}] {error}", self.config.camera.id);
                if self.detector.is_some() {
                    self.keep_old_model(&loader.config);
                    self.configure_detector();
                    self.shared.refuse(error);
                    return;
                }
                self.shared.fail(Part::Model, error);
                // What was changed in the meantime may be the remedy.
                if !Arc::ptr_eq(&loader.config, &self.config) {
                    self.load();
                }
            }
        }
    }

    /// Restores the configuration keys of the model in use, after another model could not
    /// be loaded.
    fn keep_old_model(&mut self, failed: &PipelineConfig) {
        let Some(info) = self.shared.detector.lock().clone() else {
            return;
        };
        let mut config = self.shared.config.lock();
        let mut kept = PipelineConfig::clone(&config);
        if kept.tracking.model == failed.tracking.model {
            kept.tracking.model = info.model.clone();
            kept.service.device = info.requested_device;
            self.config = Arc::new(kept);
            *config = Arc::clone(&self.config);
            log::warn!("[{}] keeps the model {}", self.config.camera.id, info.model);
        }
    }

    fn configure_detector(&mut self) {
        let Some(detector) = self.detector.as_mut() else {
            return;
        };
        let min_score = track::detection_min_score(&self.config.tracking);
        if let Err(error) = detector.configure(&DetectSettings::new(&self.config, min_score)) {
            log::error!("[{}] {error}", self.config.camera.id);
            self.shared.fail(Part::Settings, error.into());
        } else {
            self.shared.solve(Part::Settings);
        }
    }

    /// Creates the configured sinks. A sink that cannot be created is reported and left
    /// out.
    fn set_sinks(&self) {
        let Some(info) = self.shared.detector.lock().clone() else {
            return;
        };
        let outputs = Outputs::create(&self.config, &info.classes, &self.shared.osc_monitor);
        let camera = &self.config.camera.id;
        if outputs.failures.is_empty() {
            self.shared.solve(Part::Outputs);
        }
        for error in outputs.failures {
            log::error!("[{camera}] {error}");
            self.shared.fail(Part::Outputs, error);
        }
        for error in outputs.warnings {
            log::error!("[{camera}] {error}");
            self.shared.refuse(error);
        }
        let dispatcher = &self.shared.dispatcher;
        dispatcher.set_configured(outputs.sinks, info.classes);
    }
}
