//! Smoothing of boxes: a detector's boxes jitter even around objects at rest.

use std::collections::HashMap;
use std::f32::consts::PI;

use crate::base::clock::NS_PER_S;
use crate::flow::BBox;
use crate::flow::Track;

/// Cut-off for objects at rest, in hertz, at the weakest smoothing.
const CUTOFF_WEAK: f32 = 5.0;
/// The same at the strongest.
const CUTOFF_STRONG: f32 = 0.25;
/// Hertz that the cut-off rises by for each frame width or height a second, so that
/// moving objects do not lag.
const SPEED: f32 = 10.0;
/// Cut-off of the speed itself, as in the paper.
const SPEED_CUTOFF: f32 = 1.0;

/// Smooths tracks by the 1 Euro filter (Casiez, Roussel, Vogel: "1€ Filter: A Simple
/// Speed-based Low-pass Filter for Noisy Input in Interactive Systems", CHI 2012): the
/// slower a value moves, the more it is smoothed. It works between tracker and slots, so
/// that every output shows the same.
#[derive(Debug)]
pub struct Smoother {
    strength: f32,
    memory_ns: i64,
    filters: HashMap<u64, OneEuroBox>,
    smoothed: Vec<Track>,
}

#[derive(Debug)]
struct OneEuroBox {
    /// x, y, w, h.
    values: [OneEuro; 4],
    latest_ns: i64,
}

#[derive(Debug, Clone, Copy)]
struct OneEuro {
    raw: f32,
    value: f32,
    /// Units per second.
    speed: f32,
}

impl Smoother {
    /// `strength` 0 changes nothing, 1 smooths most. A track that is not seen for
    /// `memory_ns` is forgotten.
    pub fn new(strength: f32, memory_ns: i64) -> Self {
        Self {
            strength,
            memory_ns,
            filters: HashMap::new(),
            smoothed: Vec::new(),
        }
    }

    /// Applies new settings. The state of the tracks stays.
    pub fn configure(&mut self, strength: f32, memory_ns: i64) {
        self.strength = strength;
        self.memory_ns = memory_ns;
        if strength <= 0.0 {
            self.filters.clear();
        }
    }

    /// Forgets all tracks.
    pub fn clear(&mut self) {
        self.filters.clear();
    }

    /// The tracks that were seen at `now_ns`, with smoothed boxes.
    pub fn apply<'a>(&'a mut self, now_ns: i64, tracks: &'a [Track]) -> &'a [Track] {
        if self.strength <= 0.0 {
            return tracks;
        }
        let cutoff = CUTOFF_WEAK * (CUTOFF_STRONG / CUTOFF_WEAK).powf(self.strength);
        self.smoothed.clear();
        for track in tracks {
            let bbox = track.bbox;
            let raw = [bbox.x, bbox.y, bbox.w, bbox.h];
            let filter = self
                .filters
                .entry(track.id)
                .or_insert_with(|| OneEuroBox::new(raw, now_ns));
            let [x, y, w, h] = filter.next(raw, now_ns, cutoff);
            self.smoothed.push(Track {
                bbox: BBox::new(x, y, w, h),
                ..*track
            });
        }
        let memory_ns = self.memory_ns;
        self.filters
            .retain(|_, filter| now_ns.saturating_sub(filter.latest_ns) <= memory_ns);
        &self.smoothed
    }
}

impl OneEuroBox {
    fn new(raw: [f32; 4], now_ns: i64) -> Self {
        Self {
            values: raw.map(|raw| OneEuro {
                raw,
                value: raw,
                speed: 0.0,
            }),
            latest_ns: now_ns,
        }
    }

    fn next(&mut self, raw: [f32; 4], now_ns: i64, cutoff: f32) -> [f32; 4] {
        let dt_s = (now_ns - self.latest_ns) as f32 / NS_PER_S as f32;
        if dt_s > 0.0 {
            self.latest_ns = now_ns;
            for (filter, raw) in self.values.iter_mut().zip(raw) {
                filter.next(raw, dt_s, cutoff);
            }
        }
        self.values.map(|filter| filter.value)
    }
}

impl OneEuro {
    fn next(&mut self, raw: f32, dt_s: f32, cutoff: f32) {
        let speed = (raw - self.raw) / dt_s;
        self.raw = raw;
        self.speed += weight(SPEED_CUTOFF, dt_s) * (speed - self.speed);
        let cutoff = cutoff + SPEED * self.speed.abs();
        self.value += weight(cutoff, dt_s) * (raw - self.value);
    }
}

/// The weight of a new value after `dt_s`, 0..1.
fn weight(cutoff: f32, dt_s: f32) -> f32 {
    1.0 / (1.0 + 1.0 / (2.0 * PI * cutoff * dt_s))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::clock::NS_PER_MS;

    const STEP_NS: i64 = 40 * NS_PER_MS;

    fn track(x: f32) -> Track {
        Track {
            id: 3,
            class_id: 0,
            score: 0.9,
            bbox: BBox::new(x, 0.5, 0.1, 0.2),
            velocity: [0.25, 0.0],
            first_seen_ns: 0,
            last_seen_ns: 0,
        }
    }

    /// The output for `x(frame)` in 200 frames at 25 a second.
    fn smoothed(strength: f32, x: impl Fn(usize) -> f32) -> Vec<f32> {
        let mut smoother = Smoother::new(strength, 1000 * NS_PER_MS);
        (0..200)
            .map(|n| smoother.apply(n as i64 * STEP_NS, &[track(x(n))])[0].bbox.x)
            .collect()
    }

    /// Root mean square of the steps from frame to frame.
    fn jitter(values: &[f32]) -> f32 {
        let steps = values.windows(2).map(|w| (w[1] - w[0]).powi(2));
        (steps.sum::<f32>() / (values.len() - 1) as f32).sqrt()
    }

    fn jittering(n: usize) -> f32 {
        0.5 + 0.002 * ((n * 7919 % 11) as f32 - 5.0) / 5.0
    }

    #[test]
    fn strength_zero_changes_nothing() {
        let raw: Vec<f32> = (0..200).map(jittering).collect();
        assert_eq!(smoothed(0.0, jittering), raw);
    }

    #[test]
    fn stationary_boxes_jitter_less_with_smoothing() {
        let raw = jitter(&smoothed(0.0, jittering));
        let half = jitter(&smoothed(0.5, jittering));
        let full = jitter(&smoothed(1.0, jittering));
        assert!(half < raw / 3.0 && full < half / 2.0, "{raw} {half} {full}");
    }

    #[test]
    fn walking_person_is_smoothed_without_lag() {
        // A quarter of the frame a second: a brisk walk through a small room.
        let walk = |n: usize| 0.25 * n as f32 * 0.04;
        let shown = smoothed(0.5, walk);
        let lag = walk(199) - shown[199];
        assert!((0.0..0.012).contains(&lag), "{lag}");
    }

    #[test]
    fn track_that_returns_after_the_memory_starts_at_its_position() {
        let mut smoother = Smoother::new(1.0, 1000 * NS_PER_MS);
        smoother.apply(0, &[track(0.2)]);
        smoother.apply(1001 * NS_PER_MS, &[]);
        let seen = [track(0.8)];
        let back = smoother.apply(1041 * NS_PER_MS, &seen);
        assert_eq!(back[0].bbox.x, 0.8);
    }
}
