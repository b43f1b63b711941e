//! Measurements of a pipeline.

use serde::Serialize;

use crate::flow::SourceState;
use crate::sink::SinkStats;

/// One stage's time in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Latency {
    /// Of the newest frame.
    #[serde(serialize_with = "to_microseconds")]
    pub last_ms: f32,
    /// Smoothed over about the last 16 frames.
    #[serde(serialize_with = "to_microseconds")]
    pub recent_ms: f32,
    /// Over all frames since the start.
    #[serde(serialize_with = "to_microseconds")]
    pub mean_ms: f32,
    /// The longest since the start.
    #[serde(serialize_with = "to_microseconds")]
    pub max_ms: f32,
    #[serde(skip)]
    count: u64,
    #[serde(skip)]
    total_ns: i64,
    /// How many frames took up to each of [`Latency::BOUNDS_MS`], and how many took
    /// longer.
    #[serde(skip)]
    buckets: [u64; Latency::BOUNDS_MS.len() + 1],
}

/// Reports need no nanoseconds.
fn to_microseconds<S: serde::Serializer>(ms: &f32, s: S) -> Result<S::Ok, S::Error> {
    s.serialize_f64((f64::from(*ms) * 1e3).round() / 1e3)
}

impl Latency {
    /// Upper bounds of the histogram's buckets, in milliseconds.
    pub const BOUNDS_MS: [f32; 11] = [
        1.0, 2.5, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1000.0, 2500.0,
    ];

    /// Frames that were timed.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Sum of their times, in seconds.
    pub fn total_s(&self) -> f64 {
        self.total_ns as f64 / 1e9
    }

    /// For each of [`Self::BOUNDS_MS`], how many frames took longer than the previous
    /// bound and up to this one. The last entry counts the frames that took longer than
    /// every bound.
    pub fn buckets(&self) -> &[u64] {
        &self.buckets
    }

    /// Records the time of one frame.
    pub fn record(&mut self, ns: i64) {
        let ms = ns as f32 / 1e6;
        self.recent_ms = if self.count == 0 {
            ms
        } else {
            self.recent_ms + (ms - self.recent_ms) / 16.0
        };
        self.count += 1;
        self.buckets[Self::BOUNDS_MS.partition_point(|bound| *bound < ms)] += 1;
        self.total_ns += ns;
        self.last_ms = ms;
        self.mean_ms = (self.total_ns as f64 / self.count as f64 / 1e6) as f32;
        self.max_ms = self.max_ms.max(ms);
    }
}

/// The time of each stage.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Stages {
    /// Decoding and colour conversion by the source's thread. For a live stream the
    /// decoding is left out, since it cannot be separated from waiting for the stream.
    pub capture: Latency,
    /// Waiting for a permit, because other cameras use the model too.
    pub wait: Latency,
    /// Crop, resize, letterbox and conversion to the model's input.
    pub preprocess: Latency,
    /// The model.
    pub inference: Latency,
    /// Decoding of the model's output, and non-maximum suppression.
    pub postprocess: Latency,
    /// Tracker and slots.
    pub track: Latency,
    /// From the hand-over of the frame to its published snapshot.
    pub end_to_end: Latency,
}

/// Counts, rates and latencies of a pipeline.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Stats {
    /// Frames a second that the source gives, measured.
    pub fps_in: f32,
    /// Frames a second that are processed, measured.
    pub fps_proc: f32,
    /// Frames that the source gave.
    pub frames_in: u64,
    /// Frames that were processed.
    pub frames_processed: u64,
    /// Frames that a newer one replaced before they were processed.
    pub dropped: u64,
    /// Frames that wait for the model now: zero or one.
    pub queued: u64,
    /// How often a lost source came back.
    pub reconnects: u64,
    /// Published snapshots, ticks between frames included.
    pub snapshots: u64,
    /// All tracks that got an id.
    pub tracks: u64,
    /// Tracks that wait for a free slot now.
    pub waiting: u32,
    /// State of the source.
    pub source_state: SourceState,
    /// The device in the configuration.
    pub requested_device: String,
    /// The device in use; empty until the model is loaded.
    pub device: String,
    /// The time of each stage.
    pub stages: Stages,
    /// Seconds from the first frame's arrival to the latest snapshot.
    pub elapsed_s: f64,
    /// The counts of each output.
    pub sinks: Vec<SinkReport>,
}

impl Stats {
    /// Processed frames a second over the whole run.
    pub fn fps(&self) -> f64 {
        if self.elapsed_s > 0.0 {
            self.frames_processed as f64 / self.elapsed_s
        } else {
            0.0
        }
    }
}

/// One output's counts.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct SinkReport {
    /// Such as `osc 127.0.0.1:5005`.
    pub name: String,
    /// What was sent and what was dropped.
    #[serde(flatten)]
    pub stats: SinkStats,
    /// Why this output no longer sends.
    pub problem: Option<String>,
}
