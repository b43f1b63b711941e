//! Counters, rates and latencies.

use super::source_state::{SourceState, source_state};
use crate::pipeline;

/// Time of one stage in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub struct Latency {
    /// Of the newest frame.
    pub last_ms: f32,
    /// Smoothed over about 16 frames.
    pub recent_ms: f32,
    /// Mean of all frames since the start.
    pub mean_ms: f32,
    /// The longest since the start.
    pub max_ms: f32,
}

/// Counters, rates and latencies of a pipeline.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Stats {
    /// State of the source.
    pub source_state: SourceState,
    /// Frames received from the source.
    pub frames_in: u64,
    /// Frames that were processed.
    pub frames_processed: u64,
    /// Frames that were replaced by a newer one before they were processed.
    pub dropped: u64,
    /// Number of times that the source was lost and reconnected.
    pub reconnects: u64,
    /// Frames per second of the source, measured. 0 when no frame came for two seconds and
    /// for three of its usual intervals.
    pub fps_in: f32,
    /// Frames processed per second, measured; 0 as above.
    pub fps_proc: f32,
    /// Tracks that wait for a free slot.
    pub waiting: u32,
    /// The device in the configuration, such as `auto`.
    pub requested_device: String,
    /// The device in use, such as `cpu`. Empty until the model is loaded.
    pub device: String,
    /// Decoding and colour conversion.
    pub capture: Latency,
    /// Waiting for a model that other cameras use too.
    pub wait: Latency,
    /// Resize and conversion to the model's input.
    pub preprocess: Latency,
    /// Running the model.
    pub inference: Latency,
    /// Decoding the model's output and suppressing duplicates.
    pub postprocess: Latency,
    /// Tracking and assigning slots.
    pub track: Latency,
    /// From the arrival of a frame to the publication of its snapshot.
    pub end_to_end: Latency,
    /// The outputs, such as OSC.
    pub sinks: Vec<SinkStats>,
}

/// Counters of one output.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct SinkStats {
    /// Such as `osc 127.0.0.1:5005`.
    pub name: String,
    /// Datagrams or lines passed to the system.
    pub sent: u64,
    /// Datagrams or lines that could not be sent, or that the receiver's machine refused.
    pub failed: u64,
    /// Bytes passed to the system.
    pub bytes: u64,
    /// Snapshots that newer ones replaced before they were sent.
    pub dropped: u64,
    /// Why this output does not send. `None` while it works.
    pub problem: Option<String>,
}

pub(super) fn stats(stats: pipeline::Stats) -> Stats {
    let stages = &stats.stages;
    Stats {
        source_state: source_state(stats.source_state),
        frames_in: stats.frames_in,
        frames_processed: stats.frames_processed,
        dropped: stats.dropped,
        reconnects: stats.reconnects,
        fps_in: stats.fps_in,
        fps_proc: stats.fps_proc,
        waiting: stats.waiting,
        capture: latency(&stages.capture),
        wait: latency(&stages.wait),
        preprocess: latency(&stages.preprocess),
        inference: latency(&stages.inference),
        postprocess: latency(&stages.postprocess),
        track: latency(&stages.track),
        end_to_end: latency(&stages.end_to_end),
        sinks: stats.sinks.into_iter().map(sink).collect(),
        requested_device: stats.requested_device,
        device: stats.device,
    }
}

fn latency(latency: &pipeline::Latency) -> Latency {
    Latency {
        last_ms: latency.last_ms,
        recent_ms: latency.recent_ms,
        mean_ms: latency.mean_ms,
        max_ms: latency.max_ms,
    }
}

fn sink(report: pipeline::SinkReport) -> SinkStats {
    SinkStats {
        name: report.name,
        sent: report.stats.sent,
        failed: report.stats.failed,
        bytes: report.stats.bytes,
        dropped: report.stats.dropped,
        problem: report.problem,
    }
}
