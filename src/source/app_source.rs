//! Frames that the host pushes: `camera.stream: push:`.
//!
//! The host's thread only copies, row by row, into a reused buffer. The source's thread
//! converts the colours. A mailbox for one frame, in which the newest wins, connects the
//! two threads.

use std::sync::atomic::{AtomicI64, Ordering};

use super::frame_pool::FramePool;
use super::status::SourceStatus;
use crate::base::clock::{FRAME_BACKWARDS_MAX_NS, NS_PER_MS, NS_PER_S, now_ns};
use crate::base::mailbox::Mailbox;
use crate::flow::{FrameSize, PixelFormat};

/// Longest side of a frame, in pixels.
const SIDE_MAX: u32 = FrameSize::SIDE_MAX;
/// Largest age of a frame: longer than any delay between a camera and a host.
const AGE_MAX_NS: i64 = 60 * NS_PER_S;
/// How far a frame's time may be ahead of now, for hosts that use the time at which they
/// will show it. Equal to the largest step backwards, so that a frame with the time now
/// may follow one with a time ahead.
const AHEAD_MAX_NS: i64 = FRAME_BACKWARDS_MAX_NS;

/// A picture in the host's memory.
#[derive(Debug, Clone, Copy)]
pub struct Image<'a> {
    /// The rows, `stride` bytes apart; the last one may end after its pixels.
    pub bytes: &'a [u8],
    /// Layout of a pixel.
    pub format: PixelFormat,
    /// Size in pixels.
    pub size: FrameSize,
    /// Bytes from one row to the next.
    pub stride: usize,
    /// Whether the first row in memory is the bottom one, as in OpenGL.
    pub flipped: bool,
    /// When it was captured, on the clock of [`crate::base::clock::now_ns`]; `None`
    /// means now.
    pub capture_ns: Option<i64>,
}

/// Why a frame was rejected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PushError {
    /// A side that is 0 or too long.
    #[error("the frame is {}x{} pixels; each side must be within 1..{SIDE_MAX}", .0.width, .0.height)]
    Size(FrameSize),
    /// Rows that overlap.
    #[error("the stride is {stride} bytes, but a row needs {row}; use a stride of at least {row}")]
    Stride {
        /// The stride of the image.
        stride: usize,
        /// Bytes of a row.
        row: usize,
    },
    /// A buffer that is too short.
    #[error(
        "the buffer has {actual} bytes, but the frame needs {needed}; check size, format and stride"
    )]
    Bytes {
        /// Bytes that the frame needs.
        needed: usize,
        /// Bytes of the buffer.
        actual: usize,
    },
    /// A time of another clock.
    #[error(
        "capture_ns is {capture_ns}, which is {} ms {}; now is {now_ns}. Give 0 for now, or a time \
         from rextrack_now_ns, at most {} s ago and {} s ahead",
        apart_ms(.capture_ns, .now_ns),
        if .capture_ns < .now_ns { "ago" } else { "ahead" },
        AGE_MAX_NS / NS_PER_S,
        AHEAD_MAX_NS / NS_PER_S
    )]
    Time {
        /// The time of the image.
        capture_ns: i64,
        /// The time now.
        now_ns: i64,
    },
    /// A time before that of a frame that was pushed earlier.
    #[error(
        "capture_ns is {capture_ns}, which is {} ms before the latest frame \
         ({latest_ns}); push frames in the order in which they were captured, or give 0 for now",
        apart_ms(.capture_ns, .latest_ns)
    )]
    Backwards {
        /// The time of the image.
        capture_ns: i64,
        /// The newest time so far.
        latest_ns: i64,
    },
}

fn apart_ms(one_ns: &i64, other_ns: &i64) -> u64 {
    one_ns.abs_diff(*other_ns) / NS_PER_MS.unsigned_abs()
}

/// A pushed frame: rows without gaps, top row first.
#[derive(Debug)]
pub(super) struct PushedFrame {
    pub pixels: Vec<u8>,
    pub format: PixelFormat,
    pub size: FrameSize,
    pub capture_ns: i64,
}

/// Takes the frames of a host, for a `push:` source. Any number of threads may push.
#[derive(Debug, Default)]
pub struct AppSource {
    pub(super) mailbox: Mailbox<PushedFrame>,
    /// Newest capture time since the source was started; 0 before the first.
    latest_ns: AtomicI64,
    pub(super) pool: FramePool,
}

impl AppSource {
    /// Copies a frame and returns. Replaces a frame that was not taken yet, which then
    /// counts as dropped.
    pub fn push(&self, image: &Image<'_>, status: &SourceStatus) -> Result<(), PushError> {
        self.check(image)?;
        let capture_ns = self.capture_time(image.capture_ns, now_ns())?;
        // First, so that this frame reuses the buffer while it is in the cache.
        self.drop_waiting(status);
        let pixels = self.copy(image);
        let pushed = PushedFrame {
            pixels,
            format: image.format,
            size: image.size,
            capture_ns,
        };
        if let Some(displaced) = self.mailbox.replace(pushed) {
            self.discard(displaced, status);
        }
        Ok(())
    }

    fn drop_waiting(&self, status: &SourceStatus) {
        if let Some(waiting) = self.mailbox.try_take() {
            self.discard(waiting, status);
        }
    }

    fn discard(&self, pushed: PushedFrame, status: &SourceStatus) {
        status.count_frame();
        status.count_dropped();
        self.pool.release(pushed.pixels);
    }

    /// The capture time of a frame that is pushed at `now_ns`. Rejects an implausible time,
    /// because all later frames are compared with it.
    fn capture_time(&self, requested_ns: Option<i64>, now_ns: i64) -> Result<i64, PushError> {
        let capture_ns = requested_ns.unwrap_or(now_ns);
        let oldest_ns = now_ns.saturating_sub(AGE_MAX_NS);
        if !(oldest_ns..=now_ns.saturating_add(AHEAD_MAX_NS)).contains(&capture_ns) {
            return Err(PushError::Time { capture_ns, now_ns });
        }
        let latest_ns = self.latest_ns.load(Ordering::Relaxed);
        if requested_ns.is_some() && capture_ns < latest_ns.saturating_sub(FRAME_BACKWARDS_MAX_NS) {
            return Err(PushError::Backwards {
                capture_ns,
                latest_ns,
            });
        }
        self.latest_ns.fetch_max(capture_ns, Ordering::Relaxed);
        Ok(capture_ns)
    }

    /// Drops a waiting frame and resets the latest capture time. Called before a source
    /// starts, so that it does not begin with an old frame.
    pub fn clear(&self) {
        self.latest_ns.store(0, Ordering::Relaxed);
        if let Some(stale) = self.mailbox.try_take() {
            self.pool.release(stale.pixels);
        }
    }

    /// Ends the source's wait, so that it checks for a stop.
    pub fn wake(&self) {
        self.mailbox.wake();
    }

    fn check(&self, image: &Image<'_>) -> Result<(), PushError> {
        let FrameSize { width, height } = image.size;
        if !(1..=SIDE_MAX).contains(&width) || !(1..=SIDE_MAX).contains(&height) {
            return Err(PushError::Size(image.size));
        }
        let row = width as usize * image.format.bytes();
        let stride = image.stride;
        if stride < row {
            return Err(PushError::Stride { stride, row });
        }
        let rows = height as usize;
        let needed = stride
            .checked_mul(rows - 1)
            .and_then(|n| n.checked_add(row))
            .unwrap_or(usize::MAX);
        let actual = image.bytes.len();
        if actual < needed {
            return Err(PushError::Bytes { needed, actual });
        }
        Ok(())
    }

    /// Copies the rows of a checked frame, top row first.
    fn copy(&self, image: &Image<'_>) -> Vec<u8> {
        let row = image.size.width as usize * image.format.bytes();
        let (rows, stride) = (image.size.height as usize, image.stride);
        let mut pixels = self.pool.acquire();
        pixels.clear();
        pixels.reserve_exact(row * rows);
        if stride == row && !image.flipped {
            pixels.extend_from_slice(&image.bytes[..row * rows]);
        } else {
            for index in 0..rows {
                let from = if image.flipped {
                    rows - 1 - index
                } else {
                    index
                };
                pixels.extend_from_slice(&image.bytes[from * stride..][..row]);
            }
        }
        pixels
    }
}

#[cfg(test)]
mod tests;
