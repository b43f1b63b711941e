//! The NanoDet head (RangiLyu/nanodet, `gfl_head.py` and `nanodet_plus_head.py`):
//! proposals stand in the order of the grids, row by row. Of the numbers of a
//! proposal, the first are one score a class, already in 0..1. Then come the
//! distances from the cell's centre to the left, top, right and bottom edge, each
//! as a distribution over whole steps (Li et al. 2020, "Generalized Focal Loss").

use super::family::{Family, Output, OutputLayout, STRIDES};
use super::family::{best_class, cell_count, cells, push};
use crate::detect::class_filter::ClassFilter;
use crate::detect::input_style::{InputStyle, Placement};
use crate::detect::nms::Candidate;
use crate::flow::BBox;
use crate::flow::COCO;

/// NanoDet-Plus has a fourth grid. Its cells are counted from their corner.
const PLUS_STRIDES: [u32; 4] = [8, 16, 32, 64];

/// Bins of a distance in the published models, `reg_max` + 1: NanoDet-m and
/// NanoDet-Plus, then NanoDet-g.
const BINS: [usize; 2] = [8, 11];
const PLUS_BINS: usize = 8;

/// What was subtracted from blue, green and red in training, and their divisors.
const MEAN: [f32; 3] = [103.53, 116.28, 123.675];
const DEVIATION: [f32; 3] = [57.375, 57.12, 58.395];

/// NanoDet: `[1, n, classes + 4 bins]`.
#[derive(Debug)]
pub(super) struct NanoDet;

impl Family for NanoDet {
    fn name(&self) -> &'static str {
        "nanodet"
    }

    fn description(&self) -> &'static str {
        "NanoDet ([1, n, classes+4*bins])"
    }

    fn input_style(&self) -> InputStyle {
        InputStyle::normalised(Placement::Centred, false, MEAN, DEVIATION)
    }

    /// The number of columns alone does not separate the classes from the bins. The named
    /// classes do. Without names, the bins must be those of a published model, and the
    /// classes COCO's where other families have the same grids.
    fn layout(&self, output: &Output) -> Option<OutputLayout> {
        let plus = output.rows == cell_count(output.input, &PLUS_STRIDES);
        if !plus && output.rows != cell_count(output.input, &STRIDES) {
            return None;
        }
        let classes = match output.named {
            Some(named) => {
                let rest = output.columns.checked_sub(named)?;
                (rest.is_multiple_of(4) && rest >= 8).then_some(named)
            }
            None if plus => output.columns.checked_sub(4 * PLUS_BINS),
            None => {
                let coco = |bins: &usize| output.columns == COCO.len() + 4 * bins;
                BINS.iter().any(coco).then_some(COCO.len())
            }
        };
        Some(OutputLayout {
            input: output.input,
            proposals: output.rows,
            numbers: output.columns,
            classes: classes.filter(|classes| *classes > 0)?,
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
        let plus = layout.proposals == cell_count(layout.input, &PLUS_STRIDES);
        let (strides, centre) = if plus {
            (&PLUS_STRIDES[..], 0.0)
        } else {
            (&STRIDES[..], 0.5)
        };
        let proposals = numbers.chunks_exact(layout.numbers);
        for (cell, proposal) in cells(layout.input, strides).zip(proposals) {
            let (scores, bins) = proposal.split_at(layout.classes);
            let Some((class_id, score)) = best_class(scores) else {
                continue;
            };
            if score < min_score || !filter.keeps(class_id) {
                continue;
            }
            let side = bins.len() / 4;
            let distance = |i: usize| expected(&bins[i * side..][..side]);
            let (x, y) = (cell.column + centre, cell.row + centre);
            let edges = [
                x - distance(0),
                y - distance(1),
                x + distance(2),
                y + distance(3),
            ]
            .map(|edge| edge * cell.stride);
            let bbox = BBox::from_ltrb(edges[0], edges[1], edges[2], edges[3]);
            push(out, class_id, score, bbox);
        }
    }
}

/// The mean of a distribution over 0, 1, 2, ..., from its logits.
fn expected(logits: &[f32]) -> f32 {
    let highest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let (mut sum, mut weighted) = (0.0, 0.0);
    for (step, logit) in logits.iter().enumerate() {
        let weight = (logit - highest).exp();
        sum += weight;
        weighted += weight * step as f32;
    }
    weighted / sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::FrameSize;

    /// A 32 x 32 input: 16 cells of 8, 4 of 16, 1 of 32; with Plus, 1 of 64 too.
    const INPUT: FrameSize = FrameSize::new(32, 32);
    const BIN_COUNT: usize = 8;
    const NUMBERS: usize = 2 + 4 * BIN_COUNT;

    /// A proposal whose distances are exactly these steps; all other steps have no
    /// weight.
    fn proposal(scores: [f32; 2], steps: [usize; 4]) -> Vec<f32> {
        let mut numbers = scores.to_vec();
        for step in steps {
            let mut bins = [-100.0; BIN_COUNT];
            bins[step] = 5.0;
            numbers.extend(bins);
        }
        numbers
    }

    fn decoded(proposals: usize, at: usize, numbers: &[f32], min_score: f32) -> Vec<Candidate> {
        let mut output = vec![0.0; proposals * NUMBERS];
        output[at * NUMBERS..][..NUMBERS].copy_from_slice(numbers);
        let layout = OutputLayout {
            input: INPUT,
            proposals,
            numbers: NUMBERS,
            classes: 2,
        };
        let mut out = Vec::new();
        NanoDet.decode(
            layout,
            &output,
            min_score,
            &ClassFilter::default(),
            &mut out,
        );
        out
    }

    #[test]
    fn distances_from_the_centre_of_a_cell_become_a_box() {
        // Cell 6 of the first grid: column 2, row 1, so its middle is at 20, 12.
        let found = decoded(21, 6, &proposal([0.1, 0.7], [1, 0, 2, 3]), 0.3);
        let wanted = Candidate {
            class_id: 1,
            score: 0.7,
            bbox: BBox::from_ltrb(12.0, 12.0, 36.0, 36.0),
        };
        assert_eq!(found, [wanted]);
        // The only cell of the third grid.
        let found = decoded(21, 20, &proposal([0.5, 0.1], [0, 0, 1, 1]), 0.3);
        assert_eq!(found[0].bbox, BBox::from_ltrb(16.0, 16.0, 48.0, 48.0));
    }

    #[test]
    fn nanodet_plus_counts_from_the_corner_of_a_cell() {
        let found = decoded(22, 6, &proposal([0.1, 0.7], [1, 0, 2, 3]), 0.3);
        assert_eq!(found[0].bbox, BBox::from_ltrb(8.0, 8.0, 32.0, 32.0));
        let found = decoded(22, 21, &proposal([0.1, 0.7], [0, 0, 1, 1]), 0.3);
        assert_eq!(found[0].bbox, BBox::from_ltrb(0.0, 0.0, 64.0, 64.0));
    }

    #[test]
    fn distance_is_the_mean_of_its_distribution() {
        assert_eq!(expected(&[0.0; 11]), 5.0);
        // One quarter at 0 and three at 1.
        assert!((expected(&[0.0, 3.0_f32.ln()]) - 0.75).abs() < 1e-6);
        assert_eq!(
            expected(&[1e30, -1e30]),
            0.0,
            "large numbers do not overflow"
        );
    }

    #[test]
    fn weak_and_non_finite_proposals_give_no_box() {
        let all = |scores, min_score| decoded(21, 0, &proposal(scores, [1; 4]), min_score).len();
        assert_eq!((all([0.29, 0.1], 0.3), all([0.3, 0.1], 0.3)), (0, 1));
        assert_eq!(all([f32::NAN, f32::NAN], 0.3), 0);
        for broken in [f32::NAN, f32::INFINITY] {
            let mut numbers = proposal([0.9, 0.1], [1; 4]);
            numbers[2] = broken;
            assert!(decoded(21, 0, &numbers, 0.3).is_empty(), "{broken}");
        }
    }
}
