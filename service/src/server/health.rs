//! `/health`: the state of the service, for monitoring.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use rextrack::internals::flow::SourceState;
use serde::Serialize;
use utoipa::ToSchema;

use super::app::App;
use super::problem::AuthErrors;

/// State of the service.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// The overall state.
    status: HealthStatus,
    /// Version of rextrack.
    version: &'static str,
    /// This machine's name in messages.
    node: String,
    /// Seconds since the start.
    uptime_s: f64,
    /// The cameras.
    cameras: CameraCounts,
    /// The configuration file.
    config: ConfigHealth,
}

/// The overall state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum HealthStatus {
    /// Every enabled camera is live.
    Ok,
    /// An enabled camera is not live, or the configuration file has an error.
    Degraded,
    /// An enabled camera cannot work until its configuration changes.
    Failed,
}

/// How many cameras are in which state.
#[derive(Debug, Serialize, ToSchema)]
pub struct CameraCounts {
    /// All cameras.
    total: usize,
    /// Enabled cameras.
    enabled: usize,
    /// Cameras whose frames arrive.
    live: usize,
    /// Enabled cameras that cannot work until their configuration changes.
    failed: usize,
}

/// The configuration file.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConfigHealth {
    /// Where it is, or will be.
    path: String,
    /// Whether it exists.
    saved: bool,
    /// Why its present content is not in force.
    #[schema(required)]
    problem: Option<String>,
}

/// State of the service
#[utoipa::path(get, path = "/health", tag = "service", responses(
    (status = 200, body = Health),
    AuthErrors,
    (status = 503, body = Health, description = "a camera cannot work until its configuration changes"),
))]
pub async fn get(State(app): State<Arc<App>>) -> Response {
    let statuses: Vec<_> = app
        .manager
        .cameras()
        .iter()
        .map(|c| c.enabled_and_state())
        .collect();
    let count = |wanted: fn(&(bool, SourceState)) -> bool| {
        statuses.iter().filter(|status| wanted(status)).count()
    };
    let cameras = CameraCounts {
        total: statuses.len(),
        enabled: count(|(enabled, _)| *enabled),
        live: count(|(_, state)| *state == SourceState::Live),
        failed: count(|(enabled, state)| *enabled && *state == SourceState::Failed),
    };
    let is_ok = |(enabled, state): &(bool, SourceState)| {
        !enabled || matches!(state, SourceState::Live | SourceState::Ended)
    };
    let problem = app.manager.file.problem();
    let status = if cameras.failed > 0 {
        HealthStatus::Failed
    } else if problem.is_some() || !statuses.iter().all(is_ok) {
        HealthStatus::Degraded
    } else {
        HealthStatus::Ok
    };
    let code = match status {
        HealthStatus::Failed => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::OK,
    };
    let health = Health {
        status,
        version: env!("CARGO_PKG_VERSION"),
        node: app.manager.node().to_owned(),
        uptime_s: app.manager.uptime().as_secs_f64(),
        cameras,
        config: ConfigHealth {
            path: app.manager.file.path().display().to_string(),
            saved: app.manager.file.is_saved(),
            problem,
        },
    };
    (code, Json(health)).into_response()
}
