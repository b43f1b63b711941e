//! Boxes and sizes, the vocabulary that every stage shares.
//!
//! Coordinates are the full frame's, normalised to 0..1, origin top left. A
//! box is given by its centre and its size. Pixels appear only where a frame's
//! memory is touched (letterbox, drawing, MOTChallenge rows).

use serde::{Deserialize, Serialize};

/// Width and height of a frame in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FrameSize {
    /// Pixels per row.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

impl FrameSize {
    /// Builds a size from pixels.
    pub const fn new(width: u32, height: u32) -> Self {
        Self { width, height }
    }

    /// Longest side that is accepted from outside, in pixels.
    pub const SIDE_MAX: u32 = 16_384;

    /// Whether both sides are within 1..[`SIDE_MAX`](Self::SIDE_MAX).
    pub fn is_usable(self) -> bool {
        let sides = [self.width, self.height];
        sides.iter().all(|side| (1..=Self::SIDE_MAX).contains(side))
    }

    /// This size, or the largest of the same shape with at most so many pixels.
    pub fn within(self, pixels: u64) -> Self {
        let area = u64::from(self.width) * u64::from(self.height);
        if area <= pixels {
            return self;
        }
        let scale = (pixels as f64 / area as f64).sqrt();
        let side = |side: u32| ((f64::from(side) * scale) as u32).max(1);
        // A sliver keeps its short side of one pixel; its long side is cut for it.
        let (width, height) = (side(self.width), side(self.height));
        let most = |other: u32| u32::try_from(pixels / u64::from(other)).unwrap_or(u32::MAX);
        Self::new(
            width.min(most(height)).max(1),
            height.min(most(width)).max(1),
        )
    }

    /// Width over height; 1 for an empty size, so that callers can divide.
    pub fn aspect(self) -> f32 {
        if self.width == 0 || self.height == 0 {
            return 1.0;
        }
        self.width as f32 / self.height as f32
    }
}

/// An axis-aligned box: centre `x`, `y` and size `w`, `h`, normalised to the
/// full frame. A box may reach beyond 0..1 where an object leaves the frame.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct BBox {
    /// Horizontal centre, 0 left to 1 right.
    pub x: f32,
    /// Vertical centre, 0 top to 1 bottom.
    pub y: f32,
    /// Width in frame widths.
    pub w: f32,
    /// Height in frame heights.
    pub h: f32,
}

impl BBox {
    /// Builds a box from its centre and size.
    pub const fn new(x: f32, y: f32, w: f32, h: f32) -> Self {
        Self { x, y, w, h }
    }

    /// Builds a box from its left, top, right and bottom edges.
    pub fn from_ltrb(left: f32, top: f32, right: f32, bottom: f32) -> Self {
        Self::new(
            (left + right) * 0.5,
            (top + bottom) * 0.5,
            right - left,
            bottom - top,
        )
    }

    /// Left, top, right and bottom edges.
    pub fn ltrb(self) -> [f32; 4] {
        let (hw, hh) = (self.w * 0.5, self.h * 0.5);
        [self.x - hw, self.y - hh, self.x + hw, self.y + hh]
    }

    /// The part of the box that lies inside the frame.
    pub fn clipped(self) -> Self {
        let [l, t, r, b] = self.ltrb().map(|v| v.clamp(0.0, 1.0));
        Self::from_ltrb(l, t, r, b)
    }

    /// Area in frame areas; 0 for an inverted box.
    pub fn area(self) -> f32 {
        self.w.max(0.0) * self.h.max(0.0)
    }

    /// Intersection over union, 0..1. The same in pixels as in normalised
    /// coordinates, since both axes are only scaled.
    pub fn iou(self, other: Self) -> f32 {
        let (a, b) = (self.ltrb(), other.ltrb());
        let w = a[2].min(b[2]) - a[0].max(b[0]);
        let h = a[3].min(b[3]) - a[1].max(b[1]);
        if w <= 0.0 || h <= 0.0 {
            return 0.0;
        }
        let inter = w * h;
        let union = self.area() + other.area() - inter;
        if union > 0.0 { inter / union } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frame_size_is_bounded() {
        for (width, height, usable) in [
            (1, 1, true),
            (16_384, 16_384, true),
            (16_385, 1, false),
            (0, 5, false),
        ] {
            assert_eq!(FrameSize::new(width, height).is_usable(), usable);
        }
        let within = |width, height| FrameSize::new(width, height).within(1_000_000);
        assert_eq!(within(1000, 1000), FrameSize::new(1000, 1000));
        assert_eq!(within(4000, 1000), FrameSize::new(2000, 500));
        for (width, height) in [
            (u32::MAX, u32::MAX),
            (u32::MAX, 1),
            (1, u32::MAX),
            (60_000, 7),
        ] {
            let FrameSize { width, height } = within(width, height);
            let area = u64::from(width) * u64::from(height);
            assert!((1..=1_000_000).contains(&area), "{width}x{height}");
        }
    }

    #[test]
    fn edges_and_centre_are_two_views_of_one_box() {
        let b = BBox::from_ltrb(0.1, 0.2, 0.5, 0.8);
        assert_eq!((b.x, b.y), (0.3, 0.5));
        let [l, t, r, bottom] = b.ltrb();
        assert!((l - 0.1).abs() < 1e-6 && (t - 0.2).abs() < 1e-6);
        assert!((r - 0.5).abs() < 1e-6 && (bottom - 0.8).abs() < 1e-6);
    }

    #[test]
    fn iou_of_half_overlap_is_one_third() {
        let a = BBox::from_ltrb(0.0, 0.0, 0.2, 0.2);
        let b = BBox::from_ltrb(0.1, 0.0, 0.3, 0.2);
        assert!((a.iou(b) - 1.0 / 3.0).abs() < 1e-6);
        assert_eq!(a.iou(BBox::from_ltrb(0.5, 0.5, 0.6, 0.6)), 0.0);
    }
}
