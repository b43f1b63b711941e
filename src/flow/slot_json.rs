//! A slot as JSON.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::axis::AXES;
use super::slot::Slot;

/// A JSON object with one key for each row of [`AXES`].
impl Serialize for Slot {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(AXES.len()))?;
        for axis in AXES {
            map.serialize_entry(axis.key, &axis.value(self))?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::flow::SlotState;

    #[test]
    fn json_has_every_field_and_reads_back_as_the_same_slot() {
        let slot = Slot {
            track_id: 7,
            generation: 2,
            state: SlotState::Held,
            class_id: 3,
            score: 0.5,
            x: 0.25,
            y: 0.5,
            w: 0.125,
            h: 0.3,
            vx: 0.1,
            vy: -0.1,
            age_ms: 40,
            speed: 0.2,
            presence: 0.75,
            ..Slot::default()
        };
        let json = serde_json::to_value(slot).unwrap();
        assert_eq!(json.as_object().unwrap().len(), AXES.len());
        assert_eq!(serde_json::from_value::<Slot>(json).unwrap(), slot);
    }
}
