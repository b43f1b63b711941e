//! How a camera is doing, as the API shows it.

use rextrack::geometry::FrameSize;
use rextrack::pipeline::SinkReport;
use rextrack::source::SourceState;
use serde::Serialize;
use utoipa::ToSchema;

/// A camera's figures.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct CameraStatus {
    /// Its short name.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// Whether it is meant to run.
    pub enabled: bool,
    /// Whether it runs.
    pub running: bool,
    /// Whether a panel shows its picture without being asked.
    pub show_preview: bool,
    /// Its address, without the password.
    pub stream: String,
    /// stopped, connecting, live, lost, ended or failed.
    #[schema(schema_with = crate::schema::source_state)]
    pub source_state: SourceState,
    /// Why nothing comes out, and the remedy.
    #[schema(required)]
    pub problem: Option<String>,
    /// Frames a second that the source gives.
    pub fps_in: f32,
    /// Frames a second that are processed.
    pub fps_proc: f32,
    /// From a frame's arrival to its snapshot, lately.
    pub latency_ms: f32,
    /// The model's share of it.
    pub inference_ms: f32,
    /// Frames that the source gave.
    pub frames_in: u64,
    /// Frames that were processed.
    pub frames_processed: u64,
    /// Frames that gave way to newer ones.
    pub dropped: u64,
    /// How often the source was lost and came back.
    pub reconnects: u64,
    /// Who is there.
    pub slots: SlotCounts,
    /// Size of a frame, once there was one.
    #[schema(required)]
    pub frame_size: Option<Size>,
    /// The model.
    pub model: String,
    /// The device that it runs on, once it is loaded.
    #[schema(required)]
    pub device: Option<String>,
    /// Its classes, once it is loaded.
    pub classes: Vec<String>,
    /// Where the tracks come from, when another node made them.
    #[schema(required)]
    pub remote: Option<RemoteStatus>,
    /// Its outputs.
    pub sinks: Vec<SinkStatus>,
}

/// How many slots are in which state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, ToSchema)]
pub struct SlotCounts {
    /// Seen in the newest frame.
    pub active: u32,
    /// Kept for somebody who is not seen.
    pub held: u32,
    /// Tracks that wait for a slot.
    pub waiting: u32,
    /// All there are.
    pub max: u32,
}

/// A frame's size in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
#[schema(as = FrameSize)]
pub struct Size {
    /// Pixels a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

impl From<FrameSize> for Size {
    fn from(FrameSize { width, height }: FrameSize) -> Self {
        Self { width, height }
    }
}

impl From<rextrack::source::Remote> for RemoteStatus {
    fn from(remote: rextrack::source::Remote) -> Self {
        Self {
            node: remote.node,
            clock_offset_ms: remote.clock_offset_ns as f64 / 1e6,
            duplicates: remote.duplicates,
            reordered: remote.reordered,
            refused: remote.refused,
        }
    }
}

/// Another node's tracks.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RemoteStatus {
    /// The node's name.
    pub node: String,
    /// How far its clock is ahead of this machine's.
    pub clock_offset_ms: f64,
    /// Messages that came twice.
    pub duplicates: u64,
    /// Messages that came after newer ones, and were left out.
    pub reordered: u64,
    /// Messages that no node sends, and were left out whole.
    pub refused: u64,
}

/// One output's counts.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SinkStatus {
    /// Such as `osc 127.0.0.1:5005`.
    pub name: String,
    /// Messages or lines that went out.
    pub sent: u64,
    /// Messages or lines that did not.
    pub failed: u64,
    /// Snapshots that gave way to newer ones.
    pub dropped: u64,
    /// Bytes that went out.
    pub bytes: u64,
    /// Why nothing is sent any more.
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
            problem: report.broken,
        }
    }
}
