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
use super::problem::Problem;

/// Whether a token is asked for, and whether this browser has it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Session {
    /// none or token.
    #[schema(example = "token")]
    auth: &'static str,
    /// Whether requests are answered.
    logged_in: bool,
}

/// What logging in takes.
#[derive(Debug, Deserialize, ToSchema)]
pub struct LogIn {
    /// The token.
    token: String,
}

/// Whether a token is needed
#[utoipa::path(get, path = "/session", tag = "session", responses(
    (status = 200, body = Session),
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
        "token"
    } else {
        "none"
    };
    Json(Session {
        auth,
        logged_in: verdict == Verdict::Welcome,
    })
    .into_response()
}

/// Log in: the token becomes a cookie
#[utoipa::path(post, path = "/session", tag = "session", request_body = LogIn, responses(
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
    let log_in: LogIn = serde_json::from_value(body).map_err(|_| {
        let detail = "token: is missing; send {\"token\": \"...\"}";
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail)
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
