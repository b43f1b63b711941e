//! Many cameras in one process: a pipeline each, changed by difference while they
//! run.
//!
//! One lock serialises changes; readers never wait for it longer than a pointer
//! copy. A change is checked as a whole, saved, and then applied camera by camera:
//! one that is not concerned is not touched. What may block (opening, stopping) is
//! the pipelines' own threads' business.

pub mod camera;
mod change;
pub mod event;
pub mod feed;
pub mod policy;
pub mod preview;
pub mod status;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use parking_lot::{Mutex, MutexGuard, RwLock};
use rextrack::config::{Config, ConfigError, merge};
use rextrack::detect::InferencePermits;
use rextrack::shutdown::Shutdown;
use rextrack::source::redact_address;
use serde_json::{Value, json};
use tokio::sync::broadcast;

use crate::store::{Draft, Store};
use camera::{Camera, Surroundings};
pub use change::{ChangeError, ConfigChange, NewConfig};
use change::{concerns, id_of, list, position, within};
use event::CameraEvent;
use status::CameraStatus;

/// How often cameras are looked at for news.
const LOOK: Duration = Duration::from_millis(100);
/// Every how many looks each camera's status is told though nothing happened.
const STATUS_LOOKS: u64 = 10;
/// News that wait for a slow watcher; beyond that it is told how things stand.
const NOTICES_MAX: usize = 256;

/// For how long a file that lacks cameras, or is wrong, must stay as it is before it is
/// believed: it may be in the middle of being written.
pub const SETTLED: Duration = Duration::from_secs(1);

/// What the configuration file on the disk is, beside the one in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileState {
    /// The same, or not there.
    InForce,
    /// Another one that is right and has all cameras.
    Changed,
    /// Wrong, or cameras are missing: it may be only half written.
    Doubtful,
}

/// Something that those who watch want to know.
#[derive(Debug, Clone)]
pub enum Notice {
    /// A camera's figures.
    Status(Arc<CameraStatus>),
    /// Something happened in front of a camera, or to it.
    Event(String, Arc<CameraEvent>),
    /// A camera came, went or was changed.
    Cameras,
    /// The configuration was changed, or the file is wrong.
    Config(Result<String, String>),
}

/// All cameras, and the file that describes them.
pub struct Manager {
    store: Mutex<Store>,
    config: RwLock<Arc<Config>>,
    cameras: RwLock<Vec<Arc<Camera>>>,
    surroundings: Surroundings,
    permits: InferencePermits,
    notices: broadcast::Sender<Notice>,
    /// Why the file on the disk was refused.
    file_problem: Mutex<Option<String>>,
    path: PathBuf,
    /// Whether the file is there. Apart from the store, which is locked while a disk
    /// is waited for.
    saved: AtomicBool,
    started: Instant,
    stop: Shutdown,
}

impl Manager {
    /// Makes a pipeline for each camera of the file and starts those that are
    /// enabled. One that cannot be made is there all the same, and says why.
    pub fn start(store: Store, node: String) -> Arc<Self> {
        let config = Arc::new(store.config().clone());
        let permits = InferencePermits::new(jobs(&config));
        let manager = Arc::new(Self {
            surroundings: Surroundings {
                node,
                permits: permits.clone(),
            },
            permits,
            path: store.path().to_owned(),
            saved: AtomicBool::new(store.is_saved()),
            store: Mutex::new(store),
            config: RwLock::new(Arc::clone(&config)),
            cameras: RwLock::default(),
            notices: broadcast::channel(NOTICES_MAX).0,
            file_problem: Mutex::default(),
            started: Instant::now(),
            stop: Shutdown::new(),
        });
        manager.follow(&Config::default(), &config);
        manager
    }

    /// Looks after the cameras until [`Manager::shut_down`]; the work of a thread
    /// of its own.
    pub fn watch(&self) {
        let mut looks = 0;
        while !self.stop.wait(LOOK) {
            looks += 1;
            for camera in self.cameras() {
                for event in camera.drain_events() {
                    self.notify(Notice::Event(camera.id.clone(), Arc::new(event)));
                }
                if camera.has_news() || looks % STATUS_LOOKS == 0 {
                    self.notify(Notice::Status(Arc::new(camera.status())));
                }
            }
        }
    }

    /// Stops every camera, all at the same time.
    pub fn shut_down(&self) {
        self.stop.request();
        let cameras = std::mem::take(&mut *self.cameras.write());
        std::thread::scope(|scope| {
            for camera in &cameras {
                scope.spawn(|| camera.shut_down());
            }
        });
    }

    /// This machine's name in messages.
    pub fn node(&self) -> &str {
        &self.surroundings.node
    }

    /// How long the service has been running.
    pub fn uptime(&self) -> Duration {
        self.started.elapsed()
    }

    /// The configuration in force.
    pub fn config(&self) -> Arc<Config> {
        Arc::clone(&self.config.read())
    }

    /// Where the configuration file is, or will be, and whether it is there.
    pub fn file(&self) -> (&Path, bool) {
        (&self.path, self.saved.load(Ordering::Relaxed))
    }

    /// The folder that relative paths in the file start from.
    pub fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }

    /// The address of a camera that is shown like that, its password included.
    pub fn known_stream(&self, shown: &str) -> Option<String> {
        let config = self.config();
        let known = config.cameras.iter().map(|camera| &camera.stream);
        known
            .filter(|stream| *stream != shown)
            .find(|stream| redact_address(stream) == shown)
            .cloned()
    }

    /// Reads from the file's keeper; waits while somebody changes it.
    pub fn with_store<T>(&self, read: impl FnOnce(&Store) -> T) -> T {
        read(&self.store.lock())
    }

    /// Why the file on the disk is not in force.
    pub fn file_problem(&self) -> Option<String> {
        self.file_problem.lock().clone()
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

    /// News from now on. Whoever is too slow misses the oldest.
    pub fn subscribe(&self) -> broadcast::Receiver<Notice> {
        self.notices.subscribe()
    }

    fn notify(&self, notice: Notice) {
        // Nobody may be listening.
        self.notices.send(notice).ok();
    }

    /// Reads the file again; when it is wrong nothing changes.
    pub fn reload(&self) -> Result<ConfigChange, ChangeError> {
        let mut store = self.store.lock();
        let draft = store.reread().map_err(ChangeError::from);
        let result = draft.and_then(|draft| {
            store.refuse_emptied(&draft)?;
            // What the owner of the file writes is not held against the policy.
            self.check(&draft.config)?;
            self.accept(&mut store, draft);
            Ok(self.adopt(&store))
        });
        let problem = result.as_ref().err().map(ToString::to_string);
        if let Some(problem) = &problem {
            self.notify(Notice::Config(Err(problem.clone())));
        }
        *self.file_problem.lock() = problem;
        result
    }

    /// The store, for a change on top of what the file says now: what was edited by
    /// hand and not read yet must not be lost. A file that is wrong is passed over,
    /// and kept as the version before; so is one that was emptied. Waits, for
    /// [`SETTLED`] at most, while a file that lacks cameras may still be written.
    fn catch_up(&self) -> MutexGuard<'_, Store> {
        let asked = Instant::now();
        loop {
            let mut store = self.store.lock();
            if !store.is_stale() {
                return store;
            }
            let Ok(draft) = store.reread() else {
                return store;
            };
            if store.refuse_emptied(&draft).is_err() || self.check(&draft.config).is_err() {
                return store;
            }
            let is_fresh = store.age().is_some_and(|age| age < SETTLED);
            if store.cameras_removed_by(&draft).is_empty()
                || !is_fresh
                || asked.elapsed() >= SETTLED
            {
                self.accept(&mut store, draft);
                self.adopt(&store);
                return store;
            }
            drop(store);
            log::debug!(
                "{}: may be half written; a change waits",
                self.path.display()
            );
            std::thread::sleep(LOOK);
        }
    }

    /// Takes over what the file says. Cameras that go with it are named in the log: a
    /// file that was cut short may still be a valid one.
    fn accept(&self, store: &mut Store, draft: Draft) {
        let removed = store.cameras_removed_by(&draft);
        if !removed.is_empty() {
            log::warn!(
                "{}: {} of {} cameras are no longer in it and are removed: {}",
                self.path.display(),
                removed.len(),
                store.config().cameras.len(),
                removed.join(", ")
            );
        }
        store.accept(draft);
    }

    /// What the file on the disk is, beside the one in force.
    pub fn file_state(&self) -> FileState {
        let store = self.store.lock();
        if !store.is_stale() {
            return FileState::InForce;
        }
        match store.reread() {
            Ok(draft) if store.cameras_removed_by(&draft).is_empty() => FileState::Changed,
            _ => FileState::Doubtful,
        }
    }

    /// Forgets what was wrong with the file, once it is again the one in force.
    pub fn clear_file_problem(&self) {
        let store = self.store.lock();
        if !store.is_current() || self.file_problem.lock().take().is_none() {
            return;
        }
        log::info!("{}: is right again", self.path.display());
        self.notify(Notice::Config(Ok(store.etag())));
    }

    /// Checks a whole new text or document as [`Manager::replace`] would take it.
    pub fn draft(&self, store: &Store, new: NewConfig) -> Result<Draft, ChangeError> {
        let draft = match new {
            NewConfig::Text(text) => store.rewrite(&text)?,
            NewConfig::Document(document) => store.replace(document)?,
        };
        policy::check(store, &draft)?;
        self.check(&draft.config)?;
        Ok(draft)
    }

    /// Puts a whole new configuration in place and saves it. `etag` is what the
    /// caller believes to be in force.
    pub fn replace(&self, new: NewConfig, etag: Option<&str>) -> Result<ConfigChange, ChangeError> {
        let mut store = self.catch_up();
        if etag.is_some_and(|etag| etag != store.etag()) {
            return Err(ChangeError::Outdated);
        }
        let draft = self.draft(&store, new)?;
        let warnings = store.save(draft)?;
        Ok(ConfigChange {
            warnings,
            ..self.adopt(&store)
        })
    }

    /// Adds a camera, given as its configuration.
    pub fn add(&self, camera: Value) -> Result<Arc<Camera>, ChangeError> {
        let id = id_of(&camera)?;
        let mut store = self.catch_up();
        if self.camera(&id).is_ok() {
            return Err(ChangeError::CameraExists(id));
        }
        let count = list(store.document()).map_or(0, Vec::len);
        self.edit(&mut store, &format!("cameras[{count}]"), |cameras| {
            cameras.push(camera);
        })?;
        self.camera(&id)
    }

    /// Changes a camera by an RFC 7396 merge patch of its configuration.
    pub fn patch(&self, id: &str, patch: Value) -> Result<Arc<Camera>, ChangeError> {
        let mut store = self.catch_up();
        let index = position(&store, id)?;
        if !patch.is_object() {
            let error = ConfigError::one("", "the patch must be a JSON object");
            return Err(error.into());
        }
        if patch.get("id").is_some_and(|new| *new != json!(id)) {
            let message = "cannot be changed; add a camera under the new id and delete this one";
            return Err(ConfigError::one("id", message).into());
        }
        self.edit(&mut store, &format!("cameras[{index}]"), |cameras| {
            merge(&mut cameras[index], patch);
        })?;
        self.camera(id)
    }

    /// Takes a camera away.
    pub fn remove(&self, id: &str) -> Result<(), ChangeError> {
        let mut store = self.catch_up();
        let index = position(&store, id)?;
        self.edit(&mut store, "", |cameras| {
            cameras.remove(index);
        })
    }

    /// Changes the list of cameras in the file. In errors `path`, the camera that
    /// was changed, is left out: the caller sent that camera alone.
    fn edit(
        &self,
        store: &mut Store,
        path: &str,
        change: impl FnOnce(&mut Vec<Value>),
    ) -> Result<(), ChangeError> {
        let attempt = || -> Result<Draft, ChangeError> {
            let draft = store.edit(|document| {
                if !document["cameras"].is_array() {
                    document["cameras"] = json!([]);
                }
                if let Some(cameras) = document["cameras"].as_array_mut() {
                    change(cameras);
                }
                Ok(())
            })?;
            policy::check(store, &draft)?;
            self.check(&draft.config)?;
            Ok(draft)
        };
        let draft = attempt().map_err(|error| match error {
            ChangeError::Invalid(error) => ChangeError::Invalid(within(error, path)),
            other => other,
        })?;
        store.save(draft)?;
        self.adopt(store);
        Ok(())
    }

    /// Whether every camera that a configuration concerns could take it.
    fn check(&self, new: &Config) -> Result<(), ConfigError> {
        let old = self.config();
        for (index, camera) in new.cameras.iter().enumerate() {
            if !concerns(&old, new, camera) {
                continue;
            }
            let known = self.camera(&camera.id).ok();
            let check = camera::check(known.as_deref(), new, camera);
            check.map_err(|error| error.into_config(&format!("cameras[{index}]")))?;
        }
        Ok(())
    }

    /// Follows the store to what it now says.
    fn adopt(&self, store: &Store) -> ConfigChange {
        let new = Arc::new(store.config().clone());
        let old = std::mem::replace(&mut *self.config.write(), Arc::clone(&new));
        self.permits.resize(jobs(&new));
        crate::logging::set_level(new.service.log_level);
        let mut applied = self.follow(&old, &new);
        applied.restart = policy::needs_restart(&old.service, &new.service);
        applied.etag = store.etag();
        *self.file_problem.lock() = None;
        self.saved.store(store.is_saved(), Ordering::Relaxed);
        self.notify(Notice::Config(Ok(applied.etag.clone())));
        if !(applied.added.is_empty() && applied.removed.is_empty() && applied.changed.is_empty()) {
            self.notify(Notice::Cameras);
        }
        applied
    }

    /// Goes from one configuration to another, touching only what differs.
    fn follow(&self, old: &Config, new: &Config) -> ConfigChange {
        let mut applied = ConfigChange::default();
        let mut known: HashMap<String, Arc<Camera>> = self
            .cameras()
            .into_iter()
            .map(|camera| (camera.id.clone(), camera))
            .collect();
        let mut cameras = Vec::new();
        for config in &new.cameras {
            let camera = match known.remove(&config.id) {
                Some(camera) => {
                    if concerns(old, new, config) {
                        camera.apply(new, config, &self.surroundings);
                        applied.changed.push(config.id.clone());
                    }
                    camera
                }
                None => {
                    applied.added.push(config.id.clone());
                    let camera = Arc::new(Camera::new(&config.id));
                    camera.apply(new, config, &self.surroundings);
                    camera
                }
            };
            cameras.push(camera);
        }
        *self.cameras.write() = cameras;
        for (id, camera) in known {
            applied.removed.push(id);
            // A camera that hangs takes up to two seconds to go; nobody waits for it.
            std::thread::spawn(move || camera.shut_down());
        }
        applied
    }
}

/// How many cameras may use their model at the same time: a model keeps two to four
/// processors busy, so half of them as many, at least one.
fn jobs(config: &Config) -> usize {
    match config.service.inference_jobs {
        0 => std::thread::available_parallelism().map_or(1, |n| (n.get() / 2).max(1)),
        jobs => jobs as usize,
    }
}
