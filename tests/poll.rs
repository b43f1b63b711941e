//! Polling allocates nothing and asks nothing of the system, through the C ABI
//! and under a pipeline that runs.
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

use rextrack::ffi::*;
use serde_json::json;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

struct Counting;

unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // Fails only while the thread is being taken down.
        ALLOCATIONS.try_with(|n| n.set(n.get() + 1)).ok();
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// A pipeline that tracks somebody, and what it is polled into.
struct Show {
    pipeline: *mut RextrackPipeline,
    slots: [RextrackSlot; 32],
    snapshot: RextrackSnapshot,
    _folder: tempfile::TempDir,
}

impl Show {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let film = folder.path().join("film.avi");
        support::film(&film, 60);
        let config = json!({
            "camera": {"stream": film, "loop": true},
            "tracking": {"model": "builtin:motion", "objects_max": 32},
            "slots": {"units": "pixels", "origin": "bottom_left"},
        });
        let config = CString::new(config.to_string()).unwrap();
        let mut show = Self {
            pipeline: null_mut(),
            slots: [RextrackSlot::default(); 32],
            snapshot: RextrackSnapshot {
                struct_size: size_of::<RextrackSnapshot>() as u32,
                ..Default::default()
            },
            _folder: folder,
        };
        let created = unsafe { rextrack_create(config.as_ptr(), &mut show.pipeline) };
        assert_eq!(created, RextrackStatus::RextrackOk);
        unsafe { rextrack_start(show.pipeline) };
        while show.slots[0].state == 0 {
            unsafe { rextrack_wait(show.pipeline, show.snapshot.seq, 10_000) };
            show.poll();
        }
        show
    }

    /// Polls now and ahead of time; true when both went well.
    fn poll(&mut self) -> bool {
        let (slots, count) = (self.slots.as_mut_ptr(), self.slots.len());
        let soon = self.snapshot.capture_ns + 20_000_000;
        let now = unsafe { rextrack_poll(self.pipeline, slots, count, &mut self.snapshot) };
        let then =
            unsafe { rextrack_poll_at(self.pipeline, soon, slots, count, &mut self.snapshot) };
        now == RextrackStatus::RextrackOk && then == RextrackStatus::RextrackOk
    }
}

impl Drop for Show {
    fn drop(&mut self) {
        unsafe { rextrack_destroy(self.pipeline) };
    }
}

#[test]
fn polling_allocates_nothing() {
    let mut show = Show::start();
    let before = ALLOCATIONS.get();
    for _ in 0..10_000 {
        show.poll();
    }
    assert_eq!(ALLOCATIONS.get(), before);
    assert!(before > 0, "the counter counts");
}

/// A thread gives up all system calls but reading, writing and exiting, and polls
/// while the pipeline publishes: the kernel ends it at the first other one.
#[cfg(target_os = "linux")]
#[test]
fn polling_makes_no_system_call() {
    let mut show = Show::start();
    let first = show.snapshot.seq;
    // Outlives the thread, which never returns to give it back.
    let said = Box::leak(Box::new(AtomicU32::new(STARTING)));
    let said: &AtomicU32 = said;
    let (tell_id, id) = std::sync::mpsc::channel();
    let mut polled = Polled(std::ptr::from_mut(&mut show));
    // Never joined: a thread that the kernel ends has no result.
    let thread = std::thread::spawn(move || unsafe {
        let polled = &mut polled;
        tell_id.send(libc::gettid()).unwrap();
        drop(tell_id);
        let show = &mut *polled.0;
        if libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_STRICT) != 0 {
            said.store(NO_SECCOMP, Ordering::Release);
            return;
        }
        let (mut fine, mut polls) = (true, 0);
        while fine && (polls < 1000 || show.snapshot.seq < first + 10) {
            fine &= show.poll();
            polls += 1;
        }
        said.store(if fine { FINE } else { FAILED }, Ordering::Release);
        libc::syscall(libc::SYS_exit, 0);
    });
    std::mem::forget(thread);
    let thread = format!("/proc/self/task/{}", id.recv().unwrap());
    while said.load(Ordering::Acquire) == STARTING && std::path::Path::new(&thread).exists() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    match said.load(Ordering::Acquire) {
        FINE => {}
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
const FINE: u32 = 1;
#[cfg(target_os = "linux")]
const FAILED: u32 = 2;
#[cfg(target_os = "linux")]
const NO_SECCOMP: u32 = 3;

/// What is polled, on the way to another thread.
#[cfg(target_os = "linux")]
struct Polled(*mut Show);

#[cfg(target_os = "linux")]
unsafe impl Send for Polled {}
