//! The OpenAPI document: from the handlers, with the configuration's own schema in
//! it.

use axum::Json;
use axum::response::{IntoResponse, Response};
use rextrack::config;
use serde_json::{Map, Value, json};
use utoipa::openapi::{InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, Server};

/// The document before any path is in it.
pub fn head() -> OpenApi {
    let licence = LicenseBuilder::new().name("MIT OR Apache-2.0");
    let info = InfoBuilder::new()
        .title("rextrack")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "Cameras in, stable slots p1..pN out. WebSockets stand beside this document: \
             /ws/telemetry, /ws/preview/{id}, /ws/osc/{id}.",
        ))
        .license(Some(licence.build()));
    OpenApiBuilder::new()
        .info(info.build())
        .servers(Some([Server::new("/api/v1")]))
        .build()
}

/// The document with the schema of the configuration file in the place of its
/// stand-ins.
pub fn complete(document: &OpenApi) -> Value {
    let mut document = serde_json::to_value(document).unwrap_or_default();
    let mut file = config::schema();
    let definitions = file
        .as_object_mut()
        .and_then(|file| file.remove("$defs"))
        .unwrap_or_default();
    let schemas = &mut document["components"]["schemas"];
    if let Value::Object(definitions) = definitions {
        for (name, definition) in definitions {
            schemas[name] = moved(definition);
        }
    }
    schemas["ConfigFile"] = moved(file);
    let mut patch = schemas["CameraConfig"].clone();
    if let Some(patch) = patch.as_object_mut() {
        patch.remove("required");
    }
    schemas["CameraPatch"] = patch;
    security(&mut document);
    document
}

/// A definition whose references point to where OpenAPI keeps them.
fn moved(mut schema: Value) -> Value {
    fn walk(value: &mut Value) {
        match value {
            Value::Object(map) => {
                // Dialect and formats of JSON Schema's own that tools trip over.
                map.remove("$schema");
                if let Some(Value::String(target)) = map.get_mut("$ref") {
                    *target = target.replace("#/$defs/", "#/components/schemas/");
                }
                map.values_mut().for_each(walk);
            }
            Value::Array(items) => items.iter_mut().for_each(walk),
            _ => {}
        }
    }
    walk(&mut schema);
    schema
}

fn security(document: &mut Value) {
    document["components"]["securitySchemes"] = json!({
        "token": {"type": "http", "scheme": "bearer"},
        "cookie": {"type": "apiKey", "in": "cookie", "name": "rextrack"},
    });
    // Where no token is needed, an empty way in is one of the ways.
    document["security"] = Value::Array(vec![
        json!({"token": []}),
        json!({"cookie": []}),
        Value::Object(Map::new()),
    ]);
}

/// Serves the document.
pub fn answer(document: &Value) -> Response {
    Json(document).into_response()
}
