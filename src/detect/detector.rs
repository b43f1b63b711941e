//! The interface of a detector.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use super::error::DetectError;
use super::permits::{ModelQueue, Permit, Request, Requester};
use crate::config::{ClassRef, Device, PipelineConfig};
use crate::flow::{Detection, Frame, FrameSize};

/// Finds objects in frames. Used by one thread at a time.
pub trait Detector: Send {
    /// What this detector is and where it runs.
    fn info(&self) -> &DetectorInfo;

    /// Applies new settings from the next frame on. On an error (a class that the model
    /// does not know) the old settings stay.
    fn configure(&mut self, settings: &DetectSettings) -> Result<(), DetectError>;

    /// Whether it can process this frame. A model needs a picture.
    fn takes(&self, frame: &Frame) -> bool {
        frame.precomputed.is_none()
    }

    /// The queue of its model, if it shares one with other pipelines.
    fn queue(&self) -> Option<&ModelQueue> {
        None
    }

    /// Prepares the next frame for [`Detector::infer`], while another pipeline may still
    /// use the model.
    fn prepare(&mut self, _frame: &Frame) -> Result<(), DetectError> {
        Ok(())
    }

    /// Replaces the contents of `out` with the objects of this frame, best score first.
    /// The same frames give the same detections on every run. Blocks while the model
    /// runs, and drops `permit` right after that. On an error `out` is empty and the
    /// detector stays usable.
    fn infer(
        &mut self,
        frame: &Frame,
        permit: Option<Permit>,
        out: &mut Vec<Detection>,
    ) -> Result<StageTimes, DetectError>;

    /// As [`Detector::infer`], for one frame without a permit: waits for a permit of the
    /// model, behind earlier requests.
    fn detect(
        &mut self,
        frame: &Frame,
        out: &mut Vec<Detection>,
    ) -> Result<StageTimes, DetectError> {
        out.clear();
        self.prepare(frame)?;
        let request = (self.queue()).map(|q| Requester::new(None).request(Some(q), Duration::ZERO));
        self.infer(frame, request.and_then(Request::permit), out)
    }
}

/// Settings of a detector. They may change while it runs.
#[derive(Debug, Clone, PartialEq)]
pub struct DetectSettings {
    /// Lowest score of a detection, 0..1.
    pub min_score: f32,
    /// Overlap above which two boxes of a class are one object, 0..1.
    pub iou: f32,
    /// Classes to keep; empty keeps all.
    pub classes: Vec<ClassRef>,
    /// Region of the frame to search: x1, y1, x2, y2, normalised, or pixels when any
    /// value is above 1.
    pub roi: Option<[f32; 4]>,
}

impl DetectSettings {
    /// The settings of a pipeline. `min_score` is the lowest score that the tracker uses.
    /// A camera's own class filter replaces the general one.
    pub fn new(config: &PipelineConfig, min_score: f32) -> Self {
        let filter = &config.camera.classes_filter;
        Self {
            min_score,
            iou: config.tracking.iou,
            classes: if filter.is_empty() {
                &config.tracking.classes
            } else {
                filter
            }
            .clone(),
            roi: config.camera.roi,
        }
    }
}

/// The times of one detection's parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StageTimes {
    /// Crop, resize, convert.
    pub preprocess: Duration,
    /// The model itself; for builtin:motion, the background subtraction.
    pub inference: Duration,
    /// Decoding, non-maximum suppression, mapping back.
    pub postprocess: Duration,
}

/// Description of a detector and its device.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DetectorInfo {
    /// Absolute path of the model file, or `builtin:motion`.
    pub model: String,
    /// `yolox`, `yolov8`, `nanodet`, `motion` or `none`.
    pub family: String,
    /// Names of the classes; a detection's `class_id` is an index into it.
    #[serde(serialize_with = "as_slice")]
    pub classes: Arc<[String]>,
    /// Size of the model's input in pixels; 0 x 0 where any size is possible.
    pub input: FrameSize,
    /// The device of the configuration.
    pub requested_device: Device,
    /// The device in use: `cpu` or `cuda:N`.
    pub device: String,
    /// The model's licence, where its file states one.
    pub licence: Option<String>,
    /// Version of ONNX Runtime, or of OpenCV for builtin:motion.
    pub runtime: String,
}

/// serde supports `Arc` only with a feature that would apply to the whole build.
fn as_slice<S: serde::Serializer>(classes: &Arc<[String]>, s: S) -> Result<S::Ok, S::Error> {
    classes[..].serialize(s)
}
