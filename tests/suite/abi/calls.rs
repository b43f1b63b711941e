//! Arguments: NULL, text, buffers, struct sizes, messages.

use std::ptr::{null, null_mut};

use rextrack::internals::ffi::*;
use serde_json::json;

use super::handle::*;

#[test]
fn versions_and_status_texts_are_available() {
    assert_eq!(text(rextrack_version_string()), env!("CARGO_PKG_VERSION"));
    assert_eq!(rextrack_abi_version(), REXTRACK_ABI_VERSION);
    assert_eq!(text(rextrack_status_string(0)), "ok");
    assert_eq!(text(rextrack_status_string(12345)), "unknown status");
    let before = rextrack_now_ns();
    assert!(rextrack_now_ns() >= before);
}

#[test]
fn null_arguments_are_rejected() {
    let mut handle = null_mut();
    let mut length = 0;
    let (mut snapshot, mut stats) = (sized(), RextrackStats::default());
    unsafe {
        assert_eq!(
            rextrack_create(REXTRACK_ABI_VERSION, null(), &mut handle),
            ARGUMENT
        );
        assert_eq!(
            rextrack_create(REXTRACK_ABI_VERSION, c"{}".as_ptr(), null_mut()),
            ARGUMENT
        );
        assert_eq!(rextrack_start(null_mut()), ARGUMENT);
        assert_eq!(rextrack_stop(null_mut()), ARGUMENT);
        assert_eq!(rextrack_destroy(null_mut()), OK);
        assert_eq!(rextrack_set_config(null_mut(), c"{}".as_ptr()), ARGUMENT);
        assert_eq!(
            rextrack_get_config(null(), null_mut(), 0, &mut length),
            ARGUMENT
        );
        assert_eq!(
            rextrack_poll(null(), null_mut(), 56, 0, &mut snapshot),
            ARGUMENT
        );
        assert_eq!(rextrack_wait(null(), 0, 0), ARGUMENT);
        assert_eq!(rextrack_stats(null(), &mut stats), ARGUMENT);
        let (mut event, mut count) = (RextrackEvent::default(), 0);
        assert_eq!(
            rextrack_poll_at(null(), 0, null_mut(), 56, 0, &mut snapshot),
            ARGUMENT
        );
        assert_eq!(
            rextrack_poll_events(null(), &mut event, 56, 1, &mut count),
            ARGUMENT
        );
        let (axis, mut value) = (0, 0.0);
        assert_eq!(
            rextrack_poll_axes(null(), 0, &axis, 1, &mut value, 1, &mut snapshot),
            ARGUMENT
        );
        assert_eq!(rextrack_push_frame(null_mut(), null()), ARGUMENT);
        assert_eq!(rextrack_preview(null(), null_mut()), ARGUMENT);
        assert_eq!(rextrack_info(null(), null_mut(), 0, &mut length), ARGUMENT);
        assert_eq!(rextrack_set_log(9, None, null_mut()), ARGUMENT);
    }
    assert!(last_error().contains("rextrack_set_log: level"));
}

#[test]
fn text_that_is_not_utf_8_is_rejected() {
    let mut out = null_mut();
    let status = unsafe { rextrack_create(REXTRACK_ABI_VERSION, c"{\"\xff\"}".as_ptr(), &mut out) };
    assert_eq!(status, ARGUMENT);
    assert!(last_error().contains("not UTF-8"));
}

#[test]
fn last_error_is_per_thread() {
    unsafe { rextrack_start(null_mut()) };
    assert!(last_error().contains("rextrack_start"));
    std::thread::spawn(|| {
        assert_eq!(last_error(), "");
        unsafe { rextrack_stop(null_mut()) };
        assert!(last_error().contains("rextrack_stop"));
    })
    .join()
    .unwrap();
    assert!(last_error().contains("rextrack_start"));
    // A buffer that is too small is filled with what fits, and closed.
    let mut short = [1u8; 5];
    let full = unsafe { rextrack_last_error(short.as_mut_ptr().cast(), short.len()) };
    assert!(full > 5);
    assert_eq!(&short, b"rext\0");
}

#[test]
fn small_buffer_reports_the_required_length() {
    let config = json!({"camera": {"stream": "a.mp4"}, "tracking": {"model": "builtin:motion"}});
    let pipeline = Handle::create(&config).unwrap();
    let mut buffer = [1u8; 8];
    let mut length = 0;
    let pointer = buffer.as_mut_ptr().cast();
    let status = unsafe { rextrack_get_config(pipeline.0, pointer, buffer.len(), &mut length) };
    assert_eq!(status, RextrackStatus::RextrackErrBufferTooSmall);
    assert!(length > 100);
    assert_eq!(buffer[7], 0);
}

#[test]
fn struct_size_is_required_and_unknown_fields_stay_unchanged() {
    #[repr(C)]
    struct Newer {
        known: RextrackSnapshot,
        added: u64,
    }
    let config = json!({"camera": {"stream": "a.mp4"}, "tracking": {"model": "builtin:motion"}});
    let pipeline = Handle::create(&config).unwrap();
    let mut unsized_one = RextrackSnapshot::default();
    let status = unsafe { rextrack_poll(pipeline.0, null_mut(), 56, 0, &mut unsized_one) };
    assert_eq!(status, ARGUMENT);
    assert!(last_error().contains("struct_size is 0"));
    let mut newer = Newer {
        known: RextrackSnapshot {
            struct_size: size_of::<Newer>() as u32,
            ..Default::default()
        },
        added: 77,
    };
    let pointer = (&raw mut newer).cast();
    assert_eq!(
        unsafe { rextrack_poll(pipeline.0, null_mut(), 56, 0, pointer) },
        OK
    );
    assert_eq!(newer.added, 77, "what the library does not know stays");
    assert_eq!(newer.known.struct_size as usize, size_of::<Newer>());
}

/// What a caller of a later version hands in: more than the library knows.
#[repr(C)]
struct Later<T> {
    known: T,
    added: [u64; 4],
}

#[test]
fn structs_of_newer_callers_are_accepted() {
    let pipeline = pushing(1000);
    let later = size_of::<Later<RextrackImage>>() as u32;
    let pixels = scene(None);
    let pushed = Later {
        known: RextrackFrame {
            struct_size: size_of::<Later<RextrackFrame>>() as u32,
            ..frame(&pixels, rextrack_now_ns() / 40_000_000)
        },
        added: [77; 4],
    };
    let status = unsafe { rextrack_push_frame(pipeline.0, (&raw const pushed).cast()) };
    assert_eq!(status, OK, "{}", last_error());
    while pipeline.stats().frames_processed == 0 {
        std::thread::yield_now();
    }
    let mut stats = Later {
        known: RextrackStats {
            struct_size: size_of::<Later<RextrackStats>>() as u32,
            ..pipeline.stats()
        },
        added: [77; 4],
    };
    let status = unsafe { rextrack_stats(pipeline.0, (&raw mut stats).cast()) };
    assert_eq!((status, stats.added), (OK, [77; 4]));
    assert_eq!(stats.known.frames_processed, 1);
    let mut image = Later {
        known: RextrackImage {
            struct_size: later,
            format: RextrackPixelFormat::RextrackPixelGray8 as u32,
            flags: 0,
            width: 0,
            height: 0,
            reserved: 0,
            data: null_mut(),
            capacity: 0,
            stride: 0,
            frame_seq: 0,
            capture_ns: 0,
        },
        added: [77; 4],
    };
    let status = unsafe { rextrack_preview(pipeline.0, (&raw mut image).cast()) };
    assert_eq!(status, RextrackStatus::RextrackErrBufferTooSmall);
    assert_eq!((image.known.struct_size, image.known.width), (later, 320));
    assert_eq!(image.added, [77; 4]);
}

#[test]
fn slots_of_newer_hosts_are_filled_and_their_own_fields_stay() {
    let pipeline = pushing(1000);
    pipeline.show(&scene(None), first_frame());
    let slots = (1..20).map(|i| pipeline.show(&scene(Some(i * 4)), first_frame() + i as i64));
    let known = slots.last().unwrap();
    let mut newer = [const {
        Later {
            known: EMPTY,
            added: [77; 4],
        }
    }; 3];
    let (array, size) = ((&raw mut newer).cast(), size_of::<Later<RextrackSlot>>());
    let status = unsafe { rextrack_poll(pipeline.0, array, size, 3, null_mut()) };
    assert_eq!(status, OK, "{}", last_error());
    for (newer, known) in newer.iter().zip(&known) {
        assert_eq!((newer.known, newer.added), (*known, [77; 4]));
    }
    let mut events = [const {
        Later {
            known: NO_EVENT,
            added: [77; 4],
        }
    }; 2];
    let (array, size) = ((&raw mut events).cast(), size_of::<Later<RextrackEvent>>());
    let mut count = 0;
    let status = unsafe { rextrack_poll_events(pipeline.0, array, size, 2, &mut count) };
    assert_eq!((status, count), (OK, 2), "{}", last_error());
    assert!(
        events
            .iter()
            .all(|e| e.known.kind > 0 && e.added == [77; 4])
    );
}

const EMPTY: RextrackSlot = unsafe { std::mem::zeroed() };
const NO_EVENT: RextrackEvent = unsafe { std::mem::zeroed() };

#[test]
fn sizes_below_the_first_version_are_rejected() {
    let pipeline = pushing(1000);
    let (mut slot, mut event, mut count) = (EMPTY, NO_EVENT, 0);
    for size in [0, 8, size_of::<RextrackSlot>() - 1] {
        let status = unsafe { rextrack_poll(pipeline.0, &mut slot, size, 1, null_mut()) };
        assert_eq!(status, ARGUMENT);
        assert!(last_error().contains("sizeof(*slots)"), "{}", last_error());
        let status = unsafe { rextrack_poll_at(pipeline.0, 0, &mut slot, size, 1, null_mut()) };
        assert_eq!(status, ARGUMENT);
        let size = size.min(size_of::<RextrackEvent>() - 1);
        let status = unsafe { rextrack_poll_events(pipeline.0, &mut event, size, 1, &mut count) };
        assert_eq!(status, ARGUMENT);
        assert!(last_error().contains("sizeof(*events)"), "{}", last_error());
    }
}
