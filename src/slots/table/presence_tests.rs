//! `speed` and `presence` of slots.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::flow::BBox;

const MS: i64 = NS_PER_MS;
const WIDE: FrameSize = FrameSize::new(1600, 800);

fn track(last_seen_ms: i64, velocity: [f32; 2]) -> Track {
    Track {
        id: 1,
        class_id: 0,
        score: 0.9,
        bbox: BBox::new(0.5, 0.5, 0.1, 0.2),
        velocity,
        first_seen_ns: 0,
        last_seen_ns: last_seen_ms * MS,
    }
}

fn slot(table: &SlotTable, now_ms: i64) -> Slot {
    let mut slots = Vec::new();
    table.fill(now_ms * MS, WIDE, &mut slots);
    slots[0]
}

fn presence(table: &SlotTable, now_ms: i64) -> f32 {
    slot(table, now_ms).presence
}

#[test]
fn speed_is_the_same_across_and_along_the_picture() {
    let mut table = SlotTable::new(1, 1000 * MS, OnRelease::Zero);
    // The frame is twice as wide as high: 0.1 of its width is 0.2 of its height.
    table.update(0, &[track(0, [0.1, 0.0])]);
    assert!((slot(&table, 0).speed - 0.2).abs() < 1e-6);
    table.update(40 * MS, &[track(40, [0.0, 0.2])]);
    assert!((slot(&table, 40).speed - 0.2).abs() < 1e-6);
}

#[test]
fn presence_rises_while_active_falls_while_held_and_goes_on_when_found() {
    let mut table = SlotTable::new(1, 1000 * MS, OnRelease::Zero);
    let still = [0.0; 2];
    let mut last = -1.0;
    for ms in (0..=600).step_by(40) {
        table.update(ms * MS, &[track(ms, still)]);
        let now = presence(&table, ms);
        assert!(now > last || now == 1.0, "{last} then {now} at {ms} ms");
        last = now;
    }
    assert_eq!(last, 1.0);
    // Half of the persistence is over.
    table.update(700 * MS, &[]);
    assert!(!table.tick(1100 * MS, false));
    assert!((presence(&table, 1100) - 0.5).abs() < 1e-3);
    // Found again, it rises from there and does not jump.
    table.update(1140 * MS, &[track(1140, still)]);
    let found = presence(&table, 1140);
    assert!((0.5..0.65).contains(&found), "{found}");
}

#[test]
fn presence_is_zero_after_a_release_and_for_a_new_owner() {
    let mut table = SlotTable::new(1, 100 * MS, OnRelease::Keep);
    table.update(0, &[track(0, [0.0; 2])]);
    table.update(600 * MS, &[track(600, [0.0; 2])]);
    assert_eq!(presence(&table, 600), 1.0);
    assert!(table.tick(701 * MS, true));
    assert_eq!(slot(&table, 701).state, SlotState::Empty);
    assert_eq!(presence(&table, 701), 0.0);
    let next = Track {
        id: 2,
        first_seen_ns: 740 * MS,
        ..track(740, [0.0; 2])
    };
    table.update(740 * MS, &[next]);
    assert_eq!(presence(&table, 740), 0.0);
}
