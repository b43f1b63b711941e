//! Errors as RFC 9457 problem documents.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rextrack::config::ConfigError;
use serde::Serialize;
use utoipa::{IntoResponses, ToSchema};

use crate::manager::ChangeError;

/// Why a request was not answered as it wished. Holds no password.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Problem {
    /// Always `about:blank`: the status says what kind it is.
    #[schema(example = "about:blank")]
    r#type: &'static str,
    /// The status in words.
    title: String,
    /// The HTTP status.
    status: u16,
    /// What is at fault, and the remedy.
    detail: String,
    /// The keys at fault, if some are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    errors: Vec<KeyError>,
    #[serde(skip)]
    retry_after_s: Option<u64>,
}

/// A key at fault.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct KeyError {
    /// Its place, such as `cameras[1].stream`.
    pub path: String,
    /// What is wrong with it, and what would be right.
    pub message: String,
}

impl Problem {
    /// A problem of that status.
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            r#type: "about:blank",
            title: status.canonical_reason().unwrap_or("Error").to_owned(),
            status: status.as_u16(),
            detail: detail.into(),
            errors: Vec::new(),
            retry_after_s: None,
        }
    }

    /// Says when to try again.
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    /// A defect of ours, or a machine that is out of something.
    pub fn internal(detail: impl std::fmt::Display) -> Self {
        log::error!("a request failed: {detail}");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, detail.to_string())
    }
}

/// The keys at fault in a configuration.
pub fn key_errors(error: &ConfigError) -> Vec<KeyError> {
    let problems = error.problems.iter();
    problems
        .map(|p| KeyError {
            path: p.path.clone(),
            message: p.message.clone(),
        })
        .collect()
}

impl From<ConfigError> for Problem {
    fn from(error: ConfigError) -> Self {
        Self {
            errors: key_errors(&error),
            ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, error.to_string())
        }
    }
}

impl From<ChangeError> for Problem {
    fn from(error: ChangeError) -> Self {
        let detail = error.to_string();
        match error {
            ChangeError::Invalid(error) => error.into(),
            ChangeError::NoCamera(_) => Self::new(StatusCode::NOT_FOUND, detail),
            ChangeError::Taken(_) => Self::new(StatusCode::CONFLICT, detail),
            ChangeError::Outdated => Self::new(StatusCode::PRECONDITION_FAILED, detail),
            ChangeError::Write(_) => Self::new(StatusCode::INSUFFICIENT_STORAGE, detail),
        }
    }
}

/// What every request may come to that is not at the door.
#[derive(IntoResponses)]
#[allow(dead_code)] // For the description alone.
pub enum Guarded {
    /// No token, or a wrong one
    #[response(status = 401, content_type = "application/problem+json")]
    Unauthorised(Problem),
    /// Too many wrong tokens
    #[response(status = 429, content_type = "application/problem+json")]
    TooMany(Problem),
}

/// What every request with a body may come to.
#[derive(IntoResponses)]
#[allow(dead_code)] // For the description alone.
pub enum Sent {
    /// The body cannot be read
    #[response(status = 400, content_type = "application/problem+json")]
    Unreadable(Problem),
    /// The body is too large
    #[response(status = 413, content_type = "application/problem+json")]
    TooLarge(Problem),
    /// The body is of another type
    #[response(status = 415, content_type = "application/problem+json")]
    OtherType(Problem),
}

/// What every change of the configuration may come to.
#[derive(IntoResponses)]
#[allow(dead_code)] // For the description alone.
pub enum Changing {
    /// Keys are wrong
    #[response(status = 422, content_type = "application/problem+json")]
    Wrong(Problem),
    /// The disk does not take it
    #[response(status = 507, content_type = "application/problem+json")]
    Unsaved(Problem),
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let retry = self.retry_after_s;
        let mut response = (status, Json(self)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if let Some(seconds) = retry {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
