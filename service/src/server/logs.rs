//! `/logs`: the newest lines of the log.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use super::problem::Problem;
use crate::logging::{self, LogLine};

/// The newest lines.
#[derive(Debug, Serialize, ToSchema)]
pub struct Logs {
    /// Oldest first.
    lines: Vec<LogLine>,
}

/// The newest lines of the log
#[utoipa::path(get, path = "/logs", tag = "service", responses(
    (status = 200, body = Logs),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 429, body = Problem, content_type = "application/problem+json"),
))]
pub async fn list() -> Json<Logs> {
    Json(Logs {
        lines: logging::newest(),
    })
}
