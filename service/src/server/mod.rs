//! The web server: REST, WebSockets and the panel on top of the manager.
//!
//! Every request passes the same gates, outermost first: security headers, `Host`
//! and `Origin` ([`guard`]), token ([`auth`]), sizes and times. Handlers that may
//! wait for the disk or a camera run on the blocking threads.

pub mod auth;
mod cameras;
mod config;
mod extract;
mod guard;
mod health;
mod listen;
mod logs;
mod messages;
mod metrics;
mod models;
mod openapi;
mod osc_monitor;
mod panel;
mod preview;
mod probe;
mod problem;
mod session;
mod telemetry;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware;
use axum::response::IntoResponse;
use axum::routing::get;
use tower_http::timeout::TimeoutLayer;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::manager::Manager;
use auth::Auth;
use guard::Hosts;
pub use listen::bind;
use problem::{Problem, ProblemType};

/// Largest body of a request; a configuration of hundreds of cameras fits.
const BODY_MAX: usize = 1024 * 1024;
/// How long a request may take; probing a camera takes up to 15 s.
const REQUEST_TIME: Duration = Duration::from_secs(30);

/// What handlers share.
pub struct App {
    /// The cameras.
    pub manager: Arc<Manager>,
    /// Who may come in.
    pub auth: Auth,
    /// By which names we are called.
    pub hosts: Hosts,
    /// Turns at trying addresses out.
    probes: Arc<tokio::sync::Semaphore>,
    /// Memory and processor of this process.
    process: metrics::Process,
}

impl App {
    /// The service around a manager.
    pub fn new(manager: Arc<Manager>, auth: Auth, hosts: Hosts) -> Arc<Self> {
        Arc::new(Self {
            manager,
            auth,
            hosts,
            probes: Arc::new(tokio::sync::Semaphore::new(probe::AT_ONCE)),
            process: metrics::Process::default(),
        })
    }
}

/// The names by which the service may be called.
pub fn hosts(config: &rextrack::config::ServiceConfig) -> Hosts {
    Hosts::new(config)
}

/// Everything that the service answers.
pub fn router(app: Arc<App>) -> Router {
    let (api, document) = api().split_for_parts();
    let document = Arc::new(openapi::complete(&document));
    let served = Arc::clone(&document);
    let api = api
        .route(
            "/openapi.json",
            get(move || async move { openapi::answer(&served) }),
        )
        .fallback(no_such_path)
        .method_not_allowed_fallback(no_such_method);
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
            REQUEST_TIME,
        ))
        // Sockets live on.
        .merge(sockets)
        .fallback(panel::serve)
        .method_not_allowed_fallback(no_such_method)
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .layer(middleware::from_fn_with_state(
            Arc::clone(&app),
            auth::require,
        ))
        .layer(middleware::from_fn_with_state(
            Arc::clone(&app),
            guard::check,
        ))
        .with_state(app)
}

/// The OpenAPI document of the API.
pub fn document() -> serde_json::Value {
    openapi::complete(&api().split_for_parts().1)
}

/// The REST part, with its description.
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

async fn no_such_path() -> impl IntoResponse {
    Problem::new(
        ProblemType::PathNotFound,
        "nothing has this path; /api/v1/openapi.json lists all paths",
    )
}

async fn no_such_method() -> impl IntoResponse {
    Problem::new(
        ProblemType::MethodNotAllowed,
        "this path does not allow this method; the Allow header lists those that it allows",
    )
}
