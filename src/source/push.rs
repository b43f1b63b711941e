//! Frames that the host hands in: `camera.stream: push:`.
//!
//! The host's thread only copies, row by row, into a buffer that is used over
//! and over; colours are converted on the source's thread. Between the two
//! stands a mailbox for one frame in which the newest wins.

use std::sync::Arc;

use opencv::core::{Mat, Vec3b, Vec4b};
use opencv::imgproc;

use super::{Advance, Content, FramePool, Source, SourceError, SourceStatus, Stamp};
use crate::clock::now_ns;
use crate::geometry::FrameSize;
use crate::mailbox::{Mailbox, Taken};
use crate::shutdown::Shutdown;

/// Longest side of a frame that is taken, in pixels.
const SIDE_MAX: u32 = FrameSize::SIDE_MAX;

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
    pool: FramePool,
}

impl PushInlet {
    /// Copies a frame in and returns. A frame that nobody took yet gives way
    /// and counts as dropped.
    pub fn push(&self, image: &Image<'_>, status: &SourceStatus) -> Result<(), PushError> {
        self.check(image)?;
        // Its buffer is used again at once, while it is in the cache.
        self.drop_untaken(status);
        let pixels = self.copy(image);
        let pushed = Pushed {
            pixels,
            format: image.format,
            size: image.size,
            capture_ns: image.capture_ns.unwrap_or_else(now_ns),
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

    /// Forgets what nobody took, before a source is started: what was pushed
    /// until then is not news.
    pub fn clear(&self) {
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
            capture_ns: Some(77),
        }
    }

    fn received(source: &mut PushSource) -> Vec<u8> {
        assert_eq!(
            source.advance().unwrap(),
            Advance::Frame(Stamp::Capture(77))
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
}
