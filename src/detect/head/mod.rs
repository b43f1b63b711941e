//! Heads: which family a model is of, and what its output means.
//!
//! Decided from the shapes that the model really gives and from the metadata
//! that Ultralytics' exporter writes. Nothing is guessed: a model that fits no
//! family is refused with the shapes found.

mod metadata;
mod yolov8;
mod yolox;

use super::classes::{self, ClassFilter};
use super::letterbox::{InputStyle, Placement};
use super::nms::Candidate;
use crate::geometry::FrameSize;

pub use metadata::Metadata;

/// Steps between the cells of a head's three grids, in pixels of the input.
const STRIDES: [u32; 3] = [8, 16, 32];

/// A family of detection models.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// YOLOX (Ge et al. 2021): `[1, n, 5 + classes]`, raw grid offsets.
    Yolox,
    /// The layout of Ultralytics YOLOv8, v9, 11 and 12: `[1, 4 + classes, n]`,
    /// boxes in pixels of the input.
    YoloV8,
}

impl Family {
    /// The name in [`super::DetectorInfo`].
    pub const fn name(self) -> &'static str {
        match self {
            Self::Yolox => "yolox",
            Self::YoloV8 => "yolov8",
        }
    }

    /// How the family wants its pictures.
    pub const fn input_style(self) -> InputStyle {
        match self {
            Self::Yolox => InputStyle {
                placement: Placement::TopLeft,
                rgb: false,
                scale: 1.0,
            },
            Self::YoloV8 => InputStyle {
                placement: Placement::Centred,
                rgb: true,
                scale: 1.0 / 255.0,
            },
        }
    }
}

/// A model's head: its family, its classes and the shape of its output.
#[derive(Debug, Clone, PartialEq)]
pub struct Head {
    /// The family.
    pub family: Family,
    /// Class names, by class id.
    pub classes: Vec<String>,
    /// Boxes that the model proposes for each frame.
    pub proposals: usize,
    input: FrameSize,
}

impl Head {
    /// Decides what a model is. `input` is its input's size, `outputs` the
    /// shapes of its outputs as seen in a run. The reason of a refusal names
    /// what was found.
    pub fn decide(
        input: FrameSize,
        outputs: &[Vec<i64>],
        metadata: &Metadata,
    ) -> Result<Self, String> {
        if let Some(task) = metadata.task.as_deref().filter(|task| *task != "detect") {
            return Err(format!(
                "it is made for the task '{task}', not 'detect'; export a detection model \
                 (yolov8n rather than yolov8n-seg, -pose, -obb or -cls)"
            ));
        }
        let [shape] = outputs else {
            let shapes: Vec<String> = outputs.iter().map(|s| format!("{s:?}")).collect();
            return Err(format!(
                "it has {} outputs ({}), a detection head has one",
                outputs.len(),
                shapes.join(", ")
            ));
        };
        let foreign = || {
            format!(
                "its output {shape:?} for an input of {}x{} fits no known head{}",
                input.width,
                input.height,
                hint(shape, cells(input))
            )
        };
        let [1, rows, columns] = shape[..] else {
            return Err(foreign());
        };
        let (Ok(rows), Ok(columns)) = (usize::try_from(rows), usize::try_from(columns)) else {
            return Err(foreign());
        };
        let cells = cells(input);
        let named = metadata.names.as_ref().map(Vec::len);
        let (family, count, proposals) = if rows == cells && columns > 5 {
            (Family::Yolox, columns - 5, rows)
        } else if rows > 4 && (columns == cells || (named == Some(rows - 4) && columns > 0)) {
            (Family::YoloV8, rows - 4, columns)
        } else {
            return Err(foreign());
        };
        let classes = match &metadata.names {
            Some(names) if names.len() == count => names.clone(),
            Some(names) => {
                return Err(format!(
                    "its metadata names {} classes, its output {shape:?} has {count}",
                    names.len()
                ));
            }
            None => classes::default_names(count),
        };
        Ok(Self {
            family,
            classes,
            proposals,
            input,
        })
    }

    /// Numbers in one output.
    pub fn output_len(&self) -> usize {
        match self.family {
            Family::Yolox => self.proposals * (5 + self.classes.len()),
            Family::YoloV8 => self.proposals * (4 + self.classes.len()),
        }
    }

    /// Appends what the output holds at or above `floor` and within `filter`,
    /// in the output's order. A proposal counts for its best class alone.
    pub fn decode(
        &self,
        output: &[f32],
        floor: f32,
        filter: &ClassFilter,
        out: &mut Vec<Candidate>,
    ) {
        debug_assert_eq!(output.len(), self.output_len());
        let classes = self.classes.len();
        match self.family {
            Family::Yolox => yolox::decode(output, self.input, classes, floor, filter, out),
            Family::YoloV8 => yolov8::decode(output, self.proposals, floor, filter, out),
        }
    }
}

/// Cells of all grids, which is the number of proposals of an anchor-free head.
fn cells(input: FrameSize) -> usize {
    STRIDES
        .iter()
        .map(|s| (input.width / s) as usize * (input.height / s) as usize)
        .sum()
}

/// What a well-known shape stands for, since its owner will wonder.
fn hint(shape: &[i64], cells: usize) -> &'static str {
    match shape {
        [_, n, columns] if *columns > 5 && *n == 3 * cells as i64 => {
            " (it looks like YOLOv5's; export it with Ultralytics as yolov5u)"
        }
        [_, _, 6] => {
            " (it looks like a model with overlap removal built in; export it with nms=False)"
        }
        [_, n, columns] if *n == cells as i64 && *columns > 4 => {
            " (it looks transposed; export it with Ultralytics' own exporter)"
        }
        [_, _] => " (it looks like a classifier)",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const S416: FrameSize = FrameSize::new(416, 416);
    const S640: FrameSize = FrameSize::new(640, 640);

    fn decide(input: FrameSize, shape: &[i64], metadata: &Metadata) -> Result<Head, String> {
        Head::decide(input, &[shape.to_vec()], metadata)
    }

    #[test]
    fn yolox_is_known_by_its_grid() {
        let head = decide(S416, &[1, 3549, 85], &Metadata::default()).unwrap();
        assert_eq!((head.family, head.classes.len()), (Family::Yolox, 80));
        assert_eq!(head.classes[5], "bus");
        let head = decide(S640, &[1, 8400, 6], &Metadata::default()).unwrap();
        assert_eq!(
            (head.family, head.classes),
            (Family::Yolox, vec!["class0".to_owned()])
        );
    }

    #[test]
    fn yolov8_is_known_by_its_layout_and_names() {
        let head = decide(S640, &[1, 84, 8400], &Metadata::default()).unwrap();
        assert_eq!((head.family, head.classes.len()), (Family::YoloV8, 80));
        let metadata = Metadata {
            names: Some(vec!["hand".into(), "face".into()]),
            task: Some("detect".into()),
            ..Metadata::default()
        };
        // A head of four grids (P2 or P6) has another number of proposals.
        let head = decide(S640, &[1, 6, 34000], &metadata).unwrap();
        assert_eq!((head.family, head.proposals), (Family::YoloV8, 34000));
        assert_eq!(head.classes, ["hand", "face"]);
        let wide = FrameSize::new(640, 384);
        assert_eq!(
            decide(wide, &[1, 84, 5040], &Metadata::default())
                .unwrap()
                .proposals,
            5040
        );
    }

    #[test]
    fn foreign_heads_are_refused_with_the_shapes_found() {
        let cases: [(&[i64], &str); 6] = [
            (&[1, 25200, 85], "YOLOv5"),
            (&[1, 300, 6], "nms=False"),
            (&[1, 1000], "classifier"),
            (&[1, 3, 640, 640], "no known head"),
            (&[4, 84, 8400], "no known head"),
            (&[1, 8400, 5], "transposed"),
        ];
        for (shape, part) in cases {
            let reason = decide(S640, shape, &Metadata::default()).unwrap_err();
            assert!(
                reason.contains(&format!("{shape:?}")) && reason.contains(part),
                "{reason}"
            );
        }
        let two = Head::decide(
            S640,
            &[vec![1, 116, 8400], vec![1, 32, 160, 160]],
            &Metadata::default(),
        );
        assert!(
            two.unwrap_err()
                .contains("[1, 116, 8400], [1, 32, 160, 160]")
        );
    }

    #[test]
    fn another_task_is_named() {
        let metadata = Metadata {
            task: Some("pose".into()),
            ..Metadata::default()
        };
        let reason = decide(S640, &[1, 56, 8400], &metadata).unwrap_err();
        assert!(reason.contains("'pose'"), "{reason}");
    }

    #[test]
    fn names_that_do_not_match_the_output_are_an_error() {
        let metadata = Metadata {
            names: Some(vec!["person".into()]),
            ..Metadata::default()
        };
        let reason = decide(S640, &[1, 84, 8400], &metadata).unwrap_err();
        assert!(
            reason.contains("names 1 classes") && reason.contains("80"),
            "{reason}"
        );
    }
}
