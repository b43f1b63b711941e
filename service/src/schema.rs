//! JSON Schemas of the library's types, for the API's description. They come from what
//! the types serialise to, so that description and answers cannot differ.

use rextrack::internals::config::{CameraConfig, OscConfig, SlotsConfig, TrackingConfig};
use rextrack::internals::flow::SourceState;
use rextrack::internals::flow::{Slot, SlotState};
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::openapi::Ref;
use utoipa::openapi::schema::{
    ArrayBuilder, ObjectBuilder, OneOfBuilder, Schema, SchemaType, Type,
};

/// A reference to [`SourceState`], for `schema_with`.
pub fn source_state() -> Ref {
    Ref::from_schema_name("SourceState")
}

/// A reference to the level of a log line, for `schema_with`.
pub fn log_level() -> Ref {
    Ref::from_schema_name("LogLevel")
}

/// A reference to [`config::RtspTransport`], for `schema_with`.
pub fn rtsp_transport() -> Ref {
    Ref::from_schema_name("RtspTransport")
}

/// A reference to a snapshot, for `schema_with`.
pub fn snapshot() -> Ref {
    Ref::from_schema_name("Snapshot")
}

/// A reference to a camera's keys with every default filled in, for `schema_with`.
pub fn resolved_camera() -> Ref {
    Ref::from_schema_name("ResolvedCameraConfig")
}

/// A reference to `tracking` with every default filled in, for `schema_with`.
pub fn resolved_tracking() -> Ref {
    Ref::from_schema_name("ResolvedTrackingConfig")
}

/// A reference to `slots` with every default filled in, for `schema_with`.
pub fn resolved_slots() -> Ref {
    Ref::from_schema_name("ResolvedSlotsConfig")
}

/// Null, for `schema_with`.
pub fn null() -> Schema {
    ObjectBuilder::new().schema_type(Type::Null).into()
}

/// Numbers and texts, for `schema_with`.
pub fn osc_arguments() -> Schema {
    let types = SchemaType::from_iter([Type::Number, Type::String]);
    let argument = ObjectBuilder::new().schema_type(types);
    ArrayBuilder::new().items(argument).into()
}

/// `osc` with every default filled in, or null, for `schema_with`.
pub fn resolved_osc() -> Schema {
    OneOfBuilder::new()
        .item(Ref::from_schema_name("ResolvedOscConfig"))
        .item(null())
        .into()
}

/// All components that the library defines, by name.
pub fn components() -> Map<String, Value> {
    let mut file = rextrack::internals::pipeline::schema();
    let definitions = file.as_object_mut().and_then(|file| file.remove("$defs"));
    let mut components = Map::new();
    if let Some(Value::Object(definitions)) = definitions {
        for (name, definition) in definitions {
            components.insert(name, for_openapi(definition));
        }
    }
    components.insert("ConfigFile".into(), for_openapi(file));
    components.insert("CameraPatch".into(), patch(&components["CameraConfig"]));
    for (name, source, keys) in [
        (
            "ResolvedCameraConfig",
            "CameraConfig",
            keys(&CameraConfig::new("cam1", "synth:")),
        ),
        (
            "ResolvedTrackingConfig",
            "TrackingConfig",
            keys(&TrackingConfig::default()),
        ),
        (
            "ResolvedSlotsConfig",
            "SlotsConfig",
            keys(&SlotsConfig::default()),
        ),
        (
            "ResolvedOscConfig",
            "OscConfig",
            keys(&OscConfig::default()),
        ),
    ] {
        components.insert(name.into(), resolved(&components[source], keys));
    }
    components.insert("SourceState".into(), source_states());
    components.insert("SlotState".into(), slot_states());
    components.insert("Slot".into(), slot());
    components.insert("Snapshot".into(), snapshots());
    components
}

/// A slot. Its axes are those of [`Slot`].
fn slot() -> Value {
    let mut properties = Map::new();
    if let Ok(Value::Object(values)) = serde_json::to_value(Slot::default()) {
        for (name, value) in values {
            let schema = match name.as_str() {
                "state" => json!({"$ref": "#/components/schemas/SlotState"}),
                _ if value.is_f64() => json!({"type": "number"}),
                _ if value.is_u64() => json!({"type": "integer", "minimum": 0}),
                _ => json!({"type": "integer"}),
            };
            properties.insert(name, schema);
        }
    }
    object(
        "One slot. Positions and sizes are 0..1 of the frame, origin top left.",
        properties,
    )
}

fn snapshots() -> Value {
    let integer = || json!({"type": "integer"});
    let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let described = |text: &str| json!({"type": "integer", "description": text});
    let properties = [
        ("seq", described("Number of this snapshot, from 1.")),
        (
            "frame_seq",
            described("Number of the source's frame, from 1; dropped frames are counted."),
        ),
        (
            "capture_ns",
            described("When the frame was captured, on the process's clock."),
        ),
        ("publish_ns", integer()),
        ("source_state", reference("SourceState")),
        ("frame_size", reference("FrameSize")),
        (
            "waiting",
            described("Number of tracks that wait for a slot."),
        ),
        (
            "slots",
            json!({"type": "array", "items": reference("Slot"), "description": "p1 first."}),
        ),
    ];
    let properties = properties.map(|(name, schema)| (name.to_owned(), schema));
    object(
        "All slots of a camera at one time.",
        Map::from_iter(properties),
    )
}

fn source_states() -> Value {
    let states = (0..)
        .map(SourceState::from_number)
        .enumerate()
        // A number that is not known gives the first state again.
        .take_while(|(number, state)| *number == 0 || *state != SourceState::from_number(0))
        .map(|(_, state)| json!(state));
    json!({"type": "string", "enum": states.collect::<Vec<_>>(), "description": "State of a source."})
}

fn slot_states() -> Value {
    let states = [SlotState::Empty, SlotState::Active, SlotState::Held];
    json!({"type": "string", "enum": states, "description": "State of a slot."})
}

/// An object that always has all of its properties.
fn object(description: &str, properties: Map<String, Value>) -> Value {
    let required: Vec<&String> = properties.keys().collect();
    json!({
        "type": "object",
        "description": description,
        "required": required,
        "properties": properties,
    })
}

/// The keys that a value serialises to.
fn keys(value: &impl Serialize) -> Vec<String> {
    match serde_json::to_value(value) {
        Ok(Value::Object(map)) => map.keys().cloned().collect(),
        _ => Vec::new(),
    }
}

/// A section as the API shows it: every key is there, with its default if the file does
/// not name it.
fn resolved(section: &Value, keys: Vec<String>) -> Value {
    let mut section = section.clone();
    section["required"] = json!(keys);
    if let Some(Value::Object(properties)) = section.get_mut("properties") {
        for property in properties.values_mut().filter_map(Value::as_object_mut) {
            property.remove("default");
        }
    }
    section
}

/// A merge patch: no key is required, and `null` gives a key its default back.
fn patch(section: &Value) -> Value {
    let mut patch = section.clone();
    if let Some(patch) = patch.as_object_mut() {
        patch.remove("required");
    }
    let Some(Value::Object(properties)) = patch.get_mut("properties") else {
        return patch;
    };
    for property in properties.values_mut() {
        if property.get("properties").is_some() {
            *property = self::patch(property);
        }
        *property = json!({"anyOf": [property.take(), {"type": "null"}]});
    }
    patch
}

/// A definition whose references point to where OpenAPI keeps them.
fn for_openapi(mut schema: Value) -> Value {
    fn walk(value: &mut Value) {
        match value {
            Value::Object(map) => {
                // OpenAPI names the dialect once for the document.
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
