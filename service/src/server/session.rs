//! `/session`: the token as a cookie, for browsers.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Json;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::App;
use super::auth::{Verdict, refusal, set_cookie};
use super::extract::Document;
use super::problem::{Problem, ProblemType};

/// Whether a token is asked for, and whether this browser has it.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionStatus {
    /// Whether requests need a token.
    auth: AuthMethod,
    /// Whether requests are answered.
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

/// What logging in takes.
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
    let verdict = app.auth.judge_request(&request);
    if let Verdict::Blocked(_) = verdict
        && let Some(refused) = refusal(&verdict)
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
        logged_in: verdict == Verdict::Welcome,
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
    Document(body): Document,
) -> Result<Response, Problem> {
    let log_in: Login = serde_json::from_value(body).map_err(|_| {
        let detail = "token: is missing; send {\"token\": \"...\"}";
        Problem::new(ProblemType::InvalidRequest, detail)
    })?;
    let verdict = app.auth.judge(Some(&log_in.token), peer.ip());
    if let Some(refused) = refusal(&verdict) {
        return Ok(refused);
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    if app.auth.is_required() {
        let cookie = set_cookie(Some(&log_in.token));
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Log out
#[utoipa::path(delete, path = "/session", tag = "session", responses(
    (status = 204, description = "the cookie is gone"),
))]
pub async fn delete() -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    response
        .headers_mut()
        .insert(header::SET_COOKIE, set_cookie(None));
    response
}
