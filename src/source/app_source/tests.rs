//! Pushed frames, and the frames that the source returns.
#![allow(clippy::unwrap_used)]
use super::*;
use crate::base::shutdown::Shutdown;
use crate::source::api::{FrameOrEnd, Payload, Source, Timestamp};
use crate::source::push::PushSource;
use std::sync::Arc;

const SIZE: FrameSize = FrameSize::new(3, 2);
/// When all frames of these tests were captured.
fn captured_ns() -> i64 {
    static ONCE: std::sync::OnceLock<i64> = std::sync::OnceLock::new();
    *ONCE.get_or_init(now_ns)
}

/// Blue, green, red of the six pixels, top row first.
const PIXELS: [[u8; 3]; 6] = [
    [1, 2, 3],
    [11, 12, 13],
    [21, 22, 23],
    [31, 32, 33],
    [41, 42, 43],
    [51, 52, 53],
];

fn encode(format: PixelFormat, padding: usize, flipped: bool) -> Vec<u8> {
    let mut rows: Vec<&[[u8; 3]]> = PIXELS.chunks(3).collect();
    if flipped {
        rows.reverse();
    }
    let mut bytes = Vec::new();
    for row in rows {
        for &[b, g, r] in row {
            match format {
                PixelFormat::Rgba8 => bytes.extend([r, g, b, 255]),
                PixelFormat::Bgra8 => bytes.extend([b, g, r, 0]),
                PixelFormat::Rgb8 => bytes.extend([r, g, b]),
                PixelFormat::Bgr8 => bytes.extend([b, g, r]),
                PixelFormat::Gray8 => bytes.push(g),
            }
        }
        bytes.resize(bytes.len() + padding, 99);
    }
    bytes.truncate(bytes.len() - padding);
    bytes
}

fn image(bytes: &[u8], format: PixelFormat, padding: usize, flipped: bool) -> Image<'_> {
    Image {
        bytes,
        format,
        size: SIZE,
        stride: 3 * format.bytes() + padding,
        flipped,
        capture_ns: Some(captured_ns()),
    }
}

fn received(source: &mut PushSource) -> Vec<u8> {
    assert_eq!(
        source.grab().unwrap(),
        FrameOrEnd::Frame(Timestamp::Capture(captured_ns()))
    );
    let Payload::Picture(size, bgr) = source.retrieve(vec![8; 5]).unwrap() else {
        panic!("not a picture");
    };
    assert_eq!(size, SIZE);
    bgr
}

#[test]
fn every_format_stride_and_direction_arrives_as_bgr() {
    use PixelFormat::*;
    let app_source = Arc::new(AppSource::default());
    let status = SourceStatus::default();
    let mut source = PushSource::new(Arc::clone(&app_source), &Shutdown::new());
    for format in [Rgba8, Bgra8, Rgb8, Bgr8, Gray8] {
        for (padding, flipped) in [(0, false), (5, false), (0, true), (5, true)] {
            let bytes = encode(format, padding, flipped);
            let image = image(&bytes, format, padding, flipped);
            app_source.push(&image, &status).unwrap();
            let expected: Vec<u8> = match format {
                Gray8 => PIXELS.iter().flat_map(|p| [p[1]; 3]).collect(),
                _ => PIXELS.as_flattened().to_vec(),
            };
            assert_eq!(
                received(&mut source),
                expected,
                "{format:?} {padding} {flipped}"
            );
        }
    }
}

#[test]
fn newest_frame_replaces_older_ones_which_count_as_dropped() {
    let app_source = Arc::new(AppSource::default());
    let status = SourceStatus::default();
    let mut source = PushSource::new(Arc::clone(&app_source), &Shutdown::new());
    for value in 0..4 {
        let bytes = [value; 6];
        let image = image(&bytes, PixelFormat::Gray8, 0, false);
        app_source.push(&image, &status).unwrap();
    }
    assert_eq!(received(&mut source), [3; 18]);
    assert_eq!((status.frames(), status.dropped()), (3, 3));
}

#[test]
fn frame_pushed_before_start_waits_for_its_source() {
    let app_source = Arc::new(AppSource::default());
    let status = SourceStatus::default();
    for value in [1, 2] {
        let bytes = [value; 6];
        app_source.clear();
        let image = image(&bytes, PixelFormat::Gray8, 0, false);
        app_source.push(&image, &status).unwrap();
    }
    let mut source = PushSource::new(app_source, &Shutdown::new());
    assert_eq!(received(&mut source), [2; 18]);
    assert_eq!(status.dropped(), 0, "a cleared frame does not count");
}

#[test]
fn invalid_frames_are_rejected() {
    let app_source = AppSource::default();
    let bytes = [0; 100];
    let good = image(&bytes, PixelFormat::Rgba8, 0, false);
    let push = |image: Image<'_>| app_source.push(&image, &SourceStatus::default());
    let empty = Image {
        size: FrameSize::new(0, 2),
        ..good
    };
    assert_eq!(push(empty), Err(PushError::Size(FrameSize::new(0, 2))));
    let (stride, row) = (11, 12);
    assert_eq!(
        push(Image { stride, ..good }),
        Err(PushError::Stride { stride, row })
    );
    let (needed, actual) = (101, 100);
    assert_eq!(
        push(Image { stride: 89, ..good }),
        Err(PushError::Bytes { needed, actual })
    );
    let vast = Image {
        stride: usize::MAX,
        ..good
    };
    assert!(matches!(push(vast), Err(PushError::Bytes { .. })));
}

#[test]
fn capture_time_of_another_clock_is_rejected() {
    const NOW: i64 = 5000 * NS_PER_S;
    let app_source = AppSource::default();
    let capture_time = |ns| app_source.capture_time(Some(ns), NOW);
    let wall_clock = 1_790_000_000 * NS_PER_S;
    for ns in [
        wall_clock,
        i64::MAX,
        NOW + AHEAD_MAX_NS + 1,
        NOW - AGE_MAX_NS - 1,
        1,
        -1,
        i64::MIN,
    ] {
        let (capture_ns, now_ns) = (ns, NOW);
        assert_eq!(
            capture_time(ns),
            Err(PushError::Time { capture_ns, now_ns })
        );
    }
    // A rejected time does not affect the next frame.
    assert_eq!(
        app_source.capture_time(Some(NOW - AGE_MAX_NS), NOW),
        Ok(NOW - AGE_MAX_NS)
    );
    assert_eq!(app_source.capture_time(None, NOW), Ok(NOW));
    assert_eq!(
        app_source.capture_time(Some(NOW + AHEAD_MAX_NS), NOW),
        Ok(NOW + AHEAD_MAX_NS)
    );
}

#[test]
fn capture_time_that_runs_backwards_is_rejected_until_restart() {
    const NOW: i64 = 5000 * NS_PER_S;
    let app_source = AppSource::default();
    app_source.capture_time(Some(NOW), NOW).unwrap();
    let overtaken = NOW - FRAME_BACKWARDS_MAX_NS;
    assert_eq!(app_source.capture_time(Some(overtaken), NOW), Ok(overtaken));
    let error = app_source
        .capture_time(Some(overtaken - NS_PER_MS), NOW)
        .unwrap_err();
    let capture_ns = overtaken - NS_PER_MS;
    let latest_ns = NOW;
    assert_eq!(
        error,
        PushError::Backwards {
            capture_ns,
            latest_ns
        }
    );
    app_source.clear();
    let old = NOW - 30 * NS_PER_S;
    assert_eq!(app_source.capture_time(Some(old), NOW), Ok(old));
}

#[test]
fn push_errors_state_reason_and_remedy() {
    let (now_ns, latest_ns) = (5000 * NS_PER_S, 5000 * NS_PER_S);
    for (error, words) in [
        (
            PushError::Time {
                capture_ns: now_ns - 61 * NS_PER_S,
                now_ns,
            },
            ["61000 ms ago; now is 5000000000000", "Give 0 for now"],
        ),
        (
            PushError::Time {
                capture_ns: now_ns + 2 * NS_PER_S,
                now_ns,
            },
            ["2000 ms ahead", "rextrack_now_ns"],
        ),
        (
            PushError::Backwards {
                capture_ns: latest_ns - 1001 * NS_PER_MS,
                latest_ns,
            },
            ["1001 ms before the latest frame", "give 0 for now"],
        ),
    ] {
        let text = error.to_string();
        assert!(words.iter().all(|word| text.contains(word)), "{text}");
    }
}
