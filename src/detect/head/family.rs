//! The interface of a family of models, and helpers for several families.

use std::fmt::Debug;

use crate::detect::class_filter::ClassFilter;
use crate::detect::input_style::InputStyle;
use crate::detect::nms::Candidate;
use crate::flow::{BBox, FrameSize};

/// Steps between the cells of most heads' grids, in pixels of the input.
pub(super) const STRIDES: [u32; 3] = [8, 16, 32];

/// A family of detection models.
pub trait Family: Debug + Sync {
    /// The name in [`DetectorInfo`](crate::detect::DetectorInfo).
    fn name(&self) -> &'static str;

    /// The common name, and the shape of the output.
    fn description(&self) -> &'static str;

    /// The family's input format.
    fn input_style(&self) -> InputStyle;

    /// The layout of an output of that shape; `None` when no model of the family has such
    /// an output.
    fn layout(&self, output: &Output) -> Option<OutputLayout>;

    /// Appends the candidates in `numbers` at or above `min_score` and within `filter`,
    /// in their order. Only the best class of a proposal counts.
    fn decode(
        &self,
        layout: OutputLayout,
        numbers: &[f32],
        min_score: f32,
        filter: &ClassFilter,
        out: &mut Vec<Candidate>,
    );
}

/// An output of the shape `[1, rows, columns]`, from which the family is recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Output {
    /// Size of the model's input.
    pub input: FrameSize,
    /// The second dimension.
    pub rows: usize,
    /// The third dimension.
    pub columns: usize,
    /// Number of classes that the metadata names.
    pub named: Option<usize>,
}

/// The layout of an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutputLayout {
    /// Size of the model's input.
    pub input: FrameSize,
    /// Boxes that the model proposes for each frame.
    pub proposals: usize,
    /// Numbers of one proposal.
    pub numbers: usize,
    /// Number of classes.
    pub classes: usize,
}

/// One cell of a head's grids, with one proposal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Cell {
    pub column: f32,
    pub row: f32,
    /// Pixels of the input from one cell to the next.
    pub stride: f32,
}

/// The cells of all grids in the order of the proposals: the finest grid first,
/// each row by row.
pub(super) fn cells(input: FrameSize, strides: &[u32]) -> impl Iterator<Item = Cell> + '_ {
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

/// Number of cells of all grids, which is the number of proposals of an anchor-free head.
pub(super) fn cell_count(input: FrameSize, strides: &[u32]) -> usize {
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
pub(super) fn best_class(scores: &[f32]) -> Option<(u32, f32)> {
    let mut best: Option<(u32, f32)> = None;
    for (class, &score) in (0_u32..).zip(scores) {
        if score > best.map_or(f32::NEG_INFINITY, |b| b.1) {
            best = Some((class, score));
        }
    }
    best
}

/// Appends a candidate, unless one of its numbers is not finite.
pub(super) fn push(out: &mut Vec<Candidate>, class_id: u32, score: f32, bbox: BBox) {
    if score.is_finite() && bbox.ltrb().iter().all(|v| v.is_finite()) {
        out.push(Candidate {
            class_id,
            score: score.min(1.0),
            bbox,
        });
    }
}
