//! The stages after the model, each alone: `cargo bench --bench stages`.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use rextrack::internals::base::clock::NS_PER_MS;
use rextrack::internals::config::OnRelease;
use rextrack::internals::flow::Detection;
use rextrack::internals::flow::FrameMeta;
use rextrack::internals::flow::{BBox, FrameSize};
use rextrack::internals::slots::SlotTable;
use rextrack::internals::track::{self, TrackerInput, TrackerSettings};

const STEP_NS: i64 = 40 * NS_PER_MS;

/// A crowd that walks about on circles of its own.
fn crowd(people: usize, frame: i64) -> Vec<Detection> {
    (0..people)
        .map(|n| {
            let angle = frame as f32 * 0.02 + n as f32;
            let (column, row) = ((n % 20) as f32, (n / 20) as f32);
            let x = (column + 0.5) / 20.0 + 0.02 * angle.sin();
            let y = (row + 0.5) / 20.0 + 0.02 * angle.cos();
            Detection {
                class_id: 0,
                score: 0.8,
                bbox: BBox::new(x, y, 0.03, 0.08),
            }
        })
        .collect()
}

fn settings() -> TrackerSettings {
    TrackerSettings {
        confidence: 0.25,
        persistence_ns: 1000 * NS_PER_MS,
        options: Default::default(),
    }
}

fn tracker(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("bytetrack, one frame");
    for people in [10, 50, 200] {
        let frames: Vec<_> = (0..200).map(|frame| crowd(people, frame)).collect();
        group.bench_function(BenchmarkId::from_parameter(people), |bencher| {
            let mut tracker = track::create("bytetrack", &settings());
            let mut frame = 0;
            bencher.iter(|| {
                frame += 1;
                let meta = FrameMeta {
                    capture_ns: frame * STEP_NS,
                    size: FrameSize::new(1920, 1080),
                };
                let detections = &frames[frame as usize % frames.len()];
                black_box(tracker.update(TrackerInput::new(meta, detections)).len())
            });
        });
    }
}

fn slots(criterion: &mut Criterion) {
    criterion.bench_function("slots, one frame of 32", |bencher| {
        let mut tracker = track::create("bytetrack", &settings());
        let mut table = SlotTable::new(32, 1000 * NS_PER_MS, OnRelease::Zero);
        let mut filled = Vec::new();
        let meta = |frame: i64| FrameMeta {
            capture_ns: frame * STEP_NS,
            size: FrameSize::new(1920, 1080),
        };
        let tracks = tracker
            .update(TrackerInput::new(meta(1), &crowd(40, 1)))
            .to_vec();
        let mut frame = 1;
        bencher.iter(|| {
            frame += 1;
            table.update(frame * STEP_NS, &tracks);
            table.fill(frame * STEP_NS, FrameSize::new(1920, 1080), &mut filled);
            black_box(filled.len())
        });
    });
}

criterion_group!(benches, tracker, slots);
criterion_main!(benches);
