//! The cameras and their configuration file, as the web server sees them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rextrack::internals::address::redact_address;
use rextrack::internals::base::shutdown::Shutdown;
use rextrack::internals::config::Config;
use tokio::sync::broadcast;

use super::camera::Camera;
use super::change::ChangeError;
use super::config_file::ConfigFile;
use super::event::{ManagerEvent, ManagerEvents};
use super::registry::Registry;
use crate::store::Store;

/// How often cameras are polled for events and changes of their status.
const POLL_INTERVAL: Duration = Duration::from_millis(100);
/// How many polls pass between two reports of a status that did not change.
const POLLS_PER_STATUS: u64 = 10;

/// All cameras, and the file that describes them.
pub struct Manager {
    registry: Arc<Registry>,
    /// The configuration file and its changes.
    pub file: ConfigFile,
    events: ManagerEvents,
    started: Instant,
    stop: Shutdown,
}

impl Manager {
    /// Creates a pipeline for each camera of the file and starts the enabled ones. A
    /// camera whose pipeline cannot be created is listed too, with the reason.
    pub fn start(store: Store, node: String) -> Arc<Self> {
        let events = ManagerEvents::default();
        let registry = Arc::new(Registry::new(store.config(), node));
        Arc::new(Self {
            file: ConfigFile::new(store, Arc::clone(&registry), events.clone()),
            registry,
            events,
            started: Instant::now(),
            stop: Shutdown::new(),
        })
    }

    /// Reports events and status of the cameras until [`Manager::shut_down`]. Runs on a
    /// thread of its own.
    pub fn poll_cameras(&self) {
        let mut polls = 0;
        while !self.stop.wait(POLL_INTERVAL) {
            polls += 1;
            for camera in self.cameras() {
                for event in camera.drain_events() {
                    let event = ManagerEvent::Camera(camera.id.clone(), Arc::new(event));
                    self.events.send(event);
                }
                if camera.status_changed() || polls % POLLS_PER_STATUS == 0 {
                    let status = Arc::new(camera.status());
                    self.events.send(ManagerEvent::Status(status));
                }
            }
        }
    }

    /// Stops all cameras at the same time.
    pub fn shut_down(&self) {
        self.stop.request();
        self.registry.shut_down();
    }

    /// This machine's name in messages.
    pub fn node(&self) -> &str {
        self.registry.node()
    }

    /// How long the service has been running.
    pub fn uptime(&self) -> Duration {
        self.started.elapsed()
    }

    /// The configuration in force.
    pub fn config(&self) -> Arc<Config> {
        self.registry.config()
    }

    /// All cameras in the order of the file.
    pub fn cameras(&self) -> Vec<Arc<Camera>> {
        self.registry.cameras()
    }

    /// The camera of that id.
    pub fn camera(&self, id: &str) -> Result<Arc<Camera>, ChangeError> {
        self.registry.camera(id)
    }

    /// The address, password included, of the camera whose address is shown like that.
    pub fn stream_shown_as(&self, shown: &str) -> Option<String> {
        let config = self.config();
        let streams = config.cameras.iter().map(|camera| &camera.stream);
        streams
            .filter(|stream| *stream != shown)
            .find(|stream| redact_address(stream) == shown)
            .cloned()
    }

    /// Receives events from now on. A slow receiver misses the oldest.
    pub fn subscribe(&self) -> broadcast::Receiver<ManagerEvent> {
        self.events.subscribe()
    }
}
