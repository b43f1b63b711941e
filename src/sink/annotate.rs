//! Draws slots onto a frame, and saves it as a picture.

use std::path::Path;

use opencv::core::{Mat, Point, Rect, Scalar, Vec3b, Vector};
use opencv::{imgcodecs, imgproc};

use super::SinkError;
use crate::slots::{Slot, SlotState};
use crate::source::Frame;

/// Colours of p1, p2, ... as blue, green, red; easy to tell apart on video.
const COLOURS: [[f64; 3]; 8] = [
    [80.0, 175.0, 76.0],
    [54.0, 67.0, 244.0],
    [243.0, 150.0, 33.0],
    [7.0, 193.0, 255.0],
    [176.0, 39.0, 156.0],
    [212.0, 188.0, 0.0],
    [34.0, 87.0, 255.0],
    [192.0, 192.0, 192.0],
];

/// Draws the taken slots (normalised, origin top left) with number, track id
/// and class; held ones with a thin line.
pub fn draw(frame: &mut Frame, slots: &[Slot], classes: &[String]) -> Result<(), SinkError> {
    draw_all(frame, slots, classes).map_err(|e| SinkError::new("picture", e.message))
}

fn draw_all(frame: &mut Frame, slots: &[Slot], classes: &[String]) -> opencv::Result<()> {
    let (width, height) = (frame.size.width as f32, frame.size.height as f32);
    let (rows, columns) = (frame.size.height as i32, frame.size.width as i32);
    let mut picture = Mat::new_rows_cols_with_bytes_mut::<Vec3b>(rows, columns, &mut frame.bgr)?;
    for (index, slot) in slots
        .iter()
        .enumerate()
        .filter(|(_, s)| s.state != SlotState::Empty)
    {
        let [blue, green, red] = COLOURS[index % COLOURS.len()];
        let colour = Scalar::new(blue, green, red, 0.0);
        let left = ((slot.x - slot.w / 2.0) * width) as i32;
        let top = ((slot.y - slot.h / 2.0) * height) as i32;
        let size = ((slot.w * width) as i32, (slot.h * height) as i32);
        let thickness = if slot.state == SlotState::Active {
            2
        } else {
            1
        };
        let outline = Rect::new(left, top, size.0.max(1), size.1.max(1));
        imgproc::rectangle(
            &mut picture,
            outline,
            colour,
            thickness,
            imgproc::LINE_AA,
            0,
        )?;
        let class = usize::try_from(slot.class_id)
            .ok()
            .and_then(|c| classes.get(c));
        let held = if slot.state == SlotState::Held {
            " held"
        } else {
            ""
        };
        let label = format!(
            "p{} #{} {}{held}",
            index + 1,
            slot.track_id,
            class.map_or("", |c| c.as_str())
        );
        let font = imgproc::FONT_HERSHEY_SIMPLEX;
        let mut baseline = 0;
        let text = imgproc::get_text_size(&label, font, 0.45, 1, &mut baseline)?;
        let bottom = top.max(text.height + 6);
        let plate = Rect::new(
            left,
            bottom - text.height - 6,
            text.width + 6,
            text.height + 6,
        );
        let dark = Scalar::new(30.0, 30.0, 30.0, 0.0);
        imgproc::rectangle(
            &mut picture,
            plate,
            dark,
            imgproc::FILLED,
            imgproc::LINE_8,
            0,
        )?;
        let at = Point::new(left + 3, bottom - 4);
        imgproc::put_text(
            &mut picture,
            &label,
            at,
            font,
            0.45,
            colour,
            1,
            imgproc::LINE_AA,
            false,
        )?;
    }
    Ok(())
}

/// Saves a frame; the ending (.png, .jpg) says as what.
pub fn save(frame: &Frame, path: &Path) -> Result<(), SinkError> {
    let name = path.display().to_string();
    let fail = |reason: &str| {
        SinkError::new(
            &name,
            format!(
                "the picture cannot be written ({reason}); check the folder, and that the name ends in .png or .jpg"
            ),
        )
    };
    let (rows, columns) = (frame.size.height as i32, frame.size.width as i32);
    let picture = Mat::new_rows_cols_with_bytes::<Vec3b>(rows, columns, &frame.bgr)
        .map_err(|e| fail(&e.message))?;
    match imgcodecs::imwrite(&name, &picture, &Vector::new()) {
        Ok(true) => Ok(()),
        Ok(false) => Err(fail("the system refused")),
        Err(_) => Err(fail("unknown ending, or no such folder")),
    }
}
