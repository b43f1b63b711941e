//! Which buffer of the snapshot buffer is read and which may be written.
//!
//! Only the protocol is here, without the contents of the buffers, so that a model
//! checker can try every order of its steps (see the tests). The counters are a type
//! parameter for the same reason.
//!
//! `newest` holds, in one word, the number of the newest buffer and how many readers
//! acquired it since it became the newest. A reader adds one to that word: the same step
//! tells it the buffer and registers it there. When the writer publishes, it swaps the
//! word and so learns how many readers acquired the old buffer in all. Once as many have
//! released it (`released`), nobody reads the buffer and it may be written again. A
//! reader that the system suspends in the middle of a read therefore pins one buffer and
//! delays nobody.

use std::sync::atomic::{AtomicU64, Ordering};

/// Bits of `newest` that count readers: enough for a reader that polls every
/// 10 ns for a month without a new snapshot. The rest number the buffer.
const COUNT_BITS: u32 = 48;
const COUNT_MASK: u64 = (1 << COUNT_BITS) - 1;

/// An atomic word. `AtomicU64`, but for the model checker.
pub trait Counter {
    fn new(value: u64) -> Self;
    fn load(&self, order: Ordering) -> u64;
    fn store(&self, value: u64, order: Ordering);
    fn swap(&self, value: u64, order: Ordering) -> u64;
    fn fetch_add(&self, value: u64, order: Ordering) -> u64;
}

/// The state of `N` buffers that readers and the writer share.
#[derive(Debug)]
pub struct BufferPool<const N: usize, C = AtomicU64> {
    newest: C,
    /// How many readers released each buffer since it became the newest.
    released: [C; N],
}

/// The writer's own state of `N` buffers.
#[derive(Debug)]
pub struct WriterState<const N: usize> {
    newest: usize,
    /// How many readers acquired each retired buffer in all.
    acquired: [u64; N],
}

impl<const N: usize> Default for WriterState<N> {
    fn default() -> Self {
        Self {
            newest: 0,
            acquired: [0; N],
        }
    }
}

impl<const N: usize, C: Counter> Default for BufferPool<N, C> {
    /// Buffer 0 is the newest.
    fn default() -> Self {
        Self {
            newest: C::new(0),
            released: std::array::from_fn(|_| C::new(0)),
        }
    }
}

impl<const N: usize, C: Counter> BufferPool<N, C> {
    /// Acquires the newest buffer for reading, until [`Self::release`]. Wait-free.
    pub fn acquire(&self) -> usize {
        // Acquire: the reader sees everything that was written before the buffer was
        // published.
        let word = self.newest.fetch_add(1, Ordering::Acquire);
        (word >> COUNT_BITS) as usize
    }

    /// Releases a buffer that was acquired. Wait-free.
    pub fn release(&self, buffer: usize) {
        // Release: the reads are over before the writer may write again.
        self.released[buffer].fetch_add(1, Ordering::Release);
    }

    /// A buffer without readers, for the writer; `None` when suspended readers pin all of
    /// them.
    pub fn free(&self, state: &WriterState<N>) -> Option<usize> {
        (0..N).find(|&buffer| {
            buffer != state.newest
                && self.released[buffer].load(Ordering::Acquire) == state.acquired[buffer]
        })
    }

    /// Makes a buffer that [`Self::free`] returned the newest.
    pub fn publish(&self, state: &mut WriterState<N>, buffer: usize) {
        self.released[buffer].store(0, Ordering::Relaxed);
        // Release: readers that see the number also see the words and the count of zero.
        // Acquire: our next load of `released` comes after the readers' additions.
        let old = self
            .newest
            .swap((buffer as u64) << COUNT_BITS, Ordering::AcqRel);
        state.acquired[state.newest] = old & COUNT_MASK;
        state.newest = buffer;
    }
}

impl Counter for AtomicU64 {
    #[inline]
    fn new(value: u64) -> Self {
        Self::new(value)
    }
    #[inline]
    fn load(&self, order: Ordering) -> u64 {
        self.load(order)
    }
    #[inline]
    fn store(&self, value: u64, order: Ordering) {
        self.store(value, order);
    }
    #[inline]
    fn swap(&self, value: u64, order: Ordering) -> u64 {
        self.swap(value, order)
    }
    #[inline]
    fn fetch_add(&self, value: u64, order: Ordering) -> u64 {
        self.fetch_add(value, order)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    // The model's cell is not `Sync`. The model checks the accesses from several threads.
    #![allow(clippy::arc_with_non_send_sync)]
    use std::sync::Arc;

    use loom::cell::UnsafeCell;
    use loom::thread;

    use super::*;

    type Model = loom::sync::atomic::AtomicU64;

    impl Counter for Model {
        fn new(value: u64) -> Self {
            Self::new(value)
        }
        fn load(&self, order: Ordering) -> u64 {
            self.load(order)
        }
        fn store(&self, value: u64, order: Ordering) {
            self.store(value, order);
        }
        fn swap(&self, value: u64, order: Ordering) -> u64 {
            self.swap(value, order)
        }
        fn fetch_add(&self, value: u64, order: Ordering) -> u64 {
            self.fetch_add(value, order)
        }
    }

    /// A buffer of two words and a cell in which the model sees every access
    /// that is not ordered against another.
    struct Buffer {
        words: [Model; 2],
        access: UnsafeCell<()>,
    }

    struct Modelled<const N: usize> {
        pool: BufferPool<N, Model>,
        buffers: [Buffer; N],
    }

    impl<const N: usize> Modelled<N> {
        fn new() -> Self {
            Self {
                pool: BufferPool::default(),
                buffers: std::array::from_fn(|_| Buffer {
                    words: [Model::new(0), Model::new(0)],
                    access: UnsafeCell::new(()),
                }),
            }
        }

        /// Publishes a number; false when every buffer is pinned.
        fn write(&self, state: &mut WriterState<N>, number: u64) -> bool {
            let Some(free) = self.pool.free(state) else {
                return false;
            };
            let buffer = &self.buffers[free];
            buffer.access.with_mut(|_| {
                for word in &buffer.words {
                    word.store(number, Ordering::Relaxed);
                }
            });
            self.pool.publish(state, free);
            true
        }

        fn read(&self) -> u64 {
            let index = self.pool.acquire();
            let buffer = &self.buffers[index];
            let [first, second] = buffer.access.with(|_| {
                let load = |i: usize| buffer.words[i].load(Ordering::Relaxed);
                [load(0), load(1)]
            });
            self.pool.release(index);
            assert_eq!(first, second, "a torn read");
            first
        }
    }

    /// Checks `writes` publications against readers with `reads` reads each, in every
    /// order that the memory model allows.
    fn check<const N: usize>(writes: u64, readers: usize, reads: usize) {
        let mut builder = loom::model::Builder::new();
        // Without a bound the third thread alone takes minutes. Errors of such protocols
        // show within three preemptions.
        builder.preemption_bound = Some(3);
        builder.check(move || {
            let model = Arc::new(Modelled::<N>::new());
            let threads: Vec<_> = (0..readers)
                .map(|_| {
                    let model = Arc::clone(&model);
                    thread::spawn(move || {
                        let mut last = 0;
                        for _ in 0..reads {
                            let number = model.read();
                            assert!(number >= last, "{number} after {last}");
                            last = number;
                        }
                    })
                })
                .collect();
            let mut state = WriterState::default();
            let mut newest = 0;
            for number in 1..=writes {
                if model.write(&mut state, number) {
                    newest = number;
                }
            }
            for thread in threads {
                thread.join().unwrap();
            }
            assert_eq!(model.read(), newest);
            // Nobody reads any more, so every buffer but the newest is free.
            assert!(model.write(&mut state, writes + 1));
        });
    }

    #[test]
    fn every_interleaving_of_a_writer_and_a_reader_is_sound() {
        check::<2>(3, 1, 2);
        check::<3>(3, 1, 2);
    }

    #[test]
    fn every_interleaving_of_a_writer_and_two_readers_is_sound() {
        check::<2>(2, 2, 1);
        check::<3>(3, 2, 1);
    }
}
