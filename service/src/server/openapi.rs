//! The OpenAPI document: paths and objects from the handlers, WebSocket messages from
//! their types, the configuration and slots from the library's schemas.

use axum::Json;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use utoipa::OpenApi as _;
use utoipa::openapi::{InfoBuilder, LicenseBuilder, OpenApi, Server};

use super::messages::{OscMonitorMessage, PreviewHeader, TelemetryMessage};
use crate::schema;

/// Objects that no path of the REST API mentions.
#[derive(utoipa::OpenApi)]
#[openapi(components(schemas(TelemetryMessage<'_>, PreviewHeader, OscMonitorMessage)))]
struct WebSocketMessages;

/// The document before it has any path.
pub fn head() -> OpenApi {
    let licence = LicenseBuilder::new().name("MIT OR Apache-2.0");
    let info = InfoBuilder::new()
        .title("rextrack")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "Cameras in, stable slots p1..pN out.\n\n\
             WebSockets are at the root of the service, not below /api/v1: /ws/telemetry sends \
             TelemetryMessage; /ws/preview/{id} sends a PreviewHeader, then a JPEG; /ws/osc/{id} \
             sends OscMonitorMessage.",
        ))
        .license(Some(licence.build()));
    let mut document = WebSocketMessages::openapi();
    document.info = info.build();
    document.servers = Some(vec![Server::new("/api/v1")]);
    document
}

/// The document with the library's schemas.
pub fn complete(document: &OpenApi) -> Value {
    let mut document = serde_json::to_value(document).unwrap_or_default();
    if let Value::Object(schemas) = &mut document["components"]["schemas"] {
        schemas.extend(schema::components());
    }
    document["components"]["securitySchemes"] = json!({
        "token": {"type": "http", "scheme": "bearer"},
        "cookie": {"type": "apiKey", "in": "cookie", "name": "rextrack"},
    });
    // A service without a token accepts requests without either.
    document["security"] = Value::Array(vec![
        json!({"token": []}),
        json!({"cookie": []}),
        Value::Object(Map::new()),
    ]);
    document
}

/// Serves the document.
pub fn answer(document: &Value) -> Response {
    Json(document).into_response()
}
