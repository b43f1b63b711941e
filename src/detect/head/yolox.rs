//! The YOLOX head (Ge et al. 2021, "YOLOX: Exceeding YOLO Series in 2021",
//! and `demo_postprocess` of its ONNX demo): proposals stand in the order of
//! the grids 8, 16, 32, row by row. Of the numbers of a proposal, the first two
//! are the centre's offset in cells, the next two the logarithm of the size in
//! cells, then objectness, then one score a class, both already in 0..1.

use super::family::{Family, Output, OutputLayout, STRIDES};
use super::family::{best_class, cell_count, cells, push};
use crate::detect::class_filter::ClassFilter;
use crate::detect::input_style::{InputStyle, Placement};
use crate::detect::nms::Candidate;
use crate::flow::BBox;

/// Centre, size and objectness.
const BEFORE_SCORES: usize = 5;

/// YOLOX: `[1, n, 5 + classes]`, raw grid offsets.
#[derive(Debug)]
pub(super) struct Yolox;

impl Family for Yolox {
    fn name(&self) -> &'static str {
        "yolox"
    }

    fn description(&self) -> &'static str {
        "YOLOX ([1, n, 5+classes])"
    }

    fn input_style(&self) -> InputStyle {
        InputStyle::scaled(Placement::TopLeft, false, 1.0)
    }

    fn layout(&self, output: &Output) -> Option<OutputLayout> {
        let classes = output.columns.checked_sub(BEFORE_SCORES)?;
        let fits = output.rows == cell_count(output.input, &STRIDES) && classes > 0;
        fits.then_some(OutputLayout {
            input: output.input,
            proposals: output.rows,
            numbers: output.columns,
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
        let proposals = numbers.chunks_exact(layout.numbers);
        for (cell, proposal) in cells(layout.input, &STRIDES).zip(proposals) {
            let objectness = proposal[4];
            // No class score is above 1, so this proposal cannot reach `min_score`.
            if objectness < min_score {
                continue;
            }
            let Some((class_id, best)) = best_class(&proposal[BEFORE_SCORES..]) else {
                continue;
            };
            let score = objectness * best;
            if score < min_score || !filter.keeps(class_id) {
                continue;
            }
            let bbox = BBox::new(
                (proposal[0] + cell.column) * cell.stride,
                (proposal[1] + cell.row) * cell.stride,
                proposal[2].exp() * cell.stride,
                proposal[3].exp() * cell.stride,
            );
            push(out, class_id, score, bbox);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::FrameSize;

    /// A 32 x 32 input: 16 cells of 8, 4 of 16, 1 of 32; two classes.
    const INPUT: FrameSize = FrameSize::new(32, 32);
    const CELLS: usize = 21;

    fn decoded(proposal: usize, numbers: [f32; 7], min_score: f32) -> Vec<Candidate> {
        let mut output = vec![0.0; CELLS * 7];
        output[proposal * 7..][..7].copy_from_slice(&numbers);
        let mut out = Vec::new();
        let layout = OutputLayout {
            input: INPUT,
            proposals: CELLS,
            numbers: 7,
            classes: 2,
        };
        Yolox.decode(
            layout,
            &output,
            min_score,
            &ClassFilter::default(),
            &mut out,
        );
        out
    }

    #[test]
    fn proposal_becomes_a_box_in_pixels_of_the_input() {
        // Cell 6 of the first grid: column 2, row 1, stride 8.
        let numbers = [0.5, 0.25, 1.0_f32.ln(), 2.0_f32.ln(), 0.8, 0.1, 0.5];
        let found = decoded(6, numbers, 0.1);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].class_id, 1);
        assert!(
            (found[0].score - 0.4).abs() < 1e-6,
            "objectness times class"
        );
        assert_eq!((found[0].bbox.x, found[0].bbox.y), (20.0, 10.0));
        assert!((found[0].bbox.w - 8.0).abs() < 1e-4 && (found[0].bbox.h - 16.0).abs() < 1e-4);
        // The last proposal is the only cell of the grid of 32.
        let found = decoded(20, numbers, 0.1);
        assert_eq!((found[0].bbox.x, found[0].bbox.y), (16.0, 8.0));
    }

    #[test]
    fn score_threshold_uses_objectness_times_class() {
        let numbers = [0.0, 0.0, 0.0, 0.0, 0.8, 0.1, 0.5];
        assert!(decoded(0, numbers, 0.41).is_empty());
        assert_eq!(decoded(0, numbers, 0.39).len(), 1);
    }

    #[test]
    fn non_finite_proposals_give_no_box() {
        assert!(decoded(0, [f32::NAN, 0.0, 0.0, 0.0, 0.9, 0.9, 0.9], 0.1).is_empty());
        assert!(decoded(0, [0.0, 0.0, 1e9, 0.0, 0.9, 0.9, 0.9], 0.1).is_empty());
        assert!(decoded(0, [0.0, 0.0, 0.0, 0.0, f32::NAN, 0.9, 0.9], 0.1).is_empty());
        assert!(decoded(0, [0.0, 0.0, 0.0, 0.0, 0.9, f32::NAN, f32::NAN], 0.1).is_empty());
    }
}
