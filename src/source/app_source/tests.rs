//! Frames of a host, as pushed and as the source gives them.
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
fn the_newest_frame_wins_and_the_others_are_counted() {
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
fn a_frame_may_come_before_its_source_and_waits_for_it() {
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
    assert_eq!(status.dropped(), 0, "what was cleared was never a frame");
}

#[test]
fn frames_that_cannot_be_are_refused() {
    let app_source = AppSource::default();
    let bytes = [0; 100];
    let good = image(&bytes, PixelFormat::Rgba8, 0, false);
    let refused = |image: Image<'_>| {
        app_source
            .push(&image, &SourceStatus::default())
            .unwrap_err()
            .to_string()
    };
    let empty = Image {
        size: FrameSize::new(0, 2),
        ..good
    };
    assert!(refused(empty).contains("0x2"));
    assert!(refused(Image { stride: 11, ..good }).contains("a row of the frame takes 12"));
    assert!(refused(Image { stride: 89, ..good }).contains("takes 101 bytes, 100 were given"));
    let vast = Image {
        stride: usize::MAX,
        ..good
    };
    refused(vast);
}

#[test]
fn times_of_another_clock_are_refused_with_the_remedy() {
    const NOW: i64 = 5000 * NS_PER_S;
    let app_source = AppSource::default();
    let refused = |ns| app_source.stamp(Some(ns), NOW).unwrap_err().to_string();
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
        let text = refused(ns);
        for part in [
            &format!("capture_ns is {ns}, "),
            "now is 5000000000000",
            "Give 0 for now",
            "rextrack_now_ns",
        ] {
            assert!(text.contains(part), "no {part:?} in {text}");
        }
    }
    assert!(refused(NOW - 61 * NS_PER_S).contains("which is 61000 ms ago"));
    assert!(refused(NOW + 2 * NS_PER_S).contains("which is 2000 ms ahead"));
    // None of them changed what the next frame is measured against.
    assert_eq!(
        app_source.stamp(Some(NOW - AGE_MAX_NS), NOW),
        Ok(NOW - AGE_MAX_NS)
    );
    assert_eq!(app_source.stamp(None, NOW), Ok(NOW));
    assert_eq!(
        app_source.stamp(Some(NOW + AHEAD_MAX_NS), NOW),
        Ok(NOW + AHEAD_MAX_NS)
    );
}

#[test]
fn times_that_run_backwards_are_refused_until_the_source_is_started_again() {
    const NOW: i64 = 5000 * NS_PER_S;
    let app_source = AppSource::default();
    app_source.stamp(Some(NOW), NOW).unwrap();
    let overtaken = NOW - FRAME_BACKWARDS_MAX_NS;
    assert_eq!(app_source.stamp(Some(overtaken), NOW), Ok(overtaken));
    let error = app_source
        .stamp(Some(overtaken - NS_PER_MS), NOW)
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("1001 ms before that of the frame"),
        "{error}"
    );
    app_source.clear();
    let old = NOW - 30 * NS_PER_S;
    assert_eq!(app_source.stamp(Some(old), NOW), Ok(old));
}
