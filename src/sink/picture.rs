//! Converts a frame's pixels to a host's layout or to JPEG.

use opencv::core::{Mat, MatTraitConst, Size, Vec3b, Vec4b, Vector};
use opencv::{imgcodecs, imgproc};

use super::annotate::AnnotateError;
use crate::flow::{Frame, PixelFormat};

/// The layout of pixels in a host's memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// Channels and their order; alpha is 255.
    pub format: PixelFormat,
    /// Bytes from one row to the next, at least those of a row.
    pub stride: usize,
    /// Whether the bottom row comes first, as in OpenGL.
    pub flipped: bool,
}

impl Layout {
    /// Rows without gaps, top row first.
    pub fn tight(format: PixelFormat, width: u32) -> Self {
        Self {
            format,
            stride: width as usize * format.bytes(),
            flipped: false,
        }
    }

    /// Size of a picture in bytes. The last row ends after its pixels.
    pub fn bytes(&self, width: u32, height: u32) -> usize {
        let row = width as usize * self.format.bytes();
        self.stride * (height as usize).saturating_sub(1) + row
    }
}

/// Writes a frame's pixels to `out`, which needs room for [`Layout::bytes`].
///
/// # Errors
/// When the frame's memory does not match its size.
pub fn write(frame: &Frame, layout: &Layout, out: &mut [u8]) -> Result<(), AnnotateError> {
    super::annotate::check(frame)?;
    let (width, height) = (frame.size.width, frame.size.height);
    let row = width as usize * layout.format.bytes();
    if *layout == Layout::tight(layout.format, width) {
        let bytes = layout.bytes(width, height);
        return convert(frame, layout.format, &mut out[..bytes]);
    }
    let mut pixels = vec![0; row * height as usize];
    convert(frame, layout.format, &mut pixels)?;
    for (index, pixels) in pixels.chunks_exact(row).enumerate() {
        let to = if layout.flipped {
            height as usize - 1 - index
        } else {
            index
        };
        out[to * layout.stride..][..row].copy_from_slice(pixels);
    }
    Ok(())
}

/// Encodes a frame as JPEG, reduced to `width` if it is wider. `quality` is 1..100. Takes
/// some milliseconds on the calling thread.
///
/// # Errors
/// When the frame's memory does not match its size or OpenCV cannot encode it.
pub fn jpeg(frame: &Frame, width: u32, quality: u8) -> Result<Vec<u8>, AnnotateError> {
    super::annotate::check(frame)?;
    let flat = Mat::from_bytes::<Vec3b>(&frame.bgr)?;
    let whole = flat.reshape(3, frame.size.height as i32)?;
    let parameters = Vector::from_slice(&[imgcodecs::IMWRITE_JPEG_QUALITY, i32::from(quality)]);
    let mut bytes = Vector::<u8>::new();
    if width >= frame.size.width {
        imgcodecs::imencode(".jpg", &whole, &mut bytes, &parameters)?;
    } else {
        let height = u64::from(frame.size.height) * u64::from(width) / u64::from(frame.size.width);
        let size = Size::new(width.max(1) as i32, height.max(1) as i32);
        let mut small = Mat::default();
        imgproc::resize(&whole, &mut small, size, 0.0, 0.0, imgproc::INTER_AREA)?;
        imgcodecs::imencode(".jpg", &small, &mut bytes, &parameters)?;
    }
    Ok(bytes.as_slice().to_vec())
}

fn convert(frame: &Frame, format: PixelFormat, out: &mut [u8]) -> Result<(), AnnotateError> {
    let (rows, columns) = (frame.size.height as i32, frame.size.width as i32);
    let flat = Mat::from_bytes::<Vec3b>(&frame.bgr)?;
    let source = flat.reshape(3, rows)?;
    let code = match format {
        PixelFormat::Bgr8 => {
            out.copy_from_slice(&frame.bgr);
            return Ok(());
        }
        PixelFormat::Rgba8 => imgproc::COLOR_BGR2RGBA,
        PixelFormat::Bgra8 => imgproc::COLOR_BGR2BGRA,
        PixelFormat::Rgb8 => imgproc::COLOR_BGR2RGB,
        PixelFormat::Gray8 => imgproc::COLOR_BGR2GRAY,
    };
    match format.bytes() {
        4 => {
            let mut target = Mat::new_rows_cols_with_bytes_mut::<Vec4b>(rows, columns, out)?;
            imgproc::cvt_color_def(&source, &mut target, code)?;
        }
        3 => {
            let mut target = Mat::new_rows_cols_with_bytes_mut::<Vec3b>(rows, columns, out)?;
            imgproc::cvt_color_def(&source, &mut target, code)?;
        }
        _ => {
            let mut target = Mat::new_rows_cols_with_bytes_mut::<u8>(rows, columns, out)?;
            imgproc::cvt_color_def(&source, &mut target, code)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::flow::FrameSize;

    fn frame() -> Frame {
        Frame {
            seq: 1,
            capture_ns: 0,
            arrival_ns: 0,
            decode_ns: 0,
            size: FrameSize::new(2, 2),
            bgr: vec![1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
            precomputed: None,
        }
    }

    #[test]
    fn jpeg_has_the_requested_width_but_at_most_the_frames() {
        let wide = Frame {
            size: FrameSize::new(64, 32),
            bgr: vec![120; 64 * 32 * 3],
            ..frame()
        };
        for (requested, width, height) in [(16, 16, 8), (64, 64, 32), (500, 64, 32)] {
            let bytes = Vector::from_slice(&jpeg(&wide, requested, 80).unwrap());
            let read = imgcodecs::imdecode(&bytes, imgcodecs::IMREAD_COLOR).unwrap();
            assert_eq!((read.cols(), read.rows()), (width, height));
        }
    }

    #[test]
    fn pixels_have_the_requested_layout() {
        let mut out = [0; 16];
        let rgba = Layout::tight(PixelFormat::Rgba8, 2);
        write(&frame(), &rgba, &mut out).unwrap();
        assert_eq!(
            out,
            [3, 2, 1, 255, 6, 5, 4, 255, 9, 8, 7, 255, 12, 11, 10, 255]
        );
        let wide = Layout {
            format: PixelFormat::Bgra8,
            stride: 10,
            flipped: true,
        };
        assert_eq!(wide.bytes(2, 2), 18);
        let mut out = [99; 18];
        write(&frame(), &wide, &mut out).unwrap();
        assert_eq!(
            out,
            [
                7, 8, 9, 255, 10, 11, 12, 255, 99, 99, 1, 2, 3, 255, 4, 5, 6, 255
            ]
        );
    }
}
