//! Moving shapes on a still background.
#![allow(clippy::unwrap_used)]
use super::*;
use crate::config::ClassRef;

const SIZE: FrameSize = FrameSize::new(640, 360);

fn settings() -> DetectSettings {
    DetectSettings {
        min_score: 0.1,
        iou: 0.45,
        classes: Vec::new(),
        roi: None,
    }
}

/// A dark, slightly noisy floor with a bright square of 60 pixels on it.
fn frame(seq: u64, size: FrameSize, square: Option<(u32, u32)>) -> Frame {
    let mut rng = fastrand::Rng::with_seed(seq);
    let mut bgr: Vec<u8> = (0..size.width * size.height * 3)
        .map(|_| 40 + rng.u8(0..6))
        .collect();
    if let Some((left, top)) = square {
        for y in top..top + 60 {
            let start = ((y * size.width + left) * 3) as usize;
            bgr[start..start + 180].fill(200);
        }
    }
    Frame {
        seq,
        capture_ns: 1 + seq as i64 * 40_000_000,
        arrival_ns: 0,
        decode_ns: 0,
        size,
        bgr,
        precomputed: None,
    }
}

/// The square moves right by 6 pixels a frame, from frame 20 on.
fn film(settings: &DetectSettings, frames: u64) -> Vec<(u32, Vec<Detection>)> {
    let mut detector = MotionDetector::new(Device::Auto, settings).unwrap();
    let mut seen = Vec::new();
    for seq in 0..frames {
        let left = 20 + 6 * u32::try_from(seq.saturating_sub(20)).unwrap();
        let mut out = vec![];
        let square = (seq >= 20).then_some((left, 100));
        detector
            .detect(&frame(seq, SIZE, square), &mut out)
            .unwrap();
        seen.push((left, out));
    }
    seen
}

#[test]
fn moving_square_is_found_at_its_position() {
    let seen = film(&settings(), 60);
    for (seq, (left, found)) in seen.iter().enumerate() {
        if seq < 20 {
            assert_eq!(found.len(), 0, "nothing moves in frame {seq}");
            continue;
        }
        assert_eq!(found.len(), 1, "frame {seq}: {found:?}");
        let [l, t, r, b] = found[0].bbox.ltrb();
        let left = *left as f32;
        let truth = [
            left / 640.0,
            100.0 / 360.0,
            (left + 60.0) / 640.0,
            160.0 / 360.0,
        ];
        for (a, b) in [l, t, r, b].into_iter().zip(truth) {
            assert!(
                (a - b).abs() < 0.03,
                "frame {seq}: {:?}, not {truth:?}",
                found[0]
            );
        }
        assert!(found[0].score > 0.8, "frame {seq}: {:?}", found[0]);
    }
}

#[test]
fn object_at_rest_becomes_background_after_the_same_time_at_any_frame_rate() {
    let size = FrameSize::new(200, 150);
    for fps in [2, 10] {
        let mut detector = MotionDetector::new(Device::Cpu, &settings()).unwrap();
        let mut out = Vec::new();
        for seq in 0..60 * fps {
            let mut frame = frame(seq % 7, size, (seq >= 20).then_some((70, 40)));
            frame.capture_ns = 1 + (seq * 1_000_000_000 / fps) as i64;
            detector.detect(&frame, &mut out).unwrap();
            let standing_s = seq.saturating_sub(20) / fps;
            if (1..20).contains(&standing_s) {
                assert_eq!(out.len(), 1, "{fps} fps, after {standing_s} s");
            } else if standing_s > 45 {
                assert!(out.is_empty(), "{fps} fps, after {standing_s} s: {out:?}");
            }
        }
    }
}

#[test]
fn same_video_gives_the_same_detections() {
    assert_eq!(film(&settings(), 40), film(&settings(), 40));
}

#[test]
fn region_limits_detections_and_keeps_coordinates_of_the_frame() {
    let right_half = DetectSettings {
        roi: Some([0.5, 0.0, 1.0, 1.0]),
        ..settings()
    };
    let seen = film(&right_half, 90);
    let (left, found) = &seen[30];
    assert!(
        found.is_empty(),
        "at {left} the square is outside: {found:?}"
    );
    let (left, found) = &seen[80];
    assert_eq!(found.len(), 1);
    let truth = (*left as f32 + 30.0) / 640.0;
    assert!(
        (found[0].bbox.x - truth).abs() < 0.03,
        "{found:?}, not {truth}"
    );
}

#[test]
fn light_that_is_switched_on_is_not_an_object() {
    let mut detector = MotionDetector::new(Device::Cpu, &settings()).unwrap();
    let mut out = Vec::new();
    for seq in 0..60 {
        let mut frame = frame(seq, SIZE, None);
        if seq >= 30 {
            frame.bgr.iter_mut().for_each(|v| *v += 100);
        }
        detector.detect(&frame, &mut out).unwrap();
        assert!(out.is_empty(), "frame {seq}: {out:?}");
    }
}

#[test]
fn changed_frame_size_restarts_learning() {
    let mut detector = MotionDetector::new(Device::Cpu, &settings()).unwrap();
    let mut out = Vec::new();
    for seq in 0..40 {
        let size = if seq < 20 {
            SIZE
        } else {
            FrameSize::new(320, 240)
        };
        detector.detect(&frame(seq, size, None), &mut out).unwrap();
        assert!(out.is_empty());
    }
}

#[test]
fn overlapping_blobs_become_one() {
    let blob = |l, r| Blob {
        ltrb: [l, 0, r, 10],
        area: 10,
    };
    // The first and the last meet only through the middle one.
    let mut blobs = vec![blob(0, 10), blob(18, 30), blob(50, 60), blob(9, 20)];
    join_overlapping(&mut blobs);
    assert_eq!(
        blobs,
        [
            Blob {
                ltrb: [0, 0, 30, 10],
                area: 30
            },
            blob(50, 60)
        ]
    );
}

#[test]
fn gpu_and_unknown_classes_are_rejected() {
    let gpu = MotionDetector::new(Device::Cuda(0), &settings());
    assert!(matches!(
        gpu.err(),
        Some(DetectError::Device {
            device: Device::Cuda(0),
            ..
        })
    ));
    let person = DetectSettings {
        classes: vec![ClassRef::Name("person".into())],
        ..settings()
    };
    let unknown = MotionDetector::new(Device::Cpu, &person);
    assert!(matches!(
        unknown.err(),
        Some(DetectError::UnknownClass { .. })
    ));
}
