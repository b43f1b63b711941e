//! `synth:`, a simulated crowd: detections without a camera.
//!
//! For building a show before the camera is mounted, for tests and demonstrations.
//! The address is its whole state: the same address gives the same crowd, frame
//! by frame, on every run of the same version.

mod crowd;
mod scene;

use std::fmt;
use std::sync::Arc;

use super::{Advance, Content, Source, SourceError, Stamp};
use crate::clock::NS_PER_S;
use crate::geometry::FrameSize;
use crowd::Crowd;
pub use scene::{Body, Scene};

/// What stands behind `synth:`, such as `people=12,seed=1,fps=25`.
#[derive(Debug, Clone, PartialEq)]
pub struct SynthSettings {
    /// How many people walk about, those who are out of the picture included.
    pub people: u32,
    /// Another seed is another crowd.
    pub seed: u64,
    /// Frames a second.
    pub fps: f32,
    /// Size of the frames that are made up.
    pub size: FrameSize,
    /// Share of the detections that are missing although nobody stands in front,
    /// 0..1.
    pub misses: f32,
    /// How much boxes tremble: standard deviation in heights of the person.
    pub jitter: f32,
    /// How many frames there are; 0 is no end.
    pub frames: u64,
}

impl Default for SynthSettings {
    fn default() -> Self {
        Self {
            people: 5,
            seed: 1,
            fps: 25.0,
            size: FrameSize::new(1280, 720),
            misses: 0.02,
            jitter: 0.008,
            frames: 0,
        }
    }
}

impl std::str::FromStr for SynthSettings {
    type Err = String;

    /// Reads `key=value` pairs between commas; what is not named is as in the
    /// default. The error says what is wrong and what would be right.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut settings = Self::default();
        for part in text.split(',').map(str::trim).filter(|p| !p.is_empty()) {
            let (key, value) = part
                .split_once('=')
                .ok_or_else(|| format!("'{part}' must be KEY=VALUE, such as people=5"))?;
            let (key, value) = (key.trim(), value.trim());
            match key {
                "people" => settings.people = number(key, value, 0, 500)?,
                "seed" => settings.seed = number(key, value, 0, u64::MAX)?,
                "fps" => settings.fps = number(key, value, 1.0, 240.0)?,
                "misses" => settings.misses = number(key, value, 0.0, 1.0)?,
                "jitter" => settings.jitter = number(key, value, 0.0, 0.5)?,
                "frames" => settings.frames = number(key, value, 0, u64::MAX)?,
                "size" => settings.size = size(value)?,
                _ => {
                    return Err(format!(
                        "unknown key '{key}'; known are people, seed, fps, size, misses, jitter and \
                         frames"
                    ));
                }
            }
        }
        Ok(settings)
    }
}

fn number<T>(key: &str, text: &str, least: T, most: T) -> Result<T, String>
where
    T: std::str::FromStr + PartialOrd + fmt::Display,
{
    let value = text.parse::<T>().ok();
    value
        .filter(|v| *v >= least && *v <= most)
        .ok_or_else(|| format!("{key} must be a number within {least}..{most}, got '{text}'"))
}

fn size(text: &str) -> Result<FrameSize, String> {
    let side = |t: &str| t.parse().ok().filter(|n| (16..=8192).contains(n));
    text.split_once('x')
        .and_then(|(w, h)| Some(FrameSize::new(side(w)?, side(h)?)))
        .ok_or_else(|| {
            format!(
                "size must be WIDTHxHEIGHT with sides of 16..8192, such as 1280x720, got '{text}'"
            )
        })
}

impl fmt::Display for SynthSettings {
    /// Everything, so that two addresses that mean the same read the same.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let usual = Self::default();
        write!(
            f,
            "people={},seed={},fps={}",
            self.people, self.seed, self.fps
        )?;
        if self.size != usual.size {
            write!(f, ",size={}x{}", self.size.width, self.size.height)?;
        }
        if self.misses != usual.misses {
            write!(f, ",misses={}", self.misses)?;
        }
        if self.jitter != usual.jitter {
            write!(f, ",jitter={}", self.jitter)?;
        }
        if self.frames != 0 {
            write!(f, ",frames={}", self.frames)?;
        }
        Ok(())
    }
}

// Settings hold no NaN: every number was compared with its range.
impl Eq for SynthSettings {}

/// The crowd as a source. Never blocks; its time stamps pace it as those of a
/// file would.
pub struct SynthSource {
    crowd: Crowd,
    size: FrameSize,
    step_ns: f64,
    frames: u64,
    next: u64,
}

impl SynthSource {
    /// The crowd at its first frame.
    pub fn new(settings: &SynthSettings) -> Self {
        Self {
            crowd: Crowd::new(settings),
            size: settings.size,
            step_ns: NS_PER_S as f64 / f64::from(settings.fps),
            frames: settings.frames,
            next: 0,
        }
    }
}

impl Source for SynthSource {
    fn advance(&mut self) -> Result<Advance, SourceError> {
        if self.frames > 0 && self.next == self.frames {
            return Ok(Advance::End);
        }
        if self.next > 0 {
            self.crowd.step();
        }
        // From the number and not by adding up, so that no error gathers.
        let media_ns = (self.next as f64 * self.step_ns).round() as i64;
        self.next += 1;
        Ok(Advance::Frame(Stamp::Media(media_ns)))
    }

    fn content(&mut self, _: Vec<u8>) -> Result<Content, SourceError> {
        Ok(Content::Crowd(self.size, Arc::new(self.crowd.observe())))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::detect::Detection;

    fn run(address: &str, frames: usize) -> Vec<Vec<Detection>> {
        let mut source = SynthSource::new(&address.parse().unwrap());
        (0..frames)
            .map(|_| {
                source.advance().unwrap();
                let Content::Crowd(_, scene) = source.content(Vec::new()).unwrap() else {
                    panic!("not a crowd");
                };
                scene.detections.clone()
            })
            .collect()
    }

    #[test]
    fn the_same_address_is_the_same_crowd_and_another_seed_another() {
        let once = run("people=12,seed=3", 200);
        assert_eq!(once, run("people=12,seed=3", 200));
        assert_ne!(once, run("people=12,seed=4", 200));
    }

    #[test]
    fn people_cross_hide_leave_and_return() {
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
    fn time_stamps_pace_it_and_it_ends_where_it_is_told_to() {
        let mut source = SynthSource::new(&"fps=30,frames=3".parse().unwrap());
        let stamps: Vec<Advance> = (0..4).map(|_| source.advance().unwrap()).collect();
        let at = |ns| Advance::Frame(Stamp::Media(ns));
        assert_eq!(
            stamps,
            [at(0), at(33_333_333), at(66_666_667), Advance::End]
        );
    }

    #[test]
    fn settings_are_read_shown_and_refused_with_a_remedy() {
        let settings: SynthSettings = " people=3, fps=12.5,size=640x360 ".parse().unwrap();
        assert_eq!(
            settings.to_string(),
            "people=3,seed=1,fps=12.5,size=640x360"
        );
        assert_eq!(
            settings.to_string().parse::<SynthSettings>().unwrap(),
            settings
        );
        for (wrong, says) in [
            ("people", "must be KEY=VALUE, such as people=5"),
            (
                "people=many",
                "people must be a number within 0..500, got 'many'",
            ),
            ("fps=0", "fps must be a number within 1..240"),
            ("fps=NaN", "fps must be a number within 1..240"),
            ("size=720p", "size must be WIDTHxHEIGHT"),
            ("persons=3", "unknown key 'persons'; known are people"),
        ] {
            let error = wrong.parse::<SynthSettings>().unwrap_err();
            assert!(error.contains(says), "{wrong}: {error}");
        }
    }
}
