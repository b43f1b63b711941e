//! A slot: one of the numbered places p1..pN.

use super::axis::Axis;
use crate::flow;

/// The state of a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum SlotState {
    /// The slot has no owner.
    #[default]
    Empty,
    /// The owner was seen in the newest processed frame.
    Active,
    /// The owner is not seen. The slot is kept for it, and its position is predicted.
    Held,
}

/// One numbered slot: a place that follows one object from its appearance until it has left.
///
/// Positions and sizes are in 0..1 of the full frame, with the origin at the top left.
/// `slots.units` and `slots.origin` of the configuration change that: to pixels, or to the
/// bottom left. A slot is a plain copy of 80 bytes.
///
/// The values are methods, because every version may add some. [`Slot::value`] reads them by
/// name.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Slot(pub(super) flow::Slot);

impl Slot {
    /// Empty, active or held.
    #[must_use]
    pub fn state(&self) -> SlotState {
        match self.0.state {
            flow::SlotState::Empty => SlotState::Empty,
            flow::SlotState::Active => SlotState::Active,
            flow::SlotState::Held => SlotState::Held,
        }
    }

    /// Whether the slot has an owner: it is active or held.
    #[must_use]
    pub fn is_occupied(&self) -> bool {
        self.0.state != flow::SlotState::Empty
    }

    /// Id of the owner's track, from 1. A pipeline never uses an id twice. 0 if the slot is
    /// empty, except with `slots.on_release: keep`: then the last owner's.
    #[must_use]
    pub fn track_id(&self) -> u64 {
        self.0.track_id
    }

    /// Increases by one with each new owner, and stays after a release. Compare it to tell
    /// "the same person" from "the next person".
    #[must_use]
    pub fn generation(&self) -> u32 {
        self.0.generation
    }

    /// The owner's class, an index into the model's classes: see
    /// [`Pipeline::class_name`](crate::Pipeline::class_name). `None` if the slot is empty.
    #[must_use]
    pub fn class_id(&self) -> Option<u32> {
        u32::try_from(self.0.class_id).ok()
    }

    /// Score of the latest detection, 0..1.
    #[must_use]
    pub fn score(&self) -> f32 {
        self.0.score
    }

    /// Horizontal centre: 0 left to 1 right.
    #[must_use]
    pub fn x(&self) -> f32 {
        self.0.x
    }

    /// Vertical centre: 0 top to 1 bottom.
    #[must_use]
    pub fn y(&self) -> f32 {
        self.0.y
    }

    /// Width of the box in frame widths.
    #[must_use]
    pub fn w(&self) -> f32 {
        self.0.w
    }

    /// Height of the box in frame heights.
    #[must_use]
    pub fn h(&self) -> f32 {
        self.0.h
    }

    /// Horizontal velocity in frame widths per second.
    #[must_use]
    pub fn vx(&self) -> f32 {
        self.0.vx
    }

    /// Vertical velocity in frame heights per second, positive downwards.
    #[must_use]
    pub fn vy(&self) -> f32 {
        self.0.vy
    }

    /// Speed in frame heights per second, the same in all directions whatever the frame's
    /// aspect. `slots.units` does not change it.
    #[must_use]
    pub fn speed(&self) -> f32 {
        self.0.speed
    }

    /// For fading, 0..1: rises in half a second while the slot is active, falls while it is
    /// held, and is 0 when the slot is released.
    #[must_use]
    pub fn presence(&self) -> f32 {
        self.0.presence
    }

    /// Milliseconds since the owner was last seen.
    #[must_use]
    pub fn age_ms(&self) -> u32 {
        self.0.age_ms
    }

    /// Milliseconds since the owner was first seen.
    #[must_use]
    pub fn life_ms(&self) -> u32 {
        self.0.life_ms
    }

    /// The value of an axis. Whole numbers are exact up to 2^24.
    #[must_use]
    pub fn value(&self, axis: Axis) -> f32 {
        axis.value(&self.0)
    }
}
