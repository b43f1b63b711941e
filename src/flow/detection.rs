//! A detection: one object in one frame.

use super::geometry::BBox;

/// One object seen in one frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Detection {
    /// Index into the detector's class names.
    pub class_id: u32,
    /// 0..1.
    pub score: f32,
    /// Normalised to the full frame, also when a region of interest was cropped.
    pub bbox: BBox,
}
