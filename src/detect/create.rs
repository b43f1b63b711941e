//! Makes the detector that a configuration asks for.

use super::class_filter::ClassFilter;
use super::detector::{DetectSettings, Detector, DetectorInfo};
use super::error::DetectError;
use super::precomputed::{PrecomputedDetector, is_another_node};
use super::{background, model, onnx};
use crate::config::PipelineConfig;

/// Loads and warms up the detector of a pipeline. `min_score` is the lowest score
/// that the tracker has a use for (0..1). May take seconds: call it on the
/// thread that will use the detector, never on a host's.
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

/// Checks, without loading anything, that the configured model is there. Takes
/// microseconds; a model may still turn out to be unusable in [`create`].
pub fn check(config: &PipelineConfig) -> Result<(), DetectError> {
    if !needs_model(config) {
        return Ok(());
    }
    model::resolve(config).map(|_| ())
}

/// Checks that a detector knows the classes that a configuration asks for. Another
/// node's become known one by one, and it decides which are tracked.
pub fn check_classes(config: &PipelineConfig, info: &DetectorInfo) -> Result<(), DetectError> {
    if is_another_node(config) {
        return Ok(());
    }
    ClassFilter::resolve(config.classes(), &info.classes).map(drop)
}

/// Whether a change of the configuration needs another detector to be loaded.
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

/// Whether the source gives pictures in which things have to be found.
fn needs_model(config: &PipelineConfig) -> bool {
    config.camera.address().map_or(true, |a| a.gives_pictures())
}
