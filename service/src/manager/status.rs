//! Status of a camera, as the API shows it.

use rextrack::internals::flow::FrameSize;
use rextrack::internals::flow::SourceState;
use rextrack::internals::pipeline::SinkReport;
use serde::Serialize;
use utoipa::ToSchema;

/// Status of a camera.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct CameraStatus {
    /// Its short name.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// Whether it is enabled in the configuration.
    pub enabled: bool,
    /// Whether its pipeline is running.
    pub running: bool,
    /// Whether the panel shows its picture at once.
    pub show_preview: bool,
    /// Its address, without the password.
    pub stream: String,
    /// State of its source.
    #[schema(schema_with = crate::schema::source_state)]
    pub source_state: SourceState,
    /// Why it does not work, and the remedy.
    #[schema(required)]
    pub problem: Option<String>,
    /// Frames a second from the source.
    pub fps_in: f32,
    /// Frames a second that are processed.
    pub fps_proc: f32,
    /// Recent time from a frame's arrival to its snapshot.
    pub latency_ms: f32,
    /// Recent time in the model.
    pub inference_ms: f32,
    /// Frames from the source.
    pub frames_in: u64,
    /// Frames that were processed.
    pub frames_processed: u64,
    /// Frames that were dropped for newer ones.
    pub dropped: u64,
    /// How often the source was lost and came back.
    pub reconnects: u64,
    /// Its slots by state.
    pub slots: SlotCounts,
    /// Size of a frame; null before the first.
    #[schema(required)]
    pub frame_size: Option<Size>,
    /// The model.
    pub model: String,
    /// The device that it runs on; null until it is loaded.
    #[schema(required)]
    pub device: Option<String>,
    /// Its classes; empty until it is loaded.
    pub classes: Vec<String>,
    /// The node that sends the tracks, for an mqtt source.
    #[schema(required)]
    pub remote: Option<RemoteStatus>,
    /// Its outputs.
    pub sinks: Vec<SinkStatus>,
}

/// How many slots are in which state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, ToSchema)]
pub struct SlotCounts {
    /// Slots whose owner is in the newest frame.
    pub active: u32,
    /// Slots whose owner is not seen.
    pub held: u32,
    /// Tracks that wait for a slot.
    pub waiting: u32,
    /// Number of slots.
    pub max: u32,
}

/// A frame's size in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
#[schema(as = FrameSize)]
pub struct Size {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}

impl From<FrameSize> for Size {
    fn from(FrameSize { width, height }: FrameSize) -> Self {
        Self { width, height }
    }
}

impl From<rextrack::internals::flow::RemoteNode> for RemoteStatus {
    fn from(remote: rextrack::internals::flow::RemoteNode) -> Self {
        Self {
            node: remote.node,
            clock_offset_ms: remote.clock_offset_ns as f64 / 1e6,
            duplicates: remote.duplicates,
            reordered: remote.reordered,
            refused: remote.refused,
        }
    }
}

/// Status of another node's messages.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RemoteStatus {
    /// The node's name.
    pub node: String,
    /// How far its clock is ahead of this machine's.
    pub clock_offset_ms: f64,
    /// Messages that arrived twice.
    pub duplicates: u64,
    /// Messages that arrived after newer ones and were dropped.
    pub reordered: u64,
    /// Messages with impossible values, which were dropped.
    pub refused: u64,
}

/// Counts of one output.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SinkStatus {
    /// Such as `osc 127.0.0.1:5005`.
    pub name: String,
    /// Messages or lines that were sent.
    pub sent: u64,
    /// Messages or lines that could not be sent.
    pub failed: u64,
    /// Snapshots that were dropped for newer ones.
    pub dropped: u64,
    /// Bytes that were sent.
    pub bytes: u64,
    /// Why the output has stopped.
    #[schema(required)]
    pub problem: Option<String>,
}

impl From<SinkReport> for SinkStatus {
    fn from(report: SinkReport) -> Self {
        Self {
            name: report.name,
            sent: report.stats.sent,
            failed: report.stats.failed,
            dropped: report.stats.dropped,
            bytes: report.stats.bytes,
            problem: report.problem,
        }
    }
}
