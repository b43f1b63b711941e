//! Facts about a pipeline and its model.

use crate::pipeline;

/// Facts about a pipeline that do not change from frame to frame. Contains no password.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Info {
    /// Version of rextrack.
    pub version: String,
    /// Version of OpenCV.
    pub opencv: String,
    /// The camera's id.
    pub camera: String,
    /// Address of the source, without its password.
    pub source: String,
    /// The device in the configuration.
    pub requested_device: String,
    /// Name of the tracker.
    pub tracker: String,
    /// Why the pipeline gives no snapshots at the moment. `None` while it works.
    pub problem: Option<String>,
    /// The model, once it is loaded.
    pub model: Option<ModelInfo>,
}

/// A loaded model.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ModelInfo {
    /// Absolute path of the model file, or `builtin:motion`.
    pub path: String,
    /// Family of the model, such as `yolox`. `none` if the source gives detections itself.
    pub family: String,
    /// Names of the classes. A slot's `class_id` is an index into them.
    pub classes: Vec<String>,
    /// Width of the model's input in pixels. 0 if any size is possible.
    pub input_width: u32,
    /// Height of the model's input in pixels. 0 if any size is possible.
    pub input_height: u32,
    /// The device in use: `cpu` or `cuda:N`.
    pub device: String,
    /// The model's licence, if its file has one.
    pub licence: Option<String>,
    /// Version of ONNX Runtime, or of OpenCV for `builtin:motion`.
    pub runtime: String,
}

pub(super) fn info(info: pipeline::Info) -> Info {
    let model = info.detector.map(|model| ModelInfo {
        path: model.model,
        family: model.family,
        classes: model.classes.to_vec(),
        input_width: model.input.width,
        input_height: model.input.height,
        device: model.device,
        licence: model.licence,
        runtime: model.runtime,
    });
    Info {
        version: info.version.to_owned(),
        opencv: info.opencv,
        camera: info.camera,
        source: info.source,
        requested_device: info.requested_device,
        tracker: info.tracker,
        problem: info.problem,
        model,
    }
}
