//! `rextrack track-mot`.

use std::fs::File;
use std::io::{BufReader, BufWriter, Write};

use rextrack::internals::flow::FrameSize;
use rextrack::internals::track::TrackerSettings;
use rextrack::internals::track::replay::{ReplaySettings, replay};

use crate::cli::TrackMotArgs;
use crate::cli_error::CliError;
use crate::options;
use crate::output::line;

/// Runs the tracker over the detections of a file.
pub fn run(args: &TrackMotArgs) -> Result<(), CliError> {
    let tracking = options::track_mot(args)?;
    let settings = ReplaySettings {
        size: FrameSize::new(args.width, args.height),
        fps: args.fps,
        tracker: tracking.tracker.clone(),
        settings: TrackerSettings::from(&tracking),
    };
    let input = File::open(&args.detections).map_err(|e| {
        CliError::usage(format!(
            "{}: {e}; check the path",
            args.detections.display()
        ))
    })?;
    let unwritable = |e: std::io::Error| {
        CliError::work(format!(
            "{}: cannot be written ({e}); give a path in a folder that exists",
            args.output.display()
        ))
    };
    let mut output = BufWriter::new(File::create(&args.output).map_err(unwritable)?);
    let stats = replay(BufReader::new(input), &mut output, &settings)
        .map_err(|e| CliError::work(format!("{}: {e}", args.detections.display())))?;
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
