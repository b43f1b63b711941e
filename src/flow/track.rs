//! A track: one object followed over frames.

use super::geometry::{BBox, FrameSize};

/// Capture time and size of a frame, which is all that a tracker needs of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FrameMeta {
    /// Capture time on the clock of [`crate::base::clock::now_ns`].
    pub capture_ns: i64,
    /// Frame size; only its aspect matters to a tracker.
    pub size: FrameSize,
}

/// One object followed over frames, as last seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Track {
    /// Never reused in the life of a tracker; from 1, without gaps.
    pub id: u64,
    /// The most frequent class of the latest detections. One frame in which the detector
    /// mistakes a car for a truck does not change it.
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
