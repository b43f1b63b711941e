//! Sources: where frames come from.

use crate::geometry::FrameSize;

/// One picture of a camera: BGR, 8 bits a channel, rows without padding.
#[derive(Clone)]
pub struct Frame {
    /// Number of the source's frame, from 1; dropped frames are counted.
    pub seq: u64,
    /// When the frame was captured, on the clock of [`crate::clock::now_ns`].
    pub capture_ns: i64,
    /// Size in pixels.
    pub size: FrameSize,
    /// `width * height * 3` bytes, blue first, top row first.
    pub bgr: Vec<u8>,
}

impl std::fmt::Debug for Frame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Frame #{} {}x{}",
            self.seq, self.size.width, self.size.height
        )
    }
}
