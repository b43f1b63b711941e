//! The loaded models of the process: one session for each file and device, shared by all
//! pipelines that use it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock, Weak};
use std::time::SystemTime;

use parking_lot::Mutex;

use super::error::DetectError;
use super::session::ModelSession;
use crate::config::{Device, ServiceConfig};

/// A model's identity: the same unchanged file on the same device.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    path: PathBuf,
    bytes: u64,
    modified: Option<SystemTime>,
    device: String,
}

/// The cached session of one model. It is locked while the model loads, so that a second
/// pipeline waits for it instead of loading it too.
type CacheEntry = Arc<Mutex<Weak<ModelSession>>>;

fn entry(path: &Path, device: Device) -> CacheEntry {
    static CACHE: OnceLock<Mutex<HashMap<Key, CacheEntry>>> = OnceLock::new();
    let file = path.metadata().ok();
    let key = Key {
        path: path.canonicalize().unwrap_or_else(|_| path.to_owned()),
        bytes: file.as_ref().map_or(0, std::fs::Metadata::len),
        modified: file.and_then(|m| m.modified().ok()),
        device: device.to_string(),
    };
    let mut entries = CACHE.get_or_init(Mutex::default).lock();
    // Drop the entries without a session, unless a thread still uses them.
    entries.retain(|_, entry| Arc::strong_count(entry) > 1 || entry.lock().strong_count() > 0);
    Arc::clone(entries.entry(key).or_default())
}

/// The model of that file on the configured device: the loaded one, or a new one. May
/// take seconds, mostly inside ONNX Runtime. `path` is absolute.
pub fn get(path: &Path, service: &ServiceConfig) -> Result<Arc<ModelSession>, DetectError> {
    let entry = entry(path, service.device);
    let mut loaded = entry.lock();
    if let Some(model) = loaded.upgrade() {
        log::info!("model {} is loaded already, and shared", path.display());
        return Ok(model);
    }
    let model = Arc::new(ModelSession::load(path, service)?);
    *loaded = Arc::downgrade(&model);
    Ok(model)
}
