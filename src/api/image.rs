//! Pictures: frames that a program pushes, and previews for it.

use crate::flow::{self, Frame, FrameSize};
use crate::pipeline;

/// Order of the channels in memory, 8 bits each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PixelFormat {
    /// 4 bytes per pixel. Alpha is ignored in pushed frames and 255 in previews.
    Rgba8,
    /// 4 bytes per pixel, with alpha as in `Rgba8`.
    Bgra8,
    /// 3 bytes per pixel.
    Rgb8,
    /// 3 bytes per pixel. It needs no conversion.
    Bgr8,
    /// 1 byte per pixel.
    Gray8,
}

impl PixelFormat {
    /// Bytes per pixel.
    #[must_use]
    pub fn bytes(self) -> usize {
        self.to_flow().bytes()
    }

    pub(super) fn to_flow(self) -> flow::PixelFormat {
        match self {
            Self::Rgba8 => flow::PixelFormat::Rgba8,
            Self::Bgra8 => flow::PixelFormat::Bgra8,
            Self::Rgb8 => flow::PixelFormat::Rgb8,
            Self::Bgr8 => flow::PixelFormat::Bgr8,
            Self::Gray8 => flow::PixelFormat::Gray8,
        }
    }
}

/// A frame of your program, for [`Pipeline::push`](crate::Pipeline::push). It borrows the
/// pixels.
///
/// ```
/// use rextrack::{Image, PixelFormat};
///
/// let pixels = vec![0; 640 * 480 * 4];
/// let image = Image::new(PixelFormat::Rgba8, 640, 480, &pixels);
/// // The lower half of the same pixels, in a texture whose first row is the bottom one:
/// let half = Image::new(PixelFormat::Rgba8, 640, 240, &pixels).flipped(true);
/// ```
#[derive(Clone, Copy)]
#[must_use]
pub struct Image<'a>(pub(super) pipeline::Image<'a>);

impl<'a> Image<'a> {
    /// An image of `width` x `height` pixels, each side within 1..16384: rows without gaps,
    /// the top row first, captured now. `Pipeline::push` checks the size of `pixels`.
    pub fn new(format: PixelFormat, width: u32, height: u32, pixels: &'a [u8]) -> Self {
        Self(pipeline::Image {
            bytes: pixels,
            format: format.to_flow(),
            size: FrameSize::new(width, height),
            stride: (width as usize).saturating_mul(format.bytes()),
            flipped: false,
            capture_ns: None,
        })
    }

    /// Sets the number of bytes from one row to the next. The last row may end after its
    /// pixels.
    pub fn stride(mut self, bytes: usize) -> Self {
        self.0.stride = bytes;
        self
    }

    /// Says whether the first row in memory is the bottom row, as in OpenGL.
    pub fn flipped(mut self, flipped: bool) -> Self {
        self.0.flipped = flipped;
        self
    }

    /// Sets the capture time, on the clock of [`now_ns`](crate::now_ns). It must be at most
    /// 60 s in the past, at most 1 s in the future, and at most 1 s before the capture time
    /// of the previous frame.
    pub fn captured_at(mut self, time_ns: i64) -> Self {
        self.0.capture_ns = Some(time_ns);
        self
    }
}

impl std::fmt::Debug for Image<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let FrameSize { width, height } = self.0.size;
        write!(f, "Image({width}x{height} {:?})", self.0.format)
    }
}

/// A processed frame as a picture, from [`Pipeline::preview`](crate::Pipeline::preview).
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Picture {
    /// Order of the channels.
    pub format: PixelFormat,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Number of the frame, as [`Snapshot::frame_seq`](crate::Snapshot::frame_seq).
    pub frame_seq: u64,
    /// Capture time of the frame.
    pub capture_ns: i64,
    /// Rows without gaps, the top row first: `width * height * format.bytes()` bytes.
    pub pixels: Vec<u8>,
}

impl Picture {
    pub(super) fn new(format: PixelFormat, frame: &Frame, pixels: Vec<u8>) -> Self {
        Self {
            format,
            width: frame.size.width,
            height: frame.size.height,
            frame_seq: frame.seq,
            capture_ns: frame.capture_ns,
            pixels,
        }
    }
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (width, height) = (self.width, self.height);
        write!(f, "Picture({width}x{height} {:?})", self.format)
    }
}
