//! Passes snapshots from the tracking thread to any number of pollers.
//!
//! Readers are wait-free: one atomic addition acquires the newest snapshot, then come the
//! loads, and one atomic addition releases it. No lock, no allocation, no system call, no
//! retry, however fast the writer is.
//!
//! `buffer_pool` decides which buffer is read and which is written.
//!
//! Buffers are made of atomic words, so that no unsafe code is needed.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use parking_lot::{Condvar, Mutex};

use super::buffer_pool::{BufferPool, WriterState};
use super::error::ErrorCategory;
use crate::flow::FrameSize;
use crate::flow::SourceState;
use crate::flow::{SLOTS_MAX, Slot, SlotState, SlotWords, Snapshot};
use crate::slots::OutputUnits;

/// One is the newest, one is being written. The rest are for readers that the system
/// suspends in the middle of a read.
const BUFFERS: usize = 16;

const HEADER_WORDS: usize = 8;
const SLOT_WORDS: usize = size_of::<SlotWords>() / size_of::<u64>();
const WORDS: usize = HEADER_WORDS + SLOTS_MAX * SLOT_WORDS;

/// A snapshot without its slots.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Header {
    /// As in [`Snapshot::seq`]; 0 before the first.
    pub seq: u64,
    /// As in [`Snapshot::frame_seq`].
    pub frame_seq: u64,
    /// As in [`Snapshot::capture_ns`].
    pub capture_ns: i64,
    /// As in [`Snapshot::publish_ns`].
    pub publish_ns: i64,
    /// As in [`Snapshot::source_state`].
    pub source_state: SourceState,
    /// As in [`Snapshot::frame_size`].
    pub frame_size: FrameSize,
    /// As in [`Snapshot::waiting`].
    pub waiting: u32,
    /// Number of active slots.
    pub active: u32,
    /// Number of all slots.
    pub slot_count: u32,
    /// Units and origin for the host. The stored slots are normalised, because only those
    /// can be predicted.
    pub units: OutputUnits,
    /// Why the pipeline cannot continue, when it was polled.
    pub problem: Option<ErrorCategory>,
    /// How many problems and refused changes there were, when it was polled.
    pub problem_count: u32,
}

type Buffer = Box<[AtomicU64]>;

/// Why a wait ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wake {
    /// There is a newer snapshot.
    Newer,
    /// Something else happened; see [`SnapshotBuffer::notify_waiters`].
    Notified,
    /// Nothing happened in time.
    TimedOut,
}

/// Gives the newest snapshot to any number of readers.
#[derive(Debug)]
pub struct SnapshotBuffer {
    buffers: [Buffer; BUFFERS],
    pool: BufferPool<BUFFERS>,
    /// The writer's state. `wait` sleeps on it too.
    writer: Mutex<Writer>,
    published: Condvar,
}

#[derive(Debug)]
struct Writer {
    seq: u64,
    state: WriterState<BUFFERS>,
    /// Goes up to wake waiters without a snapshot.
    notify_count: u64,
}

impl Default for SnapshotBuffer {
    fn default() -> Self {
        let buffer = |_| (0..WORDS).map(|_| AtomicU64::new(0)).collect();
        Self {
            buffers: std::array::from_fn(buffer),
            pool: BufferPool::default(),
            writer: Mutex::new(Writer {
                seq: 0,
                state: WriterState::default(),
                notify_count: 0,
            }),
            published: Condvar::new(),
        }
    }
}

impl SnapshotBuffer {
    /// Makes `snapshot` the newest. Slots beyond [`SLOTS_MAX`] are left out. Returns
    /// false and keeps the previous one when suspended readers pin all buffers.
    pub fn publish(&self, snapshot: &Snapshot, units: OutputUnits) -> bool {
        let mut writer = self.writer.lock();
        let Some(free) = self.pool.free(&writer.state) else {
            return false;
        };
        encode(snapshot, units, &self.buffers[free]);
        self.pool.publish(&mut writer.state, free);
        writer.seq = snapshot.seq;
        drop(writer);
        self.published.notify_all();
        true
    }

    /// Passes up to `limit` slots of the newest snapshot to `take`, with the header.
    /// Wait-free as far as `take` is.
    pub fn read(
        &self,
        limit: usize,
        mut take: impl FnMut(&Header, usize, StoredSlot<'_>),
    ) -> Header {
        let index = self.pool.acquire();
        let buffer = &self.buffers[index];
        let header = decode_header(buffer);
        let count = (header.slot_count as usize).min(limit);
        let (words, _) = buffer[HEADER_WORDS..].as_chunks::<SLOT_WORDS>();
        for (slot, words) in words.iter().take(count).enumerate() {
            take(&header, slot, StoredSlot(words));
        }
        self.pool.release(index);
        header
    }

    /// Blocks until a snapshot newer than `after_seq` is published, `notify_waiters` was
    /// called more than `notify_count` times, or the deadline is over.
    pub fn wait(&self, after_seq: u64, notify_count: u64, deadline: Instant) -> Wake {
        let mut writer = self.writer.lock();
        loop {
            if writer.seq > after_seq {
                return Wake::Newer;
            }
            if writer.notify_count > notify_count {
                return Wake::Notified;
            }
            if self.published.wait_until(&mut writer, deadline).timed_out() {
                return Wake::TimedOut;
            }
        }
    }

    /// How often `notify_waiters` was called. Read it before the state that it reports,
    /// so that a wait does not miss a change in between.
    pub fn notify_count(&self) -> u64 {
        self.writer.lock().notify_count
    }

    /// Wakes everyone in [`SnapshotBuffer::wait`] because of a change other than a new
    /// snapshot.
    pub fn notify_waiters(&self) {
        self.writer.lock().notify_count += 1;
        self.published.notify_all();
    }
}

fn pair(high: u32, low: u32) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}

fn halves(word: u64) -> (u32, u32) {
    ((word >> 32) as u32, word as u32)
}

fn encode(snapshot: &Snapshot, units: OutputUnits, words: &[AtomicU64]) {
    let put = |index: usize, value: u64| words[index].store(value, Ordering::Relaxed);
    let slots = &snapshot.slots[..snapshot.slots.len().min(SLOTS_MAX)];
    let active = slots
        .iter()
        .filter(|s| s.state == SlotState::Active)
        .count();
    put(0, snapshot.seq);
    put(1, snapshot.frame_seq);
    put(2, snapshot.capture_ns as u64);
    put(3, snapshot.publish_ns as u64);
    put(
        4,
        pair(snapshot.frame_size.width, snapshot.frame_size.height),
    );
    put(5, pair(snapshot.source_state as u32, snapshot.waiting));
    put(6, pair(active as u32, slots.len() as u32));
    put(7, units.to_bits().into());
    for (index, slot) in slots.iter().enumerate() {
        let at = HEADER_WORDS + index * SLOT_WORDS;
        let words: SlotWords = bytemuck::cast(*slot);
        for (offset, word) in words.into_iter().enumerate() {
            put(at + offset, word);
        }
    }
}

fn decode_header(words: &[AtomicU64]) -> Header {
    let get = |index: usize| words[index].load(Ordering::Relaxed);
    let (width, height) = halves(get(4));
    let (state, waiting) = halves(get(5));
    let (active, slot_count) = halves(get(6));
    Header {
        seq: get(0),
        frame_seq: get(1),
        capture_ns: get(2) as i64,
        publish_ns: get(3) as i64,
        source_state: SourceState::from_number(state),
        frame_size: FrameSize::new(width, height),
        waiting,
        active,
        slot_count,
        units: OutputUnits::from_bits(get(7) as u32),
        ..Header::default()
    }
}

/// A slot inside the buffer, while it is read.
#[derive(Debug, Clone, Copy)]
pub struct StoredSlot<'a>(&'a [AtomicU64; SLOT_WORDS]);

impl StoredSlot<'_> {
    /// Copies the first words of the slot to `target`, one load and one store a word. A
    /// copy by way of the stack costs four times as much: it is written in words and read
    /// back in vectors, and the processor stalls on that.
    #[inline]
    pub fn copy_to<const N: usize>(self, target: &mut [u64; N]) {
        for (to, word) in target.iter_mut().zip(self.0) {
            *to = word.load(Ordering::Relaxed);
        }
    }

    /// The slot.
    pub fn load(self) -> Slot {
        let mut words = SlotWords::default();
        self.copy_to(&mut words);
        // The words are a slot's: only `publish` writes them.
        bytemuck::checked::try_cast(words).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::time::Duration;

    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;

    /// A snapshot in which every field is derived from its number.
    fn numbered(n: u64) -> Snapshot {
        let f = (n % 1000) as f32;
        let slot = |i: u64| Slot {
            track_id: n + i,
            generation: n as u32,
            state: SlotState::Active,
            class_id: -1,
            score: f,
            x: f,
            y: f + 1.0,
            w: f + 2.0,
            h: f + 3.0,
            vx: f + 4.0,
            vy: f + 5.0,
            age_ms: n as u32,
            life_ms: n as u32 + 1,
            speed: f + 6.0,
            ..Slot::default()
        };
        Snapshot {
            seq: n,
            frame_seq: n,
            capture_ns: n as i64,
            publish_ns: n as i64,
            source_state: SourceState::Live,
            frame_size: FrameSize::new(640, 480),
            waiting: 3,
            slots: (0..32).map(slot).collect(),
        }
    }

    fn read(buffer: &SnapshotBuffer) -> (Header, Vec<Slot>) {
        let mut slots = vec![Slot::default(); 32];
        let header = buffer.read(slots.len(), |_, index, slot| {
            slots[index] = slot.load();
        });
        (header, slots)
    }

    #[test]
    fn reader_gets_the_published_snapshot() {
        let buffer = SnapshotBuffer::default();
        assert_eq!(read(&buffer).0, Header::default());
        let snapshot = numbered(17);
        let units = OutputUnits::from_bits(2);
        assert!(buffer.publish(&snapshot, units));
        let (header, slots) = read(&buffer);
        assert_eq!(slots, snapshot.slots);
        assert_eq!(
            header,
            Header {
                seq: 17,
                frame_seq: 17,
                capture_ns: 17,
                publish_ns: 17,
                source_state: SourceState::Live,
                frame_size: FrameSize::new(640, 480),
                waiting: 3,
                active: 32,
                slot_count: 32,
                units,
                ..Header::default()
            }
        );
    }

    #[test]
    fn readers_never_see_a_torn_snapshot() {
        let buffer = Arc::new(SnapshotBuffer::default());
        buffer.publish(&numbered(1), OutputUnits::default());
        let done = Arc::new(AtomicBool::new(false));
        let readers: Vec<_> = (0..4)
            .map(|_| {
                let (buffer, done) = (Arc::clone(&buffer), Arc::clone(&done));
                std::thread::spawn(move || {
                    let mut last = 0;
                    while !done.load(Ordering::Relaxed) {
                        let (header, slots) = read(&buffer);
                        assert!(header.seq >= last, "snapshots never run backwards");
                        last = header.seq;
                        assert_eq!(slots, numbered(header.seq).slots);
                    }
                })
            })
            .collect();
        for n in 2..20_000 {
            buffer.publish(&numbered(n), OutputUnits::default());
        }
        done.store(true, Ordering::Relaxed);
        for reader in readers {
            reader.join().unwrap();
        }
    }

    #[test]
    fn suspended_reader_pins_its_buffer_and_blocks_nobody() {
        let buffer = SnapshotBuffer::default();
        buffer.publish(&numbered(1), OutputUnits::default());
        // A read inside a read simulates a reader that is suspended in the middle of its
        // own.
        buffer.read(1, |_, _, _| {
            for n in 2..100 {
                assert!(buffer.publish(&numbered(n), OutputUnits::default()));
                assert_eq!(read(&buffer).0.seq, n);
            }
        });
        assert!(buffer.publish(&numbered(100), OutputUnits::default()));
        assert_eq!(read(&buffer).0.seq, 100);
    }

    #[test]
    fn wait_returns_for_a_newer_snapshot_and_for_a_notification() {
        let buffer = Arc::new(SnapshotBuffer::default());
        let late = Instant::now() + Duration::from_secs(3600);
        assert_eq!(buffer.wait(0, 0, Instant::now()), Wake::TimedOut);
        buffer.publish(&numbered(5), OutputUnits::default());
        assert_eq!(buffer.wait(4, 0, late), Wake::Newer);
        let waiter = Arc::clone(&buffer);
        let thread = std::thread::spawn(move || waiter.wait(5, 0, late));
        buffer.notify_waiters();
        assert_eq!(thread.join().unwrap(), Wake::Notified);
        assert_eq!(buffer.notify_count(), 1);
    }
}
