//! Events of the whole service, for WebSocket clients.

use std::sync::Arc;

use tokio::sync::broadcast;

use super::camera_event::CameraEvent;
use super::status::CameraStatus;

/// Events that wait for a slow receiver. It misses the oldest beyond that.
const EVENTS_MAX: usize = 256;

/// A change that clients have to know.
#[derive(Debug, Clone)]
pub enum ManagerEvent {
    /// A camera's status: once a second, and after a change.
    Status(Arc<CameraStatus>),
    /// An event of the camera with that id.
    Camera(String, Arc<CameraEvent>),
    /// A camera was added, removed or changed.
    Cameras,
    /// The configuration changed, with its new tag; or the file has an error.
    Config(Result<String, String>),
}

/// Sends events to all receivers.
#[derive(Debug, Clone)]
pub struct ManagerEvents(broadcast::Sender<ManagerEvent>);

impl Default for ManagerEvents {
    fn default() -> Self {
        Self(broadcast::channel(EVENTS_MAX).0)
    }
}

impl ManagerEvents {
    /// Receives events from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<ManagerEvent> {
        self.0.subscribe()
    }

    /// Sends an event to all receivers, if there are any.
    pub fn send(&self, event: ManagerEvent) {
        self.0.send(event).ok();
    }
}
