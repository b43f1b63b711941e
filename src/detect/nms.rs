//! Non-maximum suppression: of boxes that overlap much, the best one stays.

use crate::flow::BBox;

/// A box as a head decodes it: pixels of the model's input.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candidate {
    /// Index into the model's class names.
    pub class_id: u32,
    /// 0..1.
    pub score: f32,
    /// Centre and size in pixels of the model's input, not clipped.
    pub bbox: BBox,
}

/// Most candidates that are compared, best first. In a frame with more, the rest is
/// noise, and the comparison is quadratic.
const MAX_CANDIDATES: usize = 1000;
/// Most objects in the result.
const MAX_OBJECTS: usize = 300;

/// Keeps the best of the boxes of one class whose intersection over union is above `iou`.
/// Boxes of different classes never remove each other. The result is ordered by score,
/// and equal scores by their position in the input, so that a frame gives the same result
/// on every run.
pub fn suppress(candidates: &mut Vec<Candidate>, iou: f32) {
    // A stable sort keeps the input's order of equal scores.
    candidates.sort_by(|a, b| b.score.total_cmp(&a.score));
    candidates.truncate(MAX_CANDIDATES);
    let mut kept = 0;
    for i in 0..candidates.len() {
        let candidate = candidates[i];
        let covered = candidates[..kept]
            .iter()
            .any(|k| k.class_id == candidate.class_id && k.bbox.iou(candidate.bbox) > iou);
        if !covered {
            candidates[kept] = candidate;
            kept += 1;
            if kept == MAX_OBJECTS {
                break;
            }
        }
    }
    candidates.truncate(kept);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(class_id: u32, score: f32, left: f32) -> Candidate {
        Candidate {
            class_id,
            score,
            bbox: BBox::from_ltrb(left, 0.0, left + 10.0, 10.0),
        }
    }

    #[test]
    fn best_box_of_a_class_stays_and_other_classes_are_untouched() {
        // IoU of boxes shifted by 2 of 10 is 8/12.
        let mut all = vec![
            candidate(0, 0.5, 0.0),
            candidate(0, 0.9, 2.0),
            candidate(1, 0.4, 2.0),
            candidate(0, 0.3, 50.0),
        ];
        suppress(&mut all, 0.45);
        let left: Vec<_> = all.iter().map(|c| (c.class_id, c.score)).collect();
        assert_eq!(left, [(0, 0.9), (1, 0.4), (0, 0.3)]);
    }

    #[test]
    fn boxes_below_the_iou_threshold_stay() {
        let pair = vec![candidate(0, 0.9, 0.0), candidate(0, 0.8, 2.0)];
        let mut strict = pair.clone();
        suppress(&mut strict, 0.6);
        assert_eq!(strict.len(), 1);
        let mut lax = pair;
        suppress(&mut lax, 0.7);
        assert_eq!(lax.len(), 2);
    }

    #[test]
    fn equal_scores_keep_the_order_of_the_input() {
        let mut all = vec![candidate(0, 0.5, 100.0), candidate(0, 0.5, 0.0)];
        suppress(&mut all, 0.45);
        assert_eq!(all[0].bbox.x, 105.0);
    }

    #[test]
    fn candidates_and_results_are_limited() {
        let mut all: Vec<_> = (0..2000)
            .map(|i| candidate(0, 0.5, i as f32 * 20.0))
            .collect();
        suppress(&mut all, 0.45);
        assert_eq!(all.len(), MAX_OBJECTS);
    }
}
