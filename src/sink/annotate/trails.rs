//! Trails: the recent positions of slots' owners, for drawing.

use crate::flow::{Slot, SlotState, Snapshot};

/// Maximum number of points of a trail, about two seconds of a typical camera.
const POINTS: usize = 48;

/// The recent positions of each slot's owner.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Trails(Vec<Trail>);

#[derive(Debug, Clone, PartialEq, Default)]
struct Trail {
    generation: u32,
    points: Vec<[f32; 2]>,
}

impl Trails {
    /// Adds the positions of a normalised snapshot.
    pub fn extend(&mut self, snapshot: &Snapshot) {
        self.0.resize(snapshot.slots.len(), Trail::default());
        for (trail, slot) in self.0.iter_mut().zip(&snapshot.slots) {
            trail.extend(slot);
        }
    }

    /// The positions of a slot's owner, oldest first. Normalised, origin top left.
    pub fn of(&self, index: usize) -> &[[f32; 2]] {
        self.0.get(index).map_or(&[], |t| &t.points)
    }
}

impl Trail {
    fn extend(&mut self, slot: &Slot) {
        if slot.state == SlotState::Empty || slot.generation != self.generation {
            self.points.clear();
            self.generation = slot.generation;
        }
        if slot.state == SlotState::Empty {
            return;
        }
        if self.points.len() == POINTS {
            self.points.remove(0);
        }
        self.points.push([slot.x, slot.y]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot(generation: u32, state: SlotState, x: f32) -> Snapshot {
        let slot = Slot {
            generation,
            state,
            x,
            ..Slot::default()
        };
        Snapshot {
            slots: vec![slot],
            ..Snapshot::default()
        }
    }

    #[test]
    fn trail_has_the_positions_of_one_owner() {
        let mut trails = Trails::default();
        for step in 0..POINTS + 10 {
            trails.extend(&snapshot(1, SlotState::Active, step as f32));
        }
        assert_eq!(trails.of(0).len(), POINTS);
        assert_eq!(trails.of(0)[0], [10.0, 0.0]);
        trails.extend(&snapshot(1, SlotState::Held, 7.0));
        assert_eq!(trails.of(0).last(), Some(&[7.0, 0.0]));
        trails.extend(&snapshot(2, SlotState::Active, 8.0));
        assert_eq!(trails.of(0), [[8.0, 0.0]]);
        trails.extend(&snapshot(2, SlotState::Empty, 8.0));
        assert!(trails.of(0).is_empty() && trails.of(5).is_empty());
    }
}
