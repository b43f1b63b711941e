//! `/cameras`: lists, adds, changes and removes cameras.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use rextrack::internals::sink::picture;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use super::app::App;
use super::blocking::blocking;
use super::extractors::{ApiQuery, CameraPath, JsonBody};
use super::problem::{AuthErrors, BodyErrors, ConfigErrors, Problem, ProblemType};
use crate::manager::ChangeError;
use crate::manager::camera::Camera;
use crate::manager::camera_event::CameraEvent;
use crate::manager::preview::width_for;
use crate::manager::status::CameraStatus;
use crate::store::hide;

/// All cameras.
#[derive(Debug, Serialize, ToSchema)]
pub struct Cameras {
    /// In the order of the file.
    cameras: Vec<CameraStatus>,
}

/// A camera with its configuration and status.
#[derive(Debug, Serialize, ToSchema)]
pub struct CameraView {
    /// Its configuration, the password as ***.
    #[schema(schema_with = crate::schema::resolved_camera)]
    config: Value,
    /// The settings that it runs on, overrides applied.
    effective: EffectiveConfig,
    /// Its status.
    status: CameraStatus,
}

/// The settings that a camera runs on.
#[derive(Debug, Serialize, ToSchema)]
pub struct EffectiveConfig {
    /// Detection and tracking.
    #[schema(schema_with = crate::schema::resolved_tracking)]
    tracking: Value,
    /// Slots.
    #[schema(schema_with = crate::schema::resolved_slots)]
    slots: Value,
    /// OSC output; null if it is off.
    #[schema(schema_with = crate::schema::resolved_osc)]
    osc: Value,
}

/// Recent events of a camera.
#[derive(Debug, Serialize, ToSchema)]
pub struct Events {
    /// Oldest first.
    events: Vec<CameraEvent>,
}

/// Parameters of a picture.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PictureQuery {
    /// Width in pixels; rounded up, and never above the frame's own.
    width: Option<u32>,
    /// Whether slots are drawn into it.
    #[serde(default)]
    #[param(required = false)]
    annotated: bool,
}

fn view(app: &App, camera: &Camera) -> CameraView {
    let config = app.manager.config();
    let mut own = camera
        .config()
        .map(|c| serde_json::to_value(c).unwrap_or_default())
        .unwrap_or_default();
    own = hide(&json!({ "cameras": [own] }))["cameras"][0].take();
    let pipeline = camera
        .config()
        .and_then(|c| config.pipeline(&c, "").ok())
        .map(|p| p.to_json(false))
        .unwrap_or_default();
    let part = |name: &str| pipeline.get(name).cloned().unwrap_or_default();
    CameraView {
        config: own,
        effective: EffectiveConfig {
            tracking: part("tracking"),
            slots: part("slots"),
            osc: part("osc"),
        },
        status: camera.status(),
    }
}

/// Makes a change and answers with the changed camera.
async fn changed(
    app: Arc<App>,
    change: impl FnOnce(&App) -> Result<Arc<Camera>, ChangeError> + Send + 'static,
) -> Result<CameraView, Problem> {
    blocking(move || change(&app).map(|camera| view(&app, &camera))).await
}

/// All cameras
#[utoipa::path(get, path = "/cameras", tag = "cameras", responses(
    (status = 200, body = Cameras),
    AuthErrors,
))]
pub async fn list(State(app): State<Arc<App>>) -> Json<Cameras> {
    let cameras = app.manager.cameras();
    Json(Cameras {
        cameras: cameras.iter().map(|camera| camera.status()).collect(),
    })
}

/// Add a camera
#[utoipa::path(post, path = "/cameras", tag = "cameras", 
    request_body(content_type = "application/json", content = ref("#/components/schemas/CameraConfig")), responses(
    (status = 201, body = CameraView, headers(("Location" = String))),
    BodyErrors,
    AuthErrors,
    (status = 409, body = Problem, content_type = "application/problem+json",
        description = "the id is taken"),
    ConfigErrors,
))]
pub async fn add(
    State(app): State<Arc<App>>,
    JsonBody(camera): JsonBody,
) -> Result<Response, Problem> {
    let view = changed(app, move |app| app.manager.file.add_camera(camera)).await?;
    let location = format!("/api/v1/cameras/{}", view.status.id);
    let headers = [(header::LOCATION, location)];
    Ok((StatusCode::CREATED, headers, Json(view)).into_response())
}

/// One camera
#[utoipa::path(get, path = "/cameras/{id}", tag = "cameras",
    params(("id" = String, Path, description = "the camera's id")), responses(
    (status = 200, body = CameraView),
    AuthErrors,
    (status = 404, body = Problem, content_type = "application/problem+json"),
))]
pub async fn get(State(app): State<Arc<App>>, id: CameraPath) -> Result<Json<CameraView>, Problem> {
    let camera = id.find(&app.manager)?;
    Ok(Json(view(&app, &camera)))
}

/// Change a camera by an RFC 7396 merge patch
#[utoipa::path(patch, path = "/cameras/{id}", tag = "cameras",
    params(("id" = String, Path, description = "the camera's id")),
    request_body(content_type = "application/json", content = ref("#/components/schemas/CameraPatch")), responses(
    (status = 200, body = CameraView),
    BodyErrors,
    AuthErrors,
    (status = 404, body = Problem, content_type = "application/problem+json"),
    ConfigErrors,
))]
pub async fn patch(
    State(app): State<Arc<App>>,
    id: CameraPath,
    JsonBody(patch): JsonBody,
) -> Result<Json<CameraView>, Problem> {
    changed(app, move |app| app.manager.file.patch_camera(&id.0, patch))
        .await
        .map(Json)
}

/// Remove a camera
#[utoipa::path(delete, path = "/cameras/{id}", tag = "cameras",
    params(("id" = String, Path, description = "the camera's id")), responses(
    (status = 204, description = "it is removed"),
    AuthErrors,
    (status = 404, body = Problem, content_type = "application/problem+json"),
    ConfigErrors,
))]
pub async fn delete(State(app): State<Arc<App>>, id: CameraPath) -> Result<StatusCode, Problem> {
    blocking(move || app.manager.file.remove_camera(&id.0)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Start a camera; it stays enabled
#[utoipa::path(post, path = "/cameras/{id}/start", tag = "cameras",
    params(("id" = String, Path, description = "the camera's id")), responses(
    (status = 200, body = CameraView),
    AuthErrors,
    (status = 404, body = Problem, content_type = "application/problem+json"),
    ConfigErrors,
))]
pub async fn start(
    State(app): State<Arc<App>>,
    id: CameraPath,
) -> Result<Json<CameraView>, Problem> {
    enable(app, id, true).await
}

/// Stop a camera; it stays disabled
#[utoipa::path(post, path = "/cameras/{id}/stop", tag = "cameras",
    params(("id" = String, Path, description = "the camera's id")), responses(
    (status = 200, body = CameraView),
    AuthErrors,
    (status = 404, body = Problem, content_type = "application/problem+json"),
    ConfigErrors,
))]
pub async fn stop(
    State(app): State<Arc<App>>,
    id: CameraPath,
) -> Result<Json<CameraView>, Problem> {
    enable(app, id, false).await
}

async fn enable(app: Arc<App>, id: CameraPath, enabled: bool) -> Result<Json<CameraView>, Problem> {
    let patch = json!({ "enabled": enabled });
    changed(app, move |app| app.manager.file.patch_camera(&id.0, patch))
        .await
        .map(Json)
}

/// Release all slots of a camera
#[utoipa::path(post, path = "/cameras/{id}/reset", tag = "cameras",
    params(("id" = String, Path, description = "the camera's id")), responses(
    (status = 204, description = "the next frame assigns slots again, from p1 on"),
    AuthErrors,
    (status = 404, body = Problem, content_type = "application/problem+json"),
))]
pub async fn reset(State(app): State<Arc<App>>, id: CameraPath) -> Result<StatusCode, Problem> {
    if let Some(pipeline) = id.find(&app.manager)?.pipeline() {
        pipeline.reset_slots();
    }
    Ok(StatusCode::NO_CONTENT)
}

/// The newest picture of a camera
#[utoipa::path(get, path = "/cameras/{id}/picture.jpg", tag = "cameras",
    params(("id" = String, Path, description = "the camera's id"), PictureQuery), responses(
    (status = 200, description = "a JPEG", content_type = "image/jpeg", body = Vec<u8>),
    (status = 400, body = Problem, content_type = "application/problem+json"),
    AuthErrors,
    (status = 404, body = Problem, content_type = "application/problem+json"),
))]
pub async fn picture(
    State(app): State<Arc<App>>,
    id: CameraPath,
    ApiQuery(query): ApiQuery<PictureQuery>,
) -> Result<Response, Problem> {
    let none = || {
        let detail = "the camera has no picture yet; its status says why";
        Problem::new(ProblemType::NoPicture, detail)
    };
    let pipeline = id.find(&app.manager)?.pipeline().ok_or_else(none)?;
    let width = query.width.map_or(u32::MAX, width_for);
    let encoded = tokio::task::spawn_blocking(move || {
        let frame = pipeline
            .preview(query.annotated)
            .map_err(|e| e.to_string())?;
        let jpeg = frame.map(|frame| picture::jpeg(&frame, width, 85));
        jpeg.transpose().map_err(|e| e.to_string())
    });
    let encoded = encoded.await.map_err(Problem::internal)?;
    let bytes = encoded.map_err(Problem::internal)?.ok_or_else(none)?;
    let headers = [
        (header::CONTENT_TYPE, "image/jpeg"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, bytes).into_response())
}

/// Recent events of a camera
#[utoipa::path(get, path = "/cameras/{id}/events", tag = "cameras",
    params(("id" = String, Path, description = "the camera's id")), responses(
    (status = 200, body = Events),
    AuthErrors,
    (status = 404, body = Problem, content_type = "application/problem+json"),
))]
pub async fn events(State(app): State<Arc<App>>, id: CameraPath) -> Result<Json<Events>, Problem> {
    let events = id.find(&app.manager)?.events();
    Ok(Json(Events { events }))
}
