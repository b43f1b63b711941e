//! ByteTrack: "Multi-Object Tracking by Associating Every Detection Box"
//! (Zhang et al. 2021, arXiv:2110.06864).
//!
//! Strong detections are paired with all tracks first. The weak ones, which other
//! trackers drop, then keep the tracks that are still without a pair, since a half-hidden
//! person still shows as a weak detection. A new track is confirmed, and gets its id,
//! when it is seen in a second frame.
//!
//! Where this differs from the paper, and why:
//! * Time is measured in capture time, not in frames; see [`super::kalman`].
//!   A lost track is forgotten after the persistence, before association.
//! * Lengths are in frame heights, so frames may change their size midway.
//! * Every strong detection without a track may start one. The paper requires 0.1 more
//!   for that. It made no measurable difference, and a user would not understand why an
//!   object just above the confidence is not tracked.
//! * A track may be continued by a detection of another class, at a price; see
//!   `FOREIGN_CLASS`.

use schemars::{JsonSchema, schema_for};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::assignment::Assignment;
use super::kalman::{KalmanBox, Measurement, TICKS_PER_S};
use super::tracker::{Tracker, TrackerInput, TrackerKind, TrackerSettings};
use crate::base::clock::NS_PER_S;
use crate::config::decimal;
use crate::flow::{BBox, Detection, FrameMeta, Track};

/// The row of this tracker in [`TRACKERS`](super::TRACKERS).
pub(super) const KIND: TrackerKind = TrackerKind {
    name: "bytetrack",
    description: "ByteTrack (Zhang et al. 2021)",
    options: || schema_for!(ByteTrackOptions),
    create: |settings| Box::new(ByteTrack::new(settings)),
    min_score: |settings| {
        let options = ByteTrackOptions::from(settings);
        settings.confidence.min(options.low_score)
    },
};

/// Options of ByteTrack.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ByteTrackOptions {
    /// Weakest score that keeps a track alive, 0..1.
    #[serde(serialize_with = "decimal::one")]
    #[schemars(range(min = 0, max = 1))]
    pub low_score: f32,
    /// Overlap above which a seen and a lost track are the same object, 0..1.
    #[serde(serialize_with = "decimal::one")]
    #[schemars(range(min = 0, max = 1))]
    pub duplicate_iou: f32,
}

impl Default for ByteTrackOptions {
    fn default() -> Self {
        Self {
            low_score: 0.1,
            duplicate_iou: 0.85,
        }
    }
}

impl From<&TrackerSettings> for ByteTrackOptions {
    fn from(settings: &TrackerSettings) -> Self {
        serde_json::from_value(Value::Object(settings.options.clone())).unwrap_or_default()
    }
}

/// Highest cost of a pair in each stage. In the first and the last stage the score is
/// part of the cost, in the second only the overlap.
const STRONG_GATE: f64 = 0.9;
const WEAK_GATE: f64 = 0.5;
const UNCONFIRMED_GATE: f64 = 0.7;

/// The weight of an overlap when the detection's class is not the track's. Detectors
/// sometimes report a car as a truck, in the same box: that keeps its track. A person who
/// passes in front of a bus covers little of it: that never does. Of two candidates the
/// one of the same class wins.
const FOREIGN_CLASS: f32 = 0.5;

/// A track changes its class when the recent score of other classes exceeds that of its
/// own by this much.
const CLASS_EVIDENCE: f32 = 2.0;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Seen once; dropped unless it is seen again in the next frame.
    Unconfirmed,
    /// Seen in the latest frame.
    Tracked,
    /// Confirmed, and not seen recently.
    Lost,
}

/// One object of the tracker.
#[derive(Debug, Clone)]
struct Target {
    /// 0 until confirmed.
    id: u64,
    state: State,
    filter: KalmanBox,
    /// The filter's estimate, normalised.
    bbox: BBox,
    class: ClassVote,
    score: f32,
    first_seen_ns: i64,
    last_seen_ns: i64,
}

impl Target {
    fn on_detection(&mut self, detection: &Detection, meta: FrameMeta) {
        let aspect = meta.size.aspect();
        self.filter.correct(measurement(detection.bbox, aspect));
        self.bbox = bbox(self.filter.estimate(), aspect);
        self.class.add(detection.class_id, detection.score);
        self.score = detection.score;
        self.last_seen_ns = meta.capture_ns;
        self.state = State::Tracked;
    }

    fn overlap(&self, detection: &Detection) -> f32 {
        let iou = self.bbox.iou(detection.bbox);
        if self.class.id == detection.class_id {
            iou
        } else {
            iou * FOREIGN_CLASS
        }
    }

    fn to_track(&self, aspect: f32) -> Track {
        let [vx, vy] = self.filter.velocity_per_s();
        Track {
            id: self.id,
            class_id: self.class.id,
            score: self.score,
            bbox: self.bbox,
            velocity: [vx as f32 / aspect, vy as f32],
            first_seen_ns: self.first_seen_ns,
            last_seen_ns: self.last_seen_ns,
        }
    }
}

/// The prevailing class of recent frames (a majority vote after Boyer and Moore, weighted
/// by score and bounded, so that old frames do not decide).
#[derive(Debug, Clone, Copy)]
struct ClassVote {
    id: u32,
    lead: f32,
}

impl ClassVote {
    fn add(&mut self, id: u32, score: f32) {
        if id == self.id {
            self.lead = (self.lead + score).min(CLASS_EVIDENCE);
        } else if self.lead > score {
            self.lead -= score;
        } else {
            *self = Self { id, lead: score };
        }
    }
}

/// The ByteTrack tracker; see the module.
#[derive(Debug)]
pub struct ByteTrack {
    settings: TrackerSettings,
    options: ByteTrackOptions,
    /// In order of creation, which decides ties.
    targets: Vec<Target>,
    last_id: u64,
    latest: Option<FrameMeta>,
    assignment: Assignment,
    tracks: Vec<Track>,
    // Scratch lists of one update: indices into `targets` and the detections.
    strong: Vec<usize>,
    weak: Vec<usize>,
    candidates: Vec<usize>,
}

impl ByteTrack {
    /// A tracker without tracks.
    pub fn new(settings: &TrackerSettings) -> Self {
        Self {
            settings: settings.clone(),
            options: ByteTrackOptions::from(settings),
            targets: Vec::new(),
            last_id: 0,
            latest: None,
            assignment: Assignment::default(),
            tracks: Vec::new(),
            strong: Vec::new(),
            weak: Vec::new(),
            candidates: Vec::new(),
        }
    }

    /// Predicts every target at the time of `meta`, before detections are considered.
    fn predict(&mut self, meta: FrameMeta) {
        let now = meta.capture_ns;
        let persistence = self.settings.persistence_ns;
        self.targets.retain(|t| {
            t.state != State::Lost || now.saturating_sub(t.last_seen_ns) <= persistence
        });
        let Some(latest) = self.latest else { return };
        let elapsed_ns = now.saturating_sub(latest.capture_ns).max(0);
        let dt = elapsed_ns as f64 / NS_PER_S as f64 * TICKS_PER_S;
        let aspect = meta.size.aspect();
        let stretch = f64::from(aspect) / f64::from(latest.size.aspect());
        for target in &mut self.targets {
            if stretch != 1.0 {
                target.filter.stretch_x(stretch);
            }
            target.filter.predict(dt, target.state == State::Lost);
            target.bbox = bbox(target.filter.estimate(), aspect);
        }
    }

    /// Pairs the targets for which `takes_part` returns true with the detections in
    /// `pool`, and removes the paired ones from `pool`.
    fn associate(
        &mut self,
        meta: FrameMeta,
        detections: &[Detection],
        pool: &mut Vec<usize>,
        gate: f64,
        takes_part: impl Fn(&Target) -> bool,
        similarity: impl Fn(&Target, &Detection) -> f32,
    ) {
        self.candidates.clear();
        let chosen = self
            .targets
            .iter()
            .enumerate()
            .filter(|(_, t)| takes_part(t));
        self.candidates.extend(chosen.map(|(index, _)| index));
        let (targets, candidates) = (&self.targets, &self.candidates);
        let cost = |row: usize, column: usize| {
            let similarity = similarity(&targets[candidates[row]], &detections[pool[column]]);
            1.0 - f64::from(similarity)
        };
        let pairs = self
            .assignment
            .solve(candidates.len(), pool.len(), gate, cost);
        for (&index, column) in self.candidates.iter().zip(pairs) {
            let Some(column) = column else { continue };
            let detection = std::mem::replace(&mut pool[column], usize::MAX);
            self.targets[index].on_detection(&detections[detection], meta);
        }
        pool.retain(|&detection| detection != usize::MAX);
    }

    /// Of two targets on one object, keeps the one with the longer history.
    fn remove_duplicates(&mut self) {
        let history_ns = |t: &Target| t.last_seen_ns - t.first_seen_ns;
        let mut duplicates = std::mem::take(&mut self.candidates);
        duplicates.clear();
        for (l, lost) in self.targets.iter().enumerate() {
            if lost.state != State::Lost {
                continue;
            }
            for (t, tracked) in self.targets.iter().enumerate() {
                let is_same_class =
                    tracked.state == State::Tracked && tracked.class.id == lost.class.id;
                if is_same_class && tracked.bbox.iou(lost.bbox) > self.options.duplicate_iou {
                    duplicates.push(if history_ns(tracked) > history_ns(lost) {
                        l
                    } else {
                        t
                    });
                }
            }
        }
        let mut index = 0;
        self.targets.retain(|_| {
            index += 1;
            !duplicates.contains(&(index - 1))
        });
        self.candidates = duplicates;
    }
}

impl Tracker for ByteTrack {
    fn update(&mut self, input: TrackerInput<'_>) -> &[Track] {
        let TrackerInput {
            meta, detections, ..
        } = input;
        self.predict(meta);

        let confidence = self.settings.confidence;
        let (mut strong, mut weak) = (
            std::mem::take(&mut self.strong),
            std::mem::take(&mut self.weak),
        );
        strong.clear();
        weak.clear();
        for (index, detection) in detections
            .iter()
            .enumerate()
            .filter(|(_, d)| is_trackable(d))
        {
            if detection.score >= confidence {
                strong.push(index);
            } else if detection.score >= self.options.low_score {
                weak.push(index);
            }
        }

        let fused = |t: &Target, d: &Detection| t.overlap(d) * d.score;
        let now = meta.capture_ns;
        let confirmed = |t: &Target| t.state != State::Unconfirmed;
        self.associate(meta, detections, &mut strong, STRONG_GATE, confirmed, fused);
        let missed = |t: &Target| t.state == State::Tracked && t.last_seen_ns != now;
        self.associate(
            meta,
            detections,
            &mut weak,
            WEAK_GATE,
            missed,
            Target::overlap,
        );
        for target in self.targets.iter_mut().filter(|t| missed(t)) {
            target.state = State::Lost;
        }
        let unconfirmed = |t: &Target| t.state == State::Unconfirmed;
        self.associate(
            meta,
            detections,
            &mut strong,
            UNCONFIRMED_GATE,
            unconfirmed,
            fused,
        );
        self.targets.retain(|t| t.state != State::Unconfirmed);

        // The first frame has no earlier frame to confirm with.
        let first = self.latest.is_none();
        for detection in strong.iter().map(|&index| &detections[index]) {
            self.targets.push(Target {
                id: 0,
                state: if first {
                    State::Tracked
                } else {
                    State::Unconfirmed
                },
                filter: KalmanBox::new(measurement(detection.bbox, meta.size.aspect())),
                bbox: detection.bbox,
                class: ClassVote {
                    id: detection.class_id,
                    lead: detection.score,
                },
                score: detection.score,
                first_seen_ns: now,
                last_seen_ns: now,
            });
        }
        (self.strong, self.weak) = (strong, weak);
        self.remove_duplicates();

        self.tracks.clear();
        for target in self
            .targets
            .iter_mut()
            .filter(|t| t.state == State::Tracked)
        {
            if target.id == 0 {
                self.last_id += 1;
                target.id = self.last_id;
            }
            self.tracks.push(target.to_track(meta.size.aspect()));
        }
        self.latest = Some(meta);
        &self.tracks
    }

    fn reserve_ids(&mut self, up_to: u64) {
        self.last_id = self.last_id.max(up_to);
    }

    fn source_lost(&mut self) {
        self.targets.retain(|t| t.state != State::Unconfirmed);
        for target in &mut self.targets {
            target.state = State::Lost;
        }
    }

    fn configure(&mut self, settings: &TrackerSettings) {
        self.settings = settings.clone();
        self.options = ByteTrackOptions::from(settings);
    }
}

/// Whether a detection can be tracked. A defective model gives boxes with NaN, and a
/// single one would spoil the filter for good.
fn is_trackable(detection: &Detection) -> bool {
    let BBox { x, y, w, h } = detection.bbox;
    [x, y, w, h, detection.score].iter().all(|v| v.is_finite()) && w > 0.0 && h > 0.0
}

fn measurement(b: BBox, aspect: f32) -> Measurement {
    let [x, y, w, h] = [b.x, b.y, b.w, b.h].map(f64::from);
    let aspect = f64::from(aspect);
    Measurement {
        x: x * aspect,
        y,
        aspect: w * aspect / h,
        height: h,
    }
}

fn bbox(m: Measurement, aspect: f32) -> BBox {
    let aspect = f64::from(aspect);
    let (x, w) = (m.x / aspect, m.aspect * m.height / aspect);
    BBox::new(x as f32, m.y as f32, w as f32, m.height as f32)
}

#[cfg(test)]
mod tests;
