//! `tracking`: detection and tracking.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::decimal;

/// Detection and tracking.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TrackingConfig {
    /// A model's name in `models_dir`, a path to an .onnx file, or `builtin:motion`.
    #[schemars(length(min = 1))]
    pub model: String,
    /// Detections below this never start a track, 0..1. The tracker still uses
    /// weaker ones to keep a track that it already has.
    #[serde(serialize_with = "decimal::one")]
    #[schemars(range(min = 0, max = 1))]
    pub confidence: f32,
    /// Overlap above which two detections of a class are one object, 0..1.
    #[serde(serialize_with = "decimal::one")]
    #[schemars(range(min = 0, max = 1))]
    pub iou: f32,
    /// Classes to track, by number or name; empty means all.
    pub classes: Vec<ClassRef>,
    /// Number of slots.
    #[schemars(range(min = 1, max = crate::flow::SLOTS_MAX))]
    pub objects_max: u32,
    /// How long an object that is not seen keeps its slot, in milliseconds.
    #[schemars(range(min = 0, max = 3_600_000))]
    pub object_persistence_ms: u32,
    /// Every n-th frame is processed.
    #[schemars(range(min = 1, max = 1000))]
    pub period_frames: u32,
    /// The tracker, by its name.
    #[schemars(length(min = 1))]
    pub tracker: String,
    /// Options of the tracker, by their names; what is left out keeps its default.
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
    /// Name as the model gives it, such as `person`.
    Name(String),
}
