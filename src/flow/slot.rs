//! A slot: one of the numbered entries p1..pN.

use bytemuck::{CheckedBitPattern, NoUninit};
use serde::{Deserialize, Serialize};

use super::motion;
use crate::base::clock::{NS_PER_MS, NS_PER_S};

/// Largest number of slots of a camera.
pub const SLOTS_MAX: usize = 256;

/// A [`Slot`] as machine words, in which snapshots are handed to other threads. Copied as
/// words it takes one load and one store each.
pub type SlotWords = [u64; size_of::<Slot>() / size_of::<u64>()];

/// The state of a slot.
#[repr(u32)]
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, NoUninit, CheckedBitPattern,
)]
#[serde(rename_all = "lowercase")]
pub enum SlotState {
    /// The slot has no owner.
    #[default]
    Empty = 0,
    /// The owner was seen in the newest processed frame.
    Active = 1,
    /// The owner is not seen, and the slot is kept for it.
    Held = 2,
}

/// One numbered slot, as a host sees it.
///
/// Units and origin are given for the default `slots.units` and `slots.origin`. The
/// values that outputs send are listed in [`AXES`](super::AXES): a new field needs a row
/// there.
///
/// The type has no padding, so that it can be copied as [`SlotWords`]: the fields of four
/// bytes are even in number. Fields are only ever added at the end, because the C ABI
/// hands out the beginning of the struct as it lies in memory.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, NoUninit, CheckedBitPattern)]
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
    /// Speed of the centre in frame heights per second, whatever the frame's aspect:
    /// the same walk is as fast across the picture as along it. 0 when empty.
    #[serde(default)]
    pub speed: f32,
    /// For fading, 0..1: rises over
    /// [`Slot::PRESENCE_RISE_NS`] while the slot is active, falls while it is held and
    /// reaches 0 when it is released.
    #[serde(default)]
    pub presence: f32,
}

impl Slot {
    /// How long an owner has to be seen until its `presence` is 1.
    pub const PRESENCE_RISE_NS: i64 = 500 * NS_PER_MS;

    /// Moves an occupied slot in normalised units `by_ns` on by its own motion; a
    /// negative time counts as 0. Neither allocates nor blocks.
    pub fn advance(&mut self, by_ns: i64) {
        if self.state == SlotState::Empty || by_ns <= 0 {
            return;
        }
        let dt_s = by_ns as f32 / NS_PER_S as f32;
        let before = [self.vx, self.vy];
        ([self.x, self.y], [self.vx, self.vy]) = motion::predict([self.x, self.y], before, dt_s);
        self.speed = slowed_speed(self.speed, before, [self.vx, self.vy]);
        if self.state == SlotState::Active {
            self.presence = risen_presence(self.presence, by_ns);
        }
        let by_ms = u32::try_from(by_ns / NS_PER_MS).unwrap_or(u32::MAX);
        self.age_ms = self.age_ms.saturating_add(by_ms);
        self.life_ms = self.life_ms.saturating_add(by_ms);
    }

    /// The slot after its release: empty, with the same generation, and with its last
    /// position and track id if `keep_position` says so.
    #[must_use]
    pub fn released(&self, keep_position: bool) -> Self {
        let empty = Self {
            generation: self.generation,
            ..Self::default()
        };
        if !keep_position {
            return empty;
        }
        Self {
            track_id: self.track_id,
            x: self.x,
            y: self.y,
            w: self.w,
            h: self.h,
            ..empty
        }
    }
}

/// `presence` after the owner was seen for `by_ns` more.
pub(crate) fn risen_presence(presence: f32, by_ns: i64) -> f32 {
    (presence + by_ns.max(0) as f32 / Slot::PRESENCE_RISE_NS as f32).min(1.0)
}

/// The speed in frame heights after a velocity in frame sizes changed from `before` to
/// `after`. The frame's aspect follows from `speed` and `before`.
fn slowed_speed(speed: f32, [vx, vy]: [f32; 2], after: [f32; 2]) -> f32 {
    let aspect_squared = if vx == 0.0 {
        0.0
    } else {
        ((speed * speed - vy * vy) / (vx * vx)).max(0.0)
    };
    (aspect_squared * after[0] * after[0] + after[1] * after[1]).sqrt()
}

impl Default for Slot {
    /// An empty slot that was never used.
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
            speed: 0.0,
            presence: 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn walker() -> Slot {
        Slot {
            track_id: 7,
            generation: 2,
            state: SlotState::Active,
            class_id: 0,
            score: 0.5,
            x: 0.5,
            y: 0.5,
            w: 0.1,
            h: 0.3,
            vx: 0.1,
            age_ms: 0,
            life_ms: 400,
            speed: 0.2,
            presence: 0.5,
            ..Slot::default()
        }
    }

    #[test]
    fn slot_words_round_trip_and_reject_invalid_state() {
        let words: SlotWords = bytemuck::cast(walker());
        let slot = bytemuck::checked::try_cast::<SlotWords, Slot>(words);
        assert_eq!(slot.unwrap(), walker());
        let impossible =
            bytemuck::checked::try_cast::<SlotWords, Slot>([u64::MAX; size_of::<Slot>() / 8]);
        assert!(impossible.is_err());
    }

    #[test]
    fn advance_slows_speed_with_velocity_and_raises_presence_of_active_slots_only() {
        let mut active = walker();
        active.advance(100 * NS_PER_MS);
        assert!((active.speed / active.vx - 2.0).abs() < 1e-4, "{active:?}");
        assert!((active.presence - 0.7).abs() < 1e-5);
        let mut held = Slot {
            state: SlotState::Held,
            ..walker()
        };
        held.advance(100 * NS_PER_MS);
        assert_eq!(held.presence, 0.5);
    }
}
