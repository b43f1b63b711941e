//! Changes of the configuration file: each is checked as a whole, saved, and then
//! activated.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use parking_lot::{Mutex, MutexGuard};
use rextrack::internals::config::{self, ConfigError, merge};
use rextrack::internals::pipeline;
use serde_json::{Value, json};

use super::camera::Camera;
use super::change::{
    ChangeError, ConfigChange, NewConfig, camera_id, camera_index, camera_list, relative_to_camera,
};
use super::event::{ManagerEvent, ManagerEvents};
use super::policy;
use super::registry::Registry;
use crate::logging;
use crate::store::{PendingConfig, Store};

/// How long a file that lacks cameras or has an error must stay the same before it is
/// used: its owner may still be writing it.
pub const SETTLE_TIME: Duration = Duration::from_secs(1);
/// How often a change looks whether such a file has settled.
const POLL_INTERVAL: Duration = Duration::from_millis(100);

/// How the configuration file on the disk differs from the one in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileState {
    /// It is the same, or there is no file.
    InForce,
    /// It differs, is valid and has all cameras.
    Changed,
    /// It has an error or lacks cameras: it may be half written.
    Doubtful,
}

/// The configuration file. One lock serialises its changes.
pub struct ConfigFile {
    store: Mutex<Store>,
    registry: Arc<Registry>,
    events: ManagerEvents,
    /// Why the file on the disk is not in force.
    problem: Mutex<Option<String>>,
    path: PathBuf,
    /// Whether the file exists. Outside of the store, whose lock is held while the disk
    /// is written.
    saved: AtomicBool,
}

impl ConfigFile {
    /// The file of a store, whose configuration the registry already runs on.
    pub fn new(store: Store, registry: Arc<Registry>, events: ManagerEvents) -> Self {
        Self {
            registry,
            events,
            problem: Mutex::default(),
            path: store.path().to_owned(),
            saved: AtomicBool::new(store.is_saved()),
            store: Mutex::new(store),
        }
    }

    /// Where the file is, or will be.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the file exists.
    pub fn is_saved(&self) -> bool {
        self.saved.load(Ordering::Relaxed)
    }

    /// The folder that relative paths in the file start from.
    pub fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }

    /// Why the file on the disk is not in force.
    pub fn problem(&self) -> Option<String> {
        self.problem.lock().clone()
    }

    /// Reads from the store. Waits while a change is made.
    pub fn with_store<T>(&self, read: impl FnOnce(&Store) -> T) -> T {
        read(&self.store.lock())
    }

    /// How the file on the disk differs from the one in force.
    pub fn state(&self) -> FileState {
        let store = self.store.lock();
        if !store.is_stale() {
            return FileState::InForce;
        }
        match store.reread() {
            Ok(pending) if store.cameras_removed_by(&pending).is_empty() => FileState::Changed,
            _ => FileState::Doubtful,
        }
    }

    /// Clears the problem once the file on the disk is again the one in force.
    pub fn clear_problem(&self) {
        let store = self.store.lock();
        if !store.is_current() || self.problem.lock().take().is_none() {
            return;
        }
        log::info!("{}: is valid again", self.path.display());
        self.events.send(ManagerEvent::Config(Ok(store.etag())));
    }

    /// Reads the file again. When it has an error nothing changes.
    pub fn reload(&self) -> Result<ConfigChange, ChangeError> {
        let mut store = self.store.lock();
        let pending = store.reread().map_err(ChangeError::from);
        let result = pending.and_then(|pending| {
            store.refuse_emptied(&pending)?;
            // The policy restricts the network, not the owner of the file.
            self.registry.check(&pending.config)?;
            self.accept(&mut store, pending);
            Ok(self.activate(&store))
        });
        let problem = result.as_ref().err().map(ToString::to_string);
        if let Some(problem) = &problem {
            self.events.send(ManagerEvent::Config(Err(problem.clone())));
        }
        *self.problem.lock() = problem;
        result
    }

    /// Checks a whole new text or document as [`ConfigFile::replace`] would take it.
    pub fn check(&self, store: &Store, new: NewConfig) -> Result<PendingConfig, ChangeError> {
        let pending = match new {
            NewConfig::Text(text) => store.rewrite(&text)?,
            NewConfig::Document(document) => store.replace(document)?,
        };
        policy::check(store, &pending)?;
        self.registry.check(&pending.config)?;
        Ok(pending)
    }

    /// Saves and activates a whole new configuration. `etag` is the tag of the
    /// configuration that the caller has read.
    pub fn replace(&self, new: NewConfig, etag: Option<&str>) -> Result<ConfigChange, ChangeError> {
        let mut store = self.reload_if_stale();
        if etag.is_some_and(|etag| etag != store.etag()) {
            return Err(ChangeError::Outdated);
        }
        let pending = self.check(&store, new)?;
        let warnings = store.save(pending)?;
        Ok(ConfigChange {
            warnings,
            ..self.activate(&store)
        })
    }

    /// Adds a camera, given as its configuration.
    pub fn add_camera(&self, camera: Value) -> Result<Arc<Camera>, ChangeError> {
        let id = camera_id(&camera)?;
        let mut store = self.reload_if_stale();
        if self.registry.camera(&id).is_ok() {
            return Err(ChangeError::CameraExists(id));
        }
        let count = camera_list(store.document()).map_or(0, Vec::len);
        self.edit(&mut store, &format!("cameras[{count}]"), |cameras| {
            cameras.push(camera);
        })?;
        self.registry.camera(&id)
    }

    /// Changes a camera by an RFC 7396 merge patch of its configuration.
    pub fn patch_camera(&self, id: &str, patch: Value) -> Result<Arc<Camera>, ChangeError> {
        let mut store = self.reload_if_stale();
        let index = camera_index(&store, id)?;
        if !patch.is_object() {
            let error = ConfigError::one("", "the patch must be a JSON object");
            return Err(error.into());
        }
        if patch.get("id").is_some_and(|new| *new != json!(id)) {
            let message = "cannot be changed; add a camera under the new id and delete this one";
            return Err(ConfigError::one("id", message).into());
        }
        config::check_camera_patch(&pipeline::schema(), &patch)?;
        self.edit(&mut store, &format!("cameras[{index}]"), |cameras| {
            merge(&mut cameras[index], patch);
        })?;
        self.registry.camera(id)
    }

    /// Removes a camera.
    pub fn remove_camera(&self, id: &str) -> Result<(), ChangeError> {
        let mut store = self.reload_if_stale();
        let index = camera_index(&store, id)?;
        self.edit(&mut store, "", |cameras| {
            cameras.remove(index);
        })
    }

    /// Changes the list of cameras in the file. Errors leave out `path`, the place of the
    /// changed camera: the caller sent that camera alone.
    fn edit(
        &self,
        store: &mut Store,
        path: &str,
        change: impl FnOnce(&mut Vec<Value>),
    ) -> Result<(), ChangeError> {
        let attempt = || -> Result<PendingConfig, ChangeError> {
            let pending = store.edit(|document| {
                if !document["cameras"].is_array() {
                    document["cameras"] = json!([]);
                }
                if let Some(cameras) = document["cameras"].as_array_mut() {
                    change(cameras);
                }
                Ok(())
            })?;
            policy::check(store, &pending)?;
            self.registry.check(&pending.config)?;
            Ok(pending)
        };
        let pending = attempt().map_err(|error| match error {
            ChangeError::Invalid(error) => ChangeError::Invalid(relative_to_camera(error, path)),
            other => other,
        })?;
        store.save(pending)?;
        self.activate(store);
        Ok(())
    }

    /// The store, after the file was read again if its owner has changed it: those edits
    /// must not be lost. A file that has an error or was emptied is not used; it is kept
    /// as the version before. Waits up to [`SETTLE_TIME`] while a file that lacks cameras
    /// may be half written.
    fn reload_if_stale(&self) -> MutexGuard<'_, Store> {
        let started = Instant::now();
        loop {
            let mut store = self.store.lock();
            if !store.is_stale() {
                return store;
            }
            let Ok(pending) = store.reread() else {
                return store;
            };
            let refused = store.refuse_emptied(&pending).is_err();
            if refused || self.registry.check(&pending.config).is_err() {
                return store;
            }
            let is_fresh = store.age().is_some_and(|age| age < SETTLE_TIME);
            if store.cameras_removed_by(&pending).is_empty()
                || !is_fresh
                || started.elapsed() >= SETTLE_TIME
            {
                self.accept(&mut store, pending);
                self.activate(&store);
                return store;
            }
            drop(store);
            log::debug!(
                "{}: may be half written; a change waits for it",
                self.path.display()
            );
            std::thread::sleep(POLL_INTERVAL);
        }
    }

    /// Takes over the file on the disk. The log names the cameras that it removes: a file
    /// that was cut short may still be valid.
    fn accept(&self, store: &mut Store, pending: PendingConfig) {
        let removed = store.cameras_removed_by(&pending);
        if !removed.is_empty() {
            log::warn!(
                "{}: {} of {} cameras are no longer in the file and are removed: {}",
                self.path.display(),
                removed.len(),
                store.config().cameras.len(),
                removed.join(", ")
            );
        }
        store.accept(pending);
    }

    /// Goes over to the configuration of the store, and reports the change.
    fn activate(&self, store: &Store) -> ConfigChange {
        logging::set_level(store.config().service.log_level);
        let change = ConfigChange {
            etag: store.etag(),
            ..self.registry.activate(store.config())
        };
        *self.problem.lock() = None;
        self.saved.store(store.is_saved(), Ordering::Relaxed);
        let etag = change.etag.clone();
        self.events.send(ManagerEvent::Config(Ok(etag)));
        if !(change.added.is_empty() && change.removed.is_empty() && change.changed.is_empty()) {
            self.events.send(ManagerEvent::Cameras);
        }
        change
    }
}
