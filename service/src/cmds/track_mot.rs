//! `rextrack track-mot`.

use std::fs::File;
use std::io::{BufReader, BufWriter, Write};

use rextrack::config::TrackingConfig;
use rextrack::geometry::FrameSize;
use rextrack::track::TrackerSettings;
use rextrack::track::replay::{ReplaySettings, replay};

use crate::cli::TrackMotArgs;
use crate::failure::Failure;
use crate::output::line;

/// Runs the tracker over given detections.
pub fn run(args: &TrackMotArgs) -> Result<(), Failure> {
    let defaults = TrackingConfig::default();
    let tracker = super::run::tracker_kind(args.tracker.as_deref())?.unwrap_or(defaults.tracker);
    let tracking = TrackingConfig {
        tracker,
        confidence: args.confidence.unwrap_or(defaults.confidence),
        object_persistence_ms: args
            .persistence_ms
            .unwrap_or(defaults.object_persistence_ms),
        ..defaults
    };
    if !(0.0..=1.0).contains(&tracking.confidence) {
        let got = tracking.confidence;
        return Err(Failure::usage(format!(
            "--confidence: must be within 0..1, got {got}"
        )));
    }
    let settings = ReplaySettings {
        size: FrameSize::new(args.width, args.height),
        fps: args.fps,
        tracker,
        settings: TrackerSettings::from(&tracking),
    };
    let input = File::open(&args.detections).map_err(|e| {
        Failure::usage(format!(
            "{}: {e}; check the path",
            args.detections.display()
        ))
    })?;
    let unwritable = |e: std::io::Error| {
        Failure::work(format!(
            "{}: cannot be written ({e})",
            args.output.display()
        ))
    };
    let mut output = BufWriter::new(File::create(&args.output).map_err(unwritable)?);
    let stats = replay(BufReader::new(input), &mut output, &settings)
        .map_err(|e| Failure::work(format!("{}: {e}", args.detections.display())))?;
    output.flush().map_err(unwritable)?;
    line(format_args!(
        "{} frames, {} detections, {} tracks in {}",
        stats.frames,
        stats.detections,
        stats.tracks,
        args.output.display()
    ));
    Ok(())
}
