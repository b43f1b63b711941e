//! The interface of a tracker.

use schemars::Schema;
use serde_json::{Map, Value};

use crate::base::clock::NS_PER_MS;
use crate::config::TrackingConfig;
use crate::flow::{Detection, Frame, FrameMeta, Track};

/// One frame's detections.
#[derive(Debug, Clone, Copy)]
pub struct TrackerInput<'a> {
    /// Capture time and size of the frame.
    pub meta: FrameMeta,
    /// The detections, best score first.
    pub detections: &'a [Detection],
    /// The frame, for trackers that use the picture. `None` when detections are replayed
    /// from a file.
    pub frame: Option<&'a Frame>,
}

impl<'a> TrackerInput<'a> {
    /// Detections without a picture.
    pub fn new(meta: FrameMeta, detections: &'a [Detection]) -> Self {
        Self {
            meta,
            detections,
            frame: None,
        }
    }
}

/// Tracks objects from frame to frame.
pub trait Tracker: Send {
    /// Takes the detections of one frame and returns the confirmed tracks that were seen
    /// in this frame, by ascending id. Lost tracks are remembered, but not returned.
    /// Detections without a finite score and a box of positive size are ignored.
    /// `meta.capture_ns` must not run backwards.
    fn update(&mut self, input: TrackerInput<'_>) -> &[Track];

    /// Reports that the source is lost: nobody is seen until the next `update`.
    /// || Without this call, a track that was seen in the latest frame survives until the
    /// next frame, however slow the camera. With it, the track is lost since its last
    /// detection and is removed after the persistence, as slots do with their owners.
    fn source_lost(&mut self);

    /// Assigns only ids above this one from now on.
    fn reserve_ids(&mut self, up_to: u64);

    /// Applies new settings without losing a track.
    fn configure(&mut self, settings: &TrackerSettings);
}

/// Settings of a tracker.
#[derive(Debug, Clone, PartialEq)]
pub struct TrackerSettings {
    /// Detections at or above this score may start and lead tracks (0..1).
    pub confidence: f32,
    /// How long a lost track is remembered, in nanoseconds of capture time. Slots use the
    /// same time, so no track returns to a slot that has been released.
    pub persistence_ns: i64,
    /// The tracker's own options, from `tracking.tracker_options`.
    pub options: Map<String, Value>,
}

impl From<&TrackingConfig> for TrackerSettings {
    fn from(config: &TrackingConfig) -> Self {
        Self {
            confidence: config.confidence,
            persistence_ns: i64::from(config.object_persistence_ms) * NS_PER_MS,
            options: config.tracker_options.clone(),
        }
    }
}

/// A kind of tracker: its row in [`TRACKERS`](super::TRACKERS).
pub struct TrackerKind {
    /// The name in `tracking.tracker`.
    pub name: &'static str,
    /// A description of one line.
    pub description: &'static str,
    /// The JSON Schema of its options.
    pub options: fn() -> Schema,
    /// Creates the tracker, without tracks. Options that the schema rejects count as
    /// missing.
    pub create: fn(&TrackerSettings) -> Box<dyn Tracker>,
    /// The lowest score that the tracker uses. The detector must pass on all detections
    /// from it on. It is below `confidence`, since a person half behind another still
    /// shows as a weak detection.
    pub min_score: fn(&TrackerSettings) -> f32,
}
