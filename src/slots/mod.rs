//! Slots: tracks in, snapshots out. Runs on the pipeline's infer thread, never
//! blocks.
//!
//! ```text
//!         new track               not seen for the persistence
//! EMPTY ------------> ACTIVE ------> HELD -----------------------> EMPTY
//!                       ^   not seen  |
//!                       +-------------+  seen again: same slot, same generation
//! ```
//!
//! [`Smoother`] steadies the tracks' boxes, [`SlotTable`] seats tracks by these
//! rules, [`Presentation`] turns a snapshot
//! into the units and origin that the configuration asks for.

mod presentation;
mod raw;
#[cfg(test)]
mod rules;
mod smoothing;
mod table;
mod trail;

pub use presentation::Presentation;
pub use raw::{RawSlot, SlotWords};
pub use smoothing::Smoother;
pub use table::SlotTable;
pub use trail::Trails;

use crate::clock::{NS_PER_MS, NS_PER_S};
use crate::geometry::FrameSize;
use crate::motion;
use crate::source::SourceState;
use serde::{Deserialize, Serialize};

/// Most slots that a camera can have.
pub const SLOTS_MAX: usize = 256;

/// What a slot is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SlotState {
    /// Nobody sits here.
    #[default]
    Empty = 0,
    /// The owner was seen in the newest processed frame.
    Active = 1,
    /// The owner is not seen, and the slot is kept for it.
    Held = 2,
}

impl SlotState {
    /// The state of that number; an unknown number is `Empty`.
    pub fn from_number(number: u32) -> Self {
        match number {
            1 => Self::Active,
            2 => Self::Held,
            _ => Self::Empty,
        }
    }
}

/// One numbered place, as a host sees it.
///
/// Units and origin are given for the default presentation; see [`Presentation`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Slot {
    /// The owner's track id, from 1. 0 while the slot was never used; after a
    /// release the last owner's with `on_release: keep`, 0 with `zero`.
    pub track_id: u64,
    /// Goes up by one with each new owner and stays after a release; 0 before
    /// the first.
    pub generation: u32,
    /// Empty, active or held.
    pub state: SlotState,
    /// The owner's class, -1 when empty.
    pub class_id: i32,
    /// Score of the latest detection, 0..1; 0 when empty.
    pub score: f32,
    /// Centre, 0 left to 1 right.
    pub x: f32,
    /// Centre, 0 top to 1 bottom.
    pub y: f32,
    /// Width in frame widths.
    pub w: f32,
    /// Height in frame heights.
    pub h: f32,
    /// Velocity in frame widths per second.
    pub vx: f32,
    /// Velocity in frame heights per second.
    pub vy: f32,
    /// Milliseconds since the owner was last seen; 0 when empty.
    pub age_ms: u32,
    /// Milliseconds since the owner was first seen; 0 when empty.
    pub life_ms: u32,
}

impl Slot {
    /// Moves an occupied canonical slot `by_ns` on by its own motion; a
    /// negative time counts as 0. Neither allocates nor blocks.
    pub fn advance(&mut self, by_ns: i64) {
        if self.state == SlotState::Empty || by_ns <= 0 {
            return;
        }
        let dt_s = by_ns as f32 / NS_PER_S as f32;
        ([self.x, self.y], [self.vx, self.vy]) =
            motion::predict([self.x, self.y], [self.vx, self.vy], dt_s);
        let by_ms = u32::try_from(by_ns / NS_PER_MS).unwrap_or(u32::MAX);
        self.age_ms = self.age_ms.saturating_add(by_ms);
        self.life_ms = self.life_ms.saturating_add(by_ms);
    }
}

impl Default for Slot {
    /// An empty slot that nobody has used.
    fn default() -> Self {
        Self {
            track_id: 0,
            generation: 0,
            state: SlotState::Empty,
            class_id: -1,
            score: 0.0,
            x: 0.0,
            y: 0.0,
            w: 0.0,
            h: 0.0,
            vx: 0.0,
            vy: 0.0,
            age_ms: 0,
            life_ms: 0,
        }
    }
}

/// All slots at one moment, as one consistent whole.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Snapshot {
    /// Number of this snapshot, from 1.
    pub seq: u64,
    /// Number of the source frame it stems from, from 1, dropped frames counted.
    pub frame_seq: u64,
    /// Capture time of that frame; of the tick, when no frame arrives.
    pub capture_ns: i64,
    /// When it was published.
    pub publish_ns: i64,
    /// Where the source stood.
    pub source_state: SourceState,
    /// Frame size in pixels; 0 x 0 before the first frame.
    pub frame_size: FrameSize,
    /// Tracks that wait for a free slot.
    pub waiting: u32,
    /// The slots, p1 first.
    pub slots: Vec<Slot>,
}
