//! A frame of a simulated camera, and its picture for the preview.

use opencv::core::{Mat, Point, Scalar, Size, Vec3b};
use opencv::imgproc::{self, FILLED, LINE_AA};

use crate::flow::{BBox, Detection, FrameSize, Paint};

/// The ground: grey green, blue first.
const GROUND: [u8; 3] = [96, 104, 92];
/// Colours of clothes. A person keeps the same one.
const CLOTHES: [[f64; 3]; 8] = [
    [80.0, 70.0, 60.0],
    [140.0, 90.0, 50.0],
    [60.0, 80.0, 150.0],
    [90.0, 140.0, 70.0],
    [150.0, 140.0, 150.0],
    [50.0, 60.0, 70.0],
    [60.0, 130.0, 170.0],
    [120.0, 70.0, 120.0],
];

/// One frame of a simulated crowd.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Scene {
    /// The people in the picture, the farthest first.
    pub bodies: Vec<Body>,
    /// The simulated detections, best score first.
    pub detections: Vec<Detection>,
}

/// A person in the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Body {
    /// Number of the person, the same in every frame.
    pub person: u32,
    /// The box of the whole person, hidden parts included.
    pub bbox: BBox,
    /// Phase of the step, 0..1.
    pub phase: f32,
}

/// The ground of a simulated camera, without people.
#[derive(Debug)]
pub struct Ground;

impl Paint for Ground {
    fn paint(&self, size: FrameSize) -> opencv::Result<Vec<u8>> {
        Ok(GROUND.repeat(size.width as usize * size.height as usize))
    }
}

/// Takes about a millisecond per megapixel. Called only for the preview.
impl Paint for Scene {
    fn paint(&self, size: FrameSize) -> opencv::Result<Vec<u8>> {
        let (width, height) = (size.width as usize, size.height as usize);
        let mut bgr = Ground.paint(size)?;
        {
            let mut picture =
                Mat::new_rows_cols_with_bytes_mut::<Vec3b>(height as i32, width as i32, &mut bgr)?;
            for body in &self.bodies {
                body.paint(&mut picture, size)?;
            }
        }
        Ok(bgr)
    }
}

impl Body {
    fn paint(
        &self,
        picture: &mut impl opencv::core::ToInputOutputArray,
        size: FrameSize,
    ) -> opencv::Result<()> {
        let (width, height) = (size.width as f32, size.height as f32);
        let [left, top, right, bottom] = self.bbox.ltrb();
        let at = |x: f32, y: f32| {
            Point::new(
                ((left + (right - left) * x) * width) as i32,
                ((top + (bottom - top) * y) * height) as i32,
            )
        };
        let radii = |x: f32, y: f32| {
            Size::new(
                ((right - left) * x * width).max(1.0) as i32,
                ((bottom - top) * y * height).max(1.0) as i32,
            )
        };
        let [b, g, r] = CLOTHES[self.person as usize % CLOTHES.len()];
        let cloth = Scalar::new(b, g, r, 0.0);
        let dark = Scalar::new(b * 0.6, g * 0.6, r * 0.6, 0.0);
        let skin = Scalar::new(150.0, 175.0, 210.0, 0.0);
        let shade = Scalar::new(80.0, 88.0, 76.0, 0.0);
        let mut disc = |centre: Point, axes: Size, colour: Scalar| {
            imgproc::ellipse(
                picture, centre, axes, 0.0, 0.0, 360.0, colour, FILLED, LINE_AA, 0,
            )
        };
        disc(at(0.5, 0.98), radii(0.5, 0.025), shade)?;
        // Legs swing with the step.
        let swing = 0.16 * (self.phase * std::f32::consts::TAU).sin();
        for side in [-1.0, 1.0] {
            disc(
                at(0.5 + side * (0.12 + swing), 0.77),
                radii(0.13, 0.23),
                dark,
            )?;
        }
        disc(at(0.5, 0.40), radii(0.36, 0.24), cloth)?;
        disc(at(0.5, 0.11), radii(0.19, 0.10), skin)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn painted_scene_shows_people_at_their_positions() {
        let size = FrameSize::new(320, 180);
        let scene = Scene {
            bodies: vec![Body {
                person: 1,
                bbox: BBox::new(0.25, 0.5, 0.1, 0.5),
                phase: 0.0,
            }],
            detections: Vec::new(),
        };
        let bgr = scene.paint(size).unwrap();
        let pixel = |x: usize, y: usize| &bgr[(y * 320 + x) * 3..][..3];
        assert_ne!(pixel(80, 81), GROUND);
        assert_eq!(pixel(240, 90), GROUND);
        assert_eq!(bgr.len(), 320 * 180 * 3);
    }
}
