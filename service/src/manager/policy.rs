//! What may be changed over the network, and what only by the owner of the file.
//!
//! Whoever holds the token may run the show, not the machine: no library is loaded,
//! nothing is written and no file is read outside the configuration's folder
//! because a request says so.

use std::path::{Component, Path, PathBuf};

use rextrack::config::{CameraConfig, Config, ConfigError, Problem, ServiceConfig};
use rextrack::detect;
use rextrack::source::{self, StreamAddress};
use serde_json::Value;

use crate::store::{Draft, Store};

/// Keys of `service` that may be changed over the network.
const OPEN: [&str; 2] = ["log_level", "device"];
/// Keys of `service` that take effect at once, besides those that concern cameras.
const LIVE: [&str; 7] = [
    "log_level",
    "device",
    "models_dir",
    "onnxruntime",
    "inference_jobs",
    "stream_schemes",
    "allow_playlists",
];

/// Marks the keys of `service` that only the file can change as `readOnly` in the
/// configuration's schema, so that a form can lock them.
pub fn mark_read_only(schema: &mut Value) {
    let keys = schema.pointer_mut("/$defs/ServiceConfig/properties");
    for (key, value) in keys.and_then(Value::as_object_mut).into_iter().flatten() {
        if !OPEN.contains(&key.as_str()) {
            value["readOnly"] = Value::Bool(true);
        }
    }
}

/// Whether a change that came over the network may be made.
///
/// # Errors
/// Each key that may not, with the remedy.
pub fn check(store: &Store, draft: &Draft) -> Result<(), ConfigError> {
    let mut problems = Vec::new();
    let mut refuse = |path: String, message: String| problems.push(Problem { path, message });
    for key in differing(store.document(), draft.document()) {
        if !OPEN.contains(&key.as_str()) {
            refuse(
                format!("service.{key}"),
                format!("can only be changed in {}", store.path().display()),
            );
        }
    }
    let (old, new) = (store.config(), &draft.config);
    let folder = store.folder();
    if new.tracking.model != old.tracking.model {
        model(&mut refuse, "tracking.model", &new.tracking.model, new);
    }
    if let Some(ca) = new.mqtt.as_ref().and_then(|m| m.ca_file.as_ref())
        && old.mqtt != new.mqtt
        && let Err(message) = ca_file(ca, folder)
    {
        refuse("mqtt.ca_file".into(), message);
    }
    for (index, camera) in new.cameras.iter().enumerate() {
        let before = old.cameras.iter().find(|c| c.id == camera.id);
        let at = |key: &str| format!("cameras[{index}].{key}");
        if before.is_none_or(|b| b.stream != camera.stream)
            && let Err(message) = stream(&camera.stream, new, folder)
        {
            refuse(at("stream"), message);
        }
        if let Some(ca) = &camera.ca_file
            && before.is_none_or(|b| b.ca_file != camera.ca_file)
            && let Err(message) = ca_file(ca, folder)
        {
            refuse(at("ca_file"), message);
        }
        let own_model = |c: &CameraConfig| c.overrides.get("model").cloned();
        if let Some(Value::String(name)) = own_model(camera)
            && before.is_none_or(|b| own_model(b) != own_model(camera))
        {
            model(&mut refuse, &at("override.model"), &name, new);
        }
        for (number, sink) in camera.sinks.iter().enumerate() {
            if before.is_some_and(|b| b.sinks.contains(sink)) {
                continue;
            }
            let at = at(&format!("sinks[{number}]"));
            if let Some(jsonl) = &sink.jsonl
                && jsonl.path != Path::new("-")
            {
                if !is_within(&jsonl.path, folder) {
                    refuse(format!("{at}.jsonl.path"), outside(folder));
                } else if jsonl.path.extension().is_none_or(|e| e != "jsonl") {
                    refuse(format!("{at}.jsonl.path"), "must end in .jsonl".into());
                }
            }
            if let Some(ca) = sink.mqtt.as_ref().and_then(|m| m.ca_file.as_ref())
                && let Err(message) = ca_file(ca, folder)
            {
                refuse(format!("{at}.mqtt.ca_file"), message);
            }
        }
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(ConfigError { problems })
    }
}

/// Whether an address that came over the network may be opened.
pub fn stream(address: &str, config: &Config, folder: &Path) -> Result<(), String> {
    let parsed: StreamAddress = address
        .parse()
        .map_err(|e: rextrack::source::AddressError| e.to_string())?;
    let scheme = match &parsed {
        StreamAddress::File { .. } => "file",
        StreamAddress::Webcam { .. } => "webcam",
        StreamAddress::Push => {
            return Err("push: is for programs that embed rextrack; nobody pushes here".into());
        }
        StreamAddress::Synth(_) => "synth",
        StreamAddress::Rtsp { url } | StreamAddress::Http { url } => url.scheme(),
        // Encrypted or not is no question of who may be asked.
        StreamAddress::Mqtt { .. } => "mqtt",
    };
    let allowed = &config.service.stream_schemes;
    if !allowed.iter().any(|known| known == scheme) {
        return Err(format!(
            "{scheme} is none of service.stream_schemes ({}), which its file can change",
            allowed.join(", ")
        ));
    }
    match parsed {
        StreamAddress::File { path } => local_file(&folder.join(path), folder),
        _ => Ok(()),
    }
}

/// Whether certificates that a client names may be read.
pub fn ca_file(path: &Path, folder: &Path) -> Result<(), String> {
    match is_within(path, folder) {
        true => Ok(()),
        false => Err(outside(folder)),
    }
}

/// Whether a client may have that file played. A playlist is refused also where the
/// owner of the file may use one: it would lead out of the folder.
fn local_file(path: &Path, folder: &Path) -> Result<(), String> {
    if !is_within(path, folder) {
        return Err(outside(folder));
    }
    match source::playlist(path) {
        None => Ok(()),
        Some(kind) => Err(format!(
            "{}: is {kind}, not a video; name the video itself",
            path.file_name().unwrap_or_default().to_string_lossy()
        )),
    }
}

/// Keys of `service` whose change takes effect when the service starts again.
pub fn needs_restart(old: &ServiceConfig, new: &ServiceConfig) -> Vec<String> {
    let value = |service: &ServiceConfig| serde_json::to_value(service).unwrap_or_default();
    let (old, new) = (value(old), value(new));
    let keys = new.as_object().into_iter().flat_map(|map| map.keys());
    keys.filter(|key| old.get(*key) != new.get(*key) && !LIVE.contains(&key.as_str()))
        .map(|key| format!("service.{key}"))
        .collect()
}

/// Keys of `service` in which two documents differ.
fn differing(old: &Value, new: &Value) -> Vec<String> {
    let section = |document: &Value| {
        let service = document.get("service").and_then(Value::as_object);
        service.cloned().unwrap_or_default()
    };
    let (old, new) = (section(old), section(new));
    let mut keys: Vec<String> = old.keys().chain(new.keys()).cloned().collect();
    keys.sort();
    keys.dedup();
    // What stands in the file by name but means the default is no change.
    let defaults = serde_json::to_value(ServiceConfig::default()).unwrap_or_default();
    let value = |map: &serde_json::Map<String, Value>, key: &str| {
        map.get(key).or_else(|| defaults.get(key)).cloned()
    };
    keys.retain(|key| value(&old, key) != value(&new, key));
    keys
}

/// A model is given by its name. A path would be looked for in the working folder
/// first, wherever that is.
fn model(refuse: &mut impl FnMut(String, String), path: &str, name: &str, config: &Config) {
    if detect::model::is_path(name) {
        let folder = config.service.models_dir.display();
        refuse(
            path.to_owned(),
            format!("must be the name of a model in service.models_dir ({folder}), without .onnx"),
        );
    }
}

fn outside(folder: &Path) -> String {
    format!(
        "must be in {}; files elsewhere can only be named in the configuration file itself",
        folder.display()
    )
}

/// Whether a path leads to a place in `folder`, links followed. What is not there
/// yet is judged by the folder that it would be made in.
fn is_within(path: &Path, folder: &Path) -> bool {
    let folder = real(folder);
    real(path).is_some_and(|path| folder.is_some_and(|folder| path.starts_with(folder)))
}

/// A path without links and `..`.
fn real(path: &Path) -> Option<PathBuf> {
    let path = std::path::absolute(path).ok()?;
    if let Ok(real) = path.canonicalize() {
        return Some(real);
    }
    // `..` behind something that is not there may mean anything.
    if path.components().any(|c| c == Component::ParentDir) {
        return None;
    }
    let parent = real(path.parent()?)?;
    Some(parent.join(path.file_name()?))
}
