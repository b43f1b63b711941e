//! Polling a running pipeline makes no allocation, and through the C ABI no system call.
#![allow(clippy::unwrap_used)]
#![allow(unsafe_code)] // The ABI and an allocator are unsafe by nature.
#![allow(clippy::undocumented_unsafe_blocks)]

mod support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::ffi::CString;
use std::ptr::null_mut;
#[cfg(target_os = "linux")]
use std::sync::atomic::{AtomicU32, Ordering};

use rextrack::internals::ffi::*;
use serde_json::json;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

struct Counting;

unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // Fails only while the thread ends.
        ALLOCATIONS.try_with(|n| n.set(n.get() + 1)).ok();
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// A running pipeline with an ACTIVE slot, and the buffers for polling it.
struct Polling {
    pipeline: *mut RextrackPipeline,
    slots: [RextrackSlot; 32],
    snapshot: RextrackSnapshot,
    _folder: tempfile::TempDir,
}

impl Polling {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let video = folder.path().join("video.avi");
        support::film(&video, 60);
        let config = json!({
            "camera": {"stream": video, "loop": true},
            "tracking": {"model": "builtin:motion", "objects_max": 32},
            "slots": {"units": "pixels", "origin": "bottom_left"},
        });
        let config = CString::new(config.to_string()).unwrap();
        let mut polling = Self {
            pipeline: null_mut(),
            slots: [RextrackSlot::default(); 32],
            snapshot: RextrackSnapshot {
                struct_size: size_of::<RextrackSnapshot>() as u32,
                ..Default::default()
            },
            _folder: folder,
        };
        let created = unsafe {
            rextrack_create(REXTRACK_ABI_VERSION, config.as_ptr(), &mut polling.pipeline)
        };
        assert_eq!(created, RextrackStatus::RextrackOk);
        unsafe { rextrack_start(polling.pipeline) };
        while polling.slots[0].state == 0 {
            unsafe { rextrack_wait(polling.pipeline, polling.snapshot.seq, 10_000) };
            polling.poll();
        }
        polling
    }

    /// Polls for now and for a later time. Returns whether both succeeded.
    fn poll(&mut self) -> bool {
        let (slots, count) = (self.slots.as_mut_ptr(), self.slots.len());
        let soon = self.snapshot.capture_ns + 20_000_000;
        let now = unsafe {
            rextrack_poll(
                self.pipeline,
                slots,
                size_of::<RextrackSlot>(),
                count,
                &mut self.snapshot,
            )
        };
        let then = unsafe {
            rextrack_poll_at(
                self.pipeline,
                soon,
                slots,
                size_of::<RextrackSlot>(),
                count,
                &mut self.snapshot,
            )
        };
        now == RextrackStatus::RextrackOk && then == RextrackStatus::RextrackOk
    }
}

impl Drop for Polling {
    fn drop(&mut self) {
        unsafe { rextrack_destroy(self.pipeline) };
    }
}

#[test]
fn polling_allocates_nothing() {
    let mut polling = Polling::start();
    let before = ALLOCATIONS.get();
    for _ in 0..10_000 {
        polling.poll();
    }
    assert_eq!(ALLOCATIONS.get(), before);
    assert!(before > 0, "the counting allocator is in use");
}

#[test]
fn polling_from_rust_allocates_nothing_in_a_snapshot_with_room() {
    let pipeline = rextrack::Pipeline::new(rextrack::Config::from_stream("synth:people=3,seed=1"));
    let pipeline = pipeline.unwrap();
    let mut events = pipeline.events();
    pipeline.start().unwrap();
    let mut snapshot = rextrack::Snapshot::with_capacity(256);
    while snapshot.occupied().count() == 0 {
        assert_eq!(
            pipeline
                .wait(snapshot.seq, std::time::Duration::MAX)
                .unwrap(),
            rextrack::Wait::Newer
        );
        pipeline.poll(&mut snapshot);
    }
    let before = ALLOCATIONS.get();
    for _ in 0..10_000 {
        pipeline.poll(&mut snapshot);
        pipeline.poll_at(snapshot.capture_ns + 20_000_000, &mut snapshot);
        events.poll().for_each(drop);
    }
    assert_eq!(ALLOCATIONS.get(), before);
}

/// A thread disables all its system calls except reading, writing and exiting, and polls
/// while the pipeline publishes. The kernel ends the thread at any other system call.
#[cfg(target_os = "linux")]
#[test]
fn polling_makes_no_system_call() {
    let mut polling = Polling::start();
    let first = polling.snapshot.seq;
    // Leaked, because the thread never returns.
    let result = Box::leak(Box::new(AtomicU32::new(STARTING)));
    let result: &AtomicU32 = result;
    let (id_tx, id) = std::sync::mpsc::channel();
    let mut sent = SendPolling(std::ptr::from_mut(&mut polling));
    // Never joined: a thread that the kernel ends has no result.
    let thread = std::thread::spawn(move || unsafe {
        let sent = &mut sent;
        id_tx.send(libc::gettid()).unwrap();
        drop(id_tx);
        let polling = &mut *sent.0;
        if libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_STRICT) != 0 {
            result.store(NO_SECCOMP, Ordering::Release);
            return;
        }
        let (mut ok, mut polls) = (true, 0);
        while ok && (polls < 1000 || polling.snapshot.seq < first + 10) {
            ok &= polling.poll();
            polls += 1;
        }
        result.store(if ok { OK } else { FAILED }, Ordering::Release);
        libc::syscall(libc::SYS_exit, 0);
    });
    std::mem::forget(thread);
    let thread = format!("/proc/self/task/{}", id.recv().unwrap());
    while result.load(Ordering::Acquire) == STARTING && std::path::Path::new(&thread).exists() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    match result.load(Ordering::Acquire) {
        OK => {}
        NO_SECCOMP => {
            println!("skipped: polling_makes_no_system_call: this kernel has no seccomp");
        }
        FAILED => panic!("a poll failed"),
        _ => panic!("the kernel ended the thread: a poll made a system call"),
    }
}

#[cfg(target_os = "linux")]
const STARTING: u32 = 0;
#[cfg(target_os = "linux")]
const OK: u32 = 1;
#[cfg(target_os = "linux")]
const FAILED: u32 = 2;
#[cfg(target_os = "linux")]
const NO_SECCOMP: u32 = 3;

/// Moves the pointer to another thread.
#[cfg(target_os = "linux")]
struct SendPolling(*mut Polling);

#[cfg(target_os = "linux")]
unsafe impl Send for SendPolling {}
