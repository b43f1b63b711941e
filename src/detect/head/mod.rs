//! Heads: which family a model is of, and what its output means.
//!
//! Decided from the shapes that the model really gives and from the metadata
//! that exporters write. A model that fits no family, or two equally well, is
//! refused with the shapes found.
//!
//! A family is one file of this folder and one row of `FAMILIES`.

mod metadata;
mod nanodet;
mod yolov8;
mod yolox;

use std::fmt::Debug;

use super::classes::{self, ClassFilter};
use super::input_style::{InputStyle, Placement};
use super::nms::Candidate;
use crate::geometry::{BBox, FrameSize};

pub use metadata::Metadata;

/// Every family that is understood.
const FAMILIES: [&dyn Family; 3] = [&yolox::Yolox, &yolov8::YoloV8, &nanodet::NanoDet];

/// Steps between the cells of most heads' grids, in pixels of the input.
const STRIDES: [u32; 3] = [8, 16, 32];

/// A family of detection models.
pub trait Family: Debug + Sync {
    /// The name in [`super::DetectorInfo`].
    fn name(&self) -> &'static str;

    /// The name that people know, and the shape of the output.
    fn description(&self) -> &'static str;

    /// How the family wants its pictures.
    fn input_style(&self) -> InputStyle;

    /// How the family arranges an output of that shape; none when a model of the
    /// family has no such output.
    fn layout(&self, output: &Output) -> Option<Layout>;

    /// Appends what `numbers` hold at or above `floor` and within `filter`, in
    /// their order. A proposal counts for its best class alone.
    fn decode(
        &self,
        layout: Layout,
        numbers: &[f32],
        floor: f32,
        filter: &ClassFilter,
        out: &mut Vec<Candidate>,
    );
}

/// An output by which a family is known: `[1, rows, columns]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Output {
    /// Size of the model's input.
    pub input: FrameSize,
    /// The second dimension.
    pub rows: usize,
    /// The third dimension.
    pub columns: usize,
    /// Classes that the metadata names.
    pub named: Option<usize>,
}

/// How an output is arranged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// Size of the model's input.
    pub input: FrameSize,
    /// Boxes that the model proposes for each frame.
    pub proposals: usize,
    /// Numbers of one proposal.
    pub numbers: usize,
    /// Classes among which a proposal chooses.
    pub classes: usize,
}

/// A model's head: its family, its classes and the layout of its output.
#[derive(Debug, Clone)]
pub struct Head {
    /// The family.
    pub family: &'static dyn Family,
    /// Class names, by class id.
    pub classes: Vec<String>,
    layout: Layout,
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
                hint(shape, cell_count(input, &STRIDES))
            )
        };
        let [1, rows, columns] = shape[..] else {
            return Err(foreign());
        };
        let (Ok(rows), Ok(columns)) = (usize::try_from(rows), usize::try_from(columns)) else {
            return Err(foreign());
        };
        let output = Output {
            input,
            rows,
            columns,
            named: metadata.names.as_ref().map(Vec::len),
        };
        let fits = FAMILIES
            .iter()
            .filter_map(|family| Some((*family, family.layout(&output)?)));
        let (family, layout) = choose(fits.collect(), output.named, shape)?.ok_or_else(foreign)?;
        let classes = match &metadata.names {
            Some(names) => names.clone(),
            None => classes::default_names(layout.classes),
        };
        Ok(Self {
            family,
            classes,
            layout,
        })
    }

    /// Numbers in one output.
    pub fn output_len(&self) -> usize {
        self.layout.proposals * self.layout.numbers
    }

    /// Appends what the output holds at or above `floor` and within `filter`,
    /// in the output's order.
    pub fn decode(
        &self,
        output: &[f32],
        floor: f32,
        filter: &ClassFilter,
        out: &mut Vec<Candidate>,
    ) {
        debug_assert_eq!(output.len(), self.output_len());
        self.family.decode(self.layout, output, floor, filter, out);
    }
}

type Fit = (&'static dyn Family, Layout);

/// The one of the families that the shape fits: the one with as many classes as
/// the metadata names or, where it names none, with COCO's 80.
fn choose(fits: Vec<Fit>, named: Option<usize>, shape: &[i64]) -> Result<Option<Fit>, String> {
    if fits.is_empty() {
        return Ok(None);
    }
    let with = |count| {
        fits.iter()
            .filter(move |(_, layout)| layout.classes == count)
    };
    let chosen: Vec<Fit> = match named {
        Some(named) => with(named).copied().collect(),
        None if fits.len() > 1 => with(classes::COCO.len()).copied().collect(),
        None => fits.clone(),
    };
    match (&chosen[..], named) {
        ([one], _) => Ok(Some(*one)),
        ([], Some(named)) => Err(format!(
            "its metadata names {named} classes, its output {shape:?} has {}",
            counts(&fits)
        )),
        _ => Err(format!(
            "its output {shape:?} can be read in more than one way ({}); export it with the names \
             of its classes, which tell which way is meant",
            counts(&fits)
        )),
    }
}

/// `80 (yolox) or 33 (nanodet)`
fn counts(fits: &[Fit]) -> String {
    let count = |(family, layout): &Fit| format!("{} ({})", layout.classes, family.name());
    fits.iter().map(count).collect::<Vec<_>>().join(" or ")
}

/// What is understood, in words.
pub fn understood() -> String {
    FAMILIES.map(Family::description).join(", ")
}

/// One cell of a head's grids, which makes one proposal.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Cell {
    column: f32,
    row: f32,
    /// Pixels of the input from one cell to the next.
    stride: f32,
}

/// The cells of all grids in the order of the proposals: the finest grid first,
/// each row by row.
fn cells(input: FrameSize, strides: &[u32]) -> impl Iterator<Item = Cell> + '_ {
    strides.iter().flat_map(move |&stride| {
        let (columns, rows) = grid(input, stride);
        (0..rows).flat_map(move |row| {
            (0..columns).map(move |column| Cell {
                column: column as f32,
                row: row as f32,
                stride: stride as f32,
            })
        })
    })
}

/// How many cells all grids have, which is the number of proposals of an
/// anchor-free head.
fn cell_count(input: FrameSize, strides: &[u32]) -> usize {
    let count = |&stride: &u32| {
        let (columns, rows) = grid(input, stride);
        columns as usize * rows as usize
    };
    strides.iter().map(count).sum()
}

/// Columns and rows of one grid. A convolution of stride 2 rounds up.
fn grid(input: FrameSize, stride: u32) -> (u32, u32) {
    (input.width.div_ceil(stride), input.height.div_ceil(stride))
}

/// The first of the highest scores and its class; NaN never wins.
fn best_class(scores: &[f32]) -> Option<(u32, f32)> {
    let mut best: Option<(u32, f32)> = None;
    for (class, &score) in (0_u32..).zip(scores) {
        if score > best.map_or(f32::NEG_INFINITY, |b| b.1) {
            best = Some((class, score));
        }
    }
    best
}

/// Appends a candidate, unless a number of it is none.
fn push(out: &mut Vec<Candidate>, class_id: u32, score: f32, bbox: BBox) {
    if score.is_finite() && bbox.ltrb().iter().all(|v| v.is_finite()) {
        out.push(Candidate {
            class_id,
            score: score.min(1.0),
            bbox,
        });
    }
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
        assert_eq!((head.family.name(), head.classes.len()), ("yolox", 80));
        assert_eq!(head.classes[5], "bus");
        let head = decide(S640, &[1, 8400, 6], &Metadata::default()).unwrap();
        assert_eq!(
            (head.family.name(), head.classes),
            ("yolox", vec!["class0".to_owned()])
        );
    }

    #[test]
    fn yolov8_is_known_by_its_layout_and_names() {
        let head = decide(S640, &[1, 84, 8400], &Metadata::default()).unwrap();
        assert_eq!((head.family.name(), head.classes.len()), ("yolov8", 80));
        let metadata = Metadata {
            names: Some(vec!["hand".into(), "face".into()]),
            task: Some("detect".into()),
            ..Metadata::default()
        };
        // A head of four grids (P2 or P6) has another number of proposals.
        let head = decide(S640, &[1, 6, 34000], &metadata).unwrap();
        assert_eq!(
            (head.family.name(), head.layout.proposals),
            ("yolov8", 34000)
        );
        assert_eq!(head.classes, ["hand", "face"]);
        let wide = FrameSize::new(640, 384);
        assert_eq!(
            decide(wide, &[1, 84, 5040], &Metadata::default())
                .unwrap()
                .layout
                .proposals,
            5040
        );
    }

    #[test]
    fn nanodet_is_known_by_its_bins_and_grids() {
        let named = |count: usize| Metadata {
            names: Some(vec!["a".into(); count]),
            ..Metadata::default()
        };
        let none = Metadata::default();
        // NanoDet-g, NanoDet-m, NanoDet-Plus, one of two classes, one of 416 x 320.
        let wide = FrameSize::new(416, 320);
        let cases: [(FrameSize, &[i64], &Metadata, usize); 6] = [
            (S416, &[1, 3549, 124], &none, 80),
            (S416, &[1, 3549, 112], &none, 80),
            (S416, &[1, 3598, 112], &none, 80),
            (S416, &[1, 3598, 34], &none, 2),
            (S416, &[1, 3549, 46], &named(2), 2),
            (wide, &[1, 2765, 112], &none, 80),
        ];
        for (input, shape, metadata, classes) in cases {
            let head = decide(input, shape, metadata).unwrap();
            let seen = (head.family.name(), head.classes.len());
            assert_eq!(seen, ("nanodet", classes), "{shape:?}");
            assert_eq!(
                head.output_len(),
                shape.iter().product::<i64>() as usize,
                "{shape:?}"
            );
        }
    }

    #[test]
    fn of_two_families_the_named_classes_decide_and_else_coco_does() {
        let named = |count: usize| Metadata {
            names: Some(vec!["a".into(); count]),
            ..Metadata::default()
        };
        let family = |shape: &[i64], metadata: &Metadata| {
            decide(S416, shape, metadata).map(|head| head.family.name())
        };
        assert_eq!(family(&[1, 3549, 124], &named(119)), Ok("yolox"));
        assert_eq!(family(&[1, 3549, 124], &named(80)), Ok("nanodet"));
        assert_eq!(family(&[1, 3549, 85], &named(41)), Ok("nanodet"));
        assert_eq!(family(&[1, 3549, 85], &Metadata::default()), Ok("yolox"));
        assert_eq!(family(&[1, 3549, 65], &Metadata::default()), Ok("yolox"));
        // As many rows as columns: YOLOX with 16 classes, or YOLOv8 with 17.
        let small = FrameSize::new(32, 32);
        let reason = decide(small, &[1, 21, 21], &Metadata::default()).unwrap_err();
        assert!(
            reason.contains("16 (yolox) or 17 (yolov8)") && reason.contains("names"),
            "{reason}"
        );
        let head = decide(small, &[1, 21, 21], &named(17)).unwrap();
        assert_eq!(head.family.name(), "yolov8");
    }

    #[test]
    fn cells_come_grid_by_grid_and_row_by_row() {
        let input = FrameSize::new(96, 32);
        let all: Vec<Cell> = cells(input, &[8, 16, 32, 64]).collect();
        assert_eq!(all.len(), cell_count(input, &[8, 16, 32, 64]));
        assert_eq!(all.len(), 48 + 12 + 3 + 2, "the last grid is rounded up");
        let at = |i: usize| (all[i].column, all[i].row, all[i].stride);
        assert_eq!(at(13), (1.0, 1.0, 8.0));
        assert_eq!(at(48), (0.0, 0.0, 16.0));
        assert_eq!(at(64), (1.0, 0.0, 64.0));
    }

    #[test]
    fn foreign_heads_are_refused_with_the_shapes_found() {
        let cases: [(&[i64], &str); 7] = [
            (&[1, 8500, 32], "no known head"),
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
