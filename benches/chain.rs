//! The cost of the whole chain compared with the bare model, in one run on one
//! machine: `cargo bench --bench chain`. Needs what `cargo xtask setup` fetches.
//!
//! The bare model is timed before and after the chain, because machines change their
//! speed over time. The result is the ratio.

use std::time::Duration;

use rextrack::internals::config::{CameraConfig, Config, PipelineConfig};
use rextrack::internals::detect;
use rextrack::internals::flow::Frame;
use rextrack::internals::pipeline::{Pipeline, Stats};

/// Runs of the bare model before and after.
const RUNS: u32 = 200;

type Error = Box<dyn std::error::Error>;

fn main() -> Result<(), Error> {
    let models = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
    let video = models.join("vtest.avi");
    if !video.is_file() {
        println!(
            "skipped: {} is missing (cargo xtask setup fetches it)",
            video.display()
        );
        return Ok(());
    }
    let mut camera = CameraConfig::new("bench", &video.to_string_lossy());
    camera.every_frame = true;
    let mut config = Config {
        cameras: vec![camera],
        osc: None,
        ..Config::default()
    };
    config.service.models_dir = models;
    let config = config.pipelines().remove(0);

    let (stats, frame) = chain(config.clone())?;
    let before = bare(&config, &frame)?;
    let (again, _) = chain(config.clone())?;
    let after = bare(&config, &frame)?;
    let model = (before + after) / 2.0;
    let rate = (stats.fps() + again.fps()) / 2.0;
    println!("bare model   {:7.1} runs a second", 1e3 / model);
    println!(
        "whole chain  {rate:7.1} frames a second, {:.0} % of that",
        rate * model / 10.0
    );
    let stages = &again.stages;
    for (name, stage) in [
        ("capture", stages.capture),
        ("preprocess", stages.preprocess),
        ("inference", stages.inference),
        ("postprocess", stages.postprocess),
        ("track", stages.track),
    ] {
        let share = f64::from(stage.mean_ms) / model * 100.0;
        println!(
            "  {name:<11} {:7.3} ms a frame, {share:5.1} % of the bare model",
            stage.mean_ms
        );
    }
    Ok(())
}

/// Runs the pipeline over the whole video.
fn chain(config: PipelineConfig) -> Result<(Stats, Frame), Error> {
    let pipeline = Pipeline::new(config)?;
    pipeline.start()?;
    while !pipeline.wait_finished(Duration::from_secs(1)) {
        if let Some(error) = pipeline.failure() {
            return Err(error.into());
        }
    }
    let view = pipeline.annotated_frame().ok_or("no frame was processed")?;
    Ok((pipeline.stats(), Frame::clone(&view.frame)))
}

/// Mean milliseconds of the model alone.
fn bare(config: &PipelineConfig, frame: &Frame) -> Result<f64, Error> {
    let mut detector = detect::create(config, config.tracking.confidence)?;
    let mut detections = Vec::new();
    let mut total = Duration::ZERO;
    for _ in 0..RUNS {
        total += detector.detect(frame, &mut detections)?.inference;
    }
    Ok(total.as_secs_f64() * 1e3 / f64::from(RUNS))
}
