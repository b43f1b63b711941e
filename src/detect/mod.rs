//! Detection: a frame in, detections out.
//!
//! A [`Frame`](crate::flow::Frame) comes in, [`Detection`](crate::flow::Detection)s come
//! out, best first, in coordinates of the full frame. A detector belongs to the
//! pipeline's infer thread. The thread creates it with [`create()`] (this loads and warms
//! up the model and may take seconds) and calls [`Detector::detect`] for each frame.
//!
//! * [`runtime`] finds and loads ONNX Runtime, once for the process.
//! * [`model`] finds the file of `tracking.model`.
//! * [`head`] recognises a model's family and decodes its output.
//! * [`letterbox`] fits frames into a model's input and maps boxes back.
//! * `session` is a loaded model; `session_cache` loads each once for the process.
//! * `permits` decides which pipeline may use a model next.
//! * [`onnx`] is the detector that uses these; [`background`] needs no model at all.
//! * `precomputed` passes on the detections of a source that has no picture.

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
mod ort_session;
mod permits;
mod precomputed;
pub mod runtime;
mod session;
mod session_cache;

pub use class_filter::ClassFilter;
pub use create::{check, check_classes, create, needs_reload};
pub use detector::{DetectSettings, Detector, DetectorInfo, StageTimes};
pub use error::{DetectError, ErrorKind, SearchedPath};
pub use input_style::{InputStyle, Placement};
pub use model::{bind as bind_model, list_models};
pub use permits::{InferencePermits, ModelQueue, Permit, Request, Requester};
