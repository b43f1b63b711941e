//! The C ABI as a host uses it, through its functions alone.
#![allow(clippy::unwrap_used)]
#![allow(unsafe_code)] // The ABI is unsafe by nature.
#![allow(clippy::undocumented_unsafe_blocks)]

use crate::support;

use std::ffi::{CStr, CString, c_char};
use std::net::TcpListener;
use std::path::Path;
use std::ptr::{null, null_mut};
use std::time::{Duration, Instant};

use rextrack::ffi::*;
use serde_json::{Value, json};

const OK: RextrackStatus = RextrackStatus::RextrackOk;
const ARGUMENT: RextrackStatus = RextrackStatus::RextrackErrInvalidArgument;
const CONFIG: RextrackStatus = RextrackStatus::RextrackErrConfig;

/// What an end may take on a busy machine: more than the 2 s that are promised, less
/// than the 5 s for which a camera that says nothing would be waited for.
const END_MAX: Duration = Duration::from_secs(4);

/// A handle that is destroyed whatever happens.
struct Handle(*mut RextrackPipeline);

impl Drop for Handle {
    fn drop(&mut self) {
        assert_eq!(unsafe { rextrack_destroy(self.0) }, OK);
    }
}

impl Handle {
    fn create(config: &Value) -> Result<Self, (RextrackStatus, String)> {
        let text = CString::new(config.to_string()).unwrap();
        let mut out = null_mut();
        match unsafe { rextrack_create(text.as_ptr(), &mut out) } {
            OK => Ok(Self(out)),
            status => {
                assert!(out.is_null());
                Err((status, last_error()))
            }
        }
    }

    fn set(&self, patch: &str) -> RextrackStatus {
        let patch = CString::new(patch).unwrap();
        unsafe { rextrack_set_config(self.0, patch.as_ptr()) }
    }

    fn config(&self, include_secrets: i32) -> Value {
        let mut length = 0;
        let ask = |buffer, capacity, length| unsafe {
            rextrack_get_config_ex(self.0, include_secrets, buffer, capacity, length)
        };
        assert_eq!(ask(null_mut(), 0, &mut length), OK);
        let mut text = vec![0u8; length + 1];
        assert_eq!(ask(text.as_mut_ptr().cast(), text.len(), null_mut()), OK);
        let text = CStr::from_bytes_until_nul(&text).unwrap();
        serde_json::from_slice(text.to_bytes()).unwrap()
    }

    fn poll(&self) -> (RextrackSnapshot, Vec<RextrackSlot>) {
        let mut slots = vec![RextrackSlot::default(); 32];
        let mut snapshot = sized();
        let status =
            unsafe { rextrack_poll(self.0, slots.as_mut_ptr(), slots.len(), &mut snapshot) };
        assert_eq!(status, OK);
        slots.truncate(snapshot.slot_count as usize);
        (snapshot, slots)
    }

    fn wait(&self, after: u64) -> RextrackStatus {
        unsafe { rextrack_wait(self.0, after, 10_000) }
    }

    fn stats(&self) -> RextrackStats {
        let mut stats = RextrackStats {
            struct_size: size_of::<RextrackStats>() as u32,
            ..Default::default()
        };
        assert_eq!(unsafe { rextrack_stats(self.0, &mut stats) }, OK);
        stats
    }

    /// Waits snapshot by snapshot until one is as wanted.
    fn until(&self, wanted: impl Fn(&RextrackSnapshot, &[RextrackSlot]) -> bool) {
        let mut seq = 0;
        loop {
            assert_eq!(self.wait(seq), OK, "{}", last_error());
            let (snapshot, slots) = self.poll();
            if wanted(&snapshot, &slots) {
                return;
            }
            seq = snapshot.seq;
        }
    }
}

fn sized() -> RextrackSnapshot {
    RextrackSnapshot {
        struct_size: size_of::<RextrackSnapshot>() as u32,
        ..Default::default()
    }
}

fn last_error() -> String {
    let length = unsafe { rextrack_last_error(null_mut(), 0) };
    let mut text = vec![0u8; length + 1];
    unsafe { rextrack_last_error(text.as_mut_ptr().cast(), text.len()) };
    let text = CStr::from_bytes_until_nul(&text).unwrap();
    text.to_str().unwrap().to_owned()
}

fn text(pointer: *const c_char) -> String {
    unsafe { CStr::from_ptr(pointer) }
        .to_str()
        .unwrap()
        .to_owned()
}

/// A pipeline that sees what moves in a film.
fn motion(film: &Path) -> Value {
    json!({
        "camera": {"stream": film, "every_frame": true},
        "tracking": {"model": "builtin:motion", "objects_max": 4},
    })
}

#[test]
fn versions_and_texts_are_there() {
    assert_eq!(text(rextrack_version_string()), env!("CARGO_PKG_VERSION"));
    assert_eq!(rextrack_abi_version() >> 16, 0);
    assert_eq!(text(rextrack_status_string(0)), "ok");
    assert_eq!(text(rextrack_status_string(12345)), "unknown status");
    let before = rextrack_now_ns();
    assert!(rextrack_now_ns() >= before);
}

#[test]
fn null_is_an_error_and_never_a_crash() {
    let mut handle = null_mut();
    let mut length = 0;
    let (mut snapshot, mut stats) = (sized(), RextrackStats::default());
    unsafe {
        assert_eq!(rextrack_create(null(), &mut handle), ARGUMENT);
        assert_eq!(rextrack_create(c"{}".as_ptr(), null_mut()), ARGUMENT);
        assert_eq!(rextrack_start(null_mut()), ARGUMENT);
        assert_eq!(rextrack_stop(null_mut()), ARGUMENT);
        assert_eq!(rextrack_destroy(null_mut()), OK);
        assert_eq!(rextrack_set_config(null_mut(), c"{}".as_ptr()), ARGUMENT);
        assert_eq!(
            rextrack_get_config(null(), null_mut(), 0, &mut length),
            ARGUMENT
        );
        assert_eq!(
            rextrack_poll(null(), null_mut(), 0, &mut snapshot),
            ARGUMENT
        );
        assert_eq!(rextrack_wait(null(), 0, 0), ARGUMENT);
        assert_eq!(rextrack_stats(null(), &mut stats), ARGUMENT);
        let (mut event, mut count) = (RextrackEvent::default(), 0);
        assert_eq!(
            rextrack_poll_at(null(), 0, null_mut(), 0, &mut snapshot),
            ARGUMENT
        );
        assert_eq!(
            rextrack_poll_events(null(), &mut event, 1, &mut count),
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
fn create_names_each_key_at_fault() {
    let wrong = json!({
        "camera": {"stream": "a.mp4"},
        "tracking": {"model": "builtin:motion", "confidence": 1.5, "iou": -1},
    });
    let (status, message) = Handle::create(&wrong).err().unwrap();
    assert_eq!(status, CONFIG);
    assert!(message.contains("tracking.confidence: must be within 0..1, got 1.5"));
    assert!(message.contains("tracking.iou: "), "{message}");

    let (status, message) = Handle::create(&json!({"camera": {"strem": "a"}}))
        .err()
        .unwrap();
    assert_eq!(status, CONFIG);
    assert!(message.contains("camera.strem"), "{message}");

    let missing = json!({"camera": {"stream": "a.mp4"}, "tracking": {"model": "no_such"}});
    let (status, message) = Handle::create(&missing).err().unwrap();
    assert_eq!(status, RextrackStatus::RextrackErrModel);
    assert!(message.contains("no_such"), "{message}");
}

#[test]
fn text_that_is_not_utf_8_is_refused() {
    let mut out = null_mut();
    let status = unsafe { rextrack_create(c"{\"\xff\"}".as_ptr(), &mut out) };
    assert_eq!(status, ARGUMENT);
    assert!(last_error().contains("not UTF-8"));
}

#[test]
fn messages_belong_to_threads() {
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
fn a_film_is_tracked_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let film = folder.path().join("walk.avi");
    support::film(&film, 100);
    let pipeline = Handle::create(&motion(&film)).unwrap();
    assert_eq!(pipeline.wait(0), RextrackStatus::RextrackErrNotRunning);
    assert_eq!(pipeline.poll().0.seq, 0);
    unsafe {
        assert_eq!(rextrack_start(pipeline.0), OK);
        assert_eq!(rextrack_start(pipeline.0), OK);
    }
    pipeline.until(|snapshot, slots| {
        assert_eq!(snapshot.slot_count, 4);
        if snapshot.frame_seq < 90 {
            return false;
        }
        // The square's centre, 20 + 2 * 90 + 20 pixels of 320, within 3 %.
        let expected = (40 + 2 * (snapshot.frame_seq - 1)) as f32 / 320.0;
        let p1 = slots[0];
        assert_eq!((p1.state, p1.generation, snapshot.active_count), (1, 1, 1));
        assert!((p1.x - expected).abs() < 0.03, "{} {expected}", p1.x);
        assert!((p1.y - 0.5).abs() < 0.03);
        // Two pixels a frame at 25 frames a second.
        assert!((p1.vx - 50.0 / 320.0).abs() < 0.03, "{}", p1.vx);
        assert_eq!((snapshot.frame_width, snapshot.frame_height), (320, 240));
        true
    });
    loop {
        let (snapshot, _) = pipeline.poll();
        match pipeline.wait(snapshot.seq) {
            OK => {}
            status => {
                assert_eq!(status, RextrackStatus::RextrackErrEnded, "{}", last_error());
                break;
            }
        }
    }
    let stats = pipeline.stats();
    assert_eq!((stats.frames_in, stats.frames_processed), (100, 100));
    assert_eq!(stats.dropped, 0);
    unsafe {
        assert_eq!(rextrack_stop(pipeline.0), OK);
        assert_eq!(rextrack_stop(pipeline.0), OK);
    }
    let (snapshot, slots) = pipeline.poll();
    assert_eq!(snapshot.source_state, 0);
    assert!(slots.iter().all(|s| s.state == 0));
    // Started again it goes on with the same counts.
    assert_eq!(unsafe { rextrack_start(pipeline.0) }, OK);
    pipeline.until(|_, slots| slots[0].state == 1 && slots[0].generation == 2);
}

#[test]
fn a_patch_applies_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let film = folder.path().join("walk.avi");
    support::film(&film, 30);
    let pipeline = Handle::create(&motion(&film)).unwrap();
    assert_eq!(pipeline.set(r#"{"tracking": {"confidence": 0.5}}"#), OK);
    assert_eq!(pipeline.config(0)["tracking"]["confidence"], 0.5);
    let mixed = r#"{"tracking": {"confidence": 0.7, "objects_max": 0}}"#;
    assert_eq!(pipeline.set(mixed), CONFIG);
    assert!(last_error().contains("tracking.objects_max"));
    assert_eq!(pipeline.set("[]"), CONFIG);
    assert_eq!(pipeline.set("{"), CONFIG);
    assert_eq!(pipeline.config(0)["tracking"]["confidence"], 0.5);
    // null gives a key its default back.
    assert_eq!(pipeline.set(r#"{"tracking": {"confidence": null}}"#), OK);
    assert_eq!(pipeline.config(0)["tracking"]["confidence"], 0.25);
}

#[test]
fn passwords_are_shown_only_when_asked_for() {
    let stream = "rtsp://admin:s3cret@192.0.2.1/live";
    let config = json!({"camera": {"stream": stream}, "tracking": {"model": "builtin:motion"}});
    let pipeline = Handle::create(&config).unwrap();
    let shown = pipeline.config(0);
    assert!(!shown.to_string().contains("s3cret"), "{shown}");
    assert_eq!(pipeline.config(1)["camera"]["stream"], stream);
    // What was shown can be given back without losing the password.
    assert_eq!(pipeline.set(&shown.to_string()), OK);
    assert_eq!(pipeline.config(1)["camera"]["stream"], stream);
}

#[test]
fn buffers_that_are_too_small_say_what_is_needed() {
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
fn structs_may_be_older_or_newer_but_not_unsized() {
    #[repr(C)]
    struct Newer {
        known: RextrackSnapshot,
        added: u64,
    }
    let config = json!({"camera": {"stream": "a.mp4"}, "tracking": {"model": "builtin:motion"}});
    let pipeline = Handle::create(&config).unwrap();
    let mut unsized_one = RextrackSnapshot::default();
    let status = unsafe { rextrack_poll(pipeline.0, null_mut(), 0, &mut unsized_one) };
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
        unsafe { rextrack_poll(pipeline.0, null_mut(), 0, pointer) },
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
fn every_struct_may_come_from_a_later_caller() {
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
fn a_camera_that_says_nothing_holds_nobody_up() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let stream = format!("rtsp://{}/live", silent.local_addr().unwrap());
    let config = json!({"camera": {"stream": stream}, "tracking": {"model": "builtin:motion"}});
    let pipeline = Handle::create(&config).unwrap();
    assert_eq!(unsafe { rextrack_start(pipeline.0) }, OK);
    // Once it is connected it waits for an answer that never comes.
    let connection = silent.accept().unwrap();
    let started = Instant::now();
    drop(pipeline);
    let took = started.elapsed();
    assert!(took < END_MAX, "the end took {took:?}");
    drop(connection);
}

#[test]
fn a_model_that_cannot_be_used_is_told_by_wait() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("text.onnx"), "not a model").unwrap();
    let film = folder.path().join("walk.avi");
    support::film(&film, 30);
    let config = json!({
        "camera": {"stream": film},
        "tracking": {"model": "text"},
        "service": {"models_dir": folder.path()},
    });
    if !support::has_runtime("a_model_that_cannot_be_used_is_told_by_wait") {
        return;
    }
    let pipeline = Handle::create(&config).unwrap();
    assert_eq!(unsafe { rextrack_start(pipeline.0) }, OK);
    // Before that there may be news of the source.
    let mut status = OK;
    while status == OK {
        status = pipeline.wait(pipeline.poll().0.seq);
    }
    assert_eq!(status, RextrackStatus::RextrackErrModel);
    assert!(last_error().contains("text.onnx"), "{}", last_error());
}

/// A grey picture with a white square whose left edge is at `left`.
fn scene(left: Option<usize>) -> Vec<u8> {
    let mut rgba = [90, 110, 100, 255].repeat(SIDE * SIDE);
    if let Some(left) = left {
        for y in 100..160 {
            rgba[(y * SIDE + left) * 4..][..60 * 4].fill(255);
        }
    }
    rgba
}

const SIDE: usize = 320;

fn frame(pixels: &[u8], number: i64) -> RextrackFrame {
    RextrackFrame {
        struct_size: size_of::<RextrackFrame>() as u32,
        format: RextrackPixelFormat::RextrackPixelRgba8 as u32,
        width: SIDE as u32,
        height: SIDE as u32,
        data: pixels.as_ptr().cast(),
        stride: 0,
        // Every frame is 40 ms after the one before, whatever the test's pace.
        capture_ns: number * 40_000_000,
        flags: 0,
        reserved: 0,
    }
}

/// A number whose time lies far enough back that no test runs ahead of the clock.
fn first_frame() -> i64 {
    (rextrack_now_ns() - 30_000_000_000) / 40_000_000
}

fn pushing(persistence_ms: u32) -> Handle {
    let config = json!({
        "camera": {"stream": "push:"},
        "tracking": {
            "model": "builtin:motion",
            "object_persistence_ms": persistence_ms,
            "objects_max": 3,
        },
    });
    let pipeline = Handle::create(&config).unwrap();
    assert_eq!(unsafe { rextrack_start(pipeline.0) }, OK);
    // Frames are taken from the moment on that the model is ready.
    pipeline.until_ready();
    pipeline
}

impl Handle {
    fn info(&self) -> Value {
        let mut text = vec![0u8; 1 << 16];
        let buffer = text.as_mut_ptr().cast();
        assert_eq!(
            unsafe { rextrack_info(self.0, buffer, text.len(), null_mut()) },
            OK
        );
        let text = CStr::from_bytes_until_nul(&text).unwrap();
        serde_json::from_slice(text.to_bytes()).unwrap()
    }

    fn until_ready(&self) {
        while self.info()["detector"].is_null() {
            std::thread::yield_now();
        }
    }

    fn push(&self, frame: &RextrackFrame) {
        let status = unsafe { rextrack_push_frame(self.0, frame) };
        assert_eq!(status, OK, "{}", last_error());
    }

    /// Pushes a picture and waits until it is in a snapshot. Snapshots without
    /// a new frame may come between.
    fn show(&self, pixels: &[u8], number: i64) -> Vec<RextrackSlot> {
        let before = self.poll().0.frame_seq;
        self.push(&frame(pixels, number));
        loop {
            let (snapshot, slots) = self.poll();
            if snapshot.frame_seq > before {
                return slots;
            }
            self.wait(snapshot.seq);
        }
    }

    fn events(&self) -> Vec<RextrackEvent> {
        let mut events = [RextrackEvent::default(); 64];
        let mut count = 0;
        let status =
            unsafe { rextrack_poll_events(self.0, events.as_mut_ptr(), events.len(), &mut count) };
        assert_eq!(status, OK);
        events[..count].to_vec()
    }
}

#[test]
fn pushed_frames_are_tracked_and_told_by_events() {
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
    assert!(pipeline.events().is_empty(), "each is given once");

    // Predicted, it goes on to the right at four pixels every 40 ms.
    let (mut now, mut later) = (sized(), sized());
    let mut moved = [RextrackSlot::default(); 3];
    let poll_at = |t, slots: &mut [RextrackSlot], snapshot: &mut RextrackSnapshot| {
        let pointer = slots.as_mut_ptr();
        assert_eq!(
            unsafe { rextrack_poll_at(pipeline.0, t, pointer, slots.len(), snapshot) },
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
fn slots_that_are_reset_are_given_out_anew() {
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
fn a_pipeline_is_found_by_its_camera_and_lives_as_long_as_its_owners() {
    let create = || {
        let mut pipeline = null_mut();
        let json = c"{\"camera\": {\"id\": \"lobby\", \"stream\": \"push:\"}, \
                      \"tracking\": {\"model\": \"builtin:motion\"}}";
        let status = unsafe { rextrack_create(json.as_ptr(), &mut pipeline) };
        assert_eq!(status, OK, "{}", last_error());
        pipeline
    };
    let find = || {
        let mut found = null_mut();
        (
            unsafe { rextrack_find(c"lobby".as_ptr(), &mut found) },
            found,
        )
    };
    assert_eq!(find().0, RextrackStatus::RextrackErrNotFound);
    assert!(last_error().contains("\"lobby\""), "{}", last_error());
    let first = create();
    assert_eq!(find(), (OK, first));
    let second = create();
    assert_eq!(find(), (OK, second), "the newest one");
    for owner in [first, first, second] {
        assert_eq!(unsafe { rextrack_destroy(owner) }, OK);
    }
    assert_eq!(find(), (OK, second), "it has an owner yet");
    for owner in [second, second] {
        assert_eq!(unsafe { rextrack_destroy(owner) }, OK);
    }
    assert_eq!(find().0, RextrackStatus::RextrackErrNotFound);
}

/// Niceness of the threads whose names begin with `name`.
#[cfg(target_os = "linux")]
fn niceness(name: &str) -> Vec<i32> {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    // A thread may end while it is looked at.
    tasks
        .filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("stat")).ok())
        .filter_map(|stat| {
            let (_, after) = stat.split_once('(')?;
            let (comm, fields) = after.rsplit_once(')')?;
            // The 19th field of the line, the 17th after the name.
            let nice = fields.split_whitespace().nth(16)?;
            comm.starts_with(name).then(|| nice.parse().unwrap())
        })
        .collect()
}

#[cfg(target_os = "linux")]
#[test]
fn the_threads_of_a_guest_let_the_host_go_first() {
    let mut pipeline = null_mut();
    let json = c"{\"camera\": {\"id\": \"nice\", \"stream\": \"push:\"}, \
                  \"tracking\": {\"model\": \"builtin:motion\"}}";
    let status = unsafe { rextrack_create(json.as_ptr(), &mut pipeline) };
    assert_eq!(status, OK, "{}", last_error());
    assert_eq!(unsafe { rextrack_start(pipeline) }, OK);
    // source, infer and sink; each says so as the first thing it does.
    while niceness("rextrack:nice:") != [4, 4, 4] {
        std::thread::yield_now();
    }
    assert_eq!(unsafe { rextrack_destroy(pipeline) }, OK);
}

#[test]
fn previews_come_plain_and_annotated_in_the_layout_asked_for() {
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
fn a_wrong_time_stamp_changes_nothing_for_the_frames_after_it() {
    let pipeline = pushing(1000);
    let pixels = scene(None);
    let wrong = RextrackFrame {
        capture_ns: 1_790_000_000_000_000_000,
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

#[test]
fn frames_that_make_no_sense_are_refused() {
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
    let wall_clock = 1_790_000_000_000_000_000;
    for capture_ns in [wall_clock, i64::MAX, i64::MIN, -1] {
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
