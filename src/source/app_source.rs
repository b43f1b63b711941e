//! Frames that the host hands in: `camera.stream: push:`.
//!
//! The host's thread only copies, row by row, into a buffer that is used over
//! and over; colours are converted on the source's thread. Between the two
//! stands a mailbox for one frame in which the newest wins.

use std::sync::atomic::{AtomicI64, Ordering};

use super::frame_pool::FramePool;
use super::status::SourceStatus;
use crate::base::clock::{FRAME_BACKWARDS_MAX_NS, NS_PER_MS, NS_PER_S, now_ns};
use crate::base::mailbox::Mailbox;
use crate::flow::{FrameSize, PixelFormat};

/// Longest side of a frame that is taken, in pixels.
const SIDE_MAX: u32 = FrameSize::SIDE_MAX;
/// How old a frame may be: longer than any delay on the way from a camera to a host.
const AGE_MAX_NS: i64 = 60 * NS_PER_S;
/// How far ahead of now a frame's time may lie, for hosts that stamp with the time at
/// which they will show it. No further than a time may go backwards: a frame that is
/// stamped with now after one that was stamped ahead is of the same time base.
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

/// Why a frame was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PushError {
    /// A side of 0 or beyond all reason.
    #[error("the frame is {}x{} pixels; each side must be within 1..{SIDE_MAX}", .0.width, .0.height)]
    Size(FrameSize),
    /// Rows that overlap.
    #[error("stride is {stride} bytes, a row of the frame takes {row}; give at least that")]
    Stride {
        /// The stride that was given.
        stride: usize,
        /// Bytes of a row.
        row: usize,
    },
    /// Fewer bytes than the rows take.
    #[error("the frame takes {needed} bytes, {given} were given")]
    Bytes {
        /// Bytes that the rows take.
        needed: usize,
        /// Bytes given.
        given: usize,
    },
    /// A time of another clock.
    #[error(
        "capture_ns is {capture_ns}, which is {} ms {}; now is {now_ns}. Give 0 for now, or a time \
         of rextrack_now_ns, at most {} s ago and {} s ahead",
        apart_ms(.capture_ns, .now_ns),
        if .capture_ns < .now_ns { "ago" } else { "ahead" },
        AGE_MAX_NS / NS_PER_S,
        AHEAD_MAX_NS / NS_PER_S
    )]
    Time {
        /// The time that was given.
        capture_ns: i64,
        /// The clock.
        now_ns: i64,
    },
    /// A time before that of an earlier frame.
    #[error(
        "capture_ns is {capture_ns}, which is {} ms before that of the frame pushed before it \
         ({latest_ns}); push frames in the order in which they were captured, or give 0 for now",
        apart_ms(.capture_ns, .latest_ns)
    )]
    Backwards {
        /// The time that was given.
        capture_ns: i64,
        /// The newest time so far.
        latest_ns: i64,
    },
}

fn apart_ms(one_ns: &i64, other_ns: &i64) -> u64 {
    one_ns.abs_diff(*other_ns) / NS_PER_MS.unsigned_abs()
}

/// A frame on its way: rows without gaps, top row first.
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
    /// Copies a frame in and returns. A frame that nobody took yet gives way
    /// and counts as dropped.
    pub fn push(&self, image: &Image<'_>, status: &SourceStatus) -> Result<(), PushError> {
        self.check(image)?;
        let capture_ns = self.stamp(image.capture_ns, now_ns())?;
        // Its buffer is used again at once, while it is in the cache.
        self.drop_untaken(status);
        let pixels = self.copy(image);
        let pushed = PushedFrame {
            pixels,
            format: image.format,
            size: image.size,
            capture_ns,
        };
        if let Some(displaced) = self.mailbox.replace(pushed) {
            self.drop(displaced, status);
        }
        Ok(())
    }

    fn drop_untaken(&self, status: &SourceStatus) {
        if let Some(untaken) = self.mailbox.try_take() {
            self.drop(untaken, status);
        }
    }

    fn drop(&self, pushed: PushedFrame, status: &SourceStatus) {
        status.count_frame();
        status.count_dropped();
        self.pool.release(pushed.pixels);
    }

    /// The capture time of a frame that is pushed at `now_ns`. One that cannot be is
    /// refused: all later frames would be measured against it.
    fn stamp(&self, given_ns: Option<i64>, now_ns: i64) -> Result<i64, PushError> {
        let capture_ns = given_ns.unwrap_or(now_ns);
        let oldest_ns = now_ns.saturating_sub(AGE_MAX_NS);
        if !(oldest_ns..=now_ns.saturating_add(AHEAD_MAX_NS)).contains(&capture_ns) {
            return Err(PushError::Time { capture_ns, now_ns });
        }
        let latest_ns = self.latest_ns.load(Ordering::Relaxed);
        if given_ns.is_some() && capture_ns < latest_ns.saturating_sub(FRAME_BACKWARDS_MAX_NS) {
            return Err(PushError::Backwards {
                capture_ns,
                latest_ns,
            });
        }
        self.latest_ns.fetch_max(capture_ns, Ordering::Relaxed);
        Ok(capture_ns)
    }

    /// Forgets what nobody took and when the latest frame was captured, before a
    /// source is started: what was pushed until then is not news.
    pub fn clear(&self) {
        self.latest_ns.store(0, Ordering::Relaxed);
        if let Some(stale) = self.mailbox.try_take() {
            self.pool.release(stale.pixels);
        }
    }

    /// Ends the source's wait, so that it sees a stop.
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
        let given = image.bytes.len();
        if given < needed {
            return Err(PushError::Bytes { needed, given });
        }
        Ok(())
    }

    /// The rows of a frame that was checked, top row first.
    fn copy(&self, image: &Image<'_>) -> Vec<u8> {
        let row = image.size.width as usize * image.format.bytes();
        let (rows, stride) = (image.size.height as usize, image.stride);
        let mut pixels = self.pool.acquire();
        pixels.clear();
        pixels.reserve(row * rows);
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
