//! `/session`: the token as a cookie, for browsers.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Json;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::app::App;
use super::auth::{AuthResult, refusal, set_cookie};
use super::extractors::JsonBody;
use super::problem::{Problem, ProblemType};

/// Whether requests need a token, and whether this browser has it.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionStatus {
    /// Whether requests need a token.
    auth: AuthMethod,
    /// Whether this browser needs no token or has the right one.
    logged_in: bool,
}

/// How requests are authenticated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum AuthMethod {
    /// Not at all.
    None,
    /// By a token.
    Token,
}

/// A login.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Login {
    /// The token.
    token: String,
}

/// Whether a token is needed
#[utoipa::path(get, path = "/session", tag = "session", responses(
    (status = 200, body = SessionStatus),
    (status = 429, body = Problem, content_type = "application/problem+json"),
))]
pub async fn get(State(app): State<Arc<App>>, request: Request) -> Response {
    let result = app.auth.authenticate_request(&request);
    if let AuthResult::Blocked(_) = result
        && let Some(refused) = refusal(&result)
    {
        return refused;
    }
    let auth = if app.auth.is_required() {
        AuthMethod::Token
    } else {
        AuthMethod::None
    };
    Json(SessionStatus {
        auth,
        logged_in: result == AuthResult::Allowed,
    })
    .into_response()
}

/// Log in: the token becomes a cookie
#[utoipa::path(post, path = "/session", tag = "session", request_body = Login, responses(
    (status = 204, description = "logged in; the cookie is set"),
    (status = 400, body = Problem, content_type = "application/problem+json"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 413, body = Problem, content_type = "application/problem+json"),
    (status = 415, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json"),
    (status = 429, body = Problem, content_type = "application/problem+json"),
))]
pub async fn post(
    State(app): State<Arc<App>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let login: Login = serde_json::from_value(body).map_err(|_| {
        let detail = "token: is missing; send {\"token\": \"...\"}";
        Problem::new(ProblemType::InvalidRequest, detail)
    })?;
    let result = app.auth.authenticate(Some(&login.token), peer.ip());
    if let Some(refused) = refusal(&result) {
        return Ok(refused);
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    if app.auth.is_required() {
        let cookie = set_cookie(Some(&login.token));
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Log out
#[utoipa::path(delete, path = "/session", tag = "session", responses(
    (status = 204, description = "logged out; the cookie is deleted"),
))]
pub async fn delete() -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    response
        .headers_mut()
        .insert(header::SET_COOKIE, set_cookie(None));
    response
}
