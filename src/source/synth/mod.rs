//! `synth:`, a simulated crowd: detections without a camera.
//!
//! For building a show before the camera is mounted, for tests and for demonstrations. The
//! address defines everything: the same address has the same crowd, frame by frame, on
//! every run of the same version.

mod crowd;
mod scene;

use std::sync::Arc;

use super::api::{FrameOrEnd, Payload, Source, Timestamp};
use super::error::SourceError;
use crate::address::SynthOptions;
use crate::base::clock::NS_PER_S;
use crate::flow::{FrameSize, Precomputed};
use crowd::Crowd;
#[cfg(feature = "mqtt")]
pub use scene::Ground;
pub use scene::{Body, Scene};

/// The crowd as a source. Never blocks. It is paced by its timestamps, as a file is.
pub struct SynthSource {
    crowd: Crowd,
    size: FrameSize,
    step_ns: f64,
    frames: u64,
    next: u64,
}

impl SynthSource {
    /// The crowd at its first frame.
    pub fn new(options: &SynthOptions) -> Self {
        Self {
            crowd: Crowd::new(options),
            size: options.size,
            step_ns: NS_PER_S as f64 / f64::from(options.fps),
            frames: options.frames,
            next: 0,
        }
    }
}

impl Source for SynthSource {
    fn grab(&mut self) -> Result<FrameOrEnd, SourceError> {
        if self.frames > 0 && self.next == self.frames {
            return Ok(FrameOrEnd::End);
        }
        if self.next > 0 {
            self.crowd.step();
        }
        // Computed from the number, so that rounding errors do not add up.
        let media_ns = (self.next as f64 * self.step_ns).round() as i64;
        self.next += 1;
        Ok(FrameOrEnd::Frame(Timestamp::Media(media_ns)))
    }

    fn retrieve(&mut self, _: Vec<u8>) -> Result<Payload, SourceError> {
        let scene = self.crowd.observe();
        let detections = scene.detections.as_slice().into();
        let results = Precomputed::Detections(detections, Arc::new(scene));
        Ok(Payload::Precomputed(self.size, results))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::flow::Detection;

    fn run(address: &str, frames: usize) -> Vec<Vec<Detection>> {
        let mut source = SynthSource::new(&address.parse().unwrap());
        (0..frames)
            .map(|_| {
                source.grab().unwrap();
                match source.retrieve(Vec::new()).unwrap() {
                    Payload::Precomputed(_, Precomputed::Detections(seen, _)) => seen.to_vec(),
                    other => panic!("unexpected payload: {other:?}"),
                }
            })
            .collect()
    }

    #[test]
    fn same_address_has_same_crowd_and_other_seed_another() {
        let once = run("people=12,seed=3", 200);
        assert_eq!(once, run("people=12,seed=3", 200));
        assert_ne!(once, run("people=12,seed=4", 200));
    }

    #[test]
    fn people_hide_each_other_leave_and_return() {
        let frames = run("people=12,seed=1", 1500);
        let counts: Vec<usize> = frames.iter().map(Vec::len).collect();
        let (least, most) = (counts.iter().min().unwrap(), counts.iter().max().unwrap());
        assert!(*most <= 12 && most - least >= 4, "{least}..{most} seen");
        assert!(counts.iter().sum::<usize>() / counts.len() >= 5);
        let weak = frames.iter().flatten().filter(|d| d.score < 0.4).count();
        assert!(weak > 50, "{weak} weak detections of the half hidden");
        for d in frames.iter().flatten() {
            let [left, top, right, bottom] = d.bbox.ltrb();
            assert!(d.score > 0.0 && d.score <= 1.0 && d.class_id == 0);
            assert!(right > left && bottom > top);
            assert!(left < 1.0 && right > 0.0 && top < 1.0 && bottom > 0.0);
        }
    }

    #[test]
    fn timestamps_follow_fps_and_frames_ends_the_source() {
        let mut source = SynthSource::new(&"fps=30,frames=3".parse().unwrap());
        let stamps: Vec<FrameOrEnd> = (0..4).map(|_| source.grab().unwrap()).collect();
        let at = |ns| FrameOrEnd::Frame(Timestamp::Media(ns));
        assert_eq!(
            stamps,
            [at(0), at(33_333_333), at(66_666_667), FrameOrEnd::End]
        );
    }
}
