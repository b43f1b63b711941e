//! The YOLOv8-layout head: one row a number, one column a proposal. Rows 0..4
//! are centre and size in pixels of the input, then one row of scores a class
//! (Ultralytics, `Detect` in `ultralytics/nn/modules/head.py`, exported).

use super::family::{Family, Output, OutputLayout, STRIDES};
use super::family::{cell_count, push};
use crate::detect::class_filter::ClassFilter;
use crate::detect::input_style::{InputStyle, Placement};
use crate::detect::nms::Candidate;
use crate::flow::BBox;

/// The layout of Ultralytics YOLOv8, v9, 11 and 12: `[1, 4 + classes, n]`, boxes
/// in pixels of the input.
#[derive(Debug)]
pub(super) struct YoloV8;

impl Family for YoloV8 {
    fn name(&self) -> &'static str {
        "yolov8"
    }

    fn description(&self) -> &'static str {
        "YOLOv8-layout ([1, 4+classes, n])"
    }

    fn input_style(&self) -> InputStyle {
        InputStyle::scaled(Placement::Centred, true, 1.0 / 255.0)
    }

    /// Heads of two or four grids have other numbers of proposals than usual. For those,
    /// the number of named classes must fit.
    fn layout(&self, output: &Output) -> Option<OutputLayout> {
        let classes = output.rows.checked_sub(4).filter(|classes| *classes > 0)?;
        let usual = output.columns == cell_count(output.input, &STRIDES);
        let fits = usual || (output.named == Some(classes) && output.columns > 0);
        fits.then_some(OutputLayout {
            input: output.input,
            proposals: output.columns,
            numbers: output.rows,
            classes,
        })
    }

    fn decode(
        &self,
        layout: OutputLayout,
        numbers: &[f32],
        min_score: f32,
        filter: &ClassFilter,
        out: &mut Vec<Candidate>,
    ) {
        let proposals = layout.proposals;
        let (boxes, scores) = numbers.split_at(4 * proposals);
        // Row by row is the order of memory. Column by column would miss the cache for
        // every number.
        let mut best = vec![(0_u32, f32::NEG_INFINITY); proposals];
        for (class_id, row) in (0_u32..).zip(scores.chunks_exact(proposals)) {
            for (best, &score) in best.iter_mut().zip(row) {
                if score > best.1 {
                    *best = (class_id, score);
                }
            }
        }
        for (i, (class_id, score)) in best.into_iter().enumerate() {
            if score >= min_score && filter.keeps(class_id) {
                let at = |row: usize| boxes[row * proposals + i];
                push(out, class_id, score, BBox::new(at(0), at(1), at(2), at(3)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::config::ClassRef;
    use crate::flow::FrameSize;

    /// Three proposals of two classes.
    #[rustfmt::skip]
    const OUTPUT: [f32; 18] = [
        10.0, 20.0, 30.0,
        11.0, 21.0, 31.0,
        4.0,  5.0,  6.0,
        7.0,  8.0,  9.0,
        0.9,  0.2,  0.1,
        0.3,  0.6,  f32::NAN,
    ];

    fn decode(filter: &ClassFilter, out: &mut Vec<Candidate>) {
        let layout = OutputLayout {
            input: FrameSize::new(32, 32),
            proposals: 3,
            numbers: 6,
            classes: 2,
        };
        YoloV8.decode(layout, &OUTPUT, 0.25, filter, out);
    }

    #[test]
    fn columns_become_boxes_with_their_best_class() {
        let mut out = Vec::new();
        decode(&ClassFilter::default(), &mut out);
        let wanted = [
            Candidate {
                class_id: 0,
                score: 0.9,
                bbox: BBox::new(10.0, 11.0, 4.0, 7.0),
            },
            Candidate {
                class_id: 1,
                score: 0.6,
                bbox: BBox::new(20.0, 21.0, 5.0, 8.0),
            },
        ];
        assert_eq!(out, wanted);
    }

    #[test]
    fn filtered_class_does_not_pass_as_its_second_best() {
        let names = ["a".to_owned(), "b".to_owned()];
        let filter = ClassFilter::resolve(&[ClassRef::Id(1)], &names).unwrap();
        let mut out = Vec::new();
        decode(&filter, &mut out);
        assert_eq!(
            out.len(),
            1,
            "proposal 0 is an a, although it scores 0.3 as b"
        );
        assert_eq!(out[0].class_id, 1);
    }
}
