//! Frames from the host, and previews for it.

use std::ptr::{null, null_mut};

use rextrack::internals::ffi::*;
use serde_json::json;

use super::handle::*;

#[test]
fn pushed_frames_are_tracked_and_reported_as_events() {
    let pipeline = pushing(3_600_000);
    let base = first_frame();
    for number in 0..20 {
        pipeline.show(&scene(None), base + number);
    }
    let mut slots = Vec::new();
    for step in 0..20 {
        slots = pipeline.show(&scene(Some(20 + step as usize * 4)), base + 20 + step);
    }
    let p1 = slots[0];
    assert_eq!((p1.state, p1.generation), (1, 1));
    let centre = (20 + 19 * 4 + 30) as f32 / SIDE as f32;
    assert!((p1.x - centre).abs() < 0.03, "{} {centre}", p1.x);
    let kinds: Vec<u32> = pipeline.events().iter().map(|e| e.kind).collect();
    let entered = RextrackEventKind::RextrackEventEntered as u32;
    assert_eq!(
        kinds.iter().filter(|k| **k == entered).count(),
        1,
        "{kinds:?}"
    );
    assert!(pipeline.events().is_empty(), "each event is returned once");

    // Predicted, it goes on to the right at four pixels every 40 ms.
    let (mut now, mut later) = (sized(), sized());
    let mut moved = [RextrackSlot::default(); 3];
    let poll_at = |t, slots: &mut [RextrackSlot], snapshot: &mut RextrackSnapshot| {
        let pointer = slots.as_mut_ptr();
        assert_eq!(
            unsafe {
                rextrack_poll_at(
                    pipeline.0,
                    t,
                    pointer,
                    size_of::<RextrackSlot>(),
                    slots.len(),
                    snapshot,
                )
            },
            OK
        );
    };
    poll_at(0, &mut moved, &mut now);
    assert_eq!(moved[0].x, pipeline.poll().1[0].x, "the past moves nothing");
    let before = moved[0];
    poll_at(now.capture_ns + 100_000_000, &mut moved, &mut later);
    let way = moved[0].x - before.x;
    assert!((0.8..1.0).contains(&(way / (before.vx * 0.1))), "{way}");
    assert_eq!(moved[0].age_ms, before.age_ms + 100);
}

#[test]
fn reset_slots_empties_and_reassigns_slots() {
    let pipeline = pushing(3_600_000);
    let base = first_frame();
    for number in 0..20 {
        pipeline.show(&scene(None), base + number);
    }
    for step in 0..10 {
        pipeline.show(&scene(Some(100 + 4 * step as usize)), base + 20 + step);
    }
    let (before, slots) = pipeline.poll();
    assert_eq!((slots[0].state, slots[0].generation), (1, 1));
    assert_eq!(unsafe { rextrack_reset_slots(pipeline.0) }, OK);
    let mut seq = before.seq;
    let released = loop {
        pipeline.wait(seq);
        let (snapshot, slots) = pipeline.poll();
        if slots[0].state == 0 {
            assert_eq!(snapshot.frame_seq, before.frame_seq);
            break slots[0];
        }
        // A tick came first.
        seq = snapshot.seq;
    };
    assert_eq!((released.state, released.generation), (0, 1));
    let slots = pipeline.show(&scene(Some(140)), base + 30);
    assert_eq!((slots[0].state, slots[0].generation), (1, 2));
}

#[test]
fn previews_have_the_requested_layout_and_annotation() {
    let pipeline = pushing(1000);
    let mut image = RextrackImage {
        struct_size: size_of::<RextrackImage>() as u32,
        format: RextrackPixelFormat::RextrackPixelBgra8 as u32,
        flags: RextrackFrameFlags::RextrackFrameAnnotated as u32,
        width: 0,
        height: 0,
        reserved: 0,
        data: null_mut(),
        capacity: 0,
        stride: 0,
        frame_seq: 0,
        capture_ns: 0,
    };
    let status = unsafe { rextrack_preview(pipeline.0, &mut image) };
    assert_eq!(status, RextrackStatus::RextrackErrNoFrame);
    let base = first_frame();
    for number in 0..20 {
        pipeline.show(&scene(None), base + number);
    }
    for step in 0..5 {
        pipeline.show(&scene(Some(100 + 4 * step as usize)), base + 20 + step);
    }
    let status = unsafe { rextrack_preview(pipeline.0, &mut image) };
    assert_eq!(status, RextrackStatus::RextrackErrBufferTooSmall);
    assert_eq!((image.width, image.height), (320, 320));
    assert_eq!(image.stride, 320 * 4);
    let mut drawn = vec![0u8; image.stride * image.height as usize];
    image.data = drawn.as_mut_ptr().cast();
    image.capacity = drawn.len();
    assert_eq!(unsafe { rextrack_preview(pipeline.0, &mut image) }, OK);
    assert!(drawn.chunks(4).all(|p| p[3] == 255));
    let mut plain = vec![0u8; drawn.len()];
    image.data = plain.as_mut_ptr().cast();
    image.flags = 0;
    assert_eq!(unsafe { rextrack_preview(pipeline.0, &mut image) }, OK);
    // Blue, green, red of what was pushed as red, green, blue.
    assert_eq!(plain[..4], [100, 110, 90, 255]);
    assert_ne!(drawn, plain);
}

#[test]
fn wrong_capture_time_does_not_affect_later_frames() {
    let pipeline = pushing(1000);
    let pixels = scene(None);
    let wrong = RextrackFrame {
        capture_ns: WALL_CLOCK_NS,
        ..frame(&pixels, 0)
    };
    assert_eq!(unsafe { rextrack_push_frame(pipeline.0, &wrong) }, ARGUMENT);
    let mut latest_ns = 0;
    for _ in 0..5 {
        let asked_ns = rextrack_now_ns();
        // Number 0 is time 0: now.
        pipeline.show(&pixels, 0);
        let captured_ns = pipeline.poll().0.capture_ns;
        assert!(captured_ns >= asked_ns, "{captured_ns} < {asked_ns}");
        assert!(captured_ns <= rextrack_now_ns());
        assert!(captured_ns > latest_ns);
        latest_ns = captured_ns;
    }
}

const WALL_CLOCK_NS: i64 = 1_790_000_000_000_000_000;

/// Pushes a frame until it is in a snapshot, and returns its capture time there. A pipeline
/// that begins drops frames until its model is ready.
fn show_after_begin(pipeline: &Handle, frame: &RextrackFrame) -> i64 {
    let before = pipeline.poll().0.frame_seq;
    loop {
        pipeline.push(frame);
        let seq = pipeline.poll().0.seq;
        unsafe { rextrack_wait(pipeline.0, seq, 20) };
        let (snapshot, _) = pipeline.poll();
        // Another source's frames have another size.
        if snapshot.frame_seq > before && snapshot.frame_width == frame.width {
            return snapshot.capture_ns;
        }
    }
}

/// Asserts that a pipeline that has just begun accepts a time which is too old for the
/// frames before, and then stamps frames with the time now.
fn assert_times_begin_again(pipeline: &Handle, pixels: &[u8]) {
    let old = RextrackFrame {
        capture_ns: rextrack_now_ns() - 20_000_000_000,
        ..frame(pixels, 0)
    };
    let captured_ns = show_after_begin(pipeline, &old);
    // Frames with the same time get times that are 1 ns apart.
    assert!((0..1_000_000).contains(&(captured_ns - old.capture_ns)));
    let asked_ns = rextrack_now_ns();
    let now = RextrackFrame {
        capture_ns: 0,
        ..old
    };
    // A frame that was pushed before may come first.
    let mut captured_ns = 0;
    while captured_ns < asked_ns {
        captured_ns = show_after_begin(pipeline, &now);
    }
    assert!((asked_ns..=rextrack_now_ns()).contains(&captured_ns));
    let refused = unsafe { rextrack_push_frame(pipeline.0, &old) };
    assert_eq!(refused, ARGUMENT, "the time runs backwards again");
    let words = ["before the latest frame", "give 0 for now"];
    for word in words {
        assert!(last_error().contains(word), "{}", last_error());
    }
}

fn assert_wall_clock_is_refused(pipeline: &Handle, pixels: &[u8]) {
    let wrong = RextrackFrame {
        capture_ns: WALL_CLOCK_NS,
        ..frame(pixels, 0)
    };
    assert_eq!(unsafe { rextrack_push_frame(pipeline.0, &wrong) }, ARGUMENT);
    assert!(last_error().contains("now is"), "{}", last_error());
}

#[test]
fn capture_times_begin_again_after_stop_and_start() {
    let pipeline = pushing(1000);
    let pixels = scene(None);
    pipeline.show(&pixels, 0);
    for _ in 0..2 {
        assert_wall_clock_is_refused(&pipeline, &pixels);
        assert_eq!(unsafe { rextrack_stop(pipeline.0) }, OK);
        assert_wall_clock_is_refused(&pipeline, &pixels);
        assert_eq!(unsafe { rextrack_start(pipeline.0) }, OK);
        assert_times_begin_again(&pipeline, &pixels);
    }
}

#[test]
fn capture_times_begin_again_after_change_of_stream() {
    let pipeline = pushing(1000);
    let pixels = scene(None);
    pipeline.show(&pixels, 0);
    for _ in 0..2 {
        assert_wall_clock_is_refused(&pipeline, &pixels);
        let synth = r#"{"camera": {"stream": "synth:people=1,seed=1,size=640x360"}}"#;
        assert_eq!(pipeline.set(synth), OK, "{}", last_error());
        let now = frame(&pixels, 0);
        assert_eq!(unsafe { rextrack_push_frame(pipeline.0, &now) }, ARGUMENT);
        assert!(last_error().contains("not push:"), "{}", last_error());
        let push = r#"{"camera": {"stream": "push:"}}"#;
        assert_eq!(pipeline.set(push), OK, "{}", last_error());
        assert_times_begin_again(&pipeline, &pixels);
    }
}

#[test]
fn invalid_frames_are_rejected() {
    let pipeline = pushing(1000);
    let pixels = scene(None);
    let good = frame(&pixels, 1);
    let refused = |frame: RextrackFrame, word: &str| {
        assert_eq!(unsafe { rextrack_push_frame(pipeline.0, &frame) }, ARGUMENT);
        assert!(last_error().contains(word), "{}", last_error());
    };
    refused(
        RextrackFrame {
            struct_size: 8,
            ..good
        },
        "struct_size",
    );
    refused(
        RextrackFrame {
            data: null(),
            ..good
        },
        "data is NULL",
    );
    refused(RextrackFrame { format: 77, ..good }, "pixel format 77");
    refused(RextrackFrame { width: 0, ..good }, "0x320");
    refused(RextrackFrame { stride: 7, ..good }, "stride is 7");
    refused(
        RextrackFrame {
            stride: usize::MAX,
            ..good
        },
        "stride",
    );
    for capture_ns in [WALL_CLOCK_NS, i64::MAX, i64::MIN, -1] {
        let value = format!("capture_ns is {capture_ns}");
        for word in [value.as_str(), "now is", "Give 0 for now"] {
            refused(RextrackFrame { capture_ns, ..good }, word);
        }
    }
    let film = json!({"camera": {"stream": "a.mp4"}, "tracking": {"model": "builtin:motion"}});
    let other = Handle::create(&film).unwrap();
    assert_eq!(unsafe { rextrack_push_frame(other.0, &good) }, ARGUMENT);
    assert!(last_error().contains("not push:"), "{}", last_error());
}
