//! Reuse of frame buffers.

use parking_lot::Mutex;

/// Frame buffers for reuse, so that a steady stream allocates nothing.
#[derive(Debug, Default)]
pub struct FramePool(Mutex<Vec<Vec<u8>>>);

impl FramePool {
    /// One buffer each for the frame that is being filled, the one in the mailbox, the
    /// one in the worker and the one in the preview.
    const CAPACITY: usize = 4;

    /// A used buffer, or an empty one if the pool has none.
    pub fn acquire(&self) -> Vec<u8> {
        self.0.lock().pop().unwrap_or_default()
    }

    /// Returns a buffer to the pool. A full pool drops it.
    pub fn release(&self, buffer: Vec<u8>) {
        let mut buffers = self.0.lock();
        if buffers.len() < Self::CAPACITY {
            buffers.push(buffer);
        }
    }
}
