//! A change of the configuration: the request, its result, and the cameras that it
//! affects.

use rextrack::internals::config::{CameraConfig, Config, ConfigError};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::sinks;
use crate::store::{Store, StoreError};

/// The result of a change.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct ConfigChange {
    /// Cameras that were added.
    pub added: Vec<String>,
    /// Cameras that were removed.
    pub removed: Vec<String>,
    /// Cameras that were changed.
    pub changed: Vec<String>,
    /// Keys that take effect when the service starts again.
    pub restart: Vec<String>,
    /// Side effects that the owner of the file has to know, such as lost comments.
    pub warnings: Vec<String>,
    /// The configuration's tag, for `If-Match`.
    pub etag: String,
}

/// The reason why a change was not made. Nothing has changed then.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// Keys are wrong.
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

/// A whole new configuration, as the client sent it.
#[derive(Debug)]
pub enum NewConfig {
    /// YAML, with its comments.
    Text(String),
    /// A JSON document.
    Document(Value),
}

/// Whether a camera differs between two configurations, by its own keys or by the
/// sections that it shares with others.
pub fn is_affected(camera: &CameraConfig, old: &Config, new: &Config) -> bool {
    let shared = |c: &Config| {
        let service = &c.service;
        (
            c.tracking.clone(),
            c.slots.clone(),
            c.osc.clone(),
            sinks::shared_by_all_cameras(c),
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
pub fn camera_list(document: &Value) -> Option<&Vec<Value>> {
    document.get("cameras")?.as_array()
}

/// A camera's index in the file. A camera that only the environment defines has none,
/// and cannot be changed.
pub fn camera_index(store: &Store, id: &str) -> Result<usize, ChangeError> {
    // A camera without an id is `cam1`, as the schema says.
    let has_id = |camera: &Value| camera.get("id").and_then(Value::as_str).unwrap_or("cam1") == id;
    camera_list(store.document())
        .and_then(|cameras| cameras.iter().position(has_id))
        .ok_or_else(|| ChangeError::CameraNotFound(id.to_owned()))
}

/// The id of a new camera.
pub fn camera_id(camera: &Value) -> Result<String, ConfigError> {
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

/// The error with paths relative to the camera at `prefix`, for a client that sent that
/// camera alone.
pub fn relative_to_camera(mut error: ConfigError, prefix: &str) -> ConfigError {
    for issue in &mut error.issues {
        if let Some(rest) = issue.path.strip_prefix(prefix)
            && !prefix.is_empty()
        {
            issue.path = rest.trim_start_matches('.').to_owned();
        }
    }
    error
}
