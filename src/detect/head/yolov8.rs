//! The YOLOv8-layout head: one row a number, one column a proposal. Rows 0..4
//! are centre and size in pixels of the input, then one row of scores a class
//! (Ultralytics, `Detect` in `ultralytics/nn/modules/head.py`, exported).

use super::{Candidate, ClassFilter};
use crate::geometry::BBox;

pub(super) fn decode(
    output: &[f32],
    proposals: usize,
    floor: f32,
    filter: &ClassFilter,
    out: &mut Vec<Candidate>,
) {
    let (boxes, scores) = output.split_at(4 * proposals);
    // Row by row is the order of memory; column by column would miss the cache
    // for every number.
    let mut best = vec![(0_u32, f32::NEG_INFINITY); proposals];
    for (class_id, row) in (0_u32..).zip(scores.chunks_exact(proposals)) {
        for (best, &score) in best.iter_mut().zip(row) {
            if score > best.1 {
                *best = (class_id, score);
            }
        }
    }
    for (i, (class_id, score)) in best.into_iter().enumerate() {
        if score >= floor && score.is_finite() && filter.keeps(class_id) {
            let at = |row: usize| boxes[row * proposals + i];
            let bbox = BBox::new(at(0), at(1), at(2), at(3));
            if bbox.ltrb().iter().all(|v| v.is_finite()) {
                out.push(Candidate {
                    class_id,
                    score: score.min(1.0),
                    bbox,
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::config::ClassRef;

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

    #[test]
    fn columns_become_boxes_with_their_best_class() {
        let mut out = Vec::new();
        decode(&OUTPUT, 3, 0.25, &ClassFilter::default(), &mut out);
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
    fn a_filtered_class_does_not_pass_as_its_second_best() {
        let names = ["a".to_owned(), "b".to_owned()];
        let filter = ClassFilter::resolve(&[ClassRef::Id(1)], &names).unwrap();
        let mut out = Vec::new();
        decode(&OUTPUT, 3, 0.25, &filter, &mut out);
        assert_eq!(
            out.len(),
            1,
            "proposal 0 is an a, although it scores 0.3 as b"
        );
        assert_eq!(out[0].class_id, 1);
    }
}
