//! The cameras, and the configuration that they run on.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::RwLock;
use rextrack::internals::config::{Config, ConfigError};
use rextrack::internals::detect::InferencePermits;

use super::camera::{self, Camera, SharedContext};
use super::change::{ChangeError, ConfigChange, is_affected};
use super::policy;

/// All cameras by their ids, and the configuration in force.
pub struct Registry {
    config: RwLock<Arc<Config>>,
    cameras: RwLock<Vec<Arc<Camera>>>,
    shared: SharedContext,
}

impl Registry {
    /// Creates the cameras of a configuration and starts the enabled ones.
    pub fn new(config: &Config, node: String) -> Self {
        let registry = Self {
            config: RwLock::default(),
            cameras: RwLock::default(),
            shared: SharedContext {
                node,
                permits: InferencePermits::new(permit_count(config)),
            },
        };
        registry.activate(config);
        registry
    }

    /// This machine's name in messages.
    pub fn node(&self) -> &str {
        &self.shared.node
    }

    /// The configuration in force.
    pub fn config(&self) -> Arc<Config> {
        Arc::clone(&self.config.read())
    }

    /// All cameras in the order of the file.
    pub fn cameras(&self) -> Vec<Arc<Camera>> {
        self.cameras.read().clone()
    }

    /// The camera of that id.
    pub fn camera(&self, id: &str) -> Result<Arc<Camera>, ChangeError> {
        let cameras = self.cameras.read();
        let found = cameras.iter().find(|camera| camera.id == id);
        found
            .cloned()
            .ok_or_else(|| ChangeError::CameraNotFound(id.to_owned()))
    }

    /// Whether every camera that a configuration affects could run on it.
    pub fn check(&self, new: &Config) -> Result<(), ConfigError> {
        let old = self.config();
        for (index, camera) in new.cameras.iter().enumerate() {
            if !is_affected(camera, &old, new) {
                continue;
            }
            let existing = self.camera(&camera.id).ok();
            camera::check(existing.as_deref(), new, camera)
                .map_err(|error| error.into_config(&format!("cameras[{index}]")))?;
        }
        Ok(())
    }

    /// Goes over to a configuration. A camera that it does not affect is not touched.
    pub fn activate(&self, new: &Config) -> ConfigChange {
        let new = Arc::new(new.clone());
        let old = std::mem::replace(&mut *self.config.write(), Arc::clone(&new));
        self.shared.permits.resize(permit_count(&new));
        let mut change = ConfigChange {
            restart: policy::needs_restart(&old.service, &new.service),
            ..ConfigChange::default()
        };
        let mut existing: HashMap<String, Arc<Camera>> = self
            .cameras()
            .into_iter()
            .map(|camera| (camera.id.clone(), camera))
            .collect();
        let mut cameras = Vec::new();
        for config in &new.cameras {
            let camera = match existing.remove(&config.id) {
                Some(camera) => {
                    if is_affected(config, &old, &new) {
                        camera.apply(&new, config, &self.shared);
                        change.changed.push(config.id.clone());
                    }
                    camera
                }
                None => {
                    change.added.push(config.id.clone());
                    let camera = Arc::new(Camera::new(&config.id));
                    camera.apply(&new, config, &self.shared);
                    camera
                }
            };
            cameras.push(camera);
        }
        *self.cameras.write() = cameras;
        for (id, camera) in existing {
            change.removed.push(id);
            // A camera that hangs takes up to two seconds to stop. Do not wait for it.
            std::thread::spawn(move || camera.shut_down());
        }
        change
    }

    /// Stops all cameras at the same time.
    pub fn shut_down(&self) {
        let cameras = std::mem::take(&mut *self.cameras.write());
        std::thread::scope(|scope| {
            for camera in &cameras {
                scope.spawn(|| camera.shut_down());
            }
        });
    }
}

/// How many cameras may use their model at the same time. A model keeps two to four
/// processors busy, so the default is half the number of processors, at least one.
fn permit_count(config: &Config) -> usize {
    match config.service.inference_jobs {
        0 => std::thread::available_parallelism().map_or(1, |n| (n.get() / 2).max(1)),
        jobs => jobs as usize,
    }
}
