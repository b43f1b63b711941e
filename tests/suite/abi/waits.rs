//! How waits end: by a wake, a stop, a destroy. Late calls and other versions.

use std::ptr::null_mut;
use std::sync::mpsc::channel;

use rextrack::internals::ffi::*;
use serde_json::json;

use super::handle::*;

const WOKEN: RextrackStatus = RextrackStatus::RextrackErrWoken;
const STOPPED: RextrackStatus = RextrackStatus::RextrackErrStopped;
const CLOSED: RextrackStatus = RextrackStatus::RextrackErrClosed;
const ABI: RextrackStatus = RextrackStatus::RextrackErrAbi;

/// A handle for another thread.
struct Shared(*mut RextrackPipeline);
unsafe impl Send for Shared {}

fn silent(id: &str) -> Handle {
    let config = json!({
        "camera": {"id": id, "stream": "push:"},
        "tracking": {"model": "builtin:motion"},
    });
    let pipeline = Handle::create(&config).unwrap();
    assert_eq!(unsafe { rextrack_start(pipeline.0) }, OK);
    pipeline.until_ready();
    pipeline
}

/// Waits on a thread for a snapshot that never comes, and returns how the wait ended.
/// `end` runs on this thread and ends it.
fn wait_until(pipeline: *mut RextrackPipeline, end: impl FnOnce()) -> RextrackStatus {
    let shared = Shared(pipeline);
    let (begin, begins) = channel();
    let waiter = std::thread::spawn(move || {
        let shared = shared;
        begin.send(()).unwrap();
        unsafe { rextrack_wait(shared.0, u64::MAX, u32::MAX) }
    });
    begins.recv().unwrap();
    end();
    waiter.join().unwrap()
}

#[test]
fn wake_ends_a_running_wait_or_the_next_one_of_its_handle() {
    let pipeline = silent("woken");
    let handle = pipeline.0;
    // Whether the wait runs already or begins later, the wake ends it.
    let status = wait_until(handle, || {
        assert_eq!(unsafe { rextrack_wake(handle) }, OK);
    });
    assert_eq!(status, WOKEN);
    let mut other = null_mut();
    assert_eq!(unsafe { rextrack_find(c"woken".as_ptr(), &mut other) }, OK);
    let other = Handle(other);
    assert_eq!(unsafe { rextrack_wake(handle) }, OK);
    let status = unsafe { rextrack_wait(other.0, u64::MAX, 0) };
    assert_eq!(status, RextrackStatus::RextrackErrTimeout);
    let status = unsafe { rextrack_wait(handle, u64::MAX, u32::MAX) };
    assert_eq!(status, WOKEN);
    let status = unsafe { rextrack_wait(handle, u64::MAX, 0) };
    assert_eq!(status, RextrackStatus::RextrackErrTimeout);
}

#[test]
fn stop_ends_a_wait_with_a_status_of_its_own() {
    let pipeline = silent("stopped");
    let handle = pipeline.0;
    let status = wait_until(handle, || {
        assert_eq!(unsafe { rextrack_stop(handle) }, OK);
    });
    assert_eq!(status, STOPPED);
    assert_eq!(unsafe { rextrack_wait(handle, u64::MAX, 0) }, STOPPED);
}

#[test]
#[cfg(debug_assertions)]
fn destroy_lets_a_running_wait_out() {
    let pipeline = silent("closed");
    let handle = pipeline.0;
    let (begin, begins) = channel();
    let shared = Shared(handle);
    let waiter = std::thread::spawn(move || {
        let shared = shared;
        begin.send(()).unwrap();
        unsafe { rextrack_wait(shared.0, u64::MAX, u32::MAX) }
    });
    begins.recv().unwrap();
    // A host may destroy the handle during a wait, not before it. This test cannot see the
    // difference, and need not: the debug build of the library refuses a wait that begins
    // too late, with the same status.
    drop(pipeline);
    assert_eq!(waiter.join().unwrap(), CLOSED);
}

#[test]
#[cfg(debug_assertions)]
fn debug_build_catches_a_late_handle() {
    let pipeline = silent("late");
    let handle = pipeline.0;
    drop(pipeline);
    let mut snapshot = sized();
    let status = unsafe { rextrack_poll(handle, null_mut(), 0, 0, &mut snapshot) };
    assert_eq!(status, CLOSED);
    assert!(
        last_error().contains("rextrack_destroy"),
        "{}",
        last_error()
    );
    assert_eq!(unsafe { rextrack_destroy(handle) }, CLOSED);
    assert_eq!(unsafe { rextrack_start(handle) }, CLOSED);
}

#[test]
fn programs_of_other_versions_are_refused_in_words() {
    let json = c"{\"camera\": {\"stream\": \"push:\"}}";
    let own = REXTRACK_ABI_VERSION;
    let (own_words, old) = ("has ABI 1.0", json.as_ptr().addr() as u32 | 1 << 31);
    for (version, words) in [
        (own + 1, "built for ABI 1.1"),
        (own + (1 << 16), "built for ABI 2.0"),
        // A program that was built for 0.2 passes the address of its configuration.
        (old, "built for ABI before 1.0"),
        (2, "built for ABI before 1.0"),
    ] {
        let mut out = std::ptr::dangling_mut();
        let before = out;
        let status = unsafe { rextrack_create(version, json.as_ptr(), &mut out) };
        assert_eq!((status, out), (ABI, before));
        let error = last_error();
        assert!(
            error.contains(words) && error.contains(own_words),
            "{error}"
        );
        let remedy = if version > own && version < 3 << 16 {
            "install a newer"
        } else {
            "again"
        };
        assert!(error.contains(remedy), "{error}");
    }
}
