//! Checks that a JSON Schema cannot express: addresses, and keys that depend on each other.

use serde_json::Value;

use super::camera::CameraConfig;
use super::file::Config;
use super::issues::{ConfigError, Issues};
use super::key_path::KeyPath;
use super::outputs::{OutputSection, SinkConfig};
use super::pipeline::PipelineConfig;
use super::redacted::is_redacted;
use super::shared_addresses::check_shared_addresses;
use super::suggest::quoted;
use super::tracking::{ClassRef, TrackingConfig};
use super::validate_host::check_host;
use super::{schema, schema_check};
use crate::address::{NetworkAddress, StreamAddress};

impl Config {
    /// Checks a configuration that a program built, as [`Config::load`] does.
    ///
    /// # Errors
    /// All issues.
    pub fn validate(&self) -> Result<(), ConfigError> {
        let mut issues = schema_check::check(&schema::FILE, &mut value_of(self));
        self.rules(&mut issues);
        issues.result()
    }

    pub(super) fn rules(&self, issues: &mut Issues) {
        listen(issues, &self.service.listen);
        tracking(issues, &KeyPath::section("tracking"), &self.tracking);
        if let Some(section) = &self.osc {
            section.check("osc", "camera", issues);
        }
        if let Some(section) = &self.mqtt {
            section.check("mqtt", "camera", issues);
        }
        for (index, one) in self.cameras.iter().enumerate() {
            let path = format!("cameras[{index}]");
            camera(issues, &path, one);
            if self.cameras[..index].iter().any(|c| c.id == one.id) {
                issues.add(
                    format!("{path}.id"),
                    format!(
                        "{} is used twice; give each camera its own",
                        quoted(&one.id)
                    ),
                );
            }
            let path = format!("{path}.override");
            if !one.overrides.is_empty() {
                match self.pipeline(one, &path) {
                    Ok(pipeline) => overridden(issues, &path, one, &pipeline),
                    // The schema check reported it, unless it is a device.
                    Err(error) if issues.0.is_empty() => issues.extend(error),
                    Err(_) => {}
                }
            }
        }
        check_shared_addresses(issues, self);
    }
}

impl PipelineConfig {
    /// As [`Config::validate`], for one pipeline.
    ///
    /// # Errors
    /// All issues.
    pub fn validate(&self) -> Result<(), ConfigError> {
        let mut issues = schema_check::check(&schema::PIPELINE, &mut self.to_json(true));
        self.rules(&mut issues);
        issues.result()
    }

    pub(super) fn rules(&self, issues: &mut Issues) {
        camera(issues, "camera", &self.camera);
        for (index, sink) in self.camera.sinks.iter().enumerate() {
            for (key, section) in sink.sections() {
                if section.is_made_by_service() {
                    issues.add(
                        format!("camera.sinks[{index}].{key}"),
                        "this output exists only in `rextrack run --config` and `rextrack serve`; remove it",
                    );
                }
            }
        }
        tracking(issues, &KeyPath::section("tracking"), &self.tracking);
        if let Some(section) = &self.osc {
            section.check("osc", &self.camera.id, issues);
        }
        if !self.camera.overrides.is_empty()
            && let Ok(pipeline) = self.clone().with_overrides("")
        {
            overridden(issues, "camera.override", &self.camera, &pipeline);
        }
    }
}

fn value_of(config: &impl serde::Serialize) -> Value {
    serde_json::to_value(config).unwrap_or_default()
}

/// Checks the sections with the override applied. Issues of the sections themselves are
/// reported already, and are not repeated.
fn overridden(issues: &mut Issues, path: &str, camera: &CameraConfig, pipeline: &PipelineConfig) {
    let keys = |section| KeyPath {
        section,
        overrides: Some((path, &camera.overrides)),
    };
    tracking(issues, &keys("tracking"), &pipeline.tracking);
    if let Some(section) = &pipeline.osc {
        section.check_keys(&keys("osc"), &camera.id, issues);
    }
}

fn listen(issues: &mut Issues, listen: &str) {
    let path = "service.listen";
    if listen.trim().is_empty() {
        issues.add(
            path,
            "is empty; write 127.0.0.1, or 0.0.0.0 for all networks",
        );
    } else {
        check_host(issues, path, listen, "service.port");
    }
}

fn tracking(issues: &mut Issues, keys: &KeyPath<'_>, tracking: &TrackingConfig) {
    if tracking.model.trim().is_empty() {
        issues.add(
            keys.key("model"),
            "is empty; give a model's name, a path or builtin:motion",
        );
    }
    classes(issues, &keys.key("classes"), &tracking.classes);
}

fn classes(issues: &mut Issues, path: &str, classes: &[ClassRef]) {
    for (index, class) in classes.iter().enumerate() {
        if matches!(class, ClassRef::Name(name) if name.trim().is_empty()) {
            issues.add(
                format!("{path}[{index}]"),
                "is empty; give a class by name or number, such as person or 0",
            );
        }
    }
}

fn camera(issues: &mut Issues, path: &str, camera: &CameraConfig) {
    let at = |key: &str| format!("{path}.{key}");
    let legal = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if camera.id.is_empty() || camera.id.len() > 32 || !camera.id.chars().all(legal) {
        let shown = quoted(&camera.id);
        issues.add(
            at("id"),
            format!("must be 1 to 32 letters (a-z), digits, '_' or '-', got {shown}"),
        );
    }
    match camera.stream.parse::<StreamAddress>() {
        Err(error) => issues.add(at("stream"), error.to_string()),
        Ok(_) if is_redacted(&camera.stream) => issues.add(
            at("stream"),
            "contains *** in place of a hidden password; write the password itself",
        ),
        Ok(address) => {
            let scheme = address.network().map(NetworkAddress::scheme);
            if camera.ca_file.is_some() && scheme != Some("mqtts") {
                issues.add(
                    at("ca_file"),
                    "applies only to an mqtts:// stream; remove it, or change the stream to mqtts://",
                );
            }
        }
    }
    // The schema check reports values below 0.
    if let Some([x1, y1, x2, y2]) = camera.roi
        && !(x1 < x2 && y1 < y2)
    {
        issues.add(
            at("roi"),
            format!(
                "must be [x1, y1, x2, y2] with x1 < x2 and y1 < y2, got [{x1}, {y1}, {x2}, {y2}]"
            ),
        );
    }
    classes(issues, &at("classes_filter"), &camera.classes_filter);
    for (index, sink) in camera.sinks.iter().enumerate() {
        let at = at(&format!("sinks[{index}]"));
        let sections = sink.sections();
        if sections.len() != 1 {
            issues.add(
                &at,
                format!("must have exactly one of the keys {}", SinkConfig::KEYS),
            );
        }
        for (key, section) in sections {
            section.check(&format!("{at}.{key}"), &camera.id, issues);
        }
    }
}
