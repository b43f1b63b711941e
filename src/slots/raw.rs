//! A slot as plain numbers.

use bytemuck::{Pod, Zeroable};

use super::{Slot, SlotState};

/// A [`RawSlot`] as machine words, which `bytemuck::cast` turns into one and
/// back. Copied as words it takes one load and one store each.
pub type SlotWords = [u64; size_of::<RawSlot>() / size_of::<u64>()];

/// A [`Slot`] in the form in which it is exchanged and handed to hosts: any
/// bits are a valid one, so that it is copied word by word and never decoded
/// where nobody asks for more. Fields as in [`Slot`].
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable)]
#[allow(missing_docs)]
pub struct RawSlot {
    pub track_id: u64,
    pub generation: u32,
    /// Number of the [`SlotState`].
    pub state: u32,
    pub class_id: i32,
    pub score: f32,
    pub x: f32,
    pub y: f32,
    pub w: f32,
    pub h: f32,
    pub vx: f32,
    pub vy: f32,
    pub age_ms: u32,
    pub life_ms: u32,
}

impl From<&Slot> for RawSlot {
    fn from(s: &Slot) -> Self {
        Self {
            track_id: s.track_id,
            generation: s.generation,
            state: s.state as u32,
            class_id: s.class_id,
            score: s.score,
            x: s.x,
            y: s.y,
            w: s.w,
            h: s.h,
            vx: s.vx,
            vy: s.vy,
            age_ms: s.age_ms,
            life_ms: s.life_ms,
        }
    }
}

impl From<RawSlot> for Slot {
    fn from(s: RawSlot) -> Self {
        Self {
            track_id: s.track_id,
            generation: s.generation,
            state: SlotState::from_number(s.state),
            class_id: s.class_id,
            score: s.score,
            x: s.x,
            y: s.y,
            w: s.w,
            h: s.h,
            vx: s.vx,
            vy: s.vy,
            age_ms: s.age_ms,
            life_ms: s.life_ms,
        }
    }
}
