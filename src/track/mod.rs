//! Tracking: detections of one frame in, tracks out. Runs on the pipeline's
//! infer thread, allocates only while the crowd grows, never blocks.
//!
//! * [`bytetrack`] decides which detection continues which track.
//! * [`kalman`] predicts where a track should be by now.
//! * [`assignment`] finds the best pairing of tracks and detections.
//! * [`replay`] runs a tracker over a file of given detections, for scoring.

pub mod assignment;
pub mod bytetrack;
pub mod kalman;
pub mod replay;

use crate::clock::NS_PER_MS;
use crate::config::{TrackerKind, TrackingConfig};
use crate::detect::Detection;
use crate::geometry::{BBox, FrameSize};

pub use bytetrack::ByteTrack;

/// When and on what canvas a set of detections was made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moment {
    /// Capture time on the clock of [`crate::clock::now_ns`].
    pub capture_ns: i64,
    /// Frame size; only its aspect matters to a tracker.
    pub size: FrameSize,
}

/// One object followed over frames, as last seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Track {
    /// Never reused in the life of a tracker; from 1, without gaps.
    pub id: u64,
    /// The class that the object was seen as most, lately: one frame in which
    /// the detector takes a car for a truck does not change it.
    pub class_id: u32,
    /// Score of the latest detection, 0..1.
    pub score: f32,
    /// The tracker's estimate at `last_seen_ns`, normalised to the frame.
    pub bbox: BBox,
    /// Velocity of the centre in frame widths and frame heights per second.
    pub velocity: [f32; 2],
    /// Capture time of the first detection.
    pub first_seen_ns: i64,
    /// Capture time of the latest detection.
    pub last_seen_ns: i64,
}

/// Follows objects from frame to frame.
pub trait Tracker: Send {
    /// Takes the detections of one frame and returns the confirmed tracks that
    /// were seen in this very frame, by ascending id. Lost tracks are
    /// remembered, not returned. Detections without a finite score and a box
    /// of positive size are ignored. `moment.capture_ns` must not run backwards.
    fn update(&mut self, moment: Moment, detections: &[Detection]) -> &[Track];

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

/// What a tracker can be told.
#[derive(Debug, Clone, PartialEq)]
pub struct TrackerSettings {
    /// Detections at or above this score may start and lead tracks (0..1).
    pub confidence: f32,
    /// How long a lost track is remembered, in nanoseconds of capture time.
    /// Slots go by the same rule, so no track returns to a slot that has been
    /// released.
    pub persistence_ns: i64,
}

impl TrackerSettings {
    /// The weakest score that a tracker makes use of: what a detector must
    /// hand over. It lies below `confidence`, since a person half behind
    /// another still shows as a weak detection.
    pub fn detection_floor(&self) -> f32 {
        self.confidence.min(bytetrack::LOW_SCORE)
    }
}

impl From<&TrackingConfig> for TrackerSettings {
    fn from(config: &TrackingConfig) -> Self {
        Self {
            confidence: config.confidence,
            persistence_ns: i64::from(config.object_persistence_ms) * NS_PER_MS,
        }
    }
}

/// A tracker of the given kind, without tracks.
pub fn create(kind: TrackerKind, settings: &TrackerSettings) -> Box<dyn Tracker> {
    match kind {
        TrackerKind::ByteTrack => Box::new(ByteTrack::new(settings)),
        #[cfg(test)]
        TrackerKind::Other => Box::new(ByteTrack::new(settings)),
    }
}
