//! Tracking: detections of one frame in, tracks out. Runs on the pipeline's infer thread,
//! allocates only while the crowd grows, never blocks.
//!
//! * [`Tracker`] is the interface; a tracker is one file of this folder, with its own
//!   options, and one row of [`TRACKERS`].
//! * [`bytetrack`] decides which detection continues which track.
//! * [`kalman`] predicts the current position of a track.
//! * [`assignment`] finds the best pairing of tracks and detections.
//! * [`replay`] runs a tracker over a file of recorded detections, for scoring.

pub mod assignment;
pub mod bytetrack;
pub mod kalman;
mod registry;
pub mod replay;
mod tracker;

pub use bytetrack::ByteTrack;
pub use registry::{check, check_patch, create, detection_min_score, extend_schema};
pub use tracker::{Tracker, TrackerInput, TrackerKind, TrackerSettings};

/// Every tracker, the default first.
pub const TRACKERS: &[TrackerKind] = &[
    bytetrack::KIND,
    // Another kind, for tests that change the tracker.
    #[cfg(test)]
    TrackerKind {
        name: "other",
        ..bytetrack::KIND
    },
];
