//! Time between frames: stalls, ticks, releases, and changes of the source.

use super::super::*;
use super::script::*;
use crate::base::clock::{NS_PER_MS, NS_PER_S};
use crate::flow::{RemoteSlots, SlotState, Snapshot};
use crate::pipeline::{EventKind, PipelineOptions};

#[test]
fn silent_camera_loses_owners_after_four_intervals_but_not_before_250_ms() {
    // Ten frames a second: four intervals are 400 ms. The last frame is at 1000 ms.
    let mut steps = frames_every(0, 100, 11);
    steps.push(idle(3000));
    let run = play(config(""), steps);
    assert_eq!(run.times(EventKind::Entered), [0]);
    assert_eq!(run.times(EventKind::Lost), [1400]);
    assert_eq!(
        run.times(EventKind::Left),
        [2000],
        "1000 ms after it was seen"
    );
    // Fifty a second: four intervals would be 80 ms.
    let mut steps = frames_every(0, 20, 51);
    steps.push(idle(3000));
    let run = play(config(""), steps);
    assert_eq!(run.times(EventKind::Lost), [1250]);
    assert_eq!(run.times(EventKind::Left), [2000]);
}

#[test]
fn held_slots_move_every_40_ms_until_they_are_released() {
    let mut steps = frames_every(0, 100, 11);
    steps.push(idle(3000));
    let run = play(config(""), steps);
    let held = |s: &&Snapshot| s.slots[0].state == SlotState::Held;
    let times: Vec<i64> = (run.snapshots.iter().filter(held))
        .map(|s| (s.capture_ns - START_NS) / NS_PER_MS)
        .collect();
    let expected: Vec<i64> = (0..16).map(|n| 1400 + n * 40).collect();
    assert_eq!(times, expected);
    let published = |s: &Snapshot| s.publish_ns;
    assert!(run.snapshots.iter().map(published).is_sorted());
}

#[test]
fn lost_camera_loses_owners_at_once() {
    let mut steps = frames_every(0, 100, 11);
    steps.push(act(1050, |s| s.source.set_state(SourceState::Lost)));
    steps.push(idle(3000));
    let run = play(config(""), steps);
    assert_eq!(run.times(EventKind::Lost), [1050]);
    assert_eq!(run.times(EventKind::Left), [2000]);
    use SourceState::*;
    assert_eq!(run.sources(), [Live, Lost, Stopped]);
}

#[test]
fn camera_that_returns_within_the_persistence_keeps_its_owners() {
    let mut steps = frames_every(0, 100, 11);
    steps.push(act(1050, |s| s.source.set_state(SourceState::Lost)));
    steps.extend(frames_every(1900, 100, 3));
    let run = play(config(""), steps);
    assert_eq!(run.times(EventKind::Entered), [0]);
    assert_eq!(run.times(EventKind::Found), [1900]);
    let owners = |s: &&Snapshot| s.slots[0].state != SlotState::Empty;
    let owner = |s: &Snapshot| (s.slots[0].track_id, s.slots[0].generation);
    assert!((run.snapshots.iter().filter(owners)).all(|s| owner(s) == (1, 1)));
    // One millisecond later they are new owners.
    let mut steps = frames_every(0, 100, 11);
    steps.extend(frames_every(2001, 100, 3));
    let run = play(config(""), steps);
    assert_eq!(run.times(EventKind::Left)[0], 2000);
    assert_eq!(run.times(EventKind::Entered), [0, 2101]);
}

#[test]
fn busy_machine_delays_ticks_and_releases_nobody_early() {
    let mut steps = frames_every(0, 100, 11);
    steps.push(idle(3000));
    let busy = Duration::from_millis(30);
    let load: StartLoader = Box::new(|c, _, _| load_at_once(c));
    let run = play_with(config(""), steps, busy, load);
    let left = run.times(EventKind::Left);
    assert!(
        (2000..=2070).contains(&left[0]) && left.len() == 1,
        "{left:?}"
    );
}

#[test]
fn file_with_every_frame_has_no_time_between_frames() {
    let every_frame = r#"{"camera": {"stream": "a.avi", "every_frame": true}}"#;
    let mut steps: Vec<_> = (0..4).map(|n| (0, Step::Stamped(n * 100))).collect();
    // The reader takes 20 s for a frame: nothing is released in the meantime.
    steps.push((20_000, Step::Stamped(400)));
    steps.push((20_000, Step::End));
    let run = play_file(every_frame, steps);
    assert!(run.times(EventKind::Lost).is_empty());
    let frames = (run.snapshots.iter()).map(|s| (s.capture_ns - START_NS) / NS_PER_MS);
    // Then the end, and the release when the pipeline stops.
    assert_eq!(
        frames.collect::<Vec<_>>(),
        [0, 100, 200, 300, 400, 400, 400]
    );
    assert!(run.shared.finished.load(Ordering::Acquire));
    use SourceState::*;
    assert_eq!(run.sources(), [Live, Ended, Stopped]);
}

#[test]
fn file_that_ended_releases_its_owners_in_time() {
    let mut steps = frames_every(0, 100, 11);
    steps.push((1050, Step::End));
    steps.push(idle(3000));
    let run = play(config(""), steps);
    assert_eq!(run.times(EventKind::Left), [2000]);
    assert!(run.shared.finished.load(Ordering::Acquire));
    use SourceState::*;
    assert_eq!(run.sources(), [Live, Ended, Stopped]);
}

#[test]
fn reset_empties_the_slots_for_one_snapshot_and_reassigns_them() {
    let mut steps = frames_every(0, 100, 11);
    steps.push(act(1050, |s| s.reset.store(true, Ordering::Release)));
    steps.extend(frames_every(1100, 100, 2));
    let run = play(config(""), steps);
    // No time has passed since the last frame.
    assert_eq!(run.times(EventKind::Left)[0], 1000);
    assert_eq!(run.times(EventKind::Entered), [0, 1100]);
    let last = run.snapshots.iter().rev().nth(1).unwrap();
    assert_eq!((last.slots[0].track_id, last.slots[0].generation), (1, 2));
}

#[test]
fn changed_stream_without_frames_releases_the_old_owners() {
    let mut steps = frames_every(0, 100, 11);
    steps.push(act(1050, |s| {
        set(s, r#"{"camera": {"stream": "synth:seed=7"}}"#);
        s.source.set_state(SourceState::Connecting);
    }));
    steps.push(idle(3000));
    let run = play(config(""), steps);
    assert_eq!(run.times(EventKind::Lost), [1050]);
    assert_eq!(run.times(EventKind::Left), [2000]);
}

#[test]
fn shorter_persistence_applies_to_slots_already_held() {
    let mut steps = frames_every(0, 100, 11);
    let patch = r#"{"tracking": {"object_persistence_ms": 600}}"#;
    steps.push(act(1410, |s| set(s, patch)));
    steps.push(idle(3000));
    let run = play(config(""), steps);
    assert_eq!(run.times(EventKind::Left), [1600]);
}

#[test]
fn changed_tracker_continues_with_new_ids_in_released_slots() {
    let mut steps = frames_every(0, 100, 11);
    steps.push(act(1050, |s| {
        let mut config = PipelineConfig::clone(&s.config());
        config.tracking.tracker = "other".into();
        *s.config.lock() = Arc::new(config);
        s.config_version.fetch_add(1, Ordering::AcqRel);
    }));
    steps.extend(frames_every(1100, 100, 3));
    let run = play(config(""), steps);
    assert_eq!(run.times(EventKind::Left)[0], 1000, "at once");
    assert_eq!(run.times(EventKind::Entered), [0, 1100]);
    let last = run.snapshots.iter().rev().nth(1).unwrap();
    let slot = last.slots[0];
    assert_eq!(
        (slot.track_id, slot.generation),
        (2, 2),
        "no id is used twice"
    );
}

#[test]
fn frame_rate_is_smoothed_and_ignores_a_gap() {
    let mut steps = frames_every(0, 100, 20);
    steps.extend(frames_every(60_000, 100, 20));
    let run = play(config(""), steps);
    let measured = run.shared.measured.lock();
    assert_eq!(measured.interval_ns, 100 * NS_PER_MS);
    assert_eq!(measured.frames, 40);
    assert_eq!(measured.last_ns - measured.first_ns, 61_900 * NS_PER_MS);
}

#[test]
fn delayed_source_is_ticked_in_its_own_time() {
    // Every frame arrives five seconds after it was captured.
    let mut steps: Vec<_> = (0..11)
        .map(|n| (5000 + n * 100, Step::Stamped(n * 100)))
        .collect();
    steps.push((6500, Step::Stamped(1500)));
    steps.push((6600, Step::Stamped(1600)));
    steps.push(idle(9000));
    let run = play(config(""), steps);
    // Silent from 1000 to 1500, and again from 1600 on.
    assert_eq!(run.times(EventKind::Lost), [1400, 2000]);
    assert_eq!(run.times(EventKind::Found), [1500]);
    assert_eq!(run.times(EventKind::Left), [2600]);
    let times = run.snapshots.iter().map(|s| s.capture_ns);
    assert!(times.is_sorted());
}

#[test]
fn new_source_starts_with_its_own_time_base() {
    // A file that was read faster than it plays is an hour ahead of the clock.
    let mut steps: Vec<_> = (0..5)
        .map(|n| (n, Step::Stamped(3_600_000 + n * 100)))
        .collect();
    steps.extend(frames_every(100, 100, 12));
    steps.push(idle(5000));
    let run = play(config(""), steps);
    let live = run.snapshots.iter().filter(|s| s.frame_seq > 5);
    let times: Vec<i64> = live
        .map(|s| (s.capture_ns - START_NS) / NS_PER_MS)
        .collect();
    assert_eq!(times[..3], [100, 200, 300], "{times:?}");
    let left = run.times(EventKind::Left);
    assert_eq!(
        left,
        [100, 2200],
        "at once, and 1000 ms after the last frame"
    );
    // The slot is empty once before it is assigned again.
    assert_eq!(run.times(EventKind::Entered)[1], 200);
    let ids = run.events.iter().filter(|e| e.kind == EventKind::Entered);
    let ids: Vec<_> = ids.map(|e| (e.track_id, e.generation)).collect();
    assert_eq!(ids, [(1, 1), (2, 2)]);
}

#[test]
fn remote_slots_keep_their_times_and_never_run_backwards() {
    let shared = Arc::new(Shared::new(config(""), PipelineOptions::default()));
    let mut chain = shared.chain.lock();
    let remote = RemoteSlots {
        frame_size: SIZE,
        ..RemoteSlots::default()
    };
    let times = [5, 7, 6, 7].map(|s| {
        chain
            .apply_remote(1, s * NS_PER_S, &remote, 0)
            .normalized
            .capture_ns
    });
    // The third message arrives out of order.
    assert_eq!(times[..2], [5 * NS_PER_S, 7 * NS_PER_S]);
    assert_eq!(times[2..], [7 * NS_PER_S + 1, 7 * NS_PER_S + 2]);
}

#[test]
fn camera_with_every_frame_is_ticked_like_any_other() {
    let camera = r#"{"camera": {"stream": "rtsp://camera/", "every_frame": true}}"#;
    let mut steps = frames_every(0, 100, 11);
    steps.push(idle(3000));
    let run = play_file(camera, steps);
    assert_eq!(run.times(EventKind::Left), [2000]);
}
