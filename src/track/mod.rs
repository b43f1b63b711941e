//! Tracking: detections of one frame in, tracks out. Runs on the pipeline's
//! infer thread, allocates only while the crowd grows, never blocks.

use crate::detect::Detection;
use crate::geometry::{BBox, FrameSize};

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
    /// Never reused in the life of a tracker; from 1.
    pub id: u64,
    /// Class of the latest detection.
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
    /// were seen in this very frame. Lost tracks are remembered, not returned.
    /// `moment.capture_ns` must not run backwards.
    fn update(&mut self, moment: Moment, detections: &[Detection]) -> &[Track];

    /// Takes new settings without losing a track.
    fn configure(&mut self, settings: &TrackerSettings);
}

/// What a tracker can be told.
#[derive(Debug, Clone, PartialEq)]
pub struct TrackerSettings {
    /// Detections at or above this score may start and lead tracks (0..1).
    pub confidence: f32,
    /// How long a lost track is remembered, in nanoseconds of capture time.
    pub persistence_ns: i64,
}
