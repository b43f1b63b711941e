//! The slots of single tables. `slots/rules` has the properties.
#![allow(clippy::unwrap_used)]
use super::*;
use crate::flow::BBox;

const MS: i64 = NS_PER_MS;

fn track(id: u64, first_seen_ms: i64, last_seen_ms: i64) -> Track {
    Track {
        id,
        class_id: 0,
        score: 0.9,
        bbox: BBox::new(0.5, 0.5, 0.1, 0.2),
        velocity: [0.1, 0.0],
        first_seen_ns: first_seen_ms * MS,
        last_seen_ns: last_seen_ms * MS,
    }
}

fn shown(table: &SlotTable, now_ms: i64) -> Vec<(u64, u32, SlotState)> {
    let mut slots = Vec::new();
    table.fill(now_ms * MS, FrameSize::default(), &mut slots);
    slots
        .iter()
        .map(|s| (s.track_id, s.generation, s.state))
        .collect()
}

fn there(index: usize, owner: u64, state: SlotState) -> RemoteSlot {
    RemoteSlot {
        index,
        owner: (1, owner, 1),
        state,
        class_id: 0,
        score: 0.9,
        bbox: BBox::new(0.5, 0.5, 0.1, 0.2),
        velocity: [0.1, 0.0],
        age_ns: 0,
        life_ns: 0,
    }
}

#[test]
fn remote_owners_get_the_same_slots_here() {
    use SlotState::{Active, Empty, Held};
    let mut table = SlotTable::new(3, 50 * MS, OnRelease::Zero);
    let mut last_id = 40;
    let mut mirror = |now_ms: i64, slots: Vec<RemoteSlot>| {
        let remote = RemoteSlots {
            slots,
            ..RemoteSlots::default()
        };
        table.apply_remote(now_ms * MS, &remote, &mut last_id);
        shown(&table, now_ms)
    };
    let nobody = (0, 0, Empty);
    // The second slot there is the second here. A slot beyond ours is left out.
    let two = mirror(100, vec![there(1, 9, Active), there(7, 8, Active)]);
    assert_eq!(two, [nobody, (41, 1, Active), nobody]);
    let held = mirror(140, vec![there(1, 9, Held)]);
    assert_eq!(held, [nobody, (41, 1, Held), nobody]);
    // Another owner: empty once, even if no message showed it empty.
    let between = mirror(180, vec![there(1, 10, Active)]);
    assert_eq!(between, [nobody, (0, 1, Empty), nobody]);
    let next = mirror(220, vec![there(1, 10, Active)]);
    assert_eq!(next, [nobody, (42, 2, Active), nobody]);
    // Silence: held for our persistence, then released.
    assert!(table.tick(230 * MS, true));
    assert_eq!(shown(&table, 230)[1], (42, 2, Held));
    assert!(table.tick(271 * MS, true));
    assert_eq!(shown(&table, 271)[1], (0, 2, Empty));
}

#[test]
fn slot_goes_from_one_owner_over_empty_to_the_next() {
    use SlotState::{Active, Empty, Held};
    let mut table = SlotTable::new(1, 50 * MS, OnRelease::Zero);
    table.update(100 * MS, &[track(7, 100, 100)]);
    assert_eq!(shown(&table, 100), [(7, 1, Active)]);
    assert_eq!(table.next_deadline_ns(), None);

    table.update(133 * MS, &[]);
    assert_eq!(shown(&table, 133), [(7, 1, Held)]);
    assert_eq!(table.next_deadline_ns(), Some(150 * MS + 1));

    table.update(140 * MS, &[track(7, 100, 140)]);
    assert_eq!(shown(&table, 140), [(7, 1, Active)]);

    // Not seen for longer than the persistence, and another person is there: empty for
    // one snapshot, then the next generation.
    table.update(191 * MS, &[track(8, 191, 191)]);
    assert_eq!(shown(&table, 191), [(0, 1, Empty)]);
    assert_eq!(table.waiting(), 1);
    table.update(200 * MS, &[track(8, 191, 200)]);
    assert_eq!(shown(&table, 200), [(8, 2, Active)]);
}

#[test]
fn tick_releases_from_the_deadline_on_and_not_before() {
    let mut table = SlotTable::new(1, 50 * MS, OnRelease::Zero);
    table.update(100 * MS, &[track(1, 100, 100)]);
    assert!(table.tick(110 * MS, true), "ACTIVE became HELD");
    assert!(!table.tick(150 * MS, true));
    assert!(table.tick(table.next_deadline_ns().unwrap(), false));
    assert_eq!(shown(&table, 151), [(0, 1, SlotState::Empty)]);
    assert_eq!(table.next_deadline_ns(), None);
}

#[test]
fn camera_slower_than_the_persistence_keeps_its_owners() {
    let mut table = SlotTable::new(1, 50 * MS, OnRelease::Zero);
    for frame in 1..10 {
        let now_ms = frame * 200;
        table.update(now_ms * MS, &[track(1, 200, now_ms)]);
        assert_eq!(shown(&table, now_ms), [(1, 1, SlotState::Active)]);
        assert!(!table.tick((now_ms + 100) * MS, false));
    }
}

#[test]
fn fewer_slots_make_owners_wait_and_keep_generations() {
    use SlotState::{Active, Empty};
    let both = |now_ms| [track(1, 100, now_ms), track(2, 100, now_ms)];
    let mut table = SlotTable::new(2, 50 * MS, OnRelease::Zero);
    table.update(100 * MS, &both(100));
    table.configure(1, 50 * MS, OnRelease::Zero);
    assert_eq!(shown(&table, 100), [(1, 1, Active)]);
    assert_eq!(table.waiting(), 1);
    table.configure(2, 50 * MS, OnRelease::Zero);
    assert_eq!(shown(&table, 100), [(1, 1, Active), (0, 1, Empty)]);
    table.update(120 * MS, &both(120));
    assert_eq!(shown(&table, 120), [(1, 1, Active), (2, 2, Active)]);
    assert_eq!(table.waiting(), 0);
}

#[test]
fn reset_empties_all_slots_and_keeps_generations() {
    let mut table = SlotTable::new(1, 50 * MS, OnRelease::Zero);
    table.update(100 * MS, &[track(1, 100, 100), track(2, 100, 100)]);
    table.reset();
    assert_eq!(shown(&table, 100), [(0, 1, SlotState::Empty)]);
    assert_eq!(table.waiting(), 0);
    table.update(110 * MS, &[track(3, 110, 110)]);
    assert_eq!(shown(&table, 110), [(3, 2, SlotState::Active)]);
}
