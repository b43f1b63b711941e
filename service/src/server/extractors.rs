//! Parts of a request that handlers take, with errors as problem documents.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use rextrack::internals::config;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::app::App;
use super::problem::{Problem, ProblemType};
use crate::manager::camera::Camera;
use crate::manager::{Manager, NewConfig};

/// The path parameter with a camera's id.
pub struct CameraPath(pub String);

impl<S: Send + Sync> FromRequestParts<S> for CameraPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        path.map(|Path(id)| Self(id)).map_err(|_| {
            Problem::new(
                ProblemType::CameraNotFound,
                "a camera's id is letters (a-z), digits, '_' and '-'",
            )
        })
    }
}

impl CameraPath {
    /// The camera, or 404.
    pub fn find(&self, manager: &Manager) -> Result<Arc<Camera>, Problem> {
        Ok(manager.camera(&self.0)?)
    }
}

/// The query parameters of a request.
pub struct ApiQuery<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for ApiQuery<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let query = Query::<T>::from_request_parts(parts, state).await;
        query
            .map(|Query(query)| Self(query))
            .map_err(|e| Problem::new(ProblemType::InvalidQuery, e.body_text()))
    }
}

/// A JSON body.
pub struct JsonBody(pub Value);

impl FromRequest<Arc<App>> for JsonBody {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &Arc<App>) -> Result<Self, Problem> {
        match Body::from_request(request, state).await? {
            Body { yaml: true, .. } => Err(unsupported("application/json")),
            Body { bytes, .. } => Ok(Self(json(&bytes)?)),
        }
    }
}

/// A body with a configuration, as JSON or YAML.
pub struct ConfigBody(pub NewConfig);

impl FromRequest<Arc<App>> for ConfigBody {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &Arc<App>) -> Result<Self, Problem> {
        let body = Body::from_request(request, state).await?;
        if !body.yaml {
            return Ok(Self(NewConfig::Document(json(&body.bytes)?)));
        }
        let text = String::from_utf8(body.bytes.to_vec());
        let text =
            text.map_err(|_| Problem::new(ProblemType::InvalidBody, "the body is not UTF-8 text"))?;
        Ok(Self(NewConfig::Text(text)))
    }
}

struct Body {
    yaml: bool,
    bytes: Bytes,
}

impl Body {
    async fn from_request(request: Request, state: &Arc<App>) -> Result<Self, Problem> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        let kind = kind.and_then(|k| k.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        // Any page can send a form without a preflight request, but not these types.
        let yaml = match kind.to_ascii_lowercase().as_str() {
            "application/json" | "application/merge-patch+json" => false,
            "application/yaml" | "application/x-yaml" | "text/yaml" => true,
            _ => return Err(unsupported("application/json or application/yaml")),
        };
        let bytes = Bytes::from_request(request, state).await;
        let bytes = bytes.map_err(|e| {
            let kind = match e.status() {
                StatusCode::PAYLOAD_TOO_LARGE => ProblemType::BodyTooLarge,
                _ => ProblemType::InvalidBody,
            };
            Problem::new(kind, e.body_text())
        })?;
        Ok(Self { yaml, bytes })
    }
}

fn unsupported(allowed: &str) -> Problem {
    Problem::new(
        ProblemType::UnsupportedMediaType,
        format!("send the body with Content-Type: {allowed}"),
    )
}

fn json(bytes: &[u8]) -> Result<Value, Problem> {
    let wrong = |message| Problem::new(ProblemType::InvalidBody, message);
    let text =
        std::str::from_utf8(bytes).map_err(|_| wrong("the body is not UTF-8 text".into()))?;
    config::parse_json(text).map_err(|error| wrong(format!("the body: {error}")))
}
