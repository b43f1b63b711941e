//! The slots of another node, in this machine's time.

use std::sync::Arc;

use serde::Serialize;

use super::geometry::{BBox, FrameSize};
use super::slot::SlotState;

/// The node that tracks, when it is another machine.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct RemoteNode {
    /// Its name.
    pub node: String,
    /// How far its wall clock is ahead of ours, less the travel time of the quickest of
    /// the latest messages.
    pub clock_offset_ns: i64,
    /// Duplicate messages.
    pub duplicates: u64,
    /// Messages that arrived after newer ones and were dropped.
    pub reordered: u64,
    /// Messages that were rejected, such as one with an unknown version or a value out of
    /// range.
    pub refused: u64,
}

/// A snapshot of another node, in this machine's time.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RemoteSlots {
    /// When the frame was captured, on the clock of [`crate::base::clock::now_ns`].
    pub capture_ns: i64,
    /// Size of the other camera's frame.
    pub frame_size: FrameSize,
    /// Tracks that wait for a slot there.
    pub waiting: u32,
    /// The occupied slots.
    pub slots: Vec<RemoteSlot>,
    /// The other node's class names by class id. The list is shared until a name is added
    /// or changed.
    pub classes: Arc<[String]>,
}

/// An occupied slot of another node.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RemoteSlot {
    /// Index of the slot, p1 is 0.
    pub index: usize,
    /// Identifies the owner: publisher, track and generation.
    pub owner: (u64, u64, u32),
    /// Active or held.
    pub state: SlotState,
    /// The other node's number of the class, an index into [`RemoteSlots::classes`].
    pub class_id: u32,
    /// 0..1.
    pub score: f32,
    /// Normalised.
    pub bbox: BBox,
    /// Frame widths and heights a second.
    pub velocity: [f32; 2],
    /// Since last seen.
    pub age_ns: i64,
    /// Since first seen.
    pub life_ns: i64,
}
