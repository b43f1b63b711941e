//! Which messages are accepted, dropped and rejected.
#![allow(clippy::unwrap_used)]
use super::*;
use crate::flow::Snapshot;
use crate::flow::{FrameSize, Slot, SlotState};
use proptest::prelude::*;
use serde_json::{Value, json};

fn message(session: u64, seq: u64) -> SlotsMessage {
    let slot = Slot {
        track_id: 7,
        generation: 2,
        state: SlotState::Active,
        class_id: 5,
        x: 0.5,
        ..Slot::default()
    };
    let snapshot = Snapshot {
        seq,
        frame_size: FrameSize::new(640, 480),
        slots: vec![Slot::default(), slot],
        ..Snapshot::default()
    };
    SlotsMessage {
        sent_unix_ns: 1_000,
        frame_age_ns: 40,
        ..SlotsMessage::new(&snapshot, "left", "hall", session, |_| "person")
    }
}

/// For each of these messages, by session and number, whether it is accepted.
fn accepted(sequencer: &mut MessageSequencer, messages: &[(u64, u64)]) -> Vec<bool> {
    let accept = |&(session, seq): &(u64, u64)| {
        let result = sequencer.accept(message(session, seq), 100, 1_000);
        result.is_ok_and(|slots| slots.is_some())
    };
    messages.iter().map(accept).collect()
}

#[test]
fn duplicates_and_reordered_messages_are_dropped_and_counted() {
    let mut sequencer = MessageSequencer::default();
    let messages = [
        (1, 1),
        (1, 2),
        (1, 2),
        (1, 1),
        (1, 4),
        (2, 1),
        (1, 5),
        (2, 2),
    ];
    assert_eq!(
        accepted(&mut sequencer, &messages),
        [true, true, false, false, true, true, false, true]
    );
    let remote = sequencer.remote();
    assert_eq!((remote.duplicates, remote.reordered), (1, 2));
    assert_eq!(remote.node, "left");
}

#[test]
fn single_wrong_message_does_not_block_later_ones() {
    const LAST: u64 = u64::MAX;
    for (what, messages, expected) in [
        (
            "an impossible number between the others",
            vec![(1, 10), (1, LAST), (1, 11), (1, 12)],
            vec![true, false, true, true],
        ),
        (
            "an impossible number in the first message",
            vec![(1, LAST), (1, 11), (1, 12), (1, 13)],
            vec![true, false, true, true],
        ),
        (
            "a message of another session",
            vec![(1, 10), (9, 1), (1, 11), (1, 12), (1, 13)],
            vec![true, true, false, true, true],
        ),
        (
            "a broker outage of hours",
            vec![(1, 10), (1, 9_000_000), (1, 9_000_001)],
            vec![true, true, true],
        ),
        (
            "numbers that restart in the same session",
            vec![(1, 5_000), (1, 1), (1, 2), (1, 3)],
            vec![true, false, true, true],
        ),
    ] {
        let mut sequencer = MessageSequencer::default();
        assert_eq!(accepted(&mut sequencer, &messages), expected, "{what}");
    }
}

#[test]
fn times_are_converted_and_clock_offset_is_estimated() {
    let mut sequencer = MessageSequencer::default();
    // The other clock is 500 ahead; travel times are 10 to 90.
    for (seq, travel) in [(1, 90), (2, 10), (3, 50)] {
        let slots = sequencer
            .accept(message(1, seq), 10_000, 1_000 - 500 + travel)
            .unwrap();
        assert_eq!(slots.unwrap().capture_ns, 10_000 - 40);
    }
    assert_eq!(sequencer.remote().clock_offset_ns, 490);
}

#[test]
fn slots_keep_their_index_and_classes_their_ids_and_names() {
    let mut sequencer = MessageSequencer::default();
    let slots = sequencer.accept(message(1, 1), 0, 0).unwrap().unwrap();
    let [slot] = slots.slots[..] else {
        panic!("{slots:?}");
    };
    assert_eq!((slot.index, slot.owner, slot.class_id), (1, (1, 7, 2), 5));
    assert_eq!(slots.classes.len(), 6);
    assert_eq!(
        (&*slots.classes[5], &*slots.classes[0]),
        ("person", "class0")
    );
    // The list is shared while no name changes.
    let next = sequencer.accept(message(1, 2), 0, 0).unwrap().unwrap();
    assert!(Arc::ptr_eq(&slots.classes, &next.classes));
    // The node changed its model without a restart.
    let mut other = message(1, 3);
    other.slots[0].class = "hand\u{1b}[2J\n".into();
    let next = sequencer.accept(other, 0, 0).unwrap().unwrap();
    assert_eq!(next.classes[5], "hand [2J");
    // A new session starts with a new list of names.
    let mut other = message(2, 1);
    other.slots[0].values.class_id = 1;
    other.slots[0].class = String::new();
    let next = sequencer.accept(other, 0, 0).unwrap().unwrap();
    assert_eq!(*next.classes, ["class0", "class1"]);
}

#[test]
fn known_class_names_change_at_most_once_a_second() {
    let mut sequencer = MessageSequencer::default();
    let (mut lists, mut latest) = (0, Arc::default());
    let mut accept = |seq: u64, class_id: i32, name: &str| {
        let mut message = message(1, seq);
        message.slots[0].values.class_id = class_id;
        message.slots[0].class = name.into();
        // 120 messages a second.
        let received_ns = seq as i64 * NS_PER_S / 120;
        let slots = sequencer.accept(message, received_ns, 0).unwrap().unwrap();
        if !Arc::ptr_eq(&latest, &slots.classes) {
            (lists, latest) = (lists + 1, slots.classes);
        }
        (lists, latest[class_id as usize].clone())
    };
    // The last class has another name in each message, for three seconds.
    for seq in 1..=360 {
        accept(seq, 9_999, ["one", "another"][seq as usize % 2]);
    }
    let (lists, _) = accept(361, 9_999, "one");
    assert!((3..=5).contains(&lists), "{lists}");
    // The names of other classes do not wait, and the latest name arrives in the end.
    assert_eq!(accept(362, 3, "hand"), (lists + 1, "hand".to_owned()));
    assert_eq!(accept(363, 9_999, "the last").1, "one");
    assert_eq!(accept(490, 9_999, "the last").1, "the last");
}

#[test]
fn unknown_message_version_is_rejected() {
    let mut other = message(1, 1);
    other.v = 99;
    let error = MessageSequencer::default().accept(other, 0, 0).unwrap_err();
    assert_eq!(error, MessageError::Version { version: 99 });
}

#[test]
fn message_before_first_frame_returns_no_slots() {
    let mut sequencer = MessageSequencer::default();
    let mut early = message(1, 1);
    early.frame_size = FrameSize::default();
    early.slots.clear();
    assert_eq!(sequencer.accept(early, 0, 0), Ok(None));
    assert_eq!(sequencer.remote().refused, 0);
}

/// A message with one value replaced, as JSON.
fn with(pointer: &str, value: Value) -> Vec<u8> {
    let mut json = serde_json::to_value(message(1, 1)).unwrap();
    *json.pointer_mut(pointer).unwrap() = value;
    serde_json::to_vec(&json).unwrap()
}

fn accept_new(payload: &[u8]) -> Result<Option<RemoteSlots>, MessageError> {
    SlotsMessage::read(payload).and_then(|m| MessageSequencer::default().accept(m, 0, 0))
}

#[test]
fn out_of_range_value_rejects_message() {
    let slot = serde_json::to_value(&message(1, 1).slots[0]).unwrap();
    let many: Vec<Value> = (1..=257)
        .map(|index| {
            let mut slot = slot.clone();
            slot["slot"] = json!(index);
            slot
        })
        .collect();
    for (pointer, value, expected) in [
        (
            "/frame_size",
            json!({"width": 60000, "height": 60000}),
            "frame_size",
        ),
        (
            "/frame_size",
            json!({"width": 16385, "height": 1}),
            "frame_size",
        ),
        (
            "/frame_size",
            json!({"width": 640, "height": 0}),
            "frame_size",
        ),
        (
            "/frame_size",
            json!({"width": 0, "height": 0}),
            "frame_size",
        ),
        ("/frame_size/width", json!(-1), "malformed"),
        ("/frame_size/width", json!(1e30), "malformed"),
        ("/seq", json!(0), "seq"),
        ("/seq", json!(-1), "malformed"),
        ("/sent_unix_ns", json!(i64::MIN), "sent_unix_ns"),
        ("/sent_unix_ns", json!(i64::MAX), "sent_unix_ns"),
        ("/frame_age_ns", json!(-1), "frame_age_ns"),
        ("/frame_age_ns", json!(i64::MAX), "frame_age_ns"),
        ("/waiting", json!(u32::MAX), "waiting"),
        ("/slots_max", json!(0), "slots_max"),
        ("/slots_max", json!(257), "slots_max"),
        ("/slots", json!(many), "slot"),
        ("/slots", json!([slot, slot]), "duplicate slot"),
        ("/slots", json!({}), "malformed"),
        ("/slots/0/slot", json!(0), "slot"),
        ("/slots/0/slot", json!(257), "slot"),
        ("/slots/0/state", json!("asleep"), "malformed"),
        ("/slots/0/class_id", json!(-1), "class_id"),
        ("/slots/0/class_id", json!(10_000), "class_id"),
        ("/slots/0/score", json!(-9), "score"),
        ("/slots/0/score", json!(1.5), "score"),
        ("/slots/0/score", json!(null), "malformed"),
        ("/slots/0/x", json!(1e38), "x"),
        ("/slots/0/x", json!(1e300), "x"),
        ("/slots/0/y", json!(-1.1), "y"),
        ("/slots/0/w", json!(1e38), "w"),
        ("/slots/0/w", json!(-5), "w"),
        ("/slots/0/h", json!(2.1), "h"),
        ("/slots/0/vx", json!(-101), "vx"),
        ("/slots/0/vy", json!(1e30), "vy"),
        ("/slots/0/age_ms", json!(3_600_001), "age_ms"),
        ("/slots/0/age_ms", json!(-1), "malformed"),
        ("/slots/0/life_ms", json!(1e10), "malformed"),
        ("/slots/0/track_id", json!(-7), "malformed"),
        ("/v", json!(2), "version"),
    ] {
        let error = accept_new(&with(pointer, value)).unwrap_err();
        let fault = match &error {
            MessageError::Value(value) | MessageError::SlotValue { value, .. } => value.key,
            MessageError::FrameSize { .. } => "frame_size",
            MessageError::DuplicateSlot { slot: 2 } => "duplicate slot",
            MessageError::Malformed { .. } => "malformed",
            MessageError::Version { version: 2 } => "version",
            other => panic!("{pointer}: {other}"),
        };
        assert_eq!(fault, expected, "{pointer}: {error}");
        assert_eq!(error.to_string().lines().count(), 1, "{error}");
    }
    let huge = vec![b' '; crate::protocol::MESSAGE_MAX + 1];
    assert_eq!(
        accept_new(&huge),
        Err(MessageError::TooLarge { size: huge.len() })
    );
    assert!(accept_new(b"\xff\x00").is_err());
    let deep = "[".repeat(100_000);
    assert!(accept_new(deep.as_bytes()).is_err());
}

#[test]
fn rejected_message_is_counted_and_changes_nothing() {
    let mut sequencer = MessageSequencer::default();
    sequencer.accept(message(1, 1), 0, 0).unwrap();
    let mut bad = message(1, 2);
    bad.slots[0].slot = 0;
    sequencer.accept(bad, 0, 0).unwrap_err();
    assert_eq!(sequencer.remote().refused, 1);
    let next = sequencer.accept(message(1, 2), 0, 0).unwrap();
    assert_eq!(next.unwrap().slots.len(), 1);
}

/// Arbitrary numbers, in every form that JSON has.
fn number() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<f64>().prop_map(|v| json!(v)),
        any::<i64>().prop_map(|v| json!(v)),
        any::<u64>().prop_map(|v| json!(v)),
        (-3.0..3.0).prop_map(|v: f64| json!(v)),
        (0u32..400).prop_map(|v| json!(v)),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        6 => number(),
        1 => ".{0,200}".prop_map(|v| json!(v)),
        1 => Just(json!(null)),
        1 => Just(json!([])),
        1 => Just(json!("held")),
    ]
}

const PLACES: [&str; 25] = [
    "/v",
    "/node",
    "/camera",
    "/session",
    "/seq",
    "/frame_seq",
    "/sent_unix_ns",
    "/frame_age_ns",
    "/frame_size/width",
    "/frame_size/height",
    "/waiting",
    "/slots_max",
    "/slots/0/slot",
    "/slots/0/state",
    "/slots/0/track_id",
    "/slots/0/generation",
    "/slots/0/class_id",
    "/slots/0/class",
    "/slots/0/score",
    "/slots/0/x",
    "/slots/0/w",
    "/slots/0/vx",
    "/slots/0/age_ms",
    "/slots/0/life_ms",
    "/slots",
];

proptest! {
    #[test]
    fn accepted_messages_have_only_values_within_range(
        messages in proptest::collection::vec(
            proptest::collection::vec((proptest::sample::select(&PLACES[..]), value()), 0..4),
            1..12,
        ),
        received_ns in any::<i64>(),
        received_unix_ns in any::<i64>(),
    ) {
        let mut sequencer = MessageSequencer::default();
        for (seq, changes) in messages.into_iter().enumerate() {
            let mut json = serde_json::to_value(message(1, seq as u64 + 1)).unwrap();
            for (place, value) in changes {
                if let Some(target) = json.pointer_mut(place) {
                    *target = value;
                }
            }
            let read = SlotsMessage::read(&serde_json::to_vec(&json).unwrap());
            let Ok(Ok(Some(slots))) =
                read.map(|m| sequencer.accept(m, received_ns, received_unix_ns))
            else {
                continue;
            };
            prop_assert!(slots.frame_size.is_usable());
            prop_assert!(slots.classes.len() <= 10_000);
            for slot in &slots.slots {
                prop_assert!(slot.index < 256);
                prop_assert!((slot.class_id as usize) < slots.classes.len());
                prop_assert!((0.0..=1.0).contains(&slot.score));
                let BBox { x, y, w, h } = slot.bbox;
                prop_assert!([x, y].iter().all(|v| (-1.0..=2.0).contains(v)));
                prop_assert!([w, h].iter().all(|v| (0.0..=2.0).contains(v)));
                prop_assert!(slot.velocity.iter().all(|v| v.abs() <= 100.0));
                prop_assert!(slot.age_ns >= 0 && slot.life_ns >= 0);
            }
            for name in slots.classes.iter().chain([&sequencer.remote().node]) {
                prop_assert!(name.chars().count() <= crate::base::printable::NAME_MAX);
                prop_assert!(!name.contains(char::is_control));
            }
        }
    }

    #[test]
    fn arbitrary_bytes_do_not_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        accept_new(&bytes).ok();
        crate::protocol::StateMessage::read(&bytes).ok();
    }
}
