//! Errors as RFC 9457 problem documents.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rextrack::internals::config::ConfigError;
use serde::Serialize;
use utoipa::{IntoResponses, ToSchema};

use crate::manager::ChangeError;

/// The kinds of problems. Programs compare these names, which stay; the words of
/// `detail` may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub enum ProblemType {
    /// 400: the body is not JSON or not UTF-8 text, or a section has a key twice.
    #[serde(rename = "/problems/invalid-body")]
    InvalidBody,
    /// 400: the query has a parameter of the wrong type.
    #[serde(rename = "/problems/invalid-query")]
    InvalidQuery,
    /// 401: the request has no token, or a wrong one.
    #[serde(rename = "/problems/unauthorized")]
    Unauthorized,
    /// 403: the `Origin` header names another page.
    #[serde(rename = "/problems/foreign-origin")]
    ForeignOrigin,
    /// 404: no resource has this path.
    #[serde(rename = "/problems/path-not-found")]
    PathNotFound,
    /// 404: no camera has this id.
    #[serde(rename = "/problems/camera-not-found")]
    CameraNotFound,
    /// 404: the camera has no picture yet.
    #[serde(rename = "/problems/no-picture")]
    NoPicture,
    /// 405: the path does not allow the method.
    #[serde(rename = "/problems/method-not-allowed")]
    MethodNotAllowed,
    /// 409: another camera has this id.
    #[serde(rename = "/problems/camera-exists")]
    CameraExists,
    /// 412: the configuration changed after the client read it.
    #[serde(rename = "/problems/config-changed")]
    ConfigChanged,
    /// 413: the body is too large.
    #[serde(rename = "/problems/body-too-large")]
    BodyTooLarge,
    /// 415: the body is of another type.
    #[serde(rename = "/problems/unsupported-media-type")]
    UnsupportedMediaType,
    /// 421: the `Host` header names another host.
    #[serde(rename = "/problems/host-not-allowed")]
    HostNotAllowed,
    /// 422: keys of the configuration are wrong; `errors` lists them.
    #[serde(rename = "/problems/invalid-config")]
    InvalidConfig,
    /// 422: the body lacks a key, or has an unknown or wrong one.
    #[serde(rename = "/problems/invalid-request")]
    InvalidRequest,
    /// 429: too many wrong tokens came from this address.
    #[serde(rename = "/problems/too-many-wrong-tokens")]
    TooManyWrongTokens,
    /// 429: too many probes are running.
    #[serde(rename = "/problems/too-many-probes")]
    TooManyProbes,
    /// 500: the service has a defect, or the machine lacks something.
    #[serde(rename = "/problems/internal")]
    Internal,
    /// 507: the configuration file could not be written.
    #[serde(rename = "/problems/not-saved")]
    NotSaved,
}

impl ProblemType {
    fn status(self) -> StatusCode {
        match self {
            Self::InvalidBody | Self::InvalidQuery => StatusCode::BAD_REQUEST,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::ForeignOrigin => StatusCode::FORBIDDEN,
            Self::PathNotFound | Self::CameraNotFound | Self::NoPicture => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::CameraExists => StatusCode::CONFLICT,
            Self::ConfigChanged => StatusCode::PRECONDITION_FAILED,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::HostNotAllowed => StatusCode::MISDIRECTED_REQUEST,
            Self::InvalidConfig | Self::InvalidRequest => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooManyWrongTokens | Self::TooManyProbes => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::NotSaved => StatusCode::INSUFFICIENT_STORAGE,
        }
    }
}

/// The reason why a request failed. It holds no password.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Problem {
    /// What kind of problem it is, for programs.
    r#type: ProblemType,
    /// The HTTP status in words.
    title: String,
    /// The HTTP status.
    status: u16,
    /// What is at fault, and the remedy, for people.
    detail: String,
    /// The keys at fault, if there are any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    errors: Vec<KeyError>,
    #[serde(skip)]
    retry_after_s: Option<u64>,
}

/// A key at fault.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct KeyError {
    /// Its place in the document that was sent, such as `cameras[1].stream`.
    pub path: String,
    /// What is wrong with it, and what would be right.
    pub message: String,
}

impl Problem {
    /// A problem of that type.
    pub fn new(kind: ProblemType, detail: impl Into<String>) -> Self {
        let status = kind.status();
        Self {
            r#type: kind,
            title: status.canonical_reason().unwrap_or("Error").to_owned(),
            status: status.as_u16(),
            detail: detail.into(),
            errors: Vec::new(),
            retry_after_s: None,
        }
    }

    /// Adds when to try again.
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    /// A defect of the service, or a machine that lacks something.
    pub fn internal(detail: impl std::fmt::Display) -> Self {
        log::error!("a request failed: {detail}");
        Self::new(ProblemType::Internal, detail.to_string())
    }
}

/// The keys at fault in a configuration.
pub fn key_errors(error: &ConfigError) -> Vec<KeyError> {
    let problems = error.issues.iter();
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
            ..Self::new(ProblemType::InvalidConfig, error.to_string())
        }
    }
}

impl From<ChangeError> for Problem {
    fn from(error: ChangeError) -> Self {
        let detail = error.to_string();
        match error {
            ChangeError::Invalid(error) => error.into(),
            ChangeError::CameraNotFound(_) => Self::new(ProblemType::CameraNotFound, detail),
            ChangeError::CameraExists(_) => Self::new(ProblemType::CameraExists, detail),
            ChangeError::Outdated => Self::new(ProblemType::ConfigChanged, detail),
            ChangeError::Write(_) => Self::new(ProblemType::NotSaved, detail),
        }
    }
}

/// The errors of every route that needs a token.
#[derive(IntoResponses)]
#[allow(dead_code)] // For the description alone.
pub enum AuthErrors {
    /// No token, or a wrong one
    #[response(status = 401, content_type = "application/problem+json")]
    Unauthorized(Problem),
    /// Too many wrong tokens
    #[response(status = 429, content_type = "application/problem+json")]
    TooManyWrongTokens(Problem),
}

/// The errors of every route that takes a body.
#[derive(IntoResponses)]
#[allow(dead_code)] // For the description alone.
pub enum BodyErrors {
    /// The body cannot be read
    #[response(status = 400, content_type = "application/problem+json")]
    Invalid(Problem),
    /// The body is too large
    #[response(status = 413, content_type = "application/problem+json")]
    TooLarge(Problem),
    /// The body is of another type
    #[response(status = 415, content_type = "application/problem+json")]
    UnsupportedMediaType(Problem),
}

/// The errors of every route that changes the configuration.
#[derive(IntoResponses)]
#[allow(dead_code)] // For the description alone.
pub enum ConfigErrors {
    /// Keys are wrong
    #[response(status = 422, content_type = "application/problem+json")]
    Invalid(Problem),
    /// The file could not be written
    #[response(status = 507, content_type = "application/problem+json")]
    NotSaved(Problem),
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.r#type.status();
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
