//! `rextrack detect-mot`.

use std::fs::File;
use std::io::{self, BufWriter, Write};

use rextrack::internals::base::shutdown::Shutdown;
use rextrack::internals::detect;
use rextrack::internals::flow::Detection;
use rextrack::internals::flow::Frame;
use rextrack::internals::flow::FrameSize;
use rextrack::internals::source::{self, FrameOrEnd, SourceContext};

use crate::cli::DetectMotArgs;
use crate::cli_error::CliError;
use crate::options;
use crate::output::line;

/// Runs the detector over every frame of a video.
pub fn run(args: &DetectMotArgs) -> Result<(), CliError> {
    let config = options::detect_mot(args)?;
    let unwritable = |e: io::Error| {
        CliError::work(format!(
            "{}: cannot be written ({e}); give a path in a folder that exists",
            args.output.display()
        ))
    };
    let failed = |e: source::SourceError| CliError::work(e.to_string());
    let address = config.camera.address()?;
    if !address.is_file() {
        return Err(CliError::usage(format!(
            "{}: detect-mot reads video files alone; use run for a camera",
            args.video.display()
        )));
    }
    let mut detector = detect::create(&config, args.min_score)
        .map_err(|e| CliError::from(rextrack::internals::pipeline::PipelineError::from(e)))?;
    let mut video =
        source::open(&address, &SourceContext::default(), &Shutdown::new()).map_err(failed)?;
    let mut output = BufWriter::new(File::create(&args.output).map_err(unwritable)?);
    let (mut buffer, mut found, mut seq, mut rows) = (Vec::new(), Vec::new(), 0, 0);
    while let FrameOrEnd::Frame(_) = video.grab().map_err(failed)? {
        seq += 1;
        let (size, bgr, precomputed) = video.retrieve(buffer).map_err(failed)?.into_parts();
        let frame = Frame {
            seq,
            capture_ns: 0,
            arrival_ns: 0,
            decode_ns: 0,
            size,
            bgr,
            precomputed,
        };
        detector
            .detect(&frame, &mut found)
            .map_err(|e| CliError::work(format!("frame {seq}: {e}")))?;
        rows += found.len();
        write_rows(&mut output, seq, size, &found).map_err(unwritable)?;
        buffer = frame.bgr;
    }
    output.flush().map_err(unwritable)?;
    line(format_args!(
        "{seq} frames, {rows} detections in {}",
        args.output.display()
    ));
    Ok(())
}

/// The detections of one frame as rows of a MOTChallenge `det.txt`.
fn write_rows(
    out: &mut impl Write,
    frame: u64,
    size: FrameSize,
    detections: &[Detection],
) -> io::Result<()> {
    let (width, height) = (size.width as f32, size.height as f32);
    for detection in detections {
        let [left, top, right, bottom] = detection.bbox.ltrb();
        writeln!(
            out,
            "{frame},-1,{:.2},{:.2},{:.2},{:.2},{:.4}",
            left * width,
            top * height,
            (right - left) * width,
            (bottom - top) * height,
            detection.score
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use rextrack::internals::flow::BBox;

    #[test]
    fn detections_are_written_as_rows_in_pixels() {
        let detection = Detection {
            class_id: 0,
            score: 0.87654,
            bbox: BBox::new(0.5, 0.5, 0.1, 0.25),
        };
        let mut out = Vec::new();
        write_rows(&mut out, 7, FrameSize::new(768, 576), &[detection]).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "7,-1,345.60,216.00,76.80,144.00,0.8765\n"
        );
    }
}
