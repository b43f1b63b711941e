//! The promises of the tracker on simulated scenes: ids survive common events in front of
//! a camera.

mod crowd;

use super::*;
use crate::base::clock::NS_PER_MS;
use crate::flow::FrameSize;

const SIZE: FrameSize = FrameSize::new(1920, 1080);
const PERSON: u32 = 0;

fn tracker() -> ByteTrack {
    ByteTrack::new(&TrackerSettings {
        confidence: 0.5,
        persistence_ns: NS_PER_S,
        options: Default::default(),
    })
}

/// A person of a third of the frame's height.
fn person(x: f32, y: f32, score: f32) -> Detection {
    Detection {
        class_id: PERSON,
        score,
        bbox: BBox::new(x, y, 0.07, 0.33),
    }
}

fn at_ms(ms: i64) -> FrameMeta {
    FrameMeta {
        capture_ns: NS_PER_S + ms * NS_PER_MS,
        size: SIZE,
    }
}

fn ids(tracks: &[Track]) -> Vec<u64> {
    tracks.iter().map(|t| t.id).collect()
}

/// Shows a standing person every 40 ms from `from` up to and with `to`.
fn stand(tracker: &mut ByteTrack, from: i64, to: i64) -> Vec<u64> {
    let mut last = Vec::new();
    for ms in (from..=to).step_by(40) {
        last = ids(tracker.update(TrackerInput::new(at_ms(ms), &[person(0.5, 0.5, 0.9)])));
    }
    last
}

#[test]
fn two_people_crossing_keep_their_ids() {
    let mut tracker = tracker();
    for frame in 0..100 {
        let walk = 0.006 * frame as f32;
        let (a, b) = (0.2 + walk, 0.8 - walk);
        // One walks nearer to the camera, lower in the picture, and hides the other where
        // they meet.
        let mut seen = vec![person(a, 0.55, 0.9)];
        if (a - b).abs() > 0.03 {
            seen.push(person(b, 0.45, 0.8));
        }
        let tracks = tracker.update(TrackerInput::new(at_ms(frame * 40), &seen));
        for track in tracks {
            let expected = if track.id == 1 { (a, 0.55) } else { (b, 0.45) };
            assert!(track.id <= 2, "frame {frame}: {}", track.id);
            assert!(
                (track.bbox.x - expected.0).abs() < 0.04,
                "frame {frame}: {track:?}"
            );
            assert!(
                (track.bbox.y - expected.1).abs() < 0.04,
                "frame {frame}: {track:?}"
            );
        }
        if seen.len() == 2 && frame > 0 {
            assert_eq!(ids(tracks), [1, 2], "frame {frame}");
        }
    }
}

#[test]
fn weak_detections_keep_a_track_but_never_start_one() {
    let mut tracker = tracker();
    stand(&mut tracker, 0, 200);
    for ms in (240..3000).step_by(40) {
        let seen = [person(0.5, 0.5, 0.15), person(0.1, 0.5, 0.45)];
        assert_eq!(
            ids(tracker.update(TrackerInput::new(at_ms(ms), &seen))),
            [1],
            "at {ms} ms"
        );
    }
    assert!(
        tracker
            .update(TrackerInput::new(at_ms(3000), &[person(0.5, 0.5, 0.09)]))
            .is_empty()
    );
}

#[test]
fn gap_within_the_persistence_keeps_the_id_and_a_longer_one_does_not() {
    for (gap_ms, expected) in [(40, 1), (500, 1), (1000, 1), (1001, 2), (5000, 2)] {
        let mut tracker = tracker();
        stand(&mut tracker, 0, 200);
        assert!(
            tracker
                .update(TrackerInput::new(at_ms(220), &[]))
                .is_empty(),
            "an unseen track is not returned"
        );
        let back = 200 + gap_ms;
        assert_eq!(
            stand(&mut tracker, back, back + 80),
            [expected],
            "gap of {gap_ms} ms"
        );
    }
}

#[test]
fn camera_slower_than_the_persistence_still_tracks() {
    let mut tracker = ByteTrack::new(&TrackerSettings {
        confidence: 0.5,
        persistence_ns: 50 * NS_PER_MS,
        options: Default::default(),
    });
    for frame in 0..20 {
        let tracks = tracker.update(TrackerInput::new(
            at_ms(frame * 200),
            &[person(0.5, 0.5, 0.9)],
        ));
        assert_eq!(ids(tracks), [1], "frame {frame}");
    }
    // Missed in one frame: 400 ms have passed at the next.
    assert!(
        tracker
            .update(TrackerInput::new(at_ms(4000), &[]))
            .is_empty()
    );
    assert!(
        tracker
            .update(TrackerInput::new(at_ms(4200), &[person(0.5, 0.5, 0.9)]))
            .is_empty()
    );
    assert_eq!(
        ids(tracker.update(TrackerInput::new(at_ms(4400), &[person(0.5, 0.5, 0.9)]))),
        [2]
    );
}

#[test]
fn outage_counts_against_the_persistence_once_the_source_is_lost() {
    for (outage_ms, expected) in [(900, 1), (1100, 2)] {
        let mut tracker = tracker();
        stand(&mut tracker, 0, 200);
        tracker.source_lost();
        let back = 200 + outage_ms;
        assert_eq!(
            stand(&mut tracker, back, back + 80),
            [expected],
            "outage of {outage_ms} ms"
        );
    }
}

#[test]
fn changing_frame_rate_keeps_ids_and_velocity() {
    let mut tracker = tracker();
    let mut ms = 0;
    for (step, frames) in [(16, 60), (100, 15), (40, 25), (200, 6), (33, 20)] {
        for _ in 0..frames {
            // 0.05 frame widths and 0.02 frame heights per second.
            let seconds = ms as f32 / 1000.0;
            let seen = [person(0.1 + 0.05 * seconds, 0.4 + 0.02 * seconds, 0.9)];
            let tracks = tracker.update(TrackerInput::new(at_ms(ms), &seen));
            assert_eq!(ids(tracks), [1], "at {ms} ms");
            if ms > 900 {
                let [vx, vy] = tracks[0].velocity;
                assert!((vx - 0.05).abs() < 0.005, "at {ms} ms: {vx}");
                assert!((vy - 0.02).abs() < 0.005, "at {ms} ms: {vy}");
            }
            ms += step;
        }
    }
}

#[test]
fn changed_frame_size_keeps_ids_and_positions() {
    let mut tracker = tracker();
    stand(&mut tracker, 0, 400);
    let narrow = FrameMeta {
        size: FrameSize::new(640, 640),
        ..at_ms(440)
    };
    let tracks = tracker.update(TrackerInput::new(narrow, &[person(0.5, 0.5, 0.9)]));
    assert_eq!(ids(tracks), [1]);
    let bbox = tracks[0].bbox;
    assert!(
        (bbox.x - 0.5).abs() < 1e-3 && (bbox.w - 0.07).abs() < 1e-3,
        "{bbox:?}"
    );
    assert!(tracks[0].velocity[0].abs() < 1e-3);
}

#[test]
fn first_frame_confirms_at_once_and_later_tracks_need_two_frames() {
    let mut tracker = tracker();
    assert_eq!(
        ids(tracker.update(TrackerInput::new(at_ms(0), &[person(0.2, 0.5, 0.9)]))),
        [1]
    );
    // An object that shows for one frame only: never returned, and gets no id.
    let flash = [person(0.2, 0.5, 0.9), person(0.7, 0.5, 0.9)];
    assert_eq!(
        ids(tracker.update(TrackerInput::new(at_ms(40), &flash))),
        [1]
    );
    assert_eq!(
        ids(tracker.update(TrackerInput::new(at_ms(80), &[person(0.2, 0.5, 0.9)]))),
        [1]
    );
    let both = [person(0.2, 0.5, 0.9), person(0.5, 0.5, 0.9)];
    assert_eq!(
        ids(tracker.update(TrackerInput::new(at_ms(120), &both))),
        [1]
    );
    let tracks = tracker.update(TrackerInput::new(at_ms(160), &both));
    assert_eq!(ids(tracks), [1, 2]);
    assert_eq!(tracks[1].first_seen_ns, at_ms(120).capture_ns);
    assert_eq!(tracks[1].last_seen_ns, at_ms(160).capture_ns);
}

#[test]
fn frame_without_detections_gives_no_tracks() {
    let mut tracker = tracker();
    for frame in 0..10 {
        assert!(
            tracker
                .update(TrackerInput::new(at_ms(frame * 40), &[]))
                .is_empty()
        );
    }
}

#[test]
fn invalid_boxes_are_ignored() {
    let with = |x, y, w, h, score| Detection {
        class_id: 0,
        score,
        bbox: BBox::new(x, y, w, h),
    };
    let seen = [
        with(f32::NAN, 0.5, 0.1, 0.3, 0.9),
        with(0.5, f32::INFINITY, 0.1, 0.3, 0.9),
        with(0.2, 0.5, -0.1, 0.3, 0.9),
        with(0.2, 0.5, 0.1, 0.0, 0.9),
        with(0.2, 0.5, 0.1, f32::NAN, 0.9),
        with(0.2, 0.5, 0.1, 0.3, f32::NAN),
        person(0.5, 0.5, 0.9),
    ];
    let mut tracker = tracker();
    for frame in 0..5 {
        let tracks = tracker.update(TrackerInput::new(at_ms(frame * 40), &seen));
        assert_eq!(ids(tracks), [1]);
        assert!((tracks[0].bbox.x - 0.5).abs() < 1e-6);
    }
}

#[test]
fn class_that_flips_for_a_frame_changes_neither_id_nor_class() {
    let (car, truck) = (2, 7);
    let vehicle = |class_id| Detection {
        class_id,
        ..person(0.5, 0.5, 0.9)
    };
    let mut tracker = tracker();
    for frame in 0..40 {
        let class = if frame % 5 == 4 { truck } else { car };
        let tracks = tracker.update(TrackerInput::new(at_ms(frame * 40), &[vehicle(class)]));
        assert_eq!(
            (ids(tracks), tracks[0].class_id),
            (vec![1], car),
            "frame {frame}"
        );
    }
    // Seen as a truck from now on: the same object changes its class.
    let mut class = car;
    for frame in 40..50 {
        let tracks = tracker.update(TrackerInput::new(at_ms(frame * 40), &[vehicle(truck)]));
        assert_eq!(ids(tracks), [1]);
        class = tracks[0].class_id;
    }
    assert_eq!(class, truck);
}

#[test]
fn person_does_not_become_the_bus_behind() {
    let bus = Detection {
        class_id: 5,
        score: 0.95,
        bbox: BBox::new(0.5, 0.5, 0.5, 0.6),
    };
    let mut tracker = tracker();
    stand(&mut tracker, 0, 400);
    // The person is hidden from the meta the bus is seen.
    for ms in (440..1200).step_by(40) {
        for track in tracker.update(TrackerInput::new(at_ms(ms), &[bus])) {
            assert_eq!((track.id, track.class_id), (2, 5));
        }
    }
}

#[test]
fn objects_of_two_classes_at_one_position_stay_separate() {
    let rider = |x| person(x, 0.5, 0.6);
    let horse = |x| Detection {
        class_id: 17,
        ..person(x, 0.52, 0.9)
    };
    let mut tracker = tracker();
    tracker.update(TrackerInput::new(at_ms(-40), &[rider(0.19), horse(0.19)]));
    for frame in 0..50 {
        let x = 0.2 + 0.01 * frame as f32;
        // The order of a detector's list does not matter.
        let seen = if frame % 2 == 0 {
            [rider(x), horse(x)]
        } else {
            [horse(x), rider(x)]
        };
        let tracks = tracker.update(TrackerInput::new(at_ms(frame * 40), &seen));
        let classes: Vec<_> = tracks.iter().map(|t| (t.id, t.class_id)).collect();
        assert_eq!(classes, [(1, PERSON), (2, 17)], "frame {frame}");
    }
}

#[test]
fn duplicate_of_a_lost_track_is_removed_and_the_longer_history_stays() {
    let mut tracker = tracker();
    stand(&mut tracker, 0, 400);
    // The box jumps aside, so far that a second track starts, and moves back slowly to
    // where the first one was lost.
    let aside = [0.61, 0.61, 0.60, 0.58, 0.56, 0.54, 0.52, 0.51, 0.505];
    let mut shown = Vec::new();
    for (index, x) in aside.into_iter().enumerate() {
        let ms = 440 + 40 * index as i64;
        shown.extend(ids(
            tracker.update(TrackerInput::new(at_ms(ms), &[person(x, 0.5, 0.9)]))
        ));
    }
    assert!(shown.contains(&2), "the scene has no duplicate: {shown:?}");
    assert_eq!(stand(&mut tracker, 800, 1160), [1]);
}

#[test]
fn new_settings_apply_without_losing_a_track() {
    let mut tracker = tracker();
    stand(&mut tracker, 0, 200);
    let weaker = [person(0.5, 0.5, 0.9), person(0.2, 0.5, 0.45)];
    assert_eq!(
        ids(tracker.update(TrackerInput::new(at_ms(240), &weaker))),
        [1]
    );
    tracker.configure(&TrackerSettings {
        confidence: 0.2,
        persistence_ns: NS_PER_S,
        options: Default::default(),
    });
    tracker.update(TrackerInput::new(at_ms(280), &weaker));
    assert_eq!(
        ids(tracker.update(TrackerInput::new(at_ms(320), &weaker))),
        [1, 2]
    );
}
