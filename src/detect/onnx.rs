//! The ONNX detector: letterbox, model, head, non-maximum suppression.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::class_filter::ClassFilter;
use super::detector::{DetectSettings, Detector, DetectorInfo, StageTimes};
use super::error::DetectError;
use super::letterbox::{Crop, Letterbox, LetterboxTransform};
use super::nms::{self, Candidate};
use super::permits::{ModelQueue, Permit};
use super::session::ModelSession;
use super::session_cache;
use crate::config::ServiceConfig;
use crate::flow::{Detection, Frame};

/// Runs a model of one of the families in [`super::head`].
pub struct OnnxDetector {
    model: Arc<ModelSession>,
    info: DetectorInfo,
    letterbox: Letterbox,
    settings: DetectSettings,
    filter: ClassFilter,
    candidates: Vec<Candidate>,
    /// Position of the frame that the letterbox holds, and how long drawing it took.
    prepared: Option<(LetterboxTransform, Duration)>,
}

impl OnnxDetector {
    /// Loads and warms up a model, unless another pipeline has loaded it. May take
    /// seconds, mostly inside ONNX Runtime. `path` is absolute.
    pub fn load(
        path: &Path,
        service: &ServiceConfig,
        settings: &DetectSettings,
    ) -> Result<Self, DetectError> {
        let model = session_cache::get(path, service)?;
        let classes: Arc<[String]> = model.head.classes.clone().into();
        let filter = ClassFilter::resolve(&settings.classes, &classes)?;
        let info = DetectorInfo {
            model: path.display().to_string(),
            family: model.head.family.name().into(),
            classes,
            input: model.input,
            requested_device: service.device,
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
            prepared: None,
        })
    }

    /// Draws a frame into the model's input and returns the time that it took.
    fn draw(&mut self, frame: &Frame) -> Result<(LetterboxTransform, Duration), DetectError> {
        let start = Instant::now();
        let crop = Crop::of(frame.size, self.settings.roi)?;
        let fit = self.letterbox.draw(frame, crop)?;
        Ok((fit, start.elapsed()))
    }
}

impl Detector for OnnxDetector {
    fn info(&self) -> &DetectorInfo {
        &self.info
    }

    fn configure(&mut self, settings: &DetectSettings) -> Result<(), DetectError> {
        self.filter = ClassFilter::resolve(&settings.classes, &self.info.classes)?;
        self.settings = settings.clone();
        self.prepared = None;
        Ok(())
    }

    fn queue(&self) -> Option<&ModelQueue> {
        Some(&self.model.queue)
    }

    fn prepare(&mut self, frame: &Frame) -> Result<(), DetectError> {
        self.prepared = None;
        self.prepared = Some(self.draw(frame)?);
        Ok(())
    }

    fn infer(
        &mut self,
        frame: &Frame,
        permit: Option<Permit>,
        out: &mut Vec<Detection>,
    ) -> Result<StageTimes, DetectError> {
        out.clear();
        let (fit, preprocess) = match self.prepared.take() {
            Some(prepared) => prepared,
            None => self.draw(frame)?,
        };
        self.candidates.clear();
        let (model, candidates) = (&self.model, &mut self.candidates);
        let result = model.run(self.letterbox.planes(), |numbers, began| {
            let ran = Instant::now();
            let min_score = self.settings.min_score;
            model
                .head
                .decode(numbers, min_score, &self.filter, candidates);
            Ok((ran - began, ran))
        });
        let (inference, ran) = match result {
            Ok(times) => times,
            Err(error) => {
                if let Some(permit) = permit {
                    permit.discard();
                }
                return Err(error);
            }
        };
        // The next camera's inference starts while this one's boxes are filtered.
        drop(permit);
        nms::suppress(&mut self.candidates, self.settings.iou);
        out.extend(self.candidates.iter().filter_map(|c| {
            let bbox = fit.to_frame(c.bbox);
            // Boxes that lie only in the padding are not part of the frame.
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
