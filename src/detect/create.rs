//! Creates the detector of a configuration.

use super::class_filter::ClassFilter;
use super::detector::{DetectSettings, Detector, DetectorInfo};
use super::error::DetectError;
use super::precomputed::{PrecomputedDetector, is_another_node};
use super::{background, model, onnx};
use crate::config::PipelineConfig;

/// Loads and warms up the detector of a pipeline. `min_score` is the lowest score that
/// the tracker uses (0..1). May take seconds: call it on the detector's own thread, never
/// on a host's.
pub fn create(config: &PipelineConfig, min_score: f32) -> Result<Box<dyn Detector>, DetectError> {
    let settings = DetectSettings::new(config, min_score);
    if !needs_model(config) {
        return Ok(Box::new(PrecomputedDetector::new(config, &settings)?));
    }
    match model::resolve(config)? {
        model::Model::Motion => Ok(Box::new(background::MotionDetector::new(
            config.service.device,
            &settings,
        )?)),
        model::Model::Onnx(path) => Ok(Box::new(onnx::OnnxDetector::load(
            &path,
            &config.service,
            &settings,
        )?)),
    }
}

/// Checks that the configured model exists, without loading it. Takes microseconds.
/// [`create`] may still find the model unusable.
pub fn check(config: &PipelineConfig) -> Result<(), DetectError> {
    if !needs_model(config) {
        return Ok(());
    }
    model::resolve(config).map(|_| ())
}

/// Checks that a detector knows the configured classes. Classes of another node are
/// skipped: they become known one by one, and that node decides which are tracked.
pub fn check_classes(config: &PipelineConfig, info: &DetectorInfo) -> Result<(), DetectError> {
    if is_another_node(config) {
        return Ok(());
    }
    ClassFilter::resolve(config.classes(), &info.classes).map(drop)
}

/// Whether a change of the configuration needs another detector.
pub fn needs_reload(old: &PipelineConfig, new: &PipelineConfig) -> bool {
    let keys = |c: &PipelineConfig| {
        let service = &c.service;
        (
            needs_model(c),
            c.tracking.model.clone(),
            service.device,
            service.models_dir.clone(),
            service.onnxruntime.clone(),
        )
    };
    keys(old) != keys(new)
}

/// Whether the source gives pictures without known detections.
fn needs_model(config: &PipelineConfig) -> bool {
    config.camera.address().map_or(true, |a| a.gives_pictures())
}
