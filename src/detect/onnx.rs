//! The ONNX detector: letterbox, model, head, overlap removal.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use super::classes::ClassFilter;
use super::error::DetectError;
use super::letterbox::{Crop, Letterbox};
use super::nms::{self, Candidate};
use super::session::ModelSession;
use super::{DetectSettings, Detection, Detector, DetectorInfo, StageTimes};
use crate::config::ServiceConfig;
use crate::source::Frame;

/// Runs a model of one of the families in [`super::head`].
pub struct OnnxDetector {
    model: Arc<ModelSession>,
    info: DetectorInfo,
    letterbox: Letterbox,
    settings: DetectSettings,
    filter: ClassFilter,
    candidates: Vec<Candidate>,
}

impl OnnxDetector {
    /// Loads and warms up a model, unless another pipeline has done so. Takes up
    /// to seconds, most of it inside ONNX Runtime. `path` is absolute.
    pub fn load(
        path: &Path,
        service: &ServiceConfig,
        settings: &DetectSettings,
    ) -> Result<Self, DetectError> {
        let model = ModelSession::get(path, service)?;
        let classes: Arc<[String]> = model.head.classes.clone().into();
        let filter = ClassFilter::resolve(&settings.classes, &classes)?;
        let info = DetectorInfo {
            model: path.display().to_string(),
            family: model.head.family.name().into(),
            classes,
            input: model.input,
            device_asked: service.device,
            device: model.device.to_string(),
            licence: model.licence.clone(),
            runtime: model.runtime.clone(),
        };
        Ok(Self {
            letterbox: Letterbox::new(model.input, model.head.family.input_style()),
            model,
            info,
            settings: settings.clone(),
            filter,
            candidates: Vec::new(),
        })
    }
}

impl Detector for OnnxDetector {
    fn info(&self) -> &DetectorInfo {
        &self.info
    }

    fn configure(&mut self, settings: &DetectSettings) -> Result<(), DetectError> {
        self.filter = ClassFilter::resolve(&settings.classes, &self.info.classes)?;
        self.settings = settings.clone();
        Ok(())
    }

    fn detect(
        &mut self,
        frame: &Frame,
        out: &mut Vec<Detection>,
    ) -> Result<StageTimes, DetectError> {
        out.clear();
        let start = Instant::now();
        let crop = Crop::of(frame.size, self.settings.roi)?;
        let fit = self.letterbox.draw(frame, crop)?;
        let preprocess = start.elapsed();

        self.candidates.clear();
        let (model, candidates) = (&self.model, &mut self.candidates);
        let (inference, ran) = model.run(self.letterbox.planes(), |numbers, began| {
            let ran = Instant::now();
            let floor = self.settings.floor;
            model.head.decode(numbers, floor, &self.filter, candidates);
            Ok((ran - began, ran))
        })?;
        nms::suppress(&mut self.candidates, self.settings.iou);
        out.extend(self.candidates.iter().filter_map(|c| {
            let bbox = fit.to_frame(c.bbox);
            // What lies in the padding alone is no part of the frame.
            (bbox.area() > 0.0).then_some(Detection {
                class_id: c.class_id,
                score: c.score,
                bbox,
            })
        }));
        Ok(StageTimes {
            preprocess,
            inference,
            postprocess: ran.elapsed(),
        })
    }
}
