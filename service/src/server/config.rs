//! `/config`: reads, checks, replaces and reloads the configuration file.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::app::App;
use super::blocking::blocking;
use super::extractors::ConfigBody;
use super::problem::{AuthErrors, BodyErrors, ConfigErrors, KeyError, Problem, key_errors};
use crate::manager::{ChangeError, ConfigChange, NewConfig, policy};
use crate::store::hide;

/// The result of checking a change.
#[derive(Debug, Serialize, ToSchema)]
pub struct CheckResult {
    /// Whether it is valid.
    ok: bool,
    /// The keys at fault.
    errors: Vec<KeyError>,
    /// The file's text now, passwords as ***.
    before: String,
    /// The file's text after the change; null if it is not valid.
    #[schema(required)]
    after: Option<String>,
}

/// The configuration file
#[utoipa::path(get, path = "/config", tag = "config", responses(
    (status = 200, description = "as JSON, or the file's own text with `Accept: application/yaml`; \
        passwords are ***", content((serde_json::Value = "application/json"),
        (String = "application/yaml")), headers(("ETag" = String))),
    AuthErrors,
))]
pub async fn get(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    let accept = headers.get(header::ACCEPT).and_then(|a| a.to_str().ok());
    let (etag, text, document) = app
        .manager
        .file
        .with_store(|store| (store.etag(), store.shown_text(), hide(store.document())));
    let etag = [(header::ETAG, format!("\"{etag}\""))];
    if accept.is_some_and(|accept| accept.contains("yaml")) {
        let kind = [(header::CONTENT_TYPE, "application/yaml")];
        return (etag, kind, text).into_response();
    }
    (etag, Json(document)).into_response()
}

/// Replace the configuration file
#[utoipa::path(put, path = "/config", tag = "config",
    request_body(description = "the whole configuration; *** stands for the password in use",
        content((ref("#/components/schemas/ConfigFile") = "application/json"), (String = "application/yaml"))),
    params(("If-Match" = Option<String>, Header, description = "the ETag of the configuration that you read")),
    responses(
    (status = 200, body = ConfigChange),
    BodyErrors,
    AuthErrors,
    (status = 412, body = Problem, content_type = "application/problem+json"),
    ConfigErrors,
))]
pub async fn put(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    ConfigBody(new): ConfigBody,
) -> Result<Response, Problem> {
    let etag = headers.get(header::IF_MATCH).and_then(|v| v.to_str().ok());
    let etag = etag.filter(|etag| *etag != "*");
    let etag = etag.map(|etag| etag.trim_start_matches("W/").trim_matches('"').to_owned());
    let applied = blocking(move || app.manager.file.replace(new, etag.as_deref())).await?;
    let tag = [(header::ETAG, format!("\"{}\"", applied.etag))];
    Ok((tag, Json(applied)).into_response())
}

/// JSON Schema of the configuration; keys that only the file can change are `readOnly`
#[utoipa::path(get, path = "/config/schema", tag = "config", responses(
    (status = 200, body = serde_json::Value),
    AuthErrors,
))]
pub async fn schema() -> Response {
    let mut schema = rextrack::internals::pipeline::schema();
    policy::mark_read_only(&mut schema);
    Json(schema).into_response()
}

/// Check a configuration without changing anything
#[utoipa::path(post, path = "/config/check", tag = "config",
    request_body(content((ref("#/components/schemas/ConfigFile") = "application/json"), (String = "application/yaml"))),
    responses(
    (status = 200, body = CheckResult),
    BodyErrors,
    AuthErrors,
))]
pub async fn check(
    State(app): State<Arc<App>>,
    ConfigBody(new): ConfigBody,
) -> Result<Json<CheckResult>, Problem> {
    blocking(move || check_now(&app, new)).await.map(Json)
}

fn check_now(app: &App, new: NewConfig) -> Result<CheckResult, ChangeError> {
    app.manager.file.with_store(|store| {
        let before = store.shown_text();
        match app.manager.file.check(store, new) {
            Ok(pending) => Ok(CheckResult {
                ok: true,
                errors: Vec::new(),
                before,
                after: Some(pending.shown_text()),
            }),
            Err(ChangeError::Invalid(error)) => Ok(CheckResult {
                ok: false,
                errors: key_errors(&error),
                before,
                after: None,
            }),
            Err(other) => Err(other),
        }
    })
}

/// Read the configuration file again
#[utoipa::path(post, path = "/config/reload", tag = "config", responses(
    (status = 200, body = ConfigChange),
    AuthErrors,
    (status = 422, body = Problem, content_type = "application/problem+json",
        description = "the file has an error; nothing has changed"),
))]
pub async fn reload(State(app): State<Arc<App>>) -> Result<Json<ConfigChange>, Problem> {
    blocking(move || app.manager.file.reload()).await.map(Json)
}
