//! Random crowds.

use super::super::*;
use super::{PERSON, at_ms, tracker};
use proptest::prelude::*;

/// A crowd that walks about, with misses and jitter.
fn crowd(people: usize, frames: i64, seed: u64) -> Vec<(FrameMeta, Vec<Detection>)> {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut places: Vec<[f32; 4]> = (0..people)
        .map(|_| {
            let mut spread = |by: f32| (random.f32() - 0.5) * by;
            [
                0.5 + spread(1.0),
                0.5 + spread(1.0),
                spread(0.004),
                spread(0.004),
            ]
        })
        .collect();
    let frame = |frame: i64| {
        let mut seen = Vec::new();
        for [x, y, vx, vy] in &mut places {
            (*x, *y) = (*x + *vx, *y + *vy);
            let mut jitter = || (random.f32() - 0.5) * 0.004;
            let bbox = BBox::new(*x + jitter(), *y + jitter(), 0.02, 0.08);
            if random.f32() > 0.1 {
                seen.push(Detection {
                    class_id: PERSON,
                    score: 0.05 + 0.95 * random.f32(),
                    bbox,
                });
            }
        }
        (at_ms(frame * 33), seen)
    };
    (0..frames).map(frame).collect()
}

#[test]
fn crowd_of_three_hundred_is_tracked() {
    let mut tracker = tracker();
    let mut seen = 0;
    for (meta, detections) in crowd(300, 30, 3) {
        seen = tracker.update(TrackerInput::new(meta, &detections)).len();
    }
    assert!(seen > 200, "only {seen} tracks");
}

#[test]
fn same_detections_give_the_same_tracks() {
    let run = || {
        let mut tracker = tracker();
        let scene = crowd(60, 60, 5);
        scene
            .iter()
            .map(|(m, d)| tracker.update(TrackerInput::new(*m, d)).to_vec())
            .collect::<Vec<_>>()
    };
    assert_eq!(run(), run());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn ids_are_ascending_and_without_gaps(
        seed in any::<u64>(), people in 0usize..30, step in 0i64..2000,
    ) {
        let mut tracker = tracker();
        let mut highest = 0;
        for (index, (_, detections)) in crowd(people, 25, seed).into_iter().enumerate() {
            let meta = at_ms(index as i64 * step);
            let tracks = tracker.update(TrackerInput::new(meta, &detections));
            prop_assert!(tracks.windows(2).all(|pair| pair[0].id < pair[1].id), "{tracks:?}");
            for track in tracks {
                prop_assert!(track.id <= highest + 1, "an id was skipped");
                highest = highest.max(track.id);
                prop_assert_eq!(track.last_seen_ns, meta.capture_ns);
                prop_assert!(track.first_seen_ns <= track.last_seen_ns);
                let BBox { x, y, w, h } = track.bbox;
                let numbers = [x, y, w, h, track.velocity[0], track.velocity[1]];
                prop_assert!(numbers.iter().all(|v| v.is_finite()) && w > 0.0 && h > 0.0);
            }
        }
    }
}
