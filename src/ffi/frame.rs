//! Frames from the host, and previews for it.

use std::ffi::c_void;
use std::mem::offset_of;

use super::args;
use super::handle::{self, RextrackPipeline};
use super::status::{Failure, RextrackStatus, guard};
use crate::flow::FrameSize;
use crate::flow::PixelFormat;
use crate::pipeline::Image;
use crate::pipeline::picture::{self, Layout};

/// Values of `format`: 8 bits per channel, in the order of the name.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::enum_variant_names)]
pub enum RextrackPixelFormat {
    /// 4 bytes per pixel. Alpha is ignored in pushed frames and 255 in previews.
    RextrackPixelRgba8 = 1,
    /// 4 bytes per pixel; the format of TouchDesigner and most window systems.
    RextrackPixelBgra8 = 2,
    /// 3 bytes per pixel.
    RextrackPixelRgb8 = 3,
    /// 3 bytes per pixel; OpenCV's format. It needs no conversion.
    RextrackPixelBgr8 = 4,
    /// 1 byte per pixel.
    RextrackPixelGray8 = 5,
}

/// Bits of `flags`.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::enum_variant_names)]
pub enum RextrackFrameFlags {
    /// The first row in memory is the bottom row, as in OpenGL.
    RextrackFrameFlipped = 1,
    /// For `rextrack_preview`: draw boxes, slot numbers, ids and trails.
    RextrackFrameAnnotated = 2,
}

/// A frame of the host, for `rextrack_push_frame`.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct RextrackFrame {
    /// `sizeof(RextrackFrame)`, set by the caller.
    pub struct_size: u32,
    /// A `RextrackPixelFormat`.
    pub format: u32,
    /// Width in pixels, 1..16384.
    pub width: u32,
    /// Height in pixels, 1..16384.
    pub height: u32,
    /// The first row in memory.
    pub data: *const c_void,
    /// Bytes from one row to the next. 0 means rows without gaps.
    pub stride: usize,
    /// Capture time on the clock of `rextrack_now_ns`; 0 means now. It must be at most
    /// 60 s in the past, at most 1 s in the future, and at most 1 s before the capture
    /// time of the previous frame. Other values belong to another clock, and give
    /// `REXTRACK_ERR_INVALID_ARGUMENT`.
    pub capture_ns: i64,
    /// `REXTRACK_FRAME_FLIPPED` or 0.
    pub flags: u32,
    /// Not used; 0.
    pub reserved: u32,
}

/// An image in the host's memory that `rextrack_preview` fills in.
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
    /// Memory for the pixels, set by the caller. NULL asks for the size only.
    pub data: *mut c_void,
    /// Size of `data` in bytes, set by the caller.
    pub capacity: usize,
    /// Bytes from one row to the next, set by the caller. 0 means rows without gaps; the
    /// field then receives the number.
    pub stride: usize,
    /// Receives the number of the frame.
    pub frame_seq: u64,
    /// Receives the capture time of the frame.
    pub capture_ns: i64,
}

const FRAME_LEAST: usize = offset_of!(RextrackFrame, reserved) + size_of::<u32>();
const IMAGE_LEAST: usize = offset_of!(RextrackImage, capture_ns) + size_of::<i64>();

/// Passes a frame of the host to a pipeline whose `camera.stream` is `push:`. The frame is
/// copied before this function returns. It replaces a frame that is not processed yet;
/// the replaced frame counts as dropped. A pipeline that is not running ignores frames.
/// Size and format may change from frame to frame.
///
/// Any thread. Blocks for the copy, about as long as a memcpy of the frame. BGR8 saves
/// the pipeline a conversion.
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
            return Err(Failure::argument(format!(
                "{NAME}: data is NULL; pass the first row"
            )));
        }
        let format = pixel_format(frame.format, NAME)?;
        let row = frame.width as usize * format.bytes();
        let stride = if frame.stride == 0 { row } else { frame.stride };
        let bytes = stride
            .checked_mul((frame.height as usize).saturating_sub(1))
            .and_then(|n| n.checked_add(row))
            .filter(|n| isize::try_from(*n).is_ok())
            .ok_or_else(|| {
                Failure::argument(format!(
                    "{NAME}: stride is {stride} bytes, which exceeds the address space"
                ))
            })?;
        let image = Image {
            // SAFETY: not NULL; the caller vouches for the rows that size and stride
            // describe.
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

/// Writes the newest processed frame to the caller's buffer, in the format, stride and row
/// order that the caller set. `REXTRACK_FRAME_ANNOTATED` draws the slots into it.
///
/// Returns `REXTRACK_ERR_NO_FRAME` if no frame has been processed yet. Returns
/// `REXTRACK_ERR_BUFFER_TOO_SMALL` if `capacity` is too small: width, height and stride are
/// filled in, so that you can allocate the buffer and call again. `data` NULL with
/// `capacity` 0 asks for the size in the same way.
///
/// Any thread that may block. Blocks for some milliseconds with a large frame. Do not
/// call it from a host's cook, audio or render thread.
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
                "{NAME}: data is NULL but capacity is {}; pass a buffer, or capacity 0",
                image.capacity
            )));
        }
        let format = pixel_format(image.format, NAME)?;
        let annotated = image.flags & RextrackFrameFlags::RextrackFrameAnnotated as u32 != 0;
        let Some(newest) = pipeline.preview(false)? else {
            let text = format!("{NAME}: no frame has been processed yet; try again");
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
                "{NAME}: stride is {} bytes, a row needs {row}; set 0 for rows without gaps",
                layout.stride
            )));
        }
        let needed = layout.bytes(image.width, image.height);
        if image.capacity < needed {
            let text = format!(
                "{NAME}: the image needs {needed} bytes, the buffer has {}; pass a larger one",
                image.capacity
            );
            return Err(Failure(RextrackStatus::RextrackErrBufferTooSmall, text));
        }
        // Draws only when the buffer is large enough. If a newer frame has another size,
        // the first frame is used without drawing.
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
        // `capacity` bytes, which no other thread uses during this call.
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
