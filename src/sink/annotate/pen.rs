//! Draws one slot.

use opencv::core::{Point, Rect, Scalar, Size, ToInputOutputArray};
use opencv::imgproc;

use crate::flow::{BBox, FrameSize};
use crate::flow::{Slot, SlotState};

/// Colours of p1, p2, ... as blue, green, red. They are distinct on dark and on bright
/// pictures, also for most colour-blind people (after Okabe and Ito 2008).
pub(super) const COLOURS: [[u8; 3]; 8] = [
    [233, 180, 86],
    [0, 159, 230],
    [115, 158, 0],
    [66, 228, 240],
    [167, 121, 204],
    [178, 114, 0],
    [0, 94, 213],
    [200, 200, 200],
];
/// Background of labels.
const DARK: Scalar = Scalar::new(24.0, 24.0, 24.0, 0.0);
/// Text of labels.
const WHITE: Scalar = Scalar::new(255.0, 255.0, 255.0, 0.0);
const FONT: i32 = imgproc::FONT_HERSHEY_SIMPLEX;

/// Draws with lines and text in proportion to the frame.
pub(super) struct Pen {
    size: FrameSize,
    line: i32,
    font_scale: f64,
    /// Areas of the labels drawn so far, which later labels avoid.
    labels: Vec<Rect>,
}

impl Pen {
    pub fn for_frame(size: FrameSize) -> Self {
        let short = f64::from(size.width.min(size.height));
        let line = ((short / 360.0).round() as i32).max(1);
        Self {
            size,
            line,
            font_scale: (short / 1200.0).clamp(0.38, 2.0),
            labels: Vec::new(),
        }
    }

    fn pixels(&self, slot: &Slot) -> Rect {
        let (width, height) = (self.size.width as f32, self.size.height as f32);
        let [l, t, r, b] = BBox::new(slot.x, slot.y, slot.w, slot.h).clipped().ltrb();
        let (left, top) = ((l * width) as i32, (t * height) as i32);
        Rect::new(
            left,
            top,
            (r * width) as i32 - left,
            (b * height) as i32 - top,
        )
    }

    pub fn draw_box(
        &self,
        picture: &mut impl ToInputOutputArray,
        index: usize,
        slot: &Slot,
    ) -> opencv::Result<()> {
        let b = self.pixels(slot);
        let colour = colour(index);
        let corners = [
            Point::new(b.x, b.y),
            Point::new(b.x + b.width, b.y),
            Point::new(b.x + b.width, b.y + b.height),
            Point::new(b.x, b.y + b.height),
        ];
        for (i, from) in corners.iter().enumerate() {
            let to = corners[(i + 1) % corners.len()];
            if slot.state == SlotState::Held {
                self.dashed(picture, *from, to, colour)?;
            } else {
                imgproc::line(picture, *from, to, colour, self.line, imgproc::LINE_8, 0)?;
            }
        }
        Ok(())
    }

    pub fn draw_trail(
        &self,
        picture: &mut impl ToInputOutputArray,
        index: usize,
        points: &[[f32; 2]],
    ) -> opencv::Result<()> {
        let pixel = |[x, y]: [f32; 2]| {
            let (width, height) = (self.size.width as f32, self.size.height as f32);
            Point::new((x * width) as i32, (y * height) as i32)
        };
        for step in points.windows(2) {
            let (from, to) = (pixel(step[0]), pixel(step[1]));
            imgproc::line(
                picture,
                from,
                to,
                colour(index),
                self.line,
                imgproc::LINE_AA,
                0,
            )?;
        }
        Ok(())
    }

    fn dashed(
        &self,
        picture: &mut impl ToInputOutputArray,
        from: Point,
        to: Point,
        colour: Scalar,
    ) -> opencv::Result<()> {
        let dash = 5 * self.line;
        let (dx, dy) = ((to.x - from.x).signum(), (to.y - from.y).signum());
        let length = (to.x - from.x).abs().max((to.y - from.y).abs());
        let at = |distance: i32| Point::new(from.x + dx * distance, from.y + dy * distance);
        let mut start = 0;
        while start < length {
            let end = (start + dash).min(length);
            imgproc::line(
                picture,
                at(start),
                at(end),
                colour,
                self.line,
                imgproc::LINE_8,
                0,
            )?;
            start += 2 * dash;
        }
        Ok(())
    }

    pub fn draw_label(
        &mut self,
        picture: &mut impl ToInputOutputArray,
        index: usize,
        slot: &Slot,
        classes: &[String],
    ) -> opencv::Result<()> {
        let text = label(index, slot, classes);
        let mut below = 0;
        let Size { width, height } =
            imgproc::get_text_size(&text, FONT, self.font_scale, 1, &mut below)?;
        let margin = 2 + self.line;
        let stripe_width = 1 + self.line;
        let size = Size::new(
            width + 2 * margin + stripe_width,
            height + below + 2 * margin,
        );
        let area = self.label_area(self.pixels(slot), size);
        self.labels.push(area);
        let stripe = Rect {
            width: stripe_width,
            ..area
        };
        let baseline = Point::new(
            area.x + stripe_width + margin,
            area.y + area.height - margin - below,
        );
        fill(picture, area, DARK)?;
        fill(picture, stripe, colour(index))?;
        let (scale, smooth) = (self.font_scale, imgproc::LINE_AA);
        imgproc::put_text(
            picture, &text, baseline, FONT, scale, WHITE, 1, smooth, false,
        )
    }

    /// The area of a label: above its box, inside it or below it, where it covers no other
    /// label. Within the frame if possible.
    fn label_area(&self, b: Rect, size: Size) -> Rect {
        let (frame_width, frame_height) = (self.size.width as i32, self.size.height as i32);
        let x = b.x.min(frame_width - size.width).max(0);
        let bottom = b.y + b.height;
        let tops = [b.y - size.height, b.y, bottom, bottom - size.height];
        let mut areas = tops
            .map(|y| Rect::new(x, y, size.width, size.height))
            .into_iter();
        let is_inside = |p: &Rect| p.y >= 0 && p.y + p.height <= frame_height;
        let is_free = |p: &Rect| self.labels.iter().all(|other| (*p & *other).area() <= 0);
        let fallback = Rect::new(x, (b.y - size.height).max(0), size.width, size.height);
        areas
            .find(|p| is_inside(p) && is_free(p))
            .unwrap_or(fallback)
    }
}

fn fill(picture: &mut impl ToInputOutputArray, area: Rect, colour: Scalar) -> opencv::Result<()> {
    imgproc::rectangle(picture, area, colour, imgproc::FILLED, imgproc::LINE_8, 0)
}

fn colour(index: usize) -> Scalar {
    let [b, g, r] = COLOURS[index % COLOURS.len()];
    Scalar::new(b.into(), g.into(), r.into(), 0.0)
}

/// The text of a label, such as `p1 #12 person`. OpenCV draws only ASCII.
fn label(index: usize, slot: &Slot, classes: &[String]) -> String {
    let class = usize::try_from(slot.class_id)
        .ok()
        .and_then(|c| classes.get(c));
    let mut text = format!("p{} #{}", index + 1, slot.track_id);
    if let Some(class) = class {
        text.push(' ');
        text.extend(class.chars().map(|c| if c.is_ascii() { c } else { '?' }));
    }
    if slot.state == SlotState::Held {
        text.push_str(" held");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_name_slot_track_and_class() {
        let slot = Slot {
            track_id: 12,
            state: SlotState::Active,
            class_id: 0,
            ..Slot::default()
        };
        assert_eq!(label(0, &slot, &["person".to_owned()]), "p1 #12 person");
        let held = Slot {
            state: SlotState::Held,
            ..slot
        };
        assert_eq!(label(2, &held, &[]), "p3 #12 held");
    }

    #[test]
    fn labels_stay_inside_the_frame_and_do_not_overlap() {
        let mut pen = Pen::for_frame(FrameSize::new(320, 240));
        let label = Size::new(80, 12);
        // Two people close together, one of them at the upper edge.
        let boxes = [
            Rect::new(100, 60, 40, 100),
            Rect::new(130, 62, 40, 100),
            Rect::new(300, 0, 20, 50),
        ];
        for b in boxes {
            let area = pen.label_area(b, label);
            assert!(area.x >= 0 && area.x + area.width <= 320, "{area:?}");
            assert!(area.y >= 0 && area.y + area.height <= 240, "{area:?}");
            assert!(
                pen.labels.iter().all(|p| (*p & area).area() <= 0),
                "{area:?}"
            );
            pen.labels.push(area);
        }
    }
}
