//! Reuse of frame buffers.

use parking_lot::Mutex;

/// Frame buffers for reuse, so that a steady stream allocates nothing.
#[derive(Debug, Default)]
pub struct FramePool(Mutex<Vec<Vec<u8>>>);

impl FramePool {
    /// One buffer each for the frame that is being filled, the one in the mailbox, the
    /// one in the worker and the one in the preview.
    const CAPACITY: usize = 4;
    /// The largest buffer that is kept, as a multiple of the frame in it.
    const EXCESS_MAX: usize = 2;

    /// A used buffer, or an empty one if the pool has none.
    pub fn acquire(&self) -> Vec<u8> {
        self.0.lock().pop().unwrap_or_default()
    }

    /// Returns a buffer to the pool. A full pool drops it. Buffers that are much larger
    /// than the frame in this one are dropped too: the frames have become smaller, and the
    /// pool must not keep the memory of the large ones.
    pub fn release(&self, buffer: Vec<u8>) {
        if buffer.is_empty() {
            return;
        }
        let limit = buffer.len().saturating_mul(Self::EXCESS_MAX);
        let mut buffers = self.0.lock();
        let oversized: Vec<_> = buffers
            .extract_if(.., |kept| kept.capacity() > limit)
            .collect();
        if buffers.len() < Self::CAPACITY && buffer.capacity() <= limit {
            buffers.push(buffer);
        }
        // The system takes large buffers back slowly: not under the lock.
        drop(buffers);
        drop(oversized);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn released_buffer_is_reused() {
        let pool = FramePool::default();
        let buffer = vec![0; 1000];
        let address = buffer.as_ptr();
        pool.release(buffer);
        let reused = pool.acquire();
        assert_eq!(reused.as_ptr(), address);
        assert_eq!(pool.acquire().capacity(), 0);
    }

    #[test]
    fn pool_keeps_no_large_buffers_after_frames_become_smaller() {
        let pool = FramePool::default();
        for _ in 0..10 {
            pool.release(vec![0; 4000]);
        }
        assert_eq!(pool.0.lock().len(), FramePool::CAPACITY);
        let mut large = pool.acquire();
        large.clear();
        large.resize(1000, 0);
        pool.release(large);
        assert!(pool.0.lock().is_empty(), "every buffer is too large now");
        pool.release(vec![0; 1000]);
        assert_eq!(pool.0.lock().len(), 1);
    }
}
