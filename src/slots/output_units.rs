//! Units and origin of the slots in outputs.

use crate::config::{Origin, SlotsConfig, Units};
use crate::flow::{FrameSize, Slot, SlotState, Snapshot};

/// Converts normalised slots (0..1, origin top left) to the units and origin of
/// `slots.units` and `slots.origin`. The default changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OutputUnits {
    units: Units,
    origin: Origin,
}

impl From<&SlotsConfig> for OutputUnits {
    fn from(config: &SlotsConfig) -> Self {
        Self {
            units: config.units,
            origin: config.origin,
        }
    }
}

impl OutputUnits {
    /// Whether [`apply`](Self::apply) changes nothing.
    pub fn is_identity(self) -> bool {
        self == Self::default()
    }

    /// Converts positions, sizes and velocities of a normalised snapshot. Must be applied
    /// once only. Slots with a zeroed position (never used, or released with `on_release:
    /// zero`) stay zero even where y grows upwards. Before the first frame there is no
    /// frame size, and all pixel values are 0.
    pub fn apply(self, snapshot: &mut Snapshot) {
        for slot in &mut snapshot.slots {
            self.convert(slot, snapshot.frame_size);
        }
    }

    /// As [`apply`](Self::apply), for one slot of a frame of that size. Does not allocate
    /// or block.
    pub fn convert(self, slot: &mut Slot, size: FrameSize) {
        if self.is_identity() || is_zeroed(slot) {
            return;
        }
        let scale = match self.units {
            Units::Normalized => [1.0, 1.0],
            Units::Pixels => [size.width as f32, size.height as f32],
        };
        if self.origin == Origin::BottomLeft {
            slot.y = 1.0 - slot.y;
            // `-vy` would show the velocity of an object at rest as "-0".
            slot.vy = 0.0 - slot.vy;
        }
        for v in [&mut slot.x, &mut slot.w, &mut slot.vx] {
            *v *= scale[0];
        }
        for v in [&mut slot.y, &mut slot.h, &mut slot.vy] {
            *v *= scale[1];
        }
    }

    /// Packs the units into one word, for the snapshot buffer.
    pub(crate) fn to_bits(self) -> u32 {
        let pixels = u32::from(self.units == Units::Pixels);
        let bottom_left = u32::from(self.origin == Origin::BottomLeft);
        pixels | bottom_left << 1
    }

    /// Unpacks such a word.
    pub(crate) fn from_bits(bits: u32) -> Self {
        let pick = |bit: u32| bits & bit != 0;
        Self {
            units: if pick(1) {
                Units::Pixels
            } else {
                Units::Normalized
            },
            origin: if pick(2) {
                Origin::BottomLeft
            } else {
                Origin::TopLeft
            },
        }
    }
}

/// A released slot that keeps its last box has a size; a zeroed one has none.
fn is_zeroed(slot: &Slot) -> bool {
    slot.state == SlotState::Empty && slot.w == 0.0 && slot.h == 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot() -> Snapshot {
        let active = Slot {
            state: SlotState::Active,
            x: 0.25,
            y: 0.2,
            w: 0.1,
            h: 0.5,
            vx: 0.5,
            vy: 0.25,
            ..Slot::default()
        };
        let kept = Slot {
            state: SlotState::Empty,
            vx: 0.0,
            vy: 0.0,
            ..active
        };
        Snapshot {
            frame_size: FrameSize::new(640, 480),
            slots: vec![active, Slot::default(), kept],
            ..Snapshot::default()
        }
    }

    fn converted(units: Units, origin: Origin) -> Vec<Slot> {
        let mut s = snapshot();
        OutputUnits::from(&SlotsConfig {
            units,
            origin,
            ..SlotsConfig::default()
        })
        .apply(&mut s);
        s.slots
    }

    #[test]
    fn default_changes_nothing() {
        assert_eq!(
            converted(Units::Normalized, Origin::TopLeft),
            snapshot().slots
        );
    }

    #[test]
    fn pixels_scale_each_axis_by_its_side() {
        let s = converted(Units::Pixels, Origin::TopLeft)[0];
        assert_eq!((s.x, s.y, s.w, s.h), (160.0, 96.0, 64.0, 240.0));
        assert_eq!((s.vx, s.vy), (320.0, 120.0));
    }

    #[test]
    fn bottom_left_mirrors_y_and_its_velocity() {
        let s = converted(Units::Normalized, Origin::BottomLeft)[0];
        assert_eq!((s.x, s.y, s.h, s.vx, s.vy), (0.25, 0.8, 0.5, 0.5, -0.25));
        let s = converted(Units::Pixels, Origin::BottomLeft)[0];
        assert_eq!((s.y, s.vy), (384.0, -120.0));
    }

    #[test]
    fn zeroed_slots_stay_zero_and_kept_ones_are_mirrored() {
        let slots = converted(Units::Pixels, Origin::BottomLeft);
        assert_eq!(slots[1], Slot::default());
        assert_eq!((slots[2].x, slots[2].y), (160.0, 384.0));
        assert!(
            slots[2].vy.is_sign_positive(),
            "a resting slot must not show -0"
        );
    }
}
