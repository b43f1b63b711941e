//! Detection: a frame in, detections out.
//!
//! In comes one [`Frame`]; out go [`Detection`]s, best first, in coordinates of
//! the full frame. A detector belongs to the pipeline's infer thread, which
//! makes it with [`create`] (this loads and warms up the model and may take
//! seconds) and calls [`Detector::detect`] for each frame.
//!
//! * [`runtime`] finds and loads ONNX Runtime, once for the process.
//! * [`model`] finds the file that `tracking.model` means.
//! * [`head`] tells which family a model is of and decodes its output.
//! * [`letterbox`] fits frames into a model's input and maps boxes back.
//! * `session` holds loaded models, each once for the process.
//! * `permits` says whose turn it is to use one.
//! * [`onnx`] ties these together; [`motion`] needs no model at all.
//! * `given` hands on what a source knows without a picture.

mod classes;
mod error;
mod given;
pub mod head;
mod input_style;
pub mod letterbox;
pub mod model;
pub mod motion;
mod nms;
pub mod onnx;
mod outline;
mod permits;
pub mod runtime;
mod session;

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use crate::config::{ClassRef, Device, PipelineConfig};
use crate::geometry::{BBox, FrameSize};
use crate::source::Frame;

pub use classes::{COCO, ClassFilter};
pub use error::{DetectError, ErrorKind, Tried};
pub use input_style::{InputStyle, Placement};
pub use model::list_models;
pub use permits::{InferencePermits, ModelQueue, Permit, Request, Requester};

/// One object seen in one frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Detection {
    /// Index into the detector's class names.
    pub class_id: u32,
    /// 0..1.
    pub score: f32,
    /// Normalised to the full frame, also when a region of interest was cropped.
    pub bbox: BBox,
}

/// Finds objects in frames. Used by one thread at a time.
pub trait Detector: Send {
    /// What this detector is and where it runs.
    fn info(&self) -> &DetectorInfo;

    /// Takes new settings, from the next frame on. On an error (a class that
    /// the model does not know) the former settings stay.
    fn configure(&mut self, settings: &DetectSettings) -> Result<(), DetectError>;

    /// Whether it can find anything in this frame: a model needs a picture.
    fn takes(&self, frame: &Frame) -> bool {
        frame.known.is_none()
    }

    /// The queue of the model that it shares with other pipelines.
    fn queue(&self) -> Option<&ModelQueue> {
        None
    }

    /// Gets the frame ready that [`Detector::infer`] is called with next, while
    /// another pipeline may still use the model.
    fn prepare(&mut self, _frame: &Frame) -> Result<(), DetectError> {
        Ok(())
    }

    /// Replaces what is in `out` by the objects of this frame, best score
    /// first. The same frames give the same detections on every run. Blocks for
    /// as long as the model takes, and gives `permit` back as soon as that is over.
    /// On an error `out` is empty and the detector stays usable.
    fn infer(
        &mut self,
        frame: &Frame,
        permit: Option<Permit>,
        out: &mut Vec<Detection>,
    ) -> Result<StageTimes, DetectError>;

    /// As [`Detector::infer`], for a caller who has one frame and no permit: waits
    /// for its turn at the model, behind earlier requests.
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

/// What a detector can be told while it runs.
#[derive(Debug, Clone, PartialEq)]
pub struct DetectSettings {
    /// Weaker detections are left out, 0..1.
    pub floor: f32,
    /// Overlap above which two boxes of a class are one object, 0..1.
    pub iou: f32,
    /// Classes to keep; empty keeps all.
    pub classes: Vec<ClassRef>,
    /// The part of the frame that is looked at: x1, y1, x2, y2, normalised, or
    /// pixels when any value is above 1.
    pub roi: Option<[f32; 4]>,
}

impl DetectSettings {
    /// The settings of a pipeline. `floor` is the lowest score that the tracker
    /// has a use for. A camera's own class filter replaces the general one.
    pub fn new(config: &PipelineConfig, floor: f32) -> Self {
        let filter = &config.camera.classes_filter;
        Self {
            floor,
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

/// How long the parts of one detection took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StageTimes {
    /// Crop, resize, convert.
    pub preprocess: Duration,
    /// The model itself; for builtin:motion, the background subtraction.
    pub inference: Duration,
    /// Decoding, overlap removal, mapping back.
    pub postprocess: Duration,
}

/// What a detector is and where it runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DetectorInfo {
    /// Absolute path of the model file, or `builtin:motion`.
    pub model: String,
    /// `yolox`, `yolov8`, `nanodet`, `motion` or `given`.
    pub family: String,
    /// Names of the classes; a detection's `class_id` is an index into it.
    #[serde(serialize_with = "as_slice")]
    pub classes: Arc<[String]>,
    /// Size of the model's input in pixels; 0 x 0 where any size will do.
    pub input: FrameSize,
    /// The device of the configuration.
    pub device_asked: Device,
    /// The device in use: `cpu` or `cuda:N`.
    pub device: String,
    /// The model's licence, where its file states one.
    pub licence: Option<String>,
    /// Version of ONNX Runtime, or of OpenCV for builtin:motion.
    pub runtime: String,
}

/// serde knows `Arc` only behind a feature that would hold for the whole build.
fn as_slice<S: serde::Serializer>(classes: &Arc<[String]>, s: S) -> Result<S::Ok, S::Error> {
    classes[..].serialize(s)
}

/// Loads and warms up the detector of a pipeline. `floor` is the lowest score
/// that the tracker has a use for (0..1). May take seconds: call it on the
/// thread that will use the detector, never on a host's.
pub fn create(config: &PipelineConfig, floor: f32) -> Result<Box<dyn Detector>, DetectError> {
    let settings = DetectSettings::new(config, floor);
    if !needs_model(config) {
        return Ok(Box::new(given::GivenDetector::new(config, &settings)?));
    }
    match model::resolve(config)? {
        model::Model::Motion => Ok(Box::new(motion::MotionDetector::new(
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

fn is_another_node(config: &PipelineConfig) -> bool {
    config.camera.address().is_ok_and(|a| a.is_another_node())
}

/// Whether the source gives pictures in which things have to be found.
fn needs_model(config: &PipelineConfig) -> bool {
    config.camera.address().map_or(true, |a| a.gives_pictures())
}
