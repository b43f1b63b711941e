//! Detection: a frame in, detections out.
//!
//! In comes one [`Frame`]; out go [`Detection`]s, best first, in coordinates of
//! the full frame. A detector belongs to the pipeline's infer thread, which
//! makes it with [`create`] (this loads and warms up the model and may take
//! seconds) and calls [`Detector::detect`] for each frame.
//!
//! * [`runtime`] finds and loads ONNX Runtime, once for the process.
//! * [`model`] finds the file that `tracking.model` means.
//! * [`head`] tells which family a model is of, and decodes its output.
//! * [`letterbox`] fits frames into a model's input and maps boxes back.
//! * `session` holds loaded models, each once for the process.
//! * `permits` says which pipeline may use one next.
//! * [`onnx`] ties these together; [`background`] needs no model at all.
//! * `precomputed` hands on the detections of a source that has no picture.

pub mod background;
mod class_filter;
mod create;
mod detector;
mod error;
pub mod head;
mod input_style;
pub mod letterbox;
pub mod model;
mod nms;
pub mod onnx;
mod onnx_metadata;
mod permits;
mod precomputed;
pub mod runtime;
mod session;

pub use class_filter::ClassFilter;
pub use create::{check, check_classes, create, needs_reload};
pub use detector::{DetectSettings, Detector, DetectorInfo, StageTimes};
pub use error::{DetectError, ErrorKind, SearchedPath};
pub use input_style::{InputStyle, Placement};
pub use model::list_models;
pub use permits::{InferencePermits, ModelQueue, Permit, Request, Requester};
