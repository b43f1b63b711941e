//! What a pipeline measures about itself.

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
    /// How many frames took up to each of [`Latency::BOUNDS_MS`], and how many
    /// took longer.
    #[serde(skip)]
    buckets: [u64; Latency::BOUNDS_MS.len() + 1],
}

/// Nobody reads nanoseconds out of a report.
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

    /// Their times together, in seconds.
    pub fn total_s(&self) -> f64 {
        self.total_ns as f64 / 1e9
    }

    /// How many frames took longer than the bound before and up to each of
    /// [`Self::BOUNDS_MS`]; last, how many took longer than all.
    pub fn buckets(&self) -> &[u64] {
        &self.buckets
    }

    /// Takes one frame's time in.
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
    /// Decoding and colour conversion by the source's thread. A live stream's
    /// decoding cannot be told from waiting for it and is not in here.
    pub capture: Latency,
    /// Waiting until the model was free: other cameras use it too.
    pub wait: Latency,
    /// Crop, resize, letterbox and conversion to the model's input.
    pub preprocess: Latency,
    /// The model.
    pub inference: Latency,
    /// Decoding of the model's output, and suppression of doubles.
    pub postprocess: Latency,
    /// Tracker and slots.
    pub track: Latency,
    /// From the hand-over of the frame to its published snapshot.
    pub end_to_end: Latency,
}

/// How a pipeline is doing.
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
    /// Frames that were replaced by a newer one before anyone took them.
    pub dropped: u64,
    /// Frames that wait for the model now: none or one.
    pub queued: u64,
    /// How often the source was lost and came back.
    pub reconnects: u64,
    /// Snapshots published, ticks between frames included.
    pub snapshots: u64,
    /// Tracks that got an id, in all.
    pub tracks: u64,
    /// Tracks that wait for a free slot now.
    pub waiting: u32,
    /// Where the source stands.
    pub source_state: SourceState,
    /// The device that was asked for.
    pub requested_device: String,
    /// The device in use; empty until the model is loaded.
    pub device: String,
    /// The time of each stage.
    pub stages: Stages,
    /// Seconds from the first frame's arrival to the latest snapshot.
    pub elapsed_s: f64,
    /// Each output, with what it sent and what it could not.
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
    /// What went out and what did not.
    #[serde(flatten)]
    pub stats: SinkStats,
    /// Why nothing is sent any more.
    pub problem: Option<String>,
}
