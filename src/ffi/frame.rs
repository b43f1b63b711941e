//! Pictures, in and out.

use std::ffi::c_void;
use std::mem::offset_of;

use super::args;
use super::handle::{self, RextrackPipeline};
use super::status::{Failure, RextrackStatus, guard};
use crate::flow::FrameSize;
use crate::flow::PixelFormat;
use crate::sink::picture::{self, Layout};
use crate::source::Image;

/// Values of `format`: 8 bits a channel, the first named channel first in
/// memory.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::enum_variant_names)]
pub enum RextrackPixelFormat {
    /// 4 bytes a pixel; alpha is ignored on the way in and 255 on the way out.
    RextrackPixelRgba8 = 1,
    /// 4 bytes a pixel; TouchDesigner's and most windows' format.
    RextrackPixelBgra8 = 2,
    /// 3 bytes a pixel.
    RextrackPixelRgb8 = 3,
    /// 3 bytes a pixel; OpenCV's format, and the cheapest here.
    RextrackPixelBgr8 = 4,
    /// 1 byte a pixel.
    RextrackPixelGray8 = 5,
}

/// Bits of `flags`.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::enum_variant_names)]
pub enum RextrackFrameFlags {
    /// The first row in memory is the bottom one, as in OpenGL.
    RextrackFrameFlipped = 1,
    /// For `rextrack_preview`: draw boxes, slot numbers, ids and trails.
    RextrackFrameAnnotated = 2,
}

/// A picture of the host's, for `rextrack_push_frame`.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct RextrackFrame {
    /// `sizeof(RextrackFrame)`.
    pub struct_size: u32,
    /// A `RextrackPixelFormat`.
    pub format: u32,
    /// Width in pixels, 1..16384.
    pub width: u32,
    /// Height in pixels, 1..16384.
    pub height: u32,
    /// The first row in memory.
    pub data: *const c_void,
    /// Bytes from one row to the next; 0 means rows without gaps.
    pub stride: usize,
    /// When it was captured, on the clock of `rextrack_now_ns`; 0 means now. At
    /// most 60 s ago and 1 s ahead, and not more than 1 s before that of the
    /// frame pushed before it: anything else is a time of another clock, and
    /// refused with `_ERR_INVALID_ARGUMENT`.
    pub capture_ns: i64,
    /// `REXTRACK_FRAME_FLIPPED` or 0.
    pub flags: u32,
    /// Not used; 0.
    pub reserved: u32,
}

/// A picture in the host's memory that `rextrack_preview` fills in.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct RextrackImage {
    /// `sizeof(RextrackImage)`, set by the caller.
    pub struct_size: u32,
    /// A `RextrackPixelFormat`, set by the caller.
    pub format: u32,
    /// Bits of `RextrackFrameFlags`, set by the caller.
    pub flags: u32,
    /// Receives the width in pixels.
    pub width: u32,
    /// Receives the height in pixels.
    pub height: u32,
    /// Not used; 0.
    pub reserved: u32,
    /// Where the pixels go, set by the caller; NULL to ask for the size alone.
    pub data: *mut c_void,
    /// Bytes at `data`, set by the caller.
    pub capacity: usize,
    /// Bytes from one row to the next, set by the caller; 0 means rows without
    /// gaps, and receives how many that are.
    pub stride: usize,
    /// Receives the number of the frame.
    pub frame_seq: u64,
    /// Receives when it was captured.
    pub capture_ns: i64,
}

const FRAME_LEAST: usize = offset_of!(RextrackFrame, reserved) + size_of::<u32>();
const IMAGE_LEAST: usize = offset_of!(RextrackImage, capture_ns) + size_of::<i64>();

/// Copies a frame of the host in, for a pipeline whose `camera.stream` is
/// `push:`, and returns; the memory is the host's again. The newest frame wins:
/// one that nobody took yet gives way and counts as dropped. While the pipeline
/// does not run, frames are ignored. Frames may change size and format.
///
/// Any thread. Blocks for the copy alone, about as long as a memcpy of the
/// frame; BGR8 saves the pipeline a conversion.
///
/// # Safety
/// `pipeline` is NULL or a live handle; `frame` is NULL or describes readable
/// memory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rextrack_push_frame(
    pipeline: *mut RextrackPipeline,
    frame: *const RextrackFrame,
) -> RextrackStatus {
    const NAME: &str = "rextrack_push_frame";
    guard(|| {
        // SAFETY: NULL or live, as the caller vouches.
        let pipeline = unsafe { handle::handle(pipeline, NAME) }?;
        // SAFETY: NULL or valid, as the caller vouches.
        let frame = unsafe { args::read_struct(frame, FRAME_LEAST, NAME) }?;
        if frame.data.is_null() {
            return Err(Failure::argument(format!("{NAME}: data is NULL")));
        }
        let format = pixel_format(frame.format, NAME)?;
        let row = frame.width as usize * format.bytes();
        let stride = if frame.stride == 0 { row } else { frame.stride };
        let bytes = stride
            .checked_mul((frame.height as usize).saturating_sub(1))
            .and_then(|n| n.checked_add(row))
            .filter(|n| isize::try_from(*n).is_ok())
            .ok_or_else(|| Failure::argument(format!("{NAME}: stride is {stride} bytes")))?;
        let image = Image {
            // SAFETY: not NULL; the caller vouches for the rows that size and
            // stride describe.
            bytes: unsafe { std::slice::from_raw_parts(frame.data.cast(), bytes) },
            format,
            size: FrameSize::new(frame.width, frame.height),
            stride,
            flipped: frame.flags & RextrackFrameFlags::RextrackFrameFlipped as u32 != 0,
            capture_ns: (frame.capture_ns != 0).then_some(frame.capture_ns),
        };
        let pushed = pipeline.push_frame(&image).map_err(Failure::from);
        pushed.map_err(|f| Failure(f.0, format!("{NAME}: {}", f.1)))
    })
}

/// Writes the newest processed frame to the caller's buffer, in the format,
/// stride and direction that the caller set, with slots drawn in if
/// `REXTRACK_FRAME_ANNOTATED` is set. Nothing is drawn or converted while nobody
/// asks. `_ERR_NO_FRAME`: none was processed yet. `_ERR_BUFFER_TOO_SMALL`: width,
/// height and stride are filled in, so that the caller can make room; the same
/// is the answer to `data` NULL with `capacity` 0.
///
/// Any thread that may spend some milliseconds on a large frame; not for a
/// host's cook thread.
///
/// # Safety
/// `pipeline` is NULL or a live handle; `image` is NULL or valid, with
/// `capacity` bytes at `data`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rextrack_preview(
    pipeline: *const RextrackPipeline,
    image: *mut RextrackImage,
) -> RextrackStatus {
    const NAME: &str = "rextrack_preview";
    let out = image;
    guard(|| {
        // SAFETY: NULL or live, as the caller vouches.
        let pipeline = unsafe { handle::handle(pipeline, NAME) }?;
        // SAFETY: NULL or valid, as the caller vouches.
        let mut image = unsafe { args::read_struct(out, IMAGE_LEAST, NAME) }?;
        if image.data.is_null() && image.capacity > 0 {
            return Err(Failure::argument(format!(
                "{NAME}: data is NULL, capacity {}",
                image.capacity
            )));
        }
        let format = pixel_format(image.format, NAME)?;
        let annotated = image.flags & RextrackFrameFlags::RextrackFrameAnnotated as u32 != 0;
        let Some(newest) = pipeline.preview(false)? else {
            let text = format!("{NAME}: no frame was processed yet; try again");
            return Err(Failure(RextrackStatus::RextrackErrNoFrame, text));
        };
        let mut layout = Layout::tight(format, newest.size.width);
        let row = layout.stride;
        if image.stride != 0 {
            layout.stride = image.stride;
        }
        layout.flipped = image.flags & RextrackFrameFlags::RextrackFrameFlipped as u32 != 0;
        (image.width, image.height) = (newest.size.width, newest.size.height);
        image.stride = layout.stride;
        (image.frame_seq, image.capture_ns) = (newest.seq, newest.capture_ns);
        // SAFETY: checked above; the caller lends it to us for this call.
        unsafe { args::write_struct(&image, out, IMAGE_LEAST, NAME) }?;
        if layout.stride < row {
            return Err(Failure::argument(format!(
                "{NAME}: stride is {} bytes, a row takes {row}",
                layout.stride
            )));
        }
        let needed = layout.bytes(image.width, image.height);
        if image.capacity < needed {
            let text = format!(
                "{NAME}: {needed} bytes are needed, the buffer has {}",
                image.capacity
            );
            return Err(Failure(RextrackStatus::RextrackErrBufferTooSmall, text));
        }
        // Drawn only now that there is room. A newer frame of another size may
        // have come meanwhile: then this one, plain, is what is left.
        let drawn = if annotated {
            pipeline.preview(true)?
        } else {
            None
        };
        let frame = drawn.filter(|f| f.size == newest.size).unwrap_or(newest);
        (image.frame_seq, image.capture_ns) = (frame.seq, frame.capture_ns);
        // SAFETY: as above.
        unsafe { args::write_struct(&image, out, IMAGE_LEAST, NAME) }?;
        // SAFETY: not NULL, since `capacity` is not 0; the caller vouches for
        // `capacity` bytes, which nobody else uses during this call.
        let pixels = unsafe { std::slice::from_raw_parts_mut(image.data.cast::<u8>(), needed) };
        picture::write(&frame, &layout, pixels)
            .map_err(|e| Failure(RextrackStatus::RextrackErrInternal, e.to_string()))
    })
}

fn pixel_format(number: u32, function: &str) -> Result<PixelFormat, Failure> {
    Ok(match number {
        1 => PixelFormat::Rgba8,
        2 => PixelFormat::Bgra8,
        3 => PixelFormat::Rgb8,
        4 => PixelFormat::Bgr8,
        5 => PixelFormat::Gray8,
        _ => {
            return Err(Failure::argument(format!(
                "{function}: unknown pixel format {number}; see RextrackPixelFormat"
            )));
        }
    })
}
