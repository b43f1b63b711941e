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
    /// The frame, for trackers that look at the picture. `None` when detections are
    /// replayed from a file.
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

/// Follows objects from frame to frame.
pub trait Tracker: Send {
    /// Takes the detections of one frame and returns the confirmed tracks that
    /// were seen in this very frame, by ascending id. Lost tracks are
    /// remembered, not returned. Detections without a finite score and a box
    /// of positive size are ignored. `meta.capture_ns` must not run backwards.
    fn update(&mut self, input: TrackerInput<'_>) -> &[Track];

    /// Says that the source went away: until the next `update` nobody is seen.
    ///
    /// Without this, a track that was seen in the latest frame survives the
    /// time to the next one, however slow the camera. With it, the track is
    /// lost from its last sighting on and forgotten after the persistence, as
    /// the slots do with their owners.
    fn source_lost(&mut self);

    /// Gives no id up to this one any more.
    fn reserve_ids(&mut self, up_to: u64);

    /// Takes new settings without losing a track.
    fn configure(&mut self, settings: &TrackerSettings);
}

/// What a tracker is configured with.
#[derive(Debug, Clone, PartialEq)]
pub struct TrackerSettings {
    /// Detections at or above this score may start and lead tracks (0..1).
    pub confidence: f32,
    /// How long a lost track is remembered, in nanoseconds of capture time.
    /// Slots go by the same rule, so no track returns to a slot that has been
    /// released.
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
    /// One line for people.
    pub description: &'static str,
    /// The JSON Schema of its options.
    pub options: fn() -> Schema,
    /// A tracker without tracks. Options that the schema refuses count as left out.
    pub create: fn(&TrackerSettings) -> Box<dyn Tracker>,
    /// The weakest score that the tracker makes use of: the detector must hand over
    /// detections down to it. It lies below `confidence`, since a person half behind
    /// another still shows as a weak detection.
    pub min_score: fn(&TrackerSettings) -> f32,
}
