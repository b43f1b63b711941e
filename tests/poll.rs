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

/// A copy of this process gives up all system calls but writing and exiting:
/// the kernel kills it at the first other one.
#[cfg(target_os = "linux")]
#[test]
fn polling_makes_no_system_call() {
    let mut show = Show::start();
    let status = unsafe {
        let child = libc::fork();
        assert!(child >= 0);
        if child == 0 {
            let strict = libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_STRICT);
            let mut fine = true;
            for _ in 0..1000 {
                fine &= show.poll();
            }
            let code = if strict != 0 { 2 } else { i32::from(!fine) };
            libc::syscall(libc::SYS_exit, code);
        }
        let mut status = 0;
        assert_eq!(libc::waitpid(child, &mut status, 0), child);
        status
    };
    if libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 2 {
        println!("skipped: polling_makes_no_system_call: this kernel has no seccomp");
        return;
    }
    assert_eq!(status, 0, "ended by signal {}", libc::WTERMSIG(status));
}
