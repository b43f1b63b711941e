//! Letterbox: fits a frame, or a part of it, into a model's input without changing its
//! aspect, and maps boxes back.
//!
//! Each family was trained with one way of doing this, and scores drop with any
//! other. YOLOX (`yolox/data/data_augment.py`, `preproc`) puts the picture at
//! the top left and rounds its size down; Ultralytics (`LetterBox` in
//! `ultralytics/data/augment.py`) centres it and rounds to the nearest, and so
//! does NanoDet (`nanodet/data/transform/warp.py`). The first two pad with grey
//! 114, NanoDet with black.

use opencv::boxed_ref::BoxedRef;
use opencv::core::{Mat, MatTraitConstManual, Rect, Size, Vec3b};
use opencv::imgproc;

use super::error::DetectError;
use super::input_style::{InputStyle, Placement};
use crate::flow::Frame;
use crate::flow::{BBox, FrameSize};

/// Position of a frame's crop in a model's input. All values are pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LetterboxTransform {
    /// The whole frame.
    pub frame: FrameSize,
    /// The part of the frame that the input shows.
    pub crop: Crop,
    /// The model's input.
    pub input: FrameSize,
    /// Size of the crop inside the input.
    pub scaled: FrameSize,
    /// Columns of padding at the left.
    pub left: u32,
    /// Rows of padding at the top.
    pub top: u32,
}

impl LetterboxTransform {
    /// Fits a crop into an input.
    pub fn new(frame: FrameSize, crop: Crop, input: FrameSize, placement: Placement) -> Self {
        let (w, h) = (f64::from(crop.width), f64::from(crop.height));
        let (iw, ih) = (f64::from(input.width), f64::from(input.height));
        let ratio = (iw / w).min(ih / h);
        let whole = |v: f64, max: u32| {
            let v = match placement {
                Placement::TopLeft => v.floor(),
                Placement::Centred => v.round_ties_even(),
            };
            // A very thin region must keep at least one pixel.
            (v as u32).clamp(1, max)
        };
        let scaled = FrameSize::new(
            whole(w * ratio, input.width),
            whole(h * ratio, input.height),
        );
        let pad = |free: u32| match placement {
            Placement::TopLeft => 0,
            // Ultralytics gives the odd pixel to the right and bottom.
            Placement::Centred => free / 2,
        };
        let (left, top) = (
            pad(input.width - scaled.width),
            pad(input.height - scaled.height),
        );
        Self {
            frame,
            crop,
            input,
            scaled,
            left,
            top,
        }
    }

    /// Maps a box from the input's pixels to the normalised full frame, clipped to the
    /// crop. A box that lies only in the padding becomes empty.
    pub fn to_frame(&self, bbox: BBox) -> BBox {
        let [l, t, r, b] = bbox.ltrb();
        let axis = |v: f32, pad: u32, scaled: u32, crop: u32, origin: u32, frame: u32| {
            let inside = (f64::from(v) - f64::from(pad)) * f64::from(crop) / f64::from(scaled);
            ((inside.clamp(0.0, f64::from(crop)) + f64::from(origin)) / f64::from(frame)) as f32
        };
        let c = self.crop;
        let x = |v| {
            axis(
                v,
                self.left,
                self.scaled.width,
                c.width,
                c.x,
                self.frame.width,
            )
        };
        let y = |v| {
            axis(
                v,
                self.top,
                self.scaled.height,
                c.height,
                c.y,
                self.frame.height,
            )
        };
        BBox::from_ltrb(x(l), y(t), x(r), y(b))
    }
}

/// A part of a frame in whole pixels, never empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crop {
    /// Left column.
    pub x: u32,
    /// Top row.
    pub y: u32,
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

impl Crop {
    /// The part of the frame for a region of interest: x1, y1, x2, y2, normalised, or
    /// pixels when any value is above 1. Pixels that the region only touches belong to
    /// it. The part outside the frame is cut off. Fails when nothing is left.
    pub fn of(frame: FrameSize, roi: Option<[f32; 4]>) -> Result<Self, DetectError> {
        let FrameSize { width, height } = frame;
        let Some(roi) = roi else {
            return Self {
                x: 0,
                y: 0,
                width,
                height,
            }
            .checked([0.0, 0.0, 1.0, 1.0], frame);
        };
        let pixels = roi.iter().any(|v| *v > 1.0);
        let scale = if pixels {
            [1.0; 2]
        } else {
            [f64::from(width), f64::from(height)]
        };
        // 0.1 as f32 is slightly more than 0.1. Without the slack, a region that ends on
        // a pixel edge would include one more pixel.
        const SLACK: f64 = 1e-3;
        let edge = |v: f32, scale: f64| f64::from(v) * scale;
        let low = |v: f32, scale: f64, max: u32| {
            (edge(v, scale) + SLACK).floor().clamp(0.0, f64::from(max)) as u32
        };
        let high = |v: f32, scale: f64, max: u32| {
            (edge(v, scale) - SLACK).ceil().clamp(0.0, f64::from(max)) as u32
        };
        let (x, y) = (low(roi[0], scale[0], width), low(roi[1], scale[1], height));
        let (right, bottom) = (
            high(roi[2], scale[0], width),
            high(roi[3], scale[1], height),
        );
        let crop = Self {
            x,
            y,
            width: right.saturating_sub(x),
            height: bottom.saturating_sub(y),
        };
        crop.checked(roi, frame)
    }

    fn checked(self, roi: [f32; 4], frame: FrameSize) -> Result<Self, DetectError> {
        if self.width == 0 || self.height == 0 {
            return Err(DetectError::Roi {
                roi,
                width: frame.width,
                height: frame.height,
            });
        }
        Ok(self)
    }

    /// The crop as an OpenCV rectangle. Frames are far below `i32::MAX` pixels wide.
    fn rect(self) -> Rect {
        Rect::new(
            self.x as i32,
            self.y as i32,
            self.width as i32,
            self.height as i32,
        )
    }
}

/// Passes a part of a frame to `f` as an OpenCV picture, without copying it.
pub(super) fn with_crop<T>(
    frame: &Frame,
    crop: Crop,
    f: impl FnOnce(&BoxedRef<'_, Mat>) -> Result<T, DetectError>,
) -> Result<T, DetectError> {
    let FrameSize { width, height } = frame.size;
    if frame.bgr.len() != width as usize * height as usize * 3 {
        let (seq, bytes) = (frame.seq, frame.bgr.len());
        return Err(DetectError::Frame {
            seq,
            bytes,
            width,
            height,
        });
    }
    let whole = Mat::new_rows_cols_with_bytes::<Vec3b>(height as i32, width as i32, &frame.bgr)?;
    let part = Mat::roi(&whole, crop.rect())?;
    f(&part)
}

/// Prepares frames for one model. Buffers are kept between frames.
pub struct Letterbox {
    input: FrameSize,
    style: InputStyle,
    resized: Mat,
    /// Planes of the model's input: channel, row, column.
    planes: Vec<f32>,
    /// The position that the padding in `planes` was drawn for.
    fit: Option<LetterboxTransform>,
}

impl Letterbox {
    /// A letterbox for a model's input.
    pub fn new(input: FrameSize, style: InputStyle) -> Self {
        Self {
            input,
            style,
            resized: Mat::default(),
            planes: vec![0.0; 3 * input.width as usize * input.height as usize],
            fit: None,
        }
    }

    /// Draws the crop of the frame into the input and returns its position. The picture
    /// is then in [`Self::planes`].
    pub fn draw(&mut self, frame: &Frame, crop: Crop) -> Result<LetterboxTransform, DetectError> {
        let fit = LetterboxTransform::new(frame.size, crop, self.input, self.style.placement);
        if self.fit != Some(fit) {
            for (c, plane) in by_colour(&mut self.planes, self.style)
                .into_iter()
                .enumerate()
            {
                plane.fill(self.style.pad * self.style.scale[c] + self.style.offset[c]);
            }
            self.fit = Some(fit);
        }
        let size = Size::new(fit.scaled.width as i32, fit.scaled.height as i32);
        with_crop(frame, crop, |picture| {
            Ok(imgproc::resize(
                picture,
                &mut self.resized,
                size,
                0.0,
                0.0,
                imgproc::INTER_LINEAR,
            )?)
        })?;
        let bytes = self.resized.data_bytes()?;
        split(bytes, fit, self.style, &mut self.planes);
        Ok(fit)
    }

    /// The model's input as last drawn: `[3, height, width]`.
    pub fn planes(&self) -> &[f32] {
        &self.planes
    }
}

/// The planes of blue, green and red.
fn by_colour(planes: &mut [f32], style: InputStyle) -> [&mut [f32]; 3] {
    let (first, rest) = planes.split_at_mut(planes.len() / 3);
    let (second, third) = rest.split_at_mut(rest.len() / 2);
    if style.rgb {
        [third, second, first]
    } else {
        [first, second, third]
    }
}

/// Interleaved bytes to planes of floats, in one pass.
fn split(bgr: &[u8], fit: LetterboxTransform, style: InputStyle, planes: &mut [f32]) {
    let (width, columns) = (fit.input.width as usize, fit.scaled.width as usize);
    let [blue, green, red] = by_colour(planes, style);
    let ([scale_b, scale_g, scale_r], [add_b, add_g, add_r]) = (style.scale, style.offset);
    let rows = bgr.chunks_exact(columns * 3);
    for (row, pixels) in (fit.top as usize..).zip(rows) {
        let start = row * width + fit.left as usize;
        let at = start..start + columns;
        let (b, g, r) = (&mut blue[at.clone()], &mut green[at.clone()], &mut red[at]);
        for (((pixel, b), g), r) in pixels.chunks_exact(3).zip(b).zip(g).zip(r) {
            *b = f32::from(pixel[0]) * scale_b + add_b;
            *g = f32::from(pixel[1]) * scale_g + add_g;
            *r = f32::from(pixel[2]) * scale_r + add_r;
        }
    }
}

#[cfg(test)]
mod tests;
