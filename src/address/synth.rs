//! Options of a simulated crowd: `synth:people=12,seed=1,fps=25`.

use std::fmt;

use crate::flow::FrameSize;

/// The options of a `synth:` address, such as `people=12,seed=1,fps=25`.
#[derive(Debug, Clone, PartialEq)]
pub struct SynthOptions {
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

impl fmt::Display for SynthOptions {
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
impl Eq for SynthOptions {}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn settings_are_read_shown_and_refused_with_a_remedy() {
        let settings: SynthOptions = " people=3, fps=12.5,size=640x360 ".parse().unwrap();
        assert_eq!(
            settings.to_string(),
            "people=3,seed=1,fps=12.5,size=640x360"
        );
        assert_eq!(
            settings.to_string().parse::<SynthOptions>().unwrap(),
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
            let error = wrong.parse::<SynthOptions>().unwrap_err();
            assert!(error.contains(says), "{wrong}: {error}");
        }
    }
}
