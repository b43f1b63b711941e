//! A snapshot: all slots at one moment.

use serde::Serialize;

use super::geometry::FrameSize;
use super::slot::Slot;
use super::source_state::SourceState;

/// All slots at one moment, as one consistent whole.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Snapshot {
    /// Number of this snapshot, from 1.
    pub seq: u64,
    /// Number of the source frame it comes from, from 1, dropped frames counted.
    pub frame_seq: u64,
    /// Capture time of that frame; of the tick, when no frame arrives.
    pub capture_ns: i64,
    /// When it was published.
    pub publish_ns: i64,
    /// State of the source at that time.
    pub source_state: SourceState,
    /// Frame size in pixels; 0 x 0 before the first frame.
    pub frame_size: FrameSize,
    /// Tracks that wait for a free slot.
    pub waiting: u32,
    /// The slots, p1 first.
    pub slots: Vec<Slot>,
}
