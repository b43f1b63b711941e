//! `rextrack detect-mot`.

use std::fs::File;
use std::io::{self, BufWriter, Write};

use rextrack::config::PipelineConfig;
use rextrack::detect::{self, Detection};
use rextrack::geometry::FrameSize;
use rextrack::shutdown::Shutdown;
use rextrack::source::{self, Advance, Frame, Surroundings};
use serde_json::json;

use crate::cli::DetectMotArgs;
use crate::failure::Failure;
use crate::output::line;

/// Runs the detector over every frame of a video.
pub fn run(args: &DetectMotArgs) -> Result<(), Failure> {
    let config = configuration(args)?;
    let unwritable = |e: io::Error| {
        Failure::work(format!(
            "{}: cannot be written ({e}); give a path in a folder that exists",
            args.output.display()
        ))
    };
    let failed = |e: source::SourceError| Failure::work(e.to_string());
    let address = config.camera.address()?;
    if !address.is_file() {
        return Err(Failure::usage(format!(
            "{}: detect-mot reads every frame of a video file; use run for a camera",
            args.video.display()
        )));
    }
    let mut detector = detect::create(&config, args.min_score)
        .map_err(|e| Failure::from(rextrack::pipeline::PipelineError::from(e)))?;
    let mut video =
        source::open(&address, &Surroundings::default(), &Shutdown::new()).map_err(failed)?;
    let mut output = BufWriter::new(File::create(&args.output).map_err(unwritable)?);
    let (mut buffer, mut found, mut seq, mut rows) = (Vec::new(), Vec::new(), 0, 0);
    while let Advance::Frame(_) = video.advance().map_err(failed)? {
        seq += 1;
        let (size, bgr, known) = video.content(buffer).map_err(failed)?.into_parts();
        let frame = Frame {
            seq,
            capture_ns: 0,
            arrival_ns: 0,
            decode_ns: 0,
            size,
            bgr,
            known,
        };
        detector
            .detect(&frame, &mut found)
            .map_err(|e| Failure::work(format!("frame {seq}: {e}")))?;
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

fn configuration(args: &DetectMotArgs) -> Result<PipelineConfig, Failure> {
    if !(0.0..=1.0).contains(&args.min_score) {
        let got = args.min_score;
        return Err(Failure::usage(format!(
            "--min-score: must be within 0..1, got {got}"
        )));
    }
    let mut config = PipelineConfig::from_json(
        &json!({ "camera": { "stream": args.video.to_string_lossy() } }).to_string(),
    )?;
    let tracking = &mut config.tracking;
    tracking.classes = args.classes.iter().map(|c| super::run::class(c)).collect();
    if let Some(model) = &args.model {
        tracking.model.clone_from(model);
    }
    if let Some(iou) = args.iou {
        tracking.iou = iou;
    }
    if let Some(folder) = &args.models_dir {
        config.service.models_dir.clone_from(folder);
    }
    config.validate()?;
    Ok(config)
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
    use rextrack::geometry::BBox;

    #[test]
    fn detections_become_rows_in_pixels() {
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
