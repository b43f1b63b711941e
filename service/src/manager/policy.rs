//! Which keys clients may change over the network, and which only the owner of the file.
//!
//! A client with the token controls the show, not the machine: no request loads a
//! library, and none reads or writes a file outside the configuration's folder.

use std::path::{Component, Path, PathBuf};

use rextrack::internals::address::StreamAddress;
use rextrack::internals::config::{
    CameraConfig, Config, ConfigError, ConfigIssue, FileUse, OutputFile, ServiceConfig,
};
use rextrack::internals::detect;
use rextrack::internals::source;
use serde_json::Value;

use crate::store::{PendingConfig, Store};

/// Keys of `service` that clients may change over the network.
const NETWORK_KEYS: [&str; 2] = ["log_level", "device"];
/// Keys of `service` that take effect at once; the others need a restart.
const LIVE_KEYS: [&str; 7] = [
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
        if !NETWORK_KEYS.contains(&key.as_str()) {
            value["readOnly"] = Value::Bool(true);
        }
    }
}

/// Whether a client may make a change over the network.
///
/// # Errors
/// Each key that it may not change, with the remedy.
pub fn check(store: &Store, pending: &PendingConfig) -> Result<(), ConfigError> {
    let mut issues = Vec::new();
    let mut refuse = |path: String, message: String| issues.push(ConfigIssue { path, message });
    for key in changed_service_keys(store.document(), pending.document()) {
        if !NETWORK_KEYS.contains(&key.as_str()) {
            refuse(
                format!("service.{key}"),
                format!("can only be changed in {}", store.path().display()),
            );
        }
    }
    let (old, new) = (store.config(), &pending.config);
    let folder = store.folder();
    if new.tracking.model != old.tracking.model {
        model(&mut refuse, "tracking.model", &new.tracking.model, new);
    }
    let shared_before = old.shared_sinks().files();
    for file in new.shared_sinks().files() {
        if !shared_before.contains(&file)
            && let Err(message) = output_file(&file, folder)
        {
            refuse(file.key, message);
        }
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
            && let Err(message) = file_in_folder(ca, folder)
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
            for file in sink.files() {
                if let Err(message) = output_file(&file, folder) {
                    refuse(at(&format!("sinks[{number}].{}", file.key)), message);
                }
            }
        }
    }
    if issues.is_empty() {
        Ok(())
    } else {
        Err(ConfigError { issues })
    }
}

/// Whether a client may have an address opened.
pub fn stream(address: &str, config: &Config, folder: &Path) -> Result<(), String> {
    let parsed: StreamAddress = address
        .parse()
        .map_err(|e: rextrack::internals::address::AddressError| e.to_string())?;
    if parsed == StreamAddress::Push {
        return Err("push: works only in programs that embed the library".into());
    }
    let scheme = parsed.scheme();
    let allowed = &config.service.stream_schemes;
    if !allowed.iter().any(|known| known == scheme) {
        return Err(format!(
            "scheme {scheme} is not allowed; add it to service.stream_schemes in the configuration \
             file (allowed now: {})",
            allowed.join(", ")
        ));
    }
    match parsed {
        StreamAddress::File { path } => video_file(&folder.join(path), folder),
        _ => Ok(()),
    }
}

/// Whether a client may have a file read.
pub fn file_in_folder(path: &Path, folder: &Path) -> Result<(), String> {
    match is_within(path, folder) {
        true => Ok(()),
        false => Err(outside(folder)),
    }
}

/// Whether a client may have an output use a file.
fn output_file(file: &OutputFile, folder: &Path) -> Result<(), String> {
    file_in_folder(&file.path, folder)?;
    match file.file_use {
        FileUse::Append { extension } if file.path.extension().is_none_or(|e| e != extension) => {
            Err(format!("must end in .{extension}"))
        }
        _ => Ok(()),
    }
}

/// Whether a client may have a video file played. A playlist is refused even where
/// `service.allow_playlists` allows the owner one: it could name files elsewhere.
fn video_file(path: &Path, folder: &Path) -> Result<(), String> {
    if !is_within(path, folder) {
        return Err(outside(folder));
    }
    match source::playlist(path) {
        None => Ok(()),
        Some(kind) => Err(format!(
            "{}: is {kind}, not a video; give the video itself",
            path.file_name().unwrap_or_default().to_string_lossy()
        )),
    }
}

/// Keys of `service` whose change takes effect when the service starts again.
pub fn needs_restart(old: &ServiceConfig, new: &ServiceConfig) -> Vec<String> {
    let value = |service: &ServiceConfig| serde_json::to_value(service).unwrap_or_default();
    let (old, new) = (value(old), value(new));
    let keys = new.as_object().into_iter().flat_map(|map| map.keys());
    keys.filter(|key| old.get(*key) != new.get(*key) && !LIVE_KEYS.contains(&key.as_str()))
        .map(|key| format!("service.{key}"))
        .collect()
}

/// Keys of `service` in which two documents differ.
fn changed_service_keys(old: &Value, new: &Value) -> Vec<String> {
    let section = |document: &Value| {
        let service = document.get("service").and_then(Value::as_object);
        service.cloned().unwrap_or_default()
    };
    let (old, new) = (section(old), section(new));
    let mut keys: Vec<String> = old.keys().chain(new.keys()).cloned().collect();
    keys.sort();
    keys.dedup();
    // Writing a default into the file changes nothing.
    let defaults = serde_json::to_value(ServiceConfig::default()).unwrap_or_default();
    let value = |map: &serde_json::Map<String, Value>, key: &str| {
        map.get(key).or_else(|| defaults.get(key)).cloned()
    };
    keys.retain(|key| value(&old, key) != value(&new, key));
    keys
}

/// A client gives a model by its name. A path would be searched in the working folder
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
        "must be in {}; files elsewhere can only be given in the configuration file itself",
        folder.display()
    )
}

/// Whether a path leads into `folder` after links are followed. For a file that does not
/// exist yet, its folder counts.
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
    // `..` after a part that does not exist may lead anywhere.
    if path.components().any(|c| c == Component::ParentDir) {
        return None;
    }
    let parent = real(path.parent()?)?;
    Some(parent.join(path.file_name()?))
}
