//! Sixteen cameras that share one model: how old a frame is when its inference
//! begins, whether all cameras get equally many inferences, and what sharing costs in
//! throughput: `cargo bench --bench cameras`. Needs what `cargo xtask setup`
//! fetches.
//!
//! One thread pushes frames to all cameras, faster than the model can process them. It runs
//! with the service's limit of inferences on this machine, with the limit of a machine with
//! eight processors, and without a limit as in a C host.

use std::time::{Duration, Instant};

use rextrack::internals::config::{CameraConfig, Config, PipelineConfig};
use rextrack::internals::detect::InferencePermits;
use rextrack::internals::flow::FrameSize;
use rextrack::internals::flow::PixelFormat;
use rextrack::internals::pipeline::{Pipeline, PipelineOptions};
use rextrack::internals::source::Image;

const CAMERAS: usize = 16;
const SIZE: FrameSize = FrameSize::new(320, 180);
/// Time from one frame of a camera to its next; shorter than an inference, so that the
/// age of a frame shows how long it waited and not how slow its camera is.
const FRAME_INTERVAL: Duration = Duration::from_millis(10);
/// How often the pipelines' statistics are read; much shorter than an inference.
const POLL_INTERVAL: Duration = Duration::from_millis(1);

type Error = Box<dyn std::error::Error>;

fn main() -> Result<(), Error> {
    let models = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
    if !models.join("yolox_nano.onnx").is_file() {
        println!("skipped: models/yolox_nano.onnx is missing (cargo xtask setup fetches it)");
        return Ok(());
    }
    let mut config = Config {
        osc: None,
        ..Config::default()
    };
    config.service.models_dir = models;
    config.cameras = (1..=CAMERAS)
        .map(|n| CameraConfig::new(&format!("cam{n}"), "push:"))
        .collect();
    let configs = config.pipelines();
    let seconds = Duration::from_secs(12);
    let cores = std::thread::available_parallelism()?.get();
    let jobs = (cores / 2).max(1);

    let alone = measure(&configs[..1], None, seconds / 2)?;
    println!("one camera: {:.1} inferences a second", alone.rate());
    for (name, limit) in [
        (
            format!("limit of {jobs}, as in the service here"),
            Some(jobs),
        ),
        ("limit of 4, as with eight processors".to_owned(), Some(4)),
        ("no limit, as in a C host".to_owned(), None),
    ] {
        let shared = measure(&configs, limit, seconds)?;
        println!("\n{CAMERAS} cameras, {name}:");
        shared.print(&alone);
    }
    Ok(())
}

/// Times of one frame, in milliseconds.
#[derive(Clone, Copy)]
struct Sample {
    age: f64,
    inference: f64,
}

struct Run {
    seconds: f64,
    /// Frames processed, for each camera.
    inferences: Vec<u64>,
    samples: Vec<Vec<Sample>>,
}

impl Run {
    fn rate(&self) -> f64 {
        self.inferences.iter().sum::<u64>() as f64 / self.seconds
    }

    fn print(&self, alone: &Run) {
        for (index, samples) in self.samples.iter().enumerate() {
            let ages = sorted(samples.iter().map(|s| s.age));
            println!(
                "  cam{:<3} {:4} inferences, age when its inference begins: median {:6.1} ms, 99 % {:6.1}, \
                 longest {:6.1}",
                index + 1,
                self.inferences[index],
                at(&ages, 0.5),
                at(&ages, 0.99),
                at(&ages, 1.0)
            );
        }
        let ages = sorted(self.samples.iter().flatten().map(|s| s.age));
        let inferences = sorted(self.samples.iter().flatten().map(|s| s.inference));
        println!(
            "  inference: median {:.1} ms, 99 % {:.1}; age: median {:.1} ms, 99 % {:.1}, longest {:.1} \
             = {:.2} median inferences",
            at(&inferences, 0.5),
            at(&inferences, 0.99),
            at(&ages, 0.5),
            at(&ages, 0.99),
            at(&ages, 1.0),
            at(&ages, 1.0) / at(&inferences, 0.5)
        );
        let mean = self.inferences.iter().sum::<u64>() as f64 / self.inferences.len() as f64;
        let far =
            |inferences: Option<&u64>| inferences.map_or(0.0, |t| (*t as f64 / mean - 1.0) * 100.0);
        println!(
            "  inferences: least {:+.1} %, most {:+.1} % of the mean",
            far(self.inferences.iter().min()),
            far(self.inferences.iter().max())
        );
        println!(
            "  throughput: {:.1} inferences a second, {:.0} % of one camera's",
            self.rate(),
            self.rate() / alone.rate() * 100.0
        );
    }
}

fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values
}

fn at(sorted: &[f64], share: f64) -> f64 {
    let index = ((sorted.len() as f64 * share) as usize).min(sorted.len().saturating_sub(1));
    sorted.get(index).copied().unwrap_or(f64::NAN)
}

fn measure(
    configs: &[PipelineConfig],
    limit: Option<usize>,
    duration: Duration,
) -> Result<Run, Error> {
    let permits = limit.map(InferencePermits::new);
    let mut pipelines = Vec::new();
    for config in configs {
        let options = PipelineOptions {
            permits: permits.clone(),
            ..PipelineOptions::default()
        };
        let pipeline = Pipeline::with(config.clone(), options)?;
        pipeline.start()?;
        pipelines.push(pipeline);
    }
    while pipelines.iter().any(|p| p.detector().is_none()) {
        std::thread::sleep(Duration::from_millis(10));
    }
    let over = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| feed(&pipelines, &over));
        // Warm-up: all buffers are allocated first.
        std::thread::sleep(Duration::from_secs(2));
        let run = watch(&pipelines, duration);
        over.store(true, std::sync::atomic::Ordering::Relaxed);
        Ok(run)
    })
}

/// Pushes frames to all cameras, one after the other, until `over`.
fn feed(pipelines: &[Pipeline], over: &std::sync::atomic::AtomicBool) {
    let bytes: Vec<u8> = (0..SIZE.width * SIZE.height * 3)
        .map(|n| (n / 7) as u8)
        .collect();
    let image = Image {
        bytes: &bytes,
        format: PixelFormat::Bgr8,
        size: SIZE,
        stride: SIZE.width as usize * 3,
        flipped: false,
        capture_ns: None,
    };
    let step = FRAME_INTERVAL / pipelines.len() as u32;
    let mut due = Instant::now();
    for pipeline in pipelines.iter().cycle() {
        if over.load(std::sync::atomic::Ordering::Relaxed) {
            return;
        }
        pipeline.push_frame(&image).ok();
        due += step;
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
    }
}

/// Records the times of each processed frame.
fn watch(pipelines: &[Pipeline], duration: Duration) -> Run {
    let processed = || pipelines.iter().map(|p| p.stats().frames_processed);
    let first: Vec<u64> = processed().collect();
    let mut last = first.clone();
    let mut samples = vec![Vec::new(); pipelines.len()];
    let began = Instant::now();
    while began.elapsed() < duration {
        for (index, pipeline) in pipelines.iter().enumerate() {
            let stats = pipeline.stats();
            if stats.frames_processed > last[index] {
                last[index] = stats.frames_processed;
                let s = &stats.stages;
                let after = s.inference.last_ms + s.postprocess.last_ms + s.track.last_ms;
                samples[index].push(Sample {
                    age: f64::from(s.end_to_end.last_ms - after),
                    inference: f64::from(s.inference.last_ms),
                });
            }
        }
        std::thread::sleep(POLL_INTERVAL);
    }
    let inferences = last.iter().zip(&first).map(|(last, first)| last - first);
    Run {
        seconds: began.elapsed().as_secs_f64(),
        inferences: inferences.collect(),
        samples,
    }
}
