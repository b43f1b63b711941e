//! Frames that the host hands in: `camera.stream: push:`.
//!
//! The host's thread only copies, row by row, into a buffer that is used over
//! and over; colours are converted on the source's thread. Between the two
//! stands a mailbox for one frame in which the newest wins.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use opencv::core::{Mat, Vec3b, Vec4b};
use opencv::imgproc;

use super::{Advance, Content, FramePool, Source, SourceError, SourceStatus, Stamp};
use crate::clock::{FRAME_BACKWARDS_MAX_NS, NS_PER_MS, NS_PER_S, now_ns};
use crate::geometry::FrameSize;
use crate::mailbox::{Mailbox, Taken};
use crate::shutdown::Shutdown;

/// Longest side of a frame that is taken, in pixels.
const SIDE_MAX: u32 = FrameSize::SIDE_MAX;
/// How old a frame may be: longer than any delay on the way from a camera to a host.
const AGE_MAX_NS: i64 = 60 * NS_PER_S;
/// How far ahead of now a frame's time may lie, for hosts that stamp with the time at
/// which they will show it. No further than a time may go backwards: a frame that is
/// stamped with now after one that was stamped ahead is of the same time base.
const AHEAD_MAX_NS: i64 = FRAME_BACKWARDS_MAX_NS;

/// How the pixels of a handed-in frame are laid out; 8 bits a channel, the
/// first named channel first in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum PixelFormat {
    Rgba8,
    Bgra8,
    Rgb8,
    Bgr8,
    Gray8,
}

impl PixelFormat {
    /// Bytes of one pixel.
    pub const fn bytes(self) -> usize {
        match self {
            Self::Rgba8 | Self::Bgra8 => 4,
            Self::Rgb8 | Self::Bgr8 => 3,
            Self::Gray8 => 1,
        }
    }
}

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
    /// When it was captured, on the clock of [`crate::clock::now_ns`]; `None`
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
struct Pushed {
    pixels: Vec<u8>,
    format: PixelFormat,
    size: FrameSize,
    capture_ns: i64,
}

/// Where the host's frames come in. Any number of threads may push.
#[derive(Debug, Default)]
pub struct PushInlet {
    mailbox: Mailbox<Pushed>,
    /// Newest capture time since the source was started; 0 before the first.
    latest_ns: AtomicI64,
    pool: FramePool,
}

impl PushInlet {
    /// Copies a frame in and returns. A frame that nobody took yet gives way
    /// and counts as dropped.
    pub fn push(&self, image: &Image<'_>, status: &SourceStatus) -> Result<(), PushError> {
        self.check(image)?;
        let capture_ns = self.stamp(image.capture_ns, now_ns())?;
        // Its buffer is used again at once, while it is in the cache.
        self.drop_untaken(status);
        let pixels = self.copy(image);
        let pushed = Pushed {
            pixels,
            format: image.format,
            size: image.size,
            capture_ns,
        };
        if let Some(displaced) = self.mailbox.offer(pushed) {
            self.drop(displaced, status);
        }
        Ok(())
    }

    fn drop_untaken(&self, status: &SourceStatus) {
        if let Some(untaken) = self.mailbox.take_back() {
            self.drop(untaken, status);
        }
    }

    fn drop(&self, pushed: Pushed, status: &SourceStatus) {
        status.count_frame();
        status.count_dropped();
        self.pool.give(pushed.pixels);
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
        if let Some(stale) = self.mailbox.take_back() {
            self.pool.give(stale.pixels);
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
        let mut pixels = self.pool.take();
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

/// The source's end of a [`PushInlet`].
pub struct PushSource {
    inlet: Arc<PushInlet>,
    stop: Shutdown,
    current: Option<Pushed>,
}

impl PushSource {
    /// Takes the frame that waits, if any, and those that come.
    pub fn new(inlet: Arc<PushInlet>, stop: &Shutdown) -> Self {
        Self {
            inlet,
            stop: stop.clone(),
            current: None,
        }
    }
}

impl Source for PushSource {
    fn advance(&mut self) -> Result<Advance, SourceError> {
        loop {
            if self.stop.is_requested() {
                return Err(SourceError::Stopped);
            }
            // Bounded, in case the wake of a stop was taken by a source before.
            let patience = Some(std::time::Duration::from_millis(100));
            if let Taken::Item(pushed) = self.inlet.mailbox.take(patience) {
                let stamp = Stamp::Capture(pushed.capture_ns);
                if let Some(skipped) = self.current.replace(pushed) {
                    self.inlet.pool.give(skipped.pixels);
                }
                return Ok(Advance::Frame(stamp));
            }
        }
    }

    fn content(&mut self, mut buffer: Vec<u8>) -> Result<Content, SourceError> {
        let Some(mut pushed) = self.current.take() else {
            return Err(SourceError::Stopped);
        };
        if pushed.format == PixelFormat::Bgr8 {
            std::mem::swap(&mut buffer, &mut pushed.pixels);
        } else {
            buffer.resize(
                pushed.size.width as usize * pushed.size.height as usize * 3,
                0,
            );
            convert(&pushed, &mut buffer).map_err(|e| SourceError::Capture {
                address: "push:".into(),
                reason: format!("colours cannot be converted ({})", e.message.trim()),
            })?;
        }
        self.inlet.pool.give(pushed.pixels);
        Ok(Content::Picture(pushed.size, buffer))
    }
}

/// Writes a frame as BGR.
fn convert(pushed: &Pushed, bgr: &mut [u8]) -> opencv::Result<()> {
    let (rows, columns) = (pushed.size.height as i32, pushed.size.width as i32);
    let pixels = &pushed.pixels;
    let code = match pushed.format {
        PixelFormat::Rgba8 => imgproc::COLOR_RGBA2BGR,
        PixelFormat::Bgra8 => imgproc::COLOR_BGRA2BGR,
        PixelFormat::Rgb8 => imgproc::COLOR_RGB2BGR,
        PixelFormat::Gray8 => imgproc::COLOR_GRAY2BGR,
        PixelFormat::Bgr8 => return Ok(()),
    };
    let mut target = Mat::new_rows_cols_with_bytes_mut::<Vec3b>(rows, columns, bgr)?;
    match pushed.format.bytes() {
        4 => {
            let source = Mat::new_rows_cols_with_bytes::<Vec4b>(rows, columns, pixels)?;
            imgproc::cvt_color_def(&source, &mut target, code)
        }
        3 => {
            let source = Mat::new_rows_cols_with_bytes::<Vec3b>(rows, columns, pixels)?;
            imgproc::cvt_color_def(&source, &mut target, code)
        }
        _ => {
            let source = Mat::new_rows_cols_with_bytes::<u8>(rows, columns, pixels)?;
            imgproc::cvt_color_def(&source, &mut target, code)
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const SIZE: FrameSize = FrameSize::new(3, 2);
    /// When all frames of these tests were captured.
    fn captured_ns() -> i64 {
        static ONCE: std::sync::OnceLock<i64> = std::sync::OnceLock::new();
        *ONCE.get_or_init(now_ns)
    }

    /// Blue, green, red of the six pixels, top row first.
    const PIXELS: [[u8; 3]; 6] = [
        [1, 2, 3],
        [11, 12, 13],
        [21, 22, 23],
        [31, 32, 33],
        [41, 42, 43],
        [51, 52, 53],
    ];

    fn encode(format: PixelFormat, padding: usize, flipped: bool) -> Vec<u8> {
        let mut rows: Vec<&[[u8; 3]]> = PIXELS.chunks(3).collect();
        if flipped {
            rows.reverse();
        }
        let mut bytes = Vec::new();
        for row in rows {
            for &[b, g, r] in row {
                match format {
                    PixelFormat::Rgba8 => bytes.extend([r, g, b, 255]),
                    PixelFormat::Bgra8 => bytes.extend([b, g, r, 0]),
                    PixelFormat::Rgb8 => bytes.extend([r, g, b]),
                    PixelFormat::Bgr8 => bytes.extend([b, g, r]),
                    PixelFormat::Gray8 => bytes.push(g),
                }
            }
            bytes.resize(bytes.len() + padding, 99);
        }
        bytes.truncate(bytes.len() - padding);
        bytes
    }

    fn image(bytes: &[u8], format: PixelFormat, padding: usize, flipped: bool) -> Image<'_> {
        Image {
            bytes,
            format,
            size: SIZE,
            stride: 3 * format.bytes() + padding,
            flipped,
            capture_ns: Some(captured_ns()),
        }
    }

    fn received(source: &mut PushSource) -> Vec<u8> {
        assert_eq!(
            source.advance().unwrap(),
            Advance::Frame(Stamp::Capture(captured_ns()))
        );
        let Content::Picture(size, bgr) = source.content(vec![8; 5]).unwrap() else {
            panic!("not a picture");
        };
        assert_eq!(size, SIZE);
        bgr
    }

    #[test]
    fn every_format_stride_and_direction_arrives_as_bgr() {
        use PixelFormat::*;
        let inlet = Arc::new(PushInlet::default());
        let status = SourceStatus::default();
        let mut source = PushSource::new(Arc::clone(&inlet), &Shutdown::new());
        for format in [Rgba8, Bgra8, Rgb8, Bgr8, Gray8] {
            for (padding, flipped) in [(0, false), (5, false), (0, true), (5, true)] {
                let bytes = encode(format, padding, flipped);
                let image = image(&bytes, format, padding, flipped);
                inlet.push(&image, &status).unwrap();
                let expected: Vec<u8> = match format {
                    Gray8 => PIXELS.iter().flat_map(|p| [p[1]; 3]).collect(),
                    _ => PIXELS.as_flattened().to_vec(),
                };
                assert_eq!(
                    received(&mut source),
                    expected,
                    "{format:?} {padding} {flipped}"
                );
            }
        }
    }

    #[test]
    fn the_newest_frame_wins_and_the_others_are_counted() {
        let inlet = Arc::new(PushInlet::default());
        let status = SourceStatus::default();
        let mut source = PushSource::new(Arc::clone(&inlet), &Shutdown::new());
        for value in 0..4 {
            let bytes = [value; 6];
            let image = image(&bytes, PixelFormat::Gray8, 0, false);
            inlet.push(&image, &status).unwrap();
        }
        assert_eq!(received(&mut source), [3; 18]);
        assert_eq!((status.frames(), status.dropped()), (3, 3));
    }

    #[test]
    fn a_frame_may_come_before_its_source_and_waits_for_it() {
        let inlet = Arc::new(PushInlet::default());
        let status = SourceStatus::default();
        for value in [1, 2] {
            let bytes = [value; 6];
            inlet.clear();
            let image = image(&bytes, PixelFormat::Gray8, 0, false);
            inlet.push(&image, &status).unwrap();
        }
        let mut source = PushSource::new(inlet, &Shutdown::new());
        assert_eq!(received(&mut source), [2; 18]);
        assert_eq!(status.dropped(), 0, "what was cleared was never a frame");
    }

    #[test]
    fn frames_that_cannot_be_are_refused() {
        let inlet = PushInlet::default();
        let bytes = [0; 100];
        let good = image(&bytes, PixelFormat::Rgba8, 0, false);
        let refused = |image: Image<'_>| {
            inlet
                .push(&image, &SourceStatus::default())
                .unwrap_err()
                .to_string()
        };
        let empty = Image {
            size: FrameSize::new(0, 2),
            ..good
        };
        assert!(refused(empty).contains("0x2"));
        assert!(refused(Image { stride: 11, ..good }).contains("a row of the frame takes 12"));
        assert!(refused(Image { stride: 89, ..good }).contains("takes 101 bytes, 100 were given"));
        let vast = Image {
            stride: usize::MAX,
            ..good
        };
        refused(vast);
    }

    #[test]
    fn times_of_another_clock_are_refused_with_the_remedy() {
        const NOW: i64 = 5000 * NS_PER_S;
        let inlet = PushInlet::default();
        let refused = |ns| inlet.stamp(Some(ns), NOW).unwrap_err().to_string();
        let wall_clock = 1_790_000_000 * NS_PER_S;
        for ns in [
            wall_clock,
            i64::MAX,
            NOW + AHEAD_MAX_NS + 1,
            NOW - AGE_MAX_NS - 1,
            1,
            -1,
            i64::MIN,
        ] {
            let text = refused(ns);
            for part in [
                &format!("capture_ns is {ns}, "),
                "now is 5000000000000",
                "Give 0 for now",
                "rextrack_now_ns",
            ] {
                assert!(text.contains(part), "no {part:?} in {text}");
            }
        }
        assert!(refused(NOW - 61 * NS_PER_S).contains("which is 61000 ms ago"));
        assert!(refused(NOW + 2 * NS_PER_S).contains("which is 2000 ms ahead"));
        // None of them changed what the next frame is measured against.
        assert_eq!(
            inlet.stamp(Some(NOW - AGE_MAX_NS), NOW),
            Ok(NOW - AGE_MAX_NS)
        );
        assert_eq!(inlet.stamp(None, NOW), Ok(NOW));
        assert_eq!(
            inlet.stamp(Some(NOW + AHEAD_MAX_NS), NOW),
            Ok(NOW + AHEAD_MAX_NS)
        );
    }

    #[test]
    fn times_that_run_backwards_are_refused_until_the_source_is_started_again() {
        const NOW: i64 = 5000 * NS_PER_S;
        let inlet = PushInlet::default();
        inlet.stamp(Some(NOW), NOW).unwrap();
        let overtaken = NOW - FRAME_BACKWARDS_MAX_NS;
        assert_eq!(inlet.stamp(Some(overtaken), NOW), Ok(overtaken));
        let error = inlet.stamp(Some(overtaken - NS_PER_MS), NOW).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("1001 ms before that of the frame"),
            "{error}"
        );
        inlet.clear();
        let old = NOW - 30 * NS_PER_S;
        assert_eq!(inlet.stamp(Some(old), NOW), Ok(old));
    }
}
