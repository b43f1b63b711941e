//! The time that pushing a 1080p frame costs a host, alternating with one memcpy of the
//! frame: `cargo bench --bench push`.

use std::hint::black_box;
use std::time::{Duration, Instant};

use rextrack::internals::config::PipelineConfig;
use rextrack::internals::flow::FrameSize;
use rextrack::internals::flow::PixelFormat;
use rextrack::internals::pipeline::Pipeline;
use rextrack::internals::source::Image;

const SIZE: FrameSize = FrameSize::new(1920, 1080);
const ROUNDS: usize = 500;

fn median(times: &mut [Duration]) -> f64 {
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64() * 1e6
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let config = PipelineConfig::from_json(
        r#"{"camera": {"stream": "push:"}, "tracking": {"model": "builtin:motion"}}"#,
    )?;
    let pipeline = Pipeline::new(config)?;
    for (name, format, flipped) in [
        ("RGBA8", PixelFormat::Rgba8, false),
        ("RGBA8 flipped", PixelFormat::Rgba8, true),
        ("BGR8", PixelFormat::Bgr8, false),
        ("GRAY8", PixelFormat::Gray8, false),
    ] {
        let stride = SIZE.width as usize * format.bytes();
        let frame = vec![7u8; stride * SIZE.height as usize];
        let mut copy = vec![0u8; frame.len()];
        let image = Image {
            bytes: &frame,
            format,
            size: SIZE,
            stride,
            flipped,
            capture_ns: None,
        };
        let (mut pushes, mut copies) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let start = Instant::now();
            pipeline.push_frame(black_box(&image))?;
            pushes.push(start.elapsed());
            let start = Instant::now();
            copy.copy_from_slice(black_box(&frame));
            black_box(&copy);
            copies.push(start.elapsed());
        }
        let (push, copy) = (median(&mut pushes), median(&mut copies));
        println!(
            "{name:<14} push {push:7.0} us   memcpy {copy:7.0} us   ratio {:.2}",
            push / copy
        );
    }
    Ok(())
}
