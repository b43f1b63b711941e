//! Messages that the WebSockets send, as the API's description has them.

use rextrack::internals::flow::Snapshot;
use serde::Serialize;
use utoipa::ToSchema;

use crate::manager::camera_event::CameraEvent;
use crate::manager::status::CameraStatus;

/// A message of `/ws/telemetry`.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum TelemetryMessage<'a> {
    /// The first message.
    #[schema(title = "HelloMessage")]
    Hello(ServiceState),
    /// A camera was added, removed or changed.
    #[schema(title = "CamerasMessage")]
    Cameras(ServiceState),
    /// A camera's slots.
    #[schema(title = "SnapshotMessage")]
    Snapshot(SnapshotMessage<'a>),
    /// A camera's status: once a second, and when its source's state changes.
    #[schema(title = "StatusMessage")]
    Status(StatusMessage<'a>),
    /// An event of a camera.
    #[schema(title = "EventMessage")]
    Event(EventMessage<'a>),
    /// The configuration changed, or its file has an error.
    #[schema(title = "ConfigMessage")]
    Config(ConfigMessage),
}

/// The service and its cameras.
#[derive(Debug, Serialize, ToSchema)]
pub struct ServiceState {
    /// Version of rextrack.
    pub version: &'static str,
    /// This machine's name in messages.
    pub node: String,
    /// The time now, on the process's clock.
    pub now_ns: i64,
    /// The requested cameras.
    pub cameras: Vec<CameraStatus>,
}

/// A camera's newest snapshot.
#[derive(Debug, Serialize, ToSchema)]
pub struct SnapshotMessage<'a> {
    /// The camera's id.
    pub camera: &'a str,
    /// When this message was sent, on the process's clock.
    pub sent_ns: i64,
    /// The snapshot's own keys.
    #[serde(flatten)]
    #[schema(schema_with = crate::schema::snapshot)]
    pub snapshot: &'a Snapshot,
}

/// A camera's status.
#[derive(Debug, Serialize, ToSchema)]
pub struct StatusMessage<'a> {
    /// The camera's id.
    pub camera: &'a str,
    /// Its status.
    pub status: &'a CameraStatus,
}

/// An event of a camera.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventMessage<'a> {
    /// The camera's id.
    pub camera: &'a str,
    /// The event.
    pub event: &'a CameraEvent,
}

/// A change of the configuration. One of the two keys is there.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct ConfigMessage {
    /// The configuration's tag, after a change.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub etag: Option<String>,
    /// Why the changed file is not in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub problem: Option<String>,
}

/// The text message of `/ws/preview/{id}` that comes before each JPEG.
#[derive(Debug, Serialize, ToSchema)]
pub struct PreviewHeader {
    /// Number of the source's frame.
    pub frame_seq: u64,
    /// When the frame was captured, on the process's clock.
    pub capture_ns: i64,
    /// Width of the whole frame in pixels.
    pub width: u32,
    /// Height of the whole frame in pixels.
    pub height: u32,
}

/// A message of `/ws/osc/{id}`.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum OscMonitorMessage {
    /// The camera sends OSC.
    #[schema(title = "OscMessages")]
    Messages {
        /// Host and port that it sends to.
        receiver: String,
        /// The newest message of each address since the last report.
        messages: Vec<OscMessage>,
    },
    /// The camera sends no OSC.
    #[schema(title = "OscOff")]
    Off {
        /// Always null.
        #[schema(schema_with = crate::schema::null)]
        messages: (),
        /// The reason.
        reason: &'static str,
    },
}

/// One OSC message.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OscMessage {
    /// Its address.
    #[schema(example = "/p1_x")]
    pub address: String,
    /// Its arguments.
    #[schema(schema_with = crate::schema::osc_arguments)]
    pub args: Vec<OscArgument>,
}

/// An argument of an OSC message.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum OscArgument {
    /// A whole number.
    Int(i32),
    /// A number.
    Float(f32),
    /// Text.
    Text(String),
}
