//! A change of the configuration: what was asked, what came of it, and whom it
//! concerns.

use rextrack::config::{CameraConfig, Config, ConfigError};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::store::{Store, StoreError};

/// What a change came to.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct ConfigChange {
    /// Cameras that came.
    pub added: Vec<String>,
    /// Cameras that went.
    pub removed: Vec<String>,
    /// Cameras that were changed.
    pub changed: Vec<String>,
    /// Keys that take effect when the service starts again.
    pub restart: Vec<String>,
    /// What the owner of the file has to know, such as comments that were lost.
    pub warnings: Vec<String>,
    /// The configuration's tag, for `If-Match`.
    pub etag: String,
}

/// Why a change was not made. Nothing has changed then.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// It is wrong.
    #[error(transparent)]
    Invalid(#[from] ConfigError),
    /// No camera has that id.
    #[error("there is no camera '{0}'; GET /cameras lists all cameras")]
    CameraNotFound(String),
    /// Another camera has that id.
    #[error("there is a camera '{0}' already; choose another id")]
    CameraExists(String),
    /// Somebody else changed the configuration first.
    #[error("somebody else has changed the configuration in the meantime; read it again")]
    Outdated,
    /// The file could not be written.
    #[error("{0}")]
    Write(String),
}

impl From<StoreError> for ChangeError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Config(error) => Self::Invalid(error),
            error @ StoreError::Write { .. } => Self::Write(error.to_string()),
        }
    }
}

/// A whole new configuration, as it came.
#[derive(Debug)]
pub enum NewConfig {
    /// YAML, comments and all.
    Text(String),
    /// A JSON document.
    Document(Value),
}

/// Whether a camera is another in `new` than it was in `old`, by its own keys or by
/// the sections that it shares.
pub fn concerns(old: &Config, new: &Config, camera: &CameraConfig) -> bool {
    let shared = |c: &Config| {
        let service = &c.service;
        (
            c.tracking.clone(),
            c.slots.clone(),
            c.osc.clone(),
            c.mqtt.clone(),
            service.device,
            service.models_dir.clone(),
            service.onnxruntime.clone(),
            service.allow_playlists,
        )
    };
    let before = old.cameras.iter().find(|c| c.id == camera.id);
    before != Some(camera) || shared(old) != shared(new)
}

/// The cameras of a document.
pub fn list(document: &Value) -> Option<&Vec<Value>> {
    document.get("cameras")?.as_array()
}

/// Where a camera stands in the file. One that only the environment knows cannot
/// be changed there.
pub fn position(store: &Store, id: &str) -> Result<usize, ChangeError> {
    // A camera without an id is `cam1`, as the schema says.
    let name = |camera: &Value| camera.get("id").and_then(Value::as_str).unwrap_or("cam1") == id;
    list(store.document())
        .and_then(|cameras| cameras.iter().position(name))
        .ok_or_else(|| ChangeError::CameraNotFound(id.to_owned()))
}

/// The id that a new camera is given.
pub fn id_of(camera: &Value) -> Result<String, ConfigError> {
    if !camera.is_object() {
        return Err(ConfigError::one("", "a camera must be a JSON object"));
    }
    match camera.get("id") {
        Some(Value::String(id)) => Ok(id.clone()),
        Some(_) => Err(ConfigError::one("id", "must be text")),
        None => Err(ConfigError::one(
            "id",
            "is missing; give 1 to 32 letters (a-z), digits, '_' or '-'",
        )),
    }
}

/// The error in the words of somebody who sees one camera alone.
pub fn within(mut error: ConfigError, camera: &str) -> ConfigError {
    for problem in &mut error.problems {
        if let Some(rest) = problem.path.strip_prefix(camera)
            && !camera.is_empty()
        {
            problem.path = rest.trim_start_matches('.').to_owned();
        }
    }
    error
}
