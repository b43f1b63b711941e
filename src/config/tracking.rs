//! `tracking`: detection and tracking.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::decimal;

/// Detection and tracking.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TrackingConfig {
    /// Name of a model in `models_dir`, path of an .onnx file, or `builtin:motion`.
    #[schemars(length(min = 1))]
    pub model: String,
    /// Detections below this score never start a track, 0..1. Weaker ones still continue
    /// existing tracks.
    #[serde(serialize_with = "decimal::one")]
    #[schemars(range(min = 0, max = 1))]
    pub confidence: f32,
    /// Overlap (IoU) above which two detections of a class count as one object, 0..1.
    #[serde(serialize_with = "decimal::one")]
    #[schemars(range(min = 0, max = 1))]
    pub iou: f32,
    /// Classes to track, by number or name. Empty means all.
    pub classes: Vec<ClassRef>,
    /// Number of slots.
    #[schemars(range(min = 1, max = crate::flow::SLOTS_MAX))]
    pub objects_max: u32,
    /// Time in milliseconds that a lost object keeps its slot.
    #[schemars(range(min = 0, max = 3_600_000))]
    pub object_persistence_ms: u32,
    /// Process every n-th frame.
    #[schemars(range(min = 1, max = 1000))]
    pub period_frames: u32,
    /// Name of the tracker.
    #[schemars(length(min = 1))]
    pub tracker: String,
    /// Options of the tracker, by their names; missing ones keep their default.
    pub tracker_options: Map<String, Value>,
}

impl Default for TrackingConfig {
    fn default() -> Self {
        Self {
            model: "yolox_nano".into(),
            confidence: 0.25,
            iou: 0.45,
            classes: Vec::new(),
            objects_max: 10,
            object_persistence_ms: 1000,
            period_frames: 1,
            tracker: "bytetrack".into(),
            tracker_options: Map::new(),
        }
    }
}

/// A class by its number or its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum ClassRef {
    /// Index into the model's class names.
    Id(u32),
    /// The model's name of the class, such as `person`.
    Name(String),
}
