//! Average precision of detections against ground truth, as PASCAL VOC defines
//! it since 2010 (Everingham et al. 2015) and COCO at one overlap: the area under
//! the precision-recall curve, the precision at each recall being the best at that
//! recall or above, without sampling points.
//!
//! Files are MOTChallenge's. Of the ground truth, rows whose `conf` is 0 do not
//! count: what overlaps them most is neither right nor wrong, as in VOC's
//! "difficult" objects.

use std::collections::BTreeMap;

/// Overlap from which a detection is of an object.
const IOU: f64 = 0.5;

/// A box in pixels: left, top, width, height.
type Rect = [f64; 4];

/// One object of the ground truth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Object {
    /// Where it is.
    pub rect: Rect,
    /// Whether it counts.
    pub counts: bool,
}

/// One detection.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScoredBox {
    /// Number of its frame.
    pub frame: u64,
    /// Where it is.
    pub rect: Rect,
    /// 0..1.
    pub score: f64,
}

/// The result.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Precision {
    /// Average precision, 0..1.
    pub average: f64,
    /// The best F1 of all scores that could be taken as threshold, 0..1.
    pub best_f1: f64,
    /// The threshold at which it is best.
    pub best_score: f64,
}

/// The average precision of detections, in the frames up to the last one of the
/// ground truth.
pub fn average_precision(truth: &BTreeMap<u64, Vec<Object>>, found: &[ScoredBox]) -> Precision {
    let objects = truth.values().flatten().filter(|o| o.counts).count();
    let last = truth.keys().next_back().copied().unwrap_or(0);
    let mut found: Vec<&ScoredBox> = found.iter().filter(|f| f.frame <= last).collect();
    // A stable sort: equal scores stay in the order of the file.
    found.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut taken: BTreeMap<u64, Vec<bool>> = truth
        .iter()
        .map(|(frame, objects)| (*frame, vec![false; objects.len()]))
        .collect();
    let (mut right, mut wrong) = (0_u32, 0_u32);
    // Recall, precision, score.
    let mut curve: Vec<(f64, f64, f64)> = Vec::new();
    for detection in found {
        let objects_there = truth.get(&detection.frame).map_or(&[][..], Vec::as_slice);
        let best = objects_there
            .iter()
            .map(|object| iou(object.rect, detection.rect))
            .enumerate()
            .filter(|(_, overlap)| *overlap >= IOU)
            .max_by(|a, b| a.1.total_cmp(&b.1));
        match best {
            Some((i, _)) if !objects_there[i].counts => continue,
            Some((i, _)) => {
                let first = taken
                    .get_mut(&detection.frame)
                    .is_some_and(|taken| !std::mem::replace(&mut taken[i], true));
                if first {
                    right += 1;
                } else {
                    wrong += 1;
                }
            }
            None => wrong += 1,
        }
        let (right, all) = (f64::from(right), f64::from(right + wrong));
        curve.push((
            right / (objects.max(1) as f64),
            right / all,
            detection.score,
        ));
    }
    let (best_f1, best_score) = curve
        .iter()
        .map(|(recall, precision, score)| {
            let f1 = 2.0 * recall * precision / (recall + precision).max(f64::MIN_POSITIVE);
            (f1, *score)
        })
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .unwrap_or_default();
    Precision {
        average: area(&curve),
        best_f1,
        best_score,
    }
}

/// The area under a precision-recall curve of rising recall.
fn area(curve: &[(f64, f64, f64)]) -> f64 {
    let (mut sum, mut envelope) = (0.0, 0.0_f64);
    for (i, (recall, precision, _)) in curve.iter().enumerate().rev() {
        envelope = envelope.max(*precision);
        let before = if i == 0 { 0.0 } else { curve[i - 1].0 };
        sum += (recall - before) * envelope;
    }
    sum
}

/// Intersection over union.
fn iou(a: Rect, b: Rect) -> f64 {
    let overlap = |i: usize| {
        let (low, high) = (a[i].max(b[i]), (a[i] + a[i + 2]).min(b[i] + b[i + 2]));
        (high - low).max(0.0)
    };
    let shared = overlap(0) * overlap(1);
    let all = a[2] * a[3] + b[2] * b[3] - shared;
    if all > 0.0 { shared / all } else { 0.0 }
}

/// Reads `frame,id,left,top,width,height,conf,class,visibility`.
pub fn read_truth(text: &str) -> Result<BTreeMap<u64, Vec<Object>>, String> {
    let mut truth: BTreeMap<u64, Vec<Object>> = BTreeMap::new();
    for row in rows(text) {
        let (frame, rect, conf) = row?;
        let counts = conf > 0.0;
        truth
            .entry(frame)
            .or_default()
            .push(Object { rect, counts });
    }
    Ok(truth)
}

/// Reads `frame,-1,left,top,width,height,score`.
pub fn read_detections(text: &str) -> Result<Vec<ScoredBox>, String> {
    rows(text)
        .map(|row| row.map(|(frame, rect, score)| ScoredBox { frame, rect, score }))
        .collect()
}

type Row = (u64, Rect, f64);

fn rows(text: &str) -> impl Iterator<Item = Result<Row, String>> + '_ {
    let lines = text.lines().enumerate();
    lines
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(i, line)| {
            row(line).ok_or_else(|| {
                format!(
                    "line {}: '{line}' is no row of frame,id,left,top,width,height,score",
                    i + 1
                )
            })
        })
}

fn row(line: &str) -> Option<Row> {
    let mut fields = line.split(',').map(str::trim);
    let frame = fields.next()?.parse().ok()?;
    fields.next()?;
    let numbers: Vec<f64> = fields
        .take(5)
        .map(|field| field.parse().ok().filter(|number: &f64| number.is_finite()))
        .collect::<Option<_>>()?;
    match numbers[..] {
        [left, top, width, height, score] => Some((frame, [left, top, width, height], score)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// A box of 10 x 10 at that place.
    fn rect(left: f64) -> Rect {
        [left, 0.0, 10.0, 10.0]
    }

    fn truth(objects: &[(u64, f64, bool)]) -> BTreeMap<u64, Vec<Object>> {
        let mut truth: BTreeMap<u64, Vec<Object>> = BTreeMap::new();
        for &(frame, left, counts) in objects {
            truth.entry(frame).or_default().push(Object {
                rect: rect(left),
                counts,
            });
        }
        truth
    }

    fn found(all: &[(u64, f64, f64)]) -> Vec<ScoredBox> {
        let one = |&(frame, left, score): &(u64, f64, f64)| ScoredBox {
            frame,
            rect: rect(left),
            score,
        };
        all.iter().map(one).collect()
    }

    fn average(objects: &[(u64, f64, bool)], all: &[(u64, f64, f64)]) -> f64 {
        average_precision(&truth(objects), &found(all)).average
    }

    const TWO: [(u64, f64, bool); 2] = [(1, 0.0, true), (2, 0.0, true)];

    #[test]
    fn average_precision_is_one_for_all_objects_and_zero_for_none() {
        assert_eq!(average(&TWO, &[(1, 0.0, 0.9), (2, 0.0, 0.8)]), 1.0);
        assert_eq!(average(&TWO, &[]), 0.0);
        assert_eq!(average(&TWO, &[(1, 100.0, 0.9)]), 0.0);
        assert_eq!(average(&[], &[(1, 0.0, 0.9)]), 0.0);
    }

    #[test]
    fn curve_is_the_upper_envelope_without_sampling() {
        // Right, wrong, right: precision 1 up to recall 1/2, then 2/3.
        let all = [(1, 0.0, 0.9), (1, 100.0, 0.8), (2, 0.0, 0.7)];
        assert!((average(&TWO, &all) - (0.5 + 0.5 * 2.0 / 3.0)).abs() < 1e-12);
        // Wrong, right, right: 2/3 at recall 1 holds below it too.
        let all = [(1, 100.0, 0.9), (1, 0.0, 0.8), (2, 0.0, 0.7)];
        assert!((average(&TWO, &all) - 2.0 / 3.0).abs() < 1e-12);
    }

    #[test]
    fn detection_needs_iou_of_a_half_and_a_second_one_is_wrong() {
        // Boxes of 10 shifted by 3 overlap by 7/13, by 4 by 6/14.
        assert_eq!(average(&[(1, 0.0, true)], &[(1, 3.0, 0.9)]), 1.0);
        assert_eq!(average(&[(1, 0.0, true)], &[(1, 4.0, 0.9)]), 0.0);
        let twice = average_precision(
            &truth(&[(1, 0.0, true)]),
            &found(&[(1, 0.0, 0.9), (1, 1.0, 0.8)]),
        );
        assert_eq!(
            (twice.average, twice.best_f1, twice.best_score),
            (1.0, 1.0, 0.9)
        );
    }

    #[test]
    fn uncounted_objects_are_neither_right_nor_wrong() {
        let objects = [(1, 0.0, true), (1, 50.0, false)];
        assert_eq!(average(&objects, &[(1, 50.0, 0.9), (1, 0.0, 0.8)]), 1.0);
        // A frame without objects does count, one beyond the last does not.
        let gap = [(1, 0.0, true), (3, 0.0, true)];
        assert_eq!(
            average(&gap, &[(2, 0.0, 0.9), (1, 0.0, 0.8), (3, 0.0, 0.7)]),
            2.0 / 3.0
        );
        assert_eq!(average(&objects, &[(9, 50.0, 0.9), (1, 0.0, 0.8)]), 1.0);
    }

    #[test]
    fn wrong_row_is_an_error_with_its_line() {
        let truth = read_truth("1,9,499.0,158.0,31.0,75.1,1,1,1\n1,4,0,0,1,1,0,1,1\n").unwrap();
        assert_eq!(truth[&1][0].rect, [499.0, 158.0, 31.0, 75.1]);
        assert!(truth[&1][0].counts && !truth[&1][1].counts);
        let found = read_detections("3,-1,1.5,2,3,4,0.25\r\n\n").unwrap();
        assert_eq!((found[0].frame, found[0].score), (3, 0.25));
        for wrong in ["1,2,3", "x,-1,1,2,3,4,5", "1,-1,1,2,NaN,4,5"] {
            assert!(
                read_detections(wrong).unwrap_err().starts_with("line 1"),
                "{wrong}"
            );
        }
    }
}
