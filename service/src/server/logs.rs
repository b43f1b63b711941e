//! `/logs`: the newest lines of the log.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use super::problem::AuthErrors;
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
    AuthErrors,
))]
pub async fn list() -> Json<Logs> {
    Json(Logs {
        lines: logging::newest(),
    })
}
