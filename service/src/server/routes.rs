//! The routes, and the layers around them.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware;
use axum::response::IntoResponse;
use axum::routing::get;
use serde_json::Value;
use tower_http::timeout::TimeoutLayer;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::app::App;
use super::problem::{Problem, ProblemType};
use super::{
    cameras, config, health, layers, logs, metrics, models, openapi, osc_monitor, panel, preview,
    probe, session, telemetry,
};

/// Largest body of a request; a configuration of hundreds of cameras fits.
const BODY_MAX: usize = 1024 * 1024;
/// How long a request may take; probing a camera takes up to 15 s.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// All routes of the service.
pub fn router(app: Arc<App>) -> Router {
    let (api, document) = api().split_for_parts();
    let document = Arc::new(openapi::complete(&document));
    let served = Arc::clone(&document);
    let api = api
        .route(
            "/openapi.json",
            get(move || async move { openapi::answer(&served) }),
        )
        .fallback(path_not_found)
        .method_not_allowed_fallback(method_not_allowed);
    let sockets = Router::new()
        .route("/ws/telemetry", get(telemetry::open))
        .route("/ws/preview/{id}", get(preview::open))
        .route("/ws/osc/{id}", get(osc_monitor::open));
    let root = Router::new()
        .route("/health", get(health::get))
        .route("/metrics", get(metrics::get));
    Router::new()
        .nest("/api/v1", api)
        .merge(root)
        .layer(TimeoutLayer::with_status_code(
            StatusCode::REQUEST_TIMEOUT,
            REQUEST_TIMEOUT,
        ))
        // WebSockets have no timeout.
        .merge(sockets)
        .fallback(panel::serve)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .layer(middleware::from_fn_with_state(
            Arc::clone(&app),
            layers::require_token,
        ))
        .layer(middleware::from_fn_with_state(
            Arc::clone(&app),
            layers::check_host_and_origin,
        ))
        .with_state(app)
}

/// The OpenAPI document of the API.
pub fn document() -> Value {
    openapi::complete(&api().split_for_parts().1)
}

/// The REST API with its description.
fn api() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::with_openapi(openapi::head())
        .routes(routes!(health::get))
        .routes(routes!(metrics::get))
        .routes(routes!(session::get, session::post, session::delete))
        .routes(routes!(config::get, config::put))
        .routes(routes!(config::schema))
        .routes(routes!(config::check))
        .routes(routes!(config::reload))
        .routes(routes!(cameras::list, cameras::add))
        .routes(routes!(probe::post))
        .routes(routes!(cameras::get, cameras::patch, cameras::delete))
        .routes(routes!(cameras::start))
        .routes(routes!(cameras::stop))
        .routes(routes!(cameras::reset))
        .routes(routes!(cameras::picture))
        .routes(routes!(cameras::events))
        .routes(routes!(models::list))
        .routes(routes!(logs::list))
}

async fn path_not_found() -> impl IntoResponse {
    Problem::new(
        ProblemType::PathNotFound,
        "nothing has this path; /api/v1/openapi.json lists all paths",
    )
}

async fn method_not_allowed() -> impl IntoResponse {
    Problem::new(
        ProblemType::MethodNotAllowed,
        "this path does not allow this method; the Allow header lists those that it allows",
    )
}
