//! The configuration of one pipeline.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::camera::CameraConfig;
use super::file::Config;
use super::issues::ConfigError;
use super::osc::OscConfig;
use super::read::typed;
use super::service::ServiceConfig;
use super::slots::SlotsConfig;
use super::tracking::{ClassRef, TrackingConfig};
use super::without_effect;
use crate::address::redact_address;

/// The configuration of one pipeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PipelineConfig {
    /// The camera. Only its `stream` is required.
    pub camera: CameraConfig,
    /// Detection and tracking.
    #[serde(default)]
    pub tracking: TrackingConfig,
    /// Behaviour and units of slots.
    #[serde(default)]
    pub slots: SlotsConfig,
    /// OSC output. Off by default.
    #[serde(default)]
    pub osc: Option<OscConfig>,
    /// Device and folders.
    #[serde(default)]
    pub service: ServiceConfig,
}

impl Config {
    /// One configuration for each enabled camera, with overrides applied. Call it on a
    /// validated configuration: a camera with an invalid override is left out.
    pub fn pipelines(&self) -> Vec<PipelineConfig> {
        let enabled = self.cameras.iter().filter(|c| c.enabled);
        enabled.filter_map(|c| self.pipeline(c, "").ok()).collect()
    }

    /// The pipeline of one camera. `path` is the path of its override, for errors.
    ///
    /// # Errors
    /// When the override is invalid.
    pub fn pipeline(
        &self,
        camera: &CameraConfig,
        path: &str,
    ) -> Result<PipelineConfig, ConfigError> {
        let mut camera = camera.clone();
        // The service creates these sinks itself, for all of its pipelines.
        camera.sinks.retain(|sink| !sink.is_made_by_service());
        let config = PipelineConfig {
            camera,
            tracking: self.tracking.clone(),
            slots: self.slots.clone(),
            osc: self.osc.clone(),
            service: self.service.clone(),
        };
        config.with_overrides(path)
    }
}

impl PipelineConfig {
    /// Classes to track: `camera.classes_filter`, or else `tracking.classes`.
    pub fn classes(&self) -> &[ClassRef] {
        let own = &self.camera.classes_filter;
        if own.is_empty() {
            &self.tracking.classes
        } else {
            own
        }
    }

    /// Applies `camera.override`. `path` is its path, for errors.
    pub(super) fn with_overrides(mut self, path: &str) -> Result<Self, ConfigError> {
        let overrides = std::mem::take(&mut self.camera.overrides);
        if overrides.is_empty() {
            return Ok(self);
        }
        let tracking_keys = keys(&TrackingConfig::default());
        let (tracking, osc): (Map<_, _>, Map<_, _>) = overrides
            .into_iter()
            .partition(|(key, _)| tracking_keys.contains(key));
        self.tracking = patched(&self.tracking, tracking, path)?;
        if !osc.is_empty() {
            let base = self.osc.take().unwrap_or_default();
            self.osc = Some(patched::<OscConfig>(&base, osc, path)?);
        }
        Ok(self)
    }

    /// All keys that have an effect, with their values. Without `include_secrets`, `***`
    /// replaces the passwords in addresses.
    pub fn to_json(&self, include_secrets: bool) -> Value {
        let mut shown = self.clone();
        if !include_secrets {
            shown.camera.stream = redact_address(&shown.camera.stream);
        }
        let mut value = serde_json::to_value(shown).unwrap_or_default();
        without_effect::remove(&mut value);
        value
    }
}

fn keys<T: serde::Serialize>(section: &T) -> Vec<String> {
    match serde_json::to_value(section) {
        Ok(Value::Object(map)) => map.into_iter().map(|(key, _)| key).collect(),
        _ => Vec::new(),
    }
}

fn patched<T: serde::Serialize + serde::de::DeserializeOwned>(
    section: &T,
    patch: Map<String, Value>,
    path: &str,
) -> Result<T, ConfigError> {
    let mut value = serde_json::to_value(section).unwrap_or_default();
    merge(&mut value, Value::Object(patch));
    typed(value, path)
}

/// Applies a merge patch (RFC 7396): objects merge key by key, `null` removes a key, any
/// other value replaces.
pub fn merge(target: &mut Value, patch: Value) {
    let Value::Object(patch) = patch else {
        *target = patch;
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Value::Object(map) = target else { return };
    for (key, value) in patch {
        if value.is_null() {
            map.remove(&key);
        } else {
            merge(map.entry(key).or_insert(Value::Null), value);
        }
    }
}
