//! Pipelines that come and go leave nothing behind: no thread, no descriptor,
//! no memory. A short form of `cargo xtask soak`, which sets `REXTRACK_SOAK`.
//!
//! Alone in its file, since it counts the threads of its process.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]
#![allow(unsafe_code)] // The ABI is unsafe by nature.
#![allow(clippy::undocumented_unsafe_blocks)]

mod support;

use std::ffi::CString;
use std::net::TcpListener;
use std::ptr::null_mut;
use std::time::{Duration, Instant};

use rextrack::ffi::*;
use serde_json::json;

/// What a process holds.
#[derive(Debug, Clone, Copy)]
struct Held {
    threads: usize,
    descriptors: usize,
    resident_kib: u64,
}

fn held() -> Held {
    let count = |folder: &str| std::fs::read_dir(folder).unwrap().count();
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|l| l.starts_with("VmRSS:")).unwrap();
    Held {
        threads: count("/proc/self/task"),
        descriptors: count("/proc/self/fd"),
        resident_kib: line.split_whitespace().nth(1).unwrap().parse().unwrap(),
    }
}

/// Waits until no more threads are there than before: a thread is still listed
/// for a moment after it was joined.
fn settled(before: Held) -> Held {
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let now = held();
        if now.threads <= before.threads || Instant::now() > deadline {
            return now;
        }
        std::thread::yield_now();
    }
}

/// One life. Returns how long its end took.
fn live(config: &str, meanwhile: impl FnOnce(*mut RextrackPipeline)) -> Duration {
    let config = CString::new(config).unwrap();
    let mut pipeline = null_mut();
    unsafe {
        assert_eq!(
            rextrack_create(config.as_ptr(), &mut pipeline),
            RextrackStatus::RextrackOk
        );
        assert_eq!(rextrack_start(pipeline), RextrackStatus::RextrackOk);
        meanwhile(pipeline);
        let ending = Instant::now();
        rextrack_stop(pipeline);
        rextrack_destroy(pipeline);
        ending.elapsed()
    }
}

/// Whether this is the long form. Memory is judged in it alone: in the short
/// one the allocator still makes its arenas.
fn is_long() -> bool {
    std::env::var_os("REXTRACK_SOAK").is_some()
}

#[test]
fn nothing_is_left_behind() {
    let cycles = |short: usize, long: usize| if is_long() { long } else { short };
    let folder = tempfile::tempdir().unwrap();
    let film = folder.path().join("film.avi");
    support::film(&film, 30);
    let config = json!({"camera": {"stream": film}, "tracking": {"model": "builtin:motion"}});
    let config = config.to_string();
    let tracked = |pipeline: *mut RextrackPipeline| unsafe {
        rextrack_wait(pipeline, 1, 10_000);
    };
    for _ in 0..50 {
        live(&config, tracked);
    }
    let before = held();
    for _ in 0..cycles(150, 950) {
        live(&config, tracked);
    }
    let after = settled(before);
    let grown = after.resident_kib.saturating_sub(before.resident_kib);
    println!("a film: {before:?} -> {after:?}, grown by {grown} KiB");
    assert_eq!(after.threads, before.threads);
    assert_eq!(after.descriptors, before.descriptors);
    assert!(!is_long() || grown < 2048, "grown by {grown} KiB");

    // A camera that accepts and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let stream = format!("rtsp://{}/live", silent.local_addr().unwrap());
    let config = json!({"camera": {"stream": stream}, "tracking": {"model": "builtin:motion"}});
    let config = config.to_string();
    let connected = |_| drop(silent.accept().unwrap());
    let mut longest = Duration::ZERO;
    for _ in 0..3 {
        live(&config, connected);
    }
    let before = held();
    for _ in 0..cycles(5, 100) {
        let mut connection = None;
        let took = live(&config, |_| connection = Some(silent.accept().unwrap()));
        longest = longest.max(took);
    }
    let after = settled(before);
    let grown = after.resident_kib.saturating_sub(before.resident_kib);
    println!(
        "a silent camera: {before:?} -> {after:?}, grown by {grown} KiB, ended in {longest:?}"
    );
    assert_eq!(after.threads, before.threads);
    assert_eq!(after.descriptors, before.descriptors);
    assert!(!is_long() || grown < 2048, "grown by {grown} KiB");
    // On a busy machine: more than the 2 s that are promised, less than the 5 s for
    // which a silent camera is waited for.
    assert!(longest < Duration::from_secs(4));
}
