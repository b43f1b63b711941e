//! Annotated pictures: slots drawn into a frame.

use std::path::Path;

use opencv::core::{Mat, MatTrait, MatTraitConst, Point, Rect, Scalar, Size, Vec3b};
use opencv::{imgcodecs, imgproc};

use crate::geometry::{BBox, FrameSize};
use crate::slots::{Slot, SlotState};
use crate::source::Frame;

/// Colours of p1, p2, ... as blue, green, red; told apart on dark and on
/// bright pictures, and by most colour-blind people (after Okabe and Ito 2008).
const COLOURS: [[u8; 3]; 8] = [
    [233, 180, 86],
    [0, 159, 230],
    [115, 158, 0],
    [66, 228, 240],
    [167, 121, 204],
    [178, 114, 0],
    [0, 94, 213],
    [200, 200, 200],
];
/// Behind labels.
const DARK: Scalar = Scalar::new(24.0, 24.0, 24.0, 0.0);
const FONT: i32 = imgproc::FONT_HERSHEY_SIMPLEX;

/// Why a picture was not made.
#[derive(Debug, thiserror::Error)]
pub enum AnnotateError {
    /// The frame's memory does not match its size.
    #[error(
        "frame #{seq}: {bytes} bytes are not a picture of {width}x{height}; this is a fault of the source"
    )]
    Frame {
        /// Number of the frame.
        seq: u64,
        /// Bytes it holds.
        bytes: usize,
        /// Width it claims.
        width: u32,
        /// Height it claims.
        height: u32,
    },
    /// OpenCV could not draw.
    #[error("drawing failed ({0}); check that OpenCV's imgproc is installed whole")]
    Draw(#[from] opencv::Error),
    /// The picture could not be written.
    #[error(
        "{path}: the picture cannot be written ({reason}); give a .png or .jpg in a folder that exists and is writable"
    )]
    Save {
        /// Where it was to go.
        path: String,
        /// What the system or OpenCV says.
        reason: String,
    },
}

/// Draws every occupied slot into the frame: its box, number, track id and
/// class; dashed and without score while HELD. Takes canonical slots (0..1,
/// origin top left). Blocks for some milliseconds on a large frame.
///
/// # Errors
/// When the frame's memory does not match its size.
pub fn annotate(
    frame: &mut Frame,
    slots: &[Slot],
    classes: &[String],
) -> Result<(), AnnotateError> {
    check(frame)?;
    let size = frame.size;
    let mut row = Mat::from_bytes_mut::<Vec3b>(&mut frame.bgr)?;
    let mut picture = row.reshape_mut(3, size.height as i32)?;
    let pen = Pen::for_frame(size);
    let occupied = || {
        slots
            .iter()
            .enumerate()
            .filter(|(_, slot)| slot.state != SlotState::Empty)
    };
    for (index, slot) in occupied() {
        pen.draw_box(&mut picture, index, slot)?;
    }
    // After all boxes, so that no box crosses a label.
    for (index, slot) in occupied() {
        pen.draw_label(&mut picture, index, slot, classes)?;
    }
    Ok(())
}

/// Writes a frame as PNG or JPEG, as the path's ending says.
///
/// # Errors
/// When the frame's memory does not match its size or the file cannot be
/// written; names the file.
pub fn save(frame: &Frame, path: &Path) -> Result<(), AnnotateError> {
    check(frame)?;
    let row = Mat::from_bytes::<Vec3b>(&frame.bgr)?;
    let picture = row.reshape(3, frame.size.height as i32)?;
    let fail = |reason: String| AnnotateError::Save {
        path: path.display().to_string(),
        reason,
    };
    let ending = path
        .extension()
        .and_then(|e| e.to_str())
        .unwrap_or_default()
        .to_lowercase();
    if !["png", "jpg", "jpeg"].contains(&ending.as_str()) {
        return Err(fail(format!("unknown ending '{ending}'")));
    }
    // Encoded in memory and written by us: OpenCV gives no reason when a file
    // cannot be opened, and cannot open every Windows path.
    let mut bytes = opencv::core::Vector::<u8>::new();
    let encoded = imgcodecs::imencode_def(&format!(".{ending}"), &picture, &mut bytes)
        .map_err(|e| fail(e.message))?;
    if !encoded {
        return Err(fail(format!("OpenCV has no encoder for .{ending}")));
    }
    std::fs::write(path, bytes.as_slice()).map_err(|e| fail(e.to_string()))
}

fn check(frame: &Frame) -> Result<(), AnnotateError> {
    let FrameSize { width, height } = frame.size;
    let bytes = frame.bgr.len();
    if bytes == 0 || bytes as u64 != u64::from(width) * u64::from(height) * 3 {
        return Err(AnnotateError::Frame {
            seq: frame.seq,
            bytes,
            width,
            height,
        });
    }
    Ok(())
}

/// Line widths and letters in proportion to the frame.
struct Pen {
    size: FrameSize,
    line: i32,
    font_scale: f64,
}

impl Pen {
    fn for_frame(size: FrameSize) -> Self {
        let short = f64::from(size.width.min(size.height));
        let line = ((short / 360.0).round() as i32).max(1);
        Self {
            size,
            line,
            font_scale: (short / 1200.0).clamp(0.38, 2.0),
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

    fn draw_box(
        &self,
        picture: &mut (impl MatTrait + opencv::core::ToInputOutputArray),
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

    fn dashed(
        &self,
        picture: &mut impl opencv::core::ToInputOutputArray,
        from: Point,
        to: Point,
        colour: Scalar,
    ) -> opencv::Result<()> {
        let dash = 5 * self.line;
        let (dx, dy) = ((to.x - from.x).signum(), (to.y - from.y).signum());
        let length = (to.x - from.x).abs().max((to.y - from.y).abs());
        let at = |way: i32| Point::new(from.x + dx * way, from.y + dy * way);
        let mut way = 0;
        while way < length {
            let end = (way + dash).min(length);
            imgproc::line(
                picture,
                at(way),
                at(end),
                colour,
                self.line,
                imgproc::LINE_8,
                0,
            )?;
            way += 2 * dash;
        }
        Ok(())
    }

    fn draw_label(
        &self,
        picture: &mut (impl MatTraitConst + opencv::core::ToInputOutputArray),
        index: usize,
        slot: &Slot,
        classes: &[String],
    ) -> opencv::Result<()> {
        let text = label(index, slot, classes);
        let mut below = 0;
        let Size { width, height } =
            imgproc::get_text_size(&text, FONT, self.font_scale, 1, &mut below)?;
        let margin = 2 + self.line;
        let (width, height) = (width + 2 * margin, height + below + 2 * margin);
        let b = self.pixels(slot);
        // Above the box where there is room, else within it; never outside.
        let top = if b.y >= height { b.y - height } else { b.y };
        let left = b.x.min(picture.cols() - width).max(0);
        let plate = Rect::new(left, top, width, height);
        imgproc::rectangle(picture, plate, DARK, imgproc::FILLED, imgproc::LINE_8, 0)?;
        let stripe = Rect::new(left, top, 1 + self.line, height);
        imgproc::rectangle(
            picture,
            stripe,
            colour(index),
            imgproc::FILLED,
            imgproc::LINE_8,
            0,
        )?;
        let foot = Point::new(left + margin + self.line, top + height - margin - below);
        let white = Scalar::new(255.0, 255.0, 255.0, 0.0);
        imgproc::put_text(
            picture,
            &text,
            foot,
            FONT,
            self.font_scale,
            white,
            1,
            imgproc::LINE_AA,
            false,
        )
    }
}

fn colour(index: usize) -> Scalar {
    let [b, g, r] = COLOURS[index % COLOURS.len()];
    Scalar::new(b.into(), g.into(), r.into(), 0.0)
}

/// Such as `p1 #12 person .87`. OpenCV's letters are ASCII.
fn label(index: usize, slot: &Slot, classes: &[String]) -> String {
    let class = usize::try_from(slot.class_id)
        .ok()
        .and_then(|c| classes.get(c));
    let mut text = format!("p{} #{}", index + 1, slot.track_id);
    if let Some(class) = class {
        text.push(' ');
        text.extend(class.chars().map(|c| if c.is_ascii() { c } else { '?' }));
    }
    match slot.state {
        SlotState::Held => text.push_str(" held"),
        _ => text.push_str(&format!(" {:.2}", slot.score)),
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const SIZE: FrameSize = FrameSize::new(320, 240);

    fn grey() -> Frame {
        let bytes = (SIZE.width * SIZE.height * 3) as usize;
        Frame {
            seq: 1,
            capture_ns: 0,
            size: SIZE,
            bgr: vec![90; bytes],
        }
    }

    fn slot(state: SlotState) -> Slot {
        Slot {
            track_id: 12,
            state,
            class_id: 0,
            x: 0.5,
            y: 0.5,
            w: 0.5,
            h: 0.5,
            ..Slot::default()
        }
    }

    fn pixel(frame: &Frame, x: u32, y: u32) -> [u8; 3] {
        let at = ((y * frame.size.width + x) * 3) as usize;
        frame.bgr[at..at + 3].try_into().unwrap()
    }

    fn edge_pixels(frame: &Frame) -> usize {
        (60..180)
            .filter(|y| pixel(frame, 240, *y) == COLOURS[0])
            .count()
    }

    #[test]
    fn an_active_slot_is_framed_in_its_colour() {
        let mut frame = grey();
        annotate(&mut frame, &[slot(SlotState::Active)], &["person".into()]).unwrap();
        assert!(edge_pixels(&frame) >= 119);
        assert_eq!(
            pixel(&frame, 160, 120),
            [90; 3],
            "the object itself stays visible"
        );
    }

    #[test]
    fn a_held_slot_is_dashed() {
        let mut frame = grey();
        annotate(&mut frame, &[slot(SlotState::Held)], &[]).unwrap();
        let drawn = edge_pixels(&frame);
        assert!((40..90).contains(&drawn), "{drawn}");
    }

    #[test]
    fn empty_slots_leave_the_frame_alone() {
        let mut frame = grey();
        annotate(&mut frame, &[Slot::default(), slot(SlotState::Empty)], &[]).unwrap();
        assert_eq!(frame.bgr, grey().bgr);
    }

    #[test]
    fn boxes_and_labels_at_the_edges_are_drawn_within_the_frame() {
        let mut frame = grey();
        let corners = [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)];
        let slots = corners.map(|(x, y)| Slot {
            x,
            y,
            ..slot(SlotState::Active)
        });
        annotate(
            &mut frame,
            &slots,
            &["a very long class name indeed, longer than this".into()],
        )
        .unwrap();
        assert_ne!(frame.bgr, grey().bgr);
    }

    #[test]
    fn labels_name_slot_track_and_class() {
        let classes = ["person".to_owned()];
        let active = Slot {
            score: 0.871,
            ..slot(SlotState::Active)
        };
        assert_eq!(label(0, &active, &classes), "p1 #12 person 0.87");
        assert_eq!(label(2, &slot(SlotState::Held), &[]), "p3 #12 held");
    }

    #[test]
    fn pictures_are_written_and_errors_name_the_file() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a.png", "b.jpg"] {
            let path = folder.path().join(name);
            save(&grey(), &path).unwrap();
            let picture = imgcodecs::imread_def(path.to_str().unwrap()).unwrap();
            assert_eq!((picture.cols(), picture.rows()), (320, 240));
        }
        for name in ["missing/a.png", "a.txt"] {
            let error = save(&grey(), &folder.path().join(name))
                .unwrap_err()
                .to_string();
            assert!(error.contains(name.rsplit('/').next().unwrap()), "{error}");
        }
        let torn = Frame {
            bgr: vec![0; 7],
            ..grey()
        };
        assert!(
            save(&torn, Path::new("a.png"))
                .unwrap_err()
                .to_string()
                .contains("320x240")
        );
    }
}
