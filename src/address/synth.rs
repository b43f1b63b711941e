//! Options of a simulated crowd: `synth:people=12,seed=1,fps=25`.

use std::fmt;

use crate::flow::FrameSize;

/// The options of a `synth:` address, such as `people=12,seed=1,fps=25`.
#[derive(Debug, Clone, PartialEq)]
pub struct SynthOptions {
    /// Number of people, including those outside the picture.
    pub people: u32,
    /// Seed of the random numbers. Each seed gives another crowd.
    pub seed: u64,
    /// Frames a second.
    pub fps: f32,
    /// Size of the simulated frames.
    pub size: FrameSize,
    /// Share of the detections that are missing although the person is visible, 0..1.
    pub misses: f32,
    /// Jitter of the boxes: standard deviation in heights of the person.
    pub jitter: f32,
    /// Number of frames; 0 is no limit.
    pub frames: u64,
}

impl Default for SynthOptions {
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

impl std::str::FromStr for SynthOptions {
    type Err = String;

    /// Reads `key=value` pairs, separated by commas. Missing keys keep their defaults. The
    /// error states reason and remedy.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut options = Self::default();
        for part in text.split(',').map(str::trim).filter(|p| !p.is_empty()) {
            let (key, value) = part
                .split_once('=')
                .ok_or_else(|| format!("'{part}' must be KEY=VALUE, such as people=5"))?;
            let (key, value) = (key.trim(), value.trim());
            match key {
                "people" => options.people = number(key, value, 0, 500)?,
                "seed" => options.seed = number(key, value, 0, u64::MAX)?,
                "fps" => options.fps = number(key, value, 1.0, 240.0)?,
                "misses" => options.misses = number(key, value, 0.0, 1.0)?,
                "jitter" => options.jitter = number(key, value, 0.0, 0.5)?,
                "frames" => options.frames = number(key, value, 0, u64::MAX)?,
                "size" => options.size = size(value)?,
                _ => {
                    return Err(format!(
                        "unknown key '{key}'; known are people, seed, fps, size, misses, jitter and \
                         frames"
                    ));
                }
            }
        }
        Ok(options)
    }
}

fn number<T>(key: &str, text: &str, min: T, max: T) -> Result<T, String>
where
    T: std::str::FromStr + PartialOrd + fmt::Display,
{
    let value = text.parse::<T>().ok();
    value
        .filter(|v| *v >= min && *v <= max)
        .ok_or_else(|| format!("{key} must be a number within {min}..{max}, got '{text}'"))
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

impl fmt::Display for SynthOptions {
    /// Normalised, so that equal options have equal text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let default = Self::default();
        write!(
            f,
            "people={},seed={},fps={}",
            self.people, self.seed, self.fps
        )?;
        if self.size != default.size {
            write!(f, ",size={}x{}", self.size.width, self.size.height)?;
        }
        if self.misses != default.misses {
            write!(f, ",misses={}", self.misses)?;
        }
        if self.jitter != default.jitter {
            write!(f, ",jitter={}", self.jitter)?;
        }
        if self.frames != 0 {
            write!(f, ",frames={}", self.frames)?;
        }
        Ok(())
    }
}

// No field is NaN, because every number was checked against its range.
impl Eq for SynthOptions {}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn options_are_parsed_shown_and_rejected_with_a_remedy() {
        let options: SynthOptions = " people=3, fps=12.5,size=640x360 ".parse().unwrap();
        assert_eq!(options.to_string(), "people=3,seed=1,fps=12.5,size=640x360");
        assert_eq!(
            options.to_string().parse::<SynthOptions>().unwrap(),
            options
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
            let error = wrong.parse::<SynthOptions>().unwrap_err();
            assert!(error.contains(says), "{wrong}: {error}");
        }
    }
}
