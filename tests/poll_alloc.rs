//! Polling allocates nothing, through the C ABI and under a pipeline that runs.
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

#[test]
fn polling_allocates_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let film = folder.path().join("film.avi");
    support::film(&film, 60);
    let config = json!({
        "camera": {"stream": film, "loop": true},
        "tracking": {"model": "builtin:motion", "objects_max": 32},
        "slots": {"units": "pixels", "origin": "bottom_left"},
    });
    let config = CString::new(config.to_string()).unwrap();
    let mut pipeline = null_mut();
    let mut slots = [RextrackSlot::default(); 32];
    let mut snapshot = RextrackSnapshot {
        struct_size: size_of::<RextrackSnapshot>() as u32,
        ..Default::default()
    };
    unsafe {
        let created = rextrack_create(config.as_ptr(), &mut pipeline);
        assert_eq!(created, RextrackStatus::RextrackOk);
        rextrack_start(pipeline);
        while slots[0].state == 0 {
            rextrack_wait(pipeline, snapshot.seq, 10_000);
            rextrack_poll(pipeline, slots.as_mut_ptr(), slots.len(), &mut snapshot);
        }
        let before = ALLOCATIONS.get();
        for _ in 0..10_000 {
            rextrack_poll(pipeline, slots.as_mut_ptr(), slots.len(), &mut snapshot);
            let soon = snapshot.capture_ns + 20_000_000;
            rextrack_poll_at(
                pipeline,
                soon,
                slots.as_mut_ptr(),
                slots.len(),
                &mut snapshot,
            );
        }
        assert_eq!(ALLOCATIONS.get(), before);
        assert!(before > 0, "the counter counts");
        rextrack_destroy(pipeline);
    }
}
