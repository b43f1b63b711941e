//! `/models`: the possible values of `tracking.model`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use rextrack::internals::detect;
use serde::Serialize;
use utoipa::ToSchema;

use super::app::App;
use super::problem::{AuthErrors, Problem};

/// The models that can be used.
#[derive(Debug, Serialize, ToSchema)]
pub struct Models {
    /// The folder of the model files.
    models_dir: String,
    /// Sorted by name.
    models: Vec<Model>,
}

/// A model.
#[derive(Debug, Serialize, ToSchema)]
pub struct Model {
    /// Its name, for `tracking.model`.
    name: String,
    /// The file's name; null for a built-in model.
    #[schema(required)]
    file: Option<String>,
    /// Size of the file in bytes.
    size_bytes: u64,
    /// Its family, such as yolov8; null until a camera has loaded it.
    #[schema(required)]
    family: Option<String>,
    /// The licence that the file states.
    #[schema(required)]
    licence: Option<String>,
    /// Whether the file has to be exported to ONNX first.
    needs_export: bool,
    /// Cameras that use it.
    in_use: Vec<String>,
}

/// The models that can be used
#[utoipa::path(get, path = "/models", tag = "service", responses(
    (status = 200, body = Models),
    AuthErrors,
))]
pub async fn list(State(app): State<Arc<App>>) -> Result<Json<Models>, Problem> {
    let work = tokio::task::spawn_blocking(move || {
        let service = app.manager.config().service.clone();
        let loaded: Vec<_> = app
            .manager
            .cameras()
            .iter()
            .filter_map(|camera| Some((camera.id.clone(), camera.pipeline()?.detector()?)))
            .collect();
        let models = detect::list_models(&service).into_iter().map(|entry| {
            let is_same = |model: &str| {
                let path = entry.path.as_deref();
                model == entry.name || path.is_some_and(|p| p == std::path::Path::new(model))
            };
            let users: Vec<_> = loaded.iter().filter(|(_, d)| is_same(&d.model)).collect();
            let info = users.first().map(|(_, detector)| detector);
            let stated = entry.path.as_deref().and_then(detect::model::licence);
            Model {
                family: info.map(|d| d.family.clone()),
                licence: info.and_then(|d| d.licence.clone()).or(stated),
                in_use: users.iter().map(|(id, _)| id.clone()).collect(),
                file: (entry.path.as_deref())
                    .and_then(|p| Some(p.file_name()?.to_string_lossy().into_owned())),
                name: entry.name,
                size_bytes: entry.size_bytes,
                needs_export: entry.needs_export,
            }
        });
        Models {
            models: models.collect(),
            models_dir: service.models_dir.display().to_string(),
        }
    });
    work.await.map(Json).map_err(Problem::internal)
}
