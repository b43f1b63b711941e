//! Replay: runs a tracker over a file of detections, to score it separately from the
//! detector.
//!
//! Both files are MOTChallenge's (Dendorfer et al. 2020, arXiv:2003.09003):
//! comma-separated rows in pixels of the frame, frames numbered from 1.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Write};

use super::registry::create;
use super::tracker::{TrackerInput, TrackerSettings};
use crate::base::clock::NS_PER_S;
use crate::flow::{BBox, Detection, FrameMeta, FrameSize};

/// Highest accepted frame number: ten days at 30 fps. A higher number is a mistake, and
/// the replay would process every frame up to it.
const LAST_FRAME: u64 = 26_000_000;

/// The video of the detections, and the tracker.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplaySettings {
    /// Size of the frames in pixels.
    pub size: FrameSize,
    /// Frames per second.
    pub fps: f64,
    /// The tracker, by its name.
    pub tracker: String,
    /// Its settings.
    pub settings: TrackerSettings,
}

/// Counts of a replay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReplayStats {
    /// Frames up to the last one with a detection.
    pub frames: u64,
    /// Rows read.
    pub detections: u64,
    /// Rows written.
    pub rows: u64,
    /// Number of different tracks among them.
    pub tracks: u64,
}

/// Why a replay stopped.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// A size or rate that no video has.
    #[error("{0}")]
    Settings(String),
    /// A row that is not a detection.
    #[error("line {line}: {reason}; expected frame,-1,left,top,width,height,score")]
    Row {
        /// Number of the line, from 1.
        line: usize,
        /// The reason.
        reason: String,
    },
    /// The detections cannot be read.
    #[error("cannot read the detections: {0}; check the file and its permissions")]
    Read(#[source] io::Error),
    /// The result cannot be written.
    #[error("cannot write the result: {0}; check the folder, its permissions and free space")]
    Write(#[source] io::Error),
}

/// Reads detections (`frame,-1,left,top,width,height,score`; further columns and the
/// rows' order do not matter), tracks them and writes
/// `frame,id,left,top,width,height,score,-1,-1,-1`, both in pixels. All detections have
/// one class. Frames without detections are tracked too. Blocks until the end of the
/// input, and holds all of it in memory.
pub fn replay(
    detections: impl BufRead,
    mut out: impl Write,
    settings: &ReplaySettings,
) -> Result<ReplayStats, ReplayError> {
    let ReplaySettings { size, fps, .. } = *settings;
    if size.width == 0 || size.height == 0 {
        let got = format!("{}x{}", size.width, size.height);
        return Err(ReplayError::Settings(format!(
            "the frame size must not be empty, got {got}"
        )));
    }
    if !(fps.is_finite() && fps > 0.0) {
        let reason = format!("the frame rate must be above 0 frames per second, got {fps}");
        return Err(ReplayError::Settings(reason));
    }
    let by_frame = read_detections(detections, size)?;
    let (width, height) = (size.width as f32, size.height as f32);
    let mut tracker = create(&settings.tracker, &settings.settings);
    let mut stats = ReplayStats {
        frames: by_frame.keys().next_back().copied().unwrap_or(0),
        detections: by_frame.values().map(|d| d.len() as u64).sum(),
        ..ReplayStats::default()
    };
    for frame in 1..=stats.frames {
        let capture_ns = (frame as f64 / fps * NS_PER_S as f64).round() as i64;
        let seen = by_frame.get(&frame).map_or(&[][..], Vec::as_slice);
        for track in tracker.update(TrackerInput::new(FrameMeta { capture_ns, size }, seen)) {
            let [left, top, ..] = track.bbox.ltrb();
            writeln!(
                out,
                "{frame},{},{:.2},{:.2},{:.2},{:.2},{:.4},-1,-1,-1",
                track.id,
                left * width,
                top * height,
                track.bbox.w * width,
                track.bbox.h * height,
                track.score,
            )
            .map_err(ReplayError::Write)?;
            stats.rows += 1;
            stats.tracks = stats.tracks.max(track.id);
        }
    }
    out.flush().map_err(ReplayError::Write)?;
    Ok(stats)
}

/// Detections by frame, in the file's order within one frame.
fn read_detections(
    input: impl BufRead,
    size: FrameSize,
) -> Result<BTreeMap<u64, Vec<Detection>>, ReplayError> {
    let mut by_frame = BTreeMap::<u64, Vec<Detection>>::new();
    for (index, line) in input.lines().enumerate() {
        let line = line.map_err(ReplayError::Read)?;
        if line.trim().is_empty() {
            continue;
        }
        let (frame, detection) = parse_row(&line, size).map_err(|reason| ReplayError::Row {
            line: index + 1,
            reason,
        })?;
        by_frame.entry(frame).or_default().push(detection);
    }
    Ok(by_frame)
}

fn parse_row(line: &str, size: FrameSize) -> Result<(u64, Detection), String> {
    const NAMES: [&str; 7] = ["frame", "id", "left", "top", "width", "height", "score"];
    let mut values = [0.0; NAMES.len()];
    let mut fields = line.split(',');
    for (value, name) in values.iter_mut().zip(NAMES) {
        let field = fields
            .next()
            .ok_or_else(|| format!("{name} is missing"))?
            .trim();
        *value = field
            .parse::<f64>()
            .ok()
            .filter(|v| v.is_finite())
            .ok_or_else(|| format!("{name} is not a number: '{field}'"))?;
    }
    let [frame, _, left, top, width, height, score] = values;
    if frame.fract() != 0.0 || !(1.0..=LAST_FRAME as f64).contains(&frame) {
        return Err(format!(
            "frame must be a whole number from 1 to {LAST_FRAME}, got {frame}"
        ));
    }
    if !(0.0..=1.0).contains(&score) {
        return Err(format!(
            "score must be within 0..1, got {score} (scale the file's scores)"
        ));
    }
    let (sx, sy) = (f64::from(size.width), f64::from(size.height));
    let (x, y) = ((left + width / 2.0) / sx, (top + height / 2.0) / sy);
    let bbox = BBox::new(
        x as f32,
        y as f32,
        (width / sx) as f32,
        (height / sy) as f32,
    );
    Ok((
        frame as u64,
        Detection {
            class_id: 0,
            score: score as f32,
            bbox,
        },
    ))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn run(input: &str) -> Result<(String, ReplayStats), ReplayError> {
        let settings = ReplaySettings {
            size: FrameSize::new(200, 100),
            fps: 10.0,
            tracker: "bytetrack".into(),
            settings: TrackerSettings {
                confidence: 0.5,
                persistence_ns: NS_PER_S,
                options: Default::default(),
            },
        };
        let mut out = Vec::new();
        let stats = replay(input.as_bytes(), &mut out, &settings)?;
        Ok((String::from_utf8(out).unwrap(), stats))
    }

    #[test]
    fn rows_are_written_in_pixels_with_an_id() {
        let (out, stats) = run("1,-1,20,10,40,50,0.9\n2,-1,20,10,40,50,0.8,-1,-1,-1\n").unwrap();
        assert_eq!(
            out,
            "1,1,20.00,10.00,40.00,50.00,0.9000,-1,-1,-1\n\
             2,1,20.00,10.00,40.00,50.00,0.8000,-1,-1,-1\n"
        );
        assert_eq!(
            stats,
            ReplayStats {
                frames: 2,
                detections: 2,
                rows: 2,
                tracks: 1
            }
        );
    }

    #[test]
    fn order_of_rows_and_blank_lines_do_not_matter() {
        let sorted = run("1,-1,20,10,40,50,0.9\n2,-1,21,10,40,50,0.8\n").unwrap();
        assert_eq!(
            run("2,-1,21,10,40,50,0.8\r\n\n1.0, -1, 20,10,40,50,0.9\n\n").unwrap(),
            sorted
        );
    }

    #[test]
    fn frames_without_rows_are_tracked_too() {
        // Two seconds at 10 fps are beyond the persistence of one.
        let (out, stats) = run("1,-1,20,10,40,50,0.9\n22,-1,20,10,40,50,0.9\n\
                                23,-1,20,10,40,50,0.9\n")
        .unwrap();
        assert_eq!((stats.frames, stats.tracks), (23, 2));
        assert!(out.lines().last().unwrap().starts_with("23,2,"), "{out}");
    }

    #[test]
    fn empty_input_gives_an_empty_result() {
        assert_eq!(run("").unwrap(), (String::new(), ReplayStats::default()));
    }

    #[test]
    fn errors_name_line_field_and_format() {
        for (input, part) in [
            (
                "1,-1,20,10,40,50,0.9\n1,-1,20,10,40,50\n",
                "line 2: score is missing",
            ),
            (
                "\n\n1,-1,20,ten,40,50,1\n",
                "line 3: top is not a number: 'ten'",
            ),
            ("1,-1,20,10,40,NaN,1\n", "height is not a number: 'NaN'"),
            (
                "0,-1,20,10,40,50,1\n",
                "frame must be a whole number from 1",
            ),
            (
                "1.5,-1,20,10,40,50,1\n",
                "frame must be a whole number from 1",
            ),
            (
                "1e12,-1,20,10,40,50,1\n",
                "frame must be a whole number from 1",
            ),
            ("1,-1,20,10,40,50,93\n", "score must be within 0..1, got 93"),
        ] {
            let message = run(input).unwrap_err().to_string();
            assert!(message.contains(part), "{message}");
            assert!(message.contains("expected frame,-1,left,top"), "{message}");
        }
    }

    #[test]
    fn size_and_frame_rate_must_be_positive() {
        let good = ReplaySettings {
            size: FrameSize::new(2, 1),
            fps: 30.0,
            tracker: "bytetrack".into(),
            settings: TrackerSettings {
                confidence: 0.5,
                persistence_ns: 0,
                options: Default::default(),
            },
        };
        for bad in [
            ReplaySettings {
                size: FrameSize::new(0, 1),
                ..good.clone()
            },
            ReplaySettings {
                fps: 0.0,
                ..good.clone()
            },
            ReplaySettings {
                fps: f64::NAN,
                ..good.clone()
            },
        ] {
            let result = replay(&b""[..], io::sink(), &bad);
            assert!(matches!(result, Err(ReplayError::Settings(_))), "{bad:?}");
        }
    }
}
