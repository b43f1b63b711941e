//! The time that pushing a frame costs a host, beside one memcpy of the frame:
//! `cargo bench --bench push`.
//!
//! Each round pushes a frame and copies it, each at its own time of a host that shows
//! frames at a steady rate. Before each of the two, the host draws the frame, so that
//! the frame is as warm in the caches for the one as for the other. The memcpy copies to
//! a buffer that is allocated once and was written before: no cheaper target exists.
//!
//! A pipeline that runs takes the frames, tracks motion and keeps the newest one, at the
//! same time as the host continues. One that is stopped takes nothing.

use std::hint::black_box;
use std::time::{Duration, Instant};

use rextrack::internals::config::PipelineConfig;
use rextrack::internals::flow::FrameSize;
use rextrack::internals::flow::PixelFormat;
use rextrack::internals::pipeline::{Pipeline, PipelineOptions};
use rextrack::internals::source::Image;

/// Rounds that are measured, and rounds before them that fill the buffers.
const ROUNDS: usize = 100;
const WARM_UP: usize = 20;
/// Time between two frames of the host.
const PERIOD: Duration = Duration::from_micros(16_667);

const SIZES: [(&str, FrameSize); 2] = [
    ("1080p", FrameSize::new(1920, 1080)),
    ("4K", FrameSize::new(3840, 2160)),
];

const FORMATS: [(&str, PixelFormat, bool); 4] = [
    ("BGR8", PixelFormat::Bgr8, false),
    ("RGBA8", PixelFormat::Rgba8, false),
    ("RGBA8 flipped", PixelFormat::Rgba8, true),
    ("GRAY8", PixelFormat::Gray8, false),
];

fn median(times: &mut [Duration]) -> f64 {
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64() * 1e6
}

/// Pages that the system has mapped for this thread so far; 0 where it does not say.
fn page_faults() -> u64 {
    let stat = std::fs::read_to_string("/proc/thread-self/stat").unwrap_or_default();
    // The tenth field, the eighth after the name in brackets.
    let fields = stat.rsplit(')').next().unwrap_or_default();
    fields
        .split_whitespace()
        .nth(7)
        .and_then(|faults| faults.parse().ok())
        .unwrap_or(0)
}

/// Waits for the next frame of the host.
fn pace(next: &mut Instant) {
    std::thread::sleep(next.saturating_duration_since(Instant::now()));
    *next = Instant::now() + PERIOD;
}

fn measure(
    pipeline: &Pipeline,
    size: FrameSize,
    format: PixelFormat,
    flipped: bool,
) -> Result<(f64, f64, f64), Box<dyn std::error::Error>> {
    let stride = size.width as usize * format.bytes();
    let mut frame = vec![1u8; stride * size.height as usize];
    let mut target = vec![1u8; frame.len()];
    let (mut pushes, mut copies, mut faults) = (Vec::new(), Vec::new(), 0);
    let mut next = Instant::now();
    for round in 0..WARM_UP + ROUNDS {
        pace(&mut next);
        frame.fill(round as u8);
        let image = Image {
            bytes: black_box(&frame),
            format,
            size,
            stride,
            flipped,
            capture_ns: None,
        };
        let faults_before = page_faults();
        let start = Instant::now();
        pipeline.push_frame(&image)?;
        let push = start.elapsed();
        let faulted = page_faults() - faults_before;

        pace(&mut next);
        frame.fill(round as u8);
        let start = Instant::now();
        target.copy_from_slice(black_box(&frame));
        black_box(&target);
        let copy = start.elapsed();
        if round >= WARM_UP {
            pushes.push(push);
            copies.push(copy);
            faults += faulted;
        }
    }
    let faults = faults as f64 / ROUNDS as f64;
    Ok((median(&mut pushes), median(&mut copies), faults))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for running in [false, true] {
        for (size_name, size) in SIZES {
            // New for each size, as in a host that shows frames of one size.
            let config = PipelineConfig::from_json(
                r#"{"camera": {"stream": "push:"}, "tracking": {"model": "builtin:motion"}}"#,
            )?;
            // As the C ABI creates it.
            let options = PipelineOptions {
                low_priority: true,
                ..PipelineOptions::default()
            };
            let pipeline = Pipeline::with(config, options)?;
            if running {
                pipeline.start()?;
            }
            for (format_name, format, flipped) in FORMATS {
                let (push, copy, faults) = measure(&pipeline, size, format, flipped)?;
                println!(
                    "{:<8} {size_name:<6} {format_name:<14} push {push:6.0} us   memcpy \
                     {copy:6.0} us   ratio {:.2}   page faults per push {faults:.1}",
                    if running { "running" } else { "stopped" },
                    push / copy
                );
            }
            pipeline.stop();
        }
    }
    Ok(())
}
