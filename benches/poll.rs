//! Polling under a writer that publishes a thousand snapshots a second, beside
//! a mutex around the newest snapshot, as the simple solution:
//! `cargo bench --bench poll`.
//!
//! Each poll is timed separately, because a host's cook thread suffers from the worst poll
//! and not from the mean. The clock's own cost is printed too, but not subtracted.
//!
//! `rextrack_poll` itself is timed in batches, so that the clock does not count: the whole
//! call of the C ABI, on a pipeline that tracks.
#![allow(unsafe_code)] // The C ABI is unsafe by nature.
#![allow(clippy::undocumented_unsafe_blocks)]

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use rextrack::internals::ffi::*;
use rextrack::internals::flow::FrameSize;
use rextrack::internals::flow::SourceState;
use rextrack::internals::flow::{Slot, SlotState, SlotWords, Snapshot};
use rextrack::internals::pipeline::snapshot_buffer::SnapshotBuffer;
use rextrack::internals::slots::OutputUnits;

const SLOTS: usize = 32;
const POLLS: usize = 2_000_000;

fn snapshot(seq: u64) -> Snapshot {
    let slot = Slot {
        track_id: seq,
        generation: 1,
        state: SlotState::Active,
        class_id: 0,
        x: 0.5,
        y: 0.5,
        w: 0.1,
        h: 0.2,
        ..Slot::default()
    };
    Snapshot {
        seq,
        frame_seq: seq,
        source_state: SourceState::Live,
        frame_size: FrameSize::new(1920, 1080),
        slots: vec![slot; SLOTS],
        ..Snapshot::default()
    }
}

/// Publishes a thousand times a second while `polls` runs.
fn under_a_writer(publish: impl Fn(Snapshot) + Send + 'static, polls: impl FnOnce()) {
    let done = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&done);
    let writer = std::thread::spawn(move || {
        let mut seq = 1;
        while !seen.load(Ordering::Relaxed) {
            publish(snapshot(seq));
            seq += 1;
            std::thread::sleep(Duration::from_millis(1));
        }
    });
    polls();
    done.store(true, Ordering::Relaxed);
    // The writer only sleeps and publishes; it cannot panic.
    let _ = writer.join();
}

/// Times of single polls, sorted, in nanoseconds.
fn timed(mut poll: impl FnMut()) -> Vec<u32> {
    let mut times = Vec::with_capacity(POLLS);
    for _ in 0..POLLS {
        let start = Instant::now();
        poll();
        times.push(start.elapsed().as_nanos() as u32);
    }
    times.sort_unstable();
    times
}

fn print(name: &str, times: &[u32]) {
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    println!(
        "{name:<23} median {:5} ns   p99 {:5} ns   p99.9 {:6} ns   max {:8} ns",
        at(0.5),
        at(0.99),
        at(0.999),
        at(1.0)
    );
}

/// Time of one `rextrack_poll` of 32 slots, in nanoseconds, in each of many batches.
fn polls_of_the_abi() -> Vec<u32> {
    const BATCH: u32 = 200;
    let json = c"{\"camera\": {\"stream\": \"synth:people=8,seed=1\"}, \
        \"tracking\": {\"objects_max\": 32}}";
    let mut pipeline = std::ptr::null_mut();
    let mut slots = [RextrackSlot::default(); SLOTS];
    let mut snapshot = RextrackSnapshot {
        struct_size: size_of::<RextrackSnapshot>() as u32,
        ..RextrackSnapshot::default()
    };
    let mut times = Vec::new();
    unsafe {
        assert_eq!(
            rextrack_create(REXTRACK_ABI_VERSION, json.as_ptr(), &mut pipeline),
            RextrackStatus::RextrackOk
        );
        rextrack_start(pipeline);
        let mut poll = || {
            let (first, size) = (slots.as_mut_ptr(), size_of::<RextrackSlot>());
            rextrack_poll(pipeline, first, size, SLOTS, &mut snapshot);
            black_box(&slots);
            (snapshot.slot_count as usize, snapshot.active_count)
        };
        while poll().0 < SLOTS || poll().1 == 0 {
            std::thread::sleep(Duration::from_millis(10));
        }
        for _ in 0..POLLS / BATCH as usize {
            let start = Instant::now();
            for _ in 0..BATCH {
                poll();
            }
            times.push(start.elapsed().as_nanos() as u32 / BATCH);
        }
        rextrack_destroy(pipeline);
    }
    times.sort_unstable();
    times
}

fn main() {
    let clock = timed(|| {});
    print("the clock alone", &clock);

    let buffer = Arc::new(SnapshotBuffer::default());
    let writer = Arc::clone(&buffer);
    let mut raw = [SlotWords::default(); SLOTS];
    let mut slots = [Slot::default(); SLOTS];
    let mut free = Vec::new();
    under_a_writer(
        move |snapshot| {
            writer.publish(&snapshot, OutputUnits::default());
        },
        || {
            free = timed(|| {
                let header = buffer.read(SLOTS, |_, index, slot| slot.copy_to(&mut raw[index]));
                black_box((header.seq, &raw));
            });
        },
    );
    print("buffer, 32 slots", &free);

    let newest = Arc::new(Mutex::new(snapshot(0)));
    let writer = Arc::clone(&newest);
    let mut locked = Vec::new();
    under_a_writer(
        move |snapshot| *writer.lock() = snapshot,
        || {
            locked = timed(|| {
                let newest = newest.lock();
                slots.copy_from_slice(&newest.slots);
                black_box(&slots);
            });
        },
    );
    print("mutex, 32 slots", &locked);
    print("rextrack_poll, 32 slots", &polls_of_the_abi());
    let ratio = |share: f64| {
        let at = |times: &[u32]| f64::from(times[((times.len() - 1) as f64 * share) as usize]);
        at(&free) / at(&locked)
    };
    println!(
        "buffer / mutex: median {:.2}, p99.9 {:.2}",
        ratio(0.5),
        ratio(0.999)
    );
}
