//! Errors of detection.

use std::fmt;
use std::path::PathBuf;

use crate::config::Device;

/// Why there is no detector, or why it could not process a frame. Every message is one
/// line that names the thing at fault and the remedy.
#[derive(Debug, thiserror::Error)]
pub enum DetectError {
    /// No searched path holds a usable ONNX Runtime.
    #[error(
        "no usable ONNX Runtime; searched {}. Run `cargo xtask setup`, or `pip install onnxruntime` \
         and set REXTRACK_ORT_DYLIB to the onnxruntime library in its capi folder",
        list(searched)
    )]
    NoRuntime {
        /// Every searched path, with the reason why it was not usable.
        searched: Vec<SearchedPath>,
    },
    /// The process already uses another ONNX Runtime than the requested one.
    #[error(
        "ONNX Runtime {requested} cannot be used, because this process already uses {loaded}; \
         restart the host to change it, and set service.onnxruntime before the first model is loaded",
        requested = requested.display(),
        loaded = loaded.display()
    )]
    RuntimeFixed {
        /// The requested library.
        requested: PathBuf,
        /// The library in use until the process ends.
        loaded: PathBuf,
    },
    /// No file for the model's name.
    #[error(
        "model '{model}' not found; searched {}. Models found: {}. Put the .onnx file into that \
         folder, or set tracking.model (`--model`) to a model that was found, to a path, or to \
         builtin:motion",
        paths(searched),
        if found.is_empty() { "none".to_owned() } else { found.join(", ") }
    )]
    ModelMissing {
        /// As configured.
        model: String,
        /// The searched paths.
        searched: Vec<PathBuf>,
        /// Names of models that exist.
        found: Vec<String>,
    },
    /// Only PyTorch weights were found. They must be exported first.
    #[error(
        "model '{model}': {path} holds PyTorch weights, but rextrack needs ONNX; export it once with \
         `yolo export model={path} format=onnx` (needs `pip install ultralytics`) and use the .onnx file",
        path = path.display()
    )]
    ModelNeedsExport {
        /// As configured.
        model: String,
        /// The weights.
        path: PathBuf,
    },
    /// A `builtin:` name that this build does not have.
    #[error("model '{model}': unknown built-in detector; the only one is builtin:motion")]
    UnknownBuiltin {
        /// As configured.
        model: String,
    },
    /// The file is not an ONNX model, or ONNX Runtime rejects it.
    #[error("model {}: {reason}", path.display())]
    ModelUnreadable {
        /// The model file.
        path: PathBuf,
        /// The reason and the remedy.
        reason: String,
    },
    /// An ONNX model of an unknown family.
    #[error(
        "model {}: {reason}. rextrack supports detection heads of {} with one float32 input \
         [1, 3, h, w]",
        path.display(),
        supported
    )]
    ModelForeign {
        /// The model file.
        path: PathBuf,
        /// Its inputs or outputs, as far as they are at fault.
        reason: String,
        /// The supported families.
        supported: String,
    },
    /// The requested device is not available.
    #[error("device {device} cannot be used: {reason}")]
    Device {
        /// As configured.
        device: Device,
        /// The reason and the remedy.
        reason: String,
    },
    /// A class filter names a class that the model does not have.
    #[error("unknown class {class}: {hint}")]
    UnknownClass {
        /// The class as configured.
        class: String,
        /// The nearest name, or the valid ids.
        hint: String,
    },
    /// A region of interest without a pixel of the frame.
    #[error(
        "roi {roi:?} holds no pixel of the {width} x {height} frame; give [x1, y1, x2, y2] with x1 < x2 \
         and y1 < y2 inside the frame (0..1, or pixels when any value is above 1), or null"
    )]
    Roi {
        /// As configured.
        roi: [f32; 4],
        /// Frame width in pixels.
        width: u32,
        /// Frame height in pixels.
        height: u32,
    },
    /// A frame whose bytes do not match its size.
    #[error(
        "frame #{seq}: {bytes} bytes for {width} x {height} BGR pixels; the source must give width * height * 3 bytes"
    )]
    Frame {
        /// The frame's number.
        seq: u64,
        /// Bytes it holds.
        bytes: usize,
        /// Width it claims.
        width: u32,
        /// Height it claims.
        height: u32,
    },
    /// The picture could not be prepared.
    #[error(
        "image processing failed: {0}; if it fails again, check the OpenCV installation (`rextrack doctor`)"
    )]
    Picture(String),
    /// The model ran and failed.
    #[error("model {}: inference failed: {reason}; `rextrack doctor` checks device and runtime", path.display())]
    Inference {
        /// The model file.
        path: PathBuf,
        /// The message of ONNX Runtime.
        reason: String,
    },
}

/// The kind of an error, for exit codes and statuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The configuration itself is wrong.
    Config,
    /// The configured model does not exist.
    Missing,
    /// The model file is not usable.
    Model,
    /// ONNX Runtime is missing or not usable.
    Runtime,
    /// The requested device is not available.
    Device,
    /// A defect of rextrack or of a library under it.
    Internal,
}

impl DetectError {
    /// The kind of the error.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::NoRuntime { .. } | Self::RuntimeFixed { .. } => ErrorKind::Runtime,
            Self::UnknownClass { .. } | Self::Roi { .. } => ErrorKind::Config,
            Self::ModelMissing { .. }
            | Self::ModelNeedsExport { .. }
            | Self::UnknownBuiltin { .. } => ErrorKind::Missing,
            Self::ModelUnreadable { .. } | Self::ModelForeign { .. } => ErrorKind::Model,
            Self::Device { .. } => ErrorKind::Device,
            Self::Frame { .. } | Self::Picture(_) | Self::Inference { .. } => ErrorKind::Internal,
        }
    }
}

/// A path that was searched for ONNX Runtime, with the reason why it was not usable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchedPath {
    /// File or folder.
    pub path: PathBuf,
    /// For example `version 1.17.3, 1.20 or newer is needed`.
    pub reason: String,
}

impl fmt::Display for SearchedPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.path.display(), self.reason)
    }
}

/// OpenCV wraps its one useful sentence in file, line and function names.
impl From<opencv::Error> for DetectError {
    fn from(e: opencv::Error) -> Self {
        let text = e.message.lines().next().unwrap_or_default();
        let text = text.split_once("error: ").map_or(text, |(_, rest)| rest);
        Self::Picture(text.trim().to_owned())
    }
}

/// ONNX Runtime's messages can span lines and contain source locations. A log needs one
/// line of bounded length.
pub(super) fn short(message: &str) -> String {
    const MAX: usize = 200;
    let line = message
        .lines()
        .find(|l| !l.trim().is_empty())
        .unwrap_or("no reason given")
        .trim();
    match line.char_indices().nth(MAX) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line.to_owned(),
    }
}

fn list(items: &[SearchedPath]) -> String {
    if items.is_empty() {
        return "nothing (there is no home folder)".into();
    }
    items
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}

fn paths(items: &[PathBuf]) -> String {
    items
        .iter()
        .map(|p| p.display().to_string())
        .collect::<Vec<_>>()
        .join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The only test of the wording: other tests match the variants.
    #[test]
    fn every_message_is_one_line_with_the_thing_and_the_remedy() {
        let model = || "yolov8l".to_owned();
        let path = || PathBuf::from("/models/yolov8l.onnx");
        let searched = |path: &str, reason: &str| SearchedPath {
            path: path.into(),
            reason: reason.into(),
        };
        let errors: [(DetectError, &[&str]); 12] = [
            (
                DetectError::NoRuntime {
                    searched: vec![
                        searched("/a/libonnxruntime.so", "version 1.17.3"),
                        searched("/b", "does not exist"),
                    ],
                },
                &[
                    "/a/libonnxruntime.so (version 1.17.3), /b (does not exist)",
                    "cargo xtask setup",
                    super::super::runtime::VARIABLE,
                ],
            ),
            (
                DetectError::RuntimeFixed {
                    requested: "/new.so".into(),
                    loaded: "/old.so".into(),
                },
                &["/new.so", "/old.so", "restart the host"],
            ),
            (
                DetectError::ModelMissing {
                    model: model(),
                    searched: vec![path()],
                    found: vec!["yolox_nano".into()],
                },
                &[
                    "'yolov8l'",
                    "/models/yolov8l.onnx",
                    "Models found: yolox_nano.",
                    "builtin:motion",
                ],
            ),
            (
                DetectError::ModelNeedsExport {
                    model: model(),
                    path: "/models/yolov8l.pt".into(),
                },
                &[
                    "yolo export model=/models/yolov8l.pt format=onnx",
                    "pip install ultralytics",
                ],
            ),
            (
                DetectError::UnknownBuiltin {
                    model: "builtin:faces".into(),
                },
                &["builtin:faces", "builtin:motion"],
            ),
            (
                DetectError::ModelUnreadable {
                    path: path(),
                    reason: "is empty".into(),
                },
                &["/models/yolov8l.onnx", "is empty"],
            ),
            (
                DetectError::ModelForeign {
                    path: path(),
                    reason: "it has 2 outputs".into(),
                    supported: super::super::head::supported(),
                },
                &[
                    "/models/yolov8l.onnx",
                    "it has 2 outputs",
                    "YOLOX",
                    "YOLOv8",
                    "NanoDet",
                    "[1, 3, h, w]",
                ],
            ),
            (
                DetectError::Device {
                    device: Device::Cuda(0),
                    reason: "no driver".into(),
                },
                &["cuda:0", "no driver"],
            ),
            (
                DetectError::UnknownClass {
                    class: "'persn'".into(),
                    hint: "did you mean person?".into(),
                },
                &["'persn'", "did you mean person?"],
            ),
            (
                DetectError::Roi {
                    roi: [300.0, 0.0, 400.0, 50.0],
                    width: 200,
                    height: 100,
                },
                &["[300.0, 0.0, 400.0, 50.0]", "200 x 100", "x1 < x2"],
            ),
            (
                DetectError::Frame {
                    seq: 7,
                    bytes: 191,
                    width: 8,
                    height: 8,
                },
                &["#7", "191 bytes", "8 x 8"],
            ),
            (
                DetectError::Inference {
                    path: path(),
                    reason: "out of memory".into(),
                },
                &["/models/yolov8l.onnx", "out of memory", "rextrack doctor"],
            ),
        ];
        for (error, parts) in errors {
            let text = error.to_string();
            assert_eq!(text.lines().count(), 1, "{text}");
            for part in parts {
                assert!(text.contains(part), "{part} missing in: {text}");
            }
        }
    }
}
