//! Draws slots into a frame.

mod pen;
mod trails;

use std::path::Path;

use opencv::core::{Mat, MatTrait, MatTraitConst, Vec3b};
use opencv::imgcodecs;

use crate::flow::Frame;
use crate::flow::FrameSize;
use crate::flow::{Slot, SlotState};
use pen::Pen;
pub use trails::Trails;

/// Why a picture could not be drawn or written.
#[derive(Debug, thiserror::Error)]
pub enum AnnotateError {
    /// The frame's memory does not match its size.
    #[error(
        "frame #{seq}: {bytes} bytes are not a picture of {width}x{height}; please report this, with the source"
    )]
    Frame {
        /// Number of the frame.
        seq: u64,
        /// Size of its memory in bytes.
        bytes: usize,
        /// Its width in pixels.
        width: u32,
        /// Its height in pixels.
        height: u32,
    },
    /// OpenCV could not draw.
    #[error("drawing failed ({0}); check that OpenCV's imgproc is installed completely")]
    Draw(#[from] opencv::Error),
    /// The picture could not be written.
    #[error(
        "{path}: the picture cannot be written ({reason}); give a .png or .jpg in a folder that exists and is writable"
    )]
    Save {
        /// The path of the file.
        path: String,
        /// The message of the system or of OpenCV.
        reason: String,
    },
}

/// Draws every occupied slot into the frame: its trail, box, number, track id and class.
/// The box is dashed while HELD. Takes normalised slots (0..1, origin top left).
/// Blocks for some milliseconds on a large frame.
///
/// # Errors
/// When the frame's memory does not match its size.
pub fn annotate(
    frame: &mut Frame,
    slots: &[Slot],
    trails: &Trails,
    classes: &[String],
) -> Result<(), AnnotateError> {
    check(frame)?;
    let size = frame.size;
    let mut row = Mat::from_bytes_mut::<Vec3b>(&mut frame.bgr)?;
    let mut picture = row.reshape_mut(3, size.height as i32)?;
    let mut pen = Pen::for_frame(size);
    let occupied = || {
        slots
            .iter()
            .enumerate()
            .filter(|(_, slot)| slot.state != SlotState::Empty)
    };
    for (index, _) in occupied() {
        pen.draw_trail(&mut picture, index, trails.of(index))?;
    }
    for (index, slot) in occupied() {
        pen.draw_box(&mut picture, index, slot)?;
    }
    // Labels come after all boxes, so that no box crosses a label.
    for (index, slot) in occupied() {
        pen.draw_label(&mut picture, index, slot, classes)?;
    }
    Ok(())
}

/// Writes a frame as PNG or JPEG, by the extension of the path.
///
/// # Errors
/// When the frame's memory does not match its size or the file cannot be written. Names the
/// file.
pub fn save(frame: &Frame, path: &Path) -> Result<(), AnnotateError> {
    check(frame)?;
    let row = Mat::from_bytes::<Vec3b>(&frame.bgr)?;
    let picture = row.reshape(3, frame.size.height as i32)?;
    let fail = |reason: String| AnnotateError::Save {
        path: path.display().to_string(),
        reason,
    };
    let extension = path
        .extension()
        .and_then(|e| e.to_str())
        .unwrap_or_default()
        .to_lowercase();
    if !["png", "jpg", "jpeg"].contains(&extension.as_str()) {
        return Err(fail(format!("unknown extension '{extension}'")));
    }
    // Encoded in memory, because OpenCV gives no reason when it cannot open a file, and
    // cannot open every Windows path.
    let mut bytes = opencv::core::Vector::<u8>::new();
    let encoded = imgcodecs::imencode_def(&format!(".{extension}"), &picture, &mut bytes)
        .map_err(|e| fail(e.message))?;
    if !encoded {
        return Err(fail(format!("OpenCV has no encoder for .{extension}")));
    }
    std::fs::write(path, bytes.as_slice()).map_err(|e| fail(e.to_string()))
}

pub(super) fn check(frame: &Frame) -> Result<(), AnnotateError> {
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::pen::COLOURS;
    use super::*;

    const SIZE: FrameSize = FrameSize::new(320, 240);

    fn grey() -> Frame {
        let bytes = (SIZE.width * SIZE.height * 3) as usize;
        Frame {
            seq: 1,
            capture_ns: 0,
            arrival_ns: 0,
            decode_ns: 0,
            size: SIZE,
            bgr: vec![90; bytes],
            precomputed: None,
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
    fn active_slot_has_a_box_in_its_colour() {
        let mut frame = grey();
        annotate(
            &mut frame,
            &[slot(SlotState::Active)],
            &Trails::default(),
            &["person".into()],
        )
        .unwrap();
        assert!(edge_pixels(&frame) >= 119);
        assert_eq!(
            pixel(&frame, 160, 120),
            [90; 3],
            "the object itself stays visible"
        );
    }

    #[test]
    fn held_slot_has_a_dashed_box() {
        let mut frame = grey();
        annotate(
            &mut frame,
            &[slot(SlotState::Held)],
            &Trails::default(),
            &[],
        )
        .unwrap();
        let drawn = edge_pixels(&frame);
        assert!((40..90).contains(&drawn), "{drawn}");
    }

    #[test]
    fn empty_slots_are_not_drawn() {
        let mut frame = grey();
        annotate(
            &mut frame,
            &[Slot::default(), slot(SlotState::Empty)],
            &Trails::default(),
            &[],
        )
        .unwrap();
        assert_eq!(frame.bgr, grey().bgr);
    }

    #[test]
    fn boxes_and_labels_at_the_edges_stay_inside_the_frame() {
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
            &Trails::default(),
            &["a very long class name indeed, longer than this".into()],
        )
        .unwrap();
        assert_ne!(frame.bgr, grey().bgr);
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
