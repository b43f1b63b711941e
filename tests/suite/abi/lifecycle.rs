//! Start, end and owners of a pipeline.

use std::net::TcpListener;
use std::ptr::null_mut;
use std::time::{Duration, Instant};

use rextrack::internals::ffi::*;
use serde_json::json;

use super::handle::*;
use crate::support;

/// What an end may take on a busy machine: more than the 2 s that are promised, less
/// than the 5 s for which a camera that says nothing would be waited for.
const END_MAX: Duration = Duration::from_secs(4);

#[test]
fn file_is_tracked_to_its_end() {
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
fn destroy_ends_in_time_while_a_camera_does_not_answer() {
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
fn unusable_model_is_reported_by_wait() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("text.onnx"), "not a model").unwrap();
    let film = folder.path().join("walk.avi");
    support::film(&film, 30);
    let config = json!({
        "camera": {"stream": film},
        "tracking": {"model": "text"},
        "service": {"models_dir": folder.path()},
    });
    if !support::has_runtime("unusable_model_is_reported_by_wait") {
        return;
    }
    let pipeline = Handle::create(&config).unwrap();
    assert_eq!(unsafe { rextrack_start(pipeline.0) }, OK);
    // Snapshots with a change of the source's state may come first.
    let mut status = OK;
    while status == OK {
        status = pipeline.wait(pipeline.poll().0.seq);
    }
    assert_eq!(status, RextrackStatus::RextrackErrModel);
    assert!(last_error().contains("text.onnx"), "{}", last_error());
}

#[test]
fn found_pipeline_lives_until_its_last_owner_destroys_it() {
    let create = || {
        let mut pipeline = null_mut();
        let json = c"{\"camera\": {\"id\": \"lobby\", \"stream\": \"push:\"}, \
                      \"tracking\": {\"model\": \"builtin:motion\"}}";
        let status = unsafe { rextrack_create(REXTRACK_ABI_VERSION, json.as_ptr(), &mut pipeline) };
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
    let (first, second) = (create(), create());
    let (status, found) = find();
    assert_eq!(status, OK);
    // The newest one: a patch through it shows in the other handle.
    let patch = c"{\"tracking\": {\"objects_max\": 7}}";
    assert_eq!(unsafe { rextrack_set_config(found, patch.as_ptr()) }, OK);
    let objects_max = |handle| Borrowed(handle).config(0)["tracking"]["objects_max"].clone();
    assert_eq!(objects_max(second), 7);
    assert_eq!(objects_max(first), 10);
    for owner in [first, second] {
        assert_eq!(unsafe { rextrack_destroy(owner) }, OK);
    }
    assert_eq!(objects_max(found), 7, "it has an owner yet");
    let (status, again) = find();
    assert_eq!(status, OK);
    for owner in [found, again] {
        assert_eq!(unsafe { rextrack_destroy(owner) }, OK);
    }
    assert_eq!(find().0, RextrackStatus::RextrackErrNotFound);
}

/// A handle that the test destroys itself.
struct Borrowed(*mut RextrackPipeline);

impl Borrowed {
    fn config(&self, include_secrets: i32) -> serde_json::Value {
        let borrowed = std::mem::ManuallyDrop::new(Handle(self.0));
        borrowed.config(include_secrets)
    }
}

/// Niceness and policy of the threads whose names begin with `name`.
#[cfg(target_os = "linux")]
fn scheduling(name: &str) -> Vec<(i32, i32)> {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    // A thread may end while it is looked at.
    tasks
        .filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("stat")).ok())
        .filter_map(|stat| {
            let (_, after) = stat.split_once('(')?;
            let (comm, fields) = after.rsplit_once(')')?;
            // The 19th and the 41st field of the line, two of them before these.
            let fields: Vec<_> = fields.split_whitespace().collect();
            let field = |number: usize| fields.get(number - 3)?.parse().ok();
            comm.starts_with(name)
                .then(|| Some((field(19)?, field(41)?)))?
        })
        .collect()
}

#[cfg(target_os = "linux")]
#[test]
fn pipeline_threads_run_below_normal_priority() {
    let mut pipeline = null_mut();
    let json = c"{\"camera\": {\"id\": \"nice\", \"stream\": \"push:\"}, \
                  \"tracking\": {\"model\": \"builtin:motion\"}}";
    let status = unsafe { rextrack_create(REXTRACK_ABI_VERSION, json.as_ptr(), &mut pipeline) };
    assert_eq!(status, OK, "{}", last_error());
    assert_eq!(unsafe { rextrack_start(pipeline) }, OK);
    // source, infer and sink; each says so as the first thing it does.
    let low = (4, 3 /* SCHED_BATCH */);
    while scheduling("rextrack:nice:") != [low; 3] {
        std::thread::yield_now();
    }
    assert_eq!(unsafe { rextrack_destroy(pipeline) }, OK);
}
