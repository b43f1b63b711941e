//! Ranges and rules that types cannot say.

use std::fmt::Display;

use super::error::{ConfigError, Problem};
use super::{CameraConfig, Config, OscConfig, OscFormat, PipelineConfig, TrackingConfig};
use crate::source::StreamAddress;

/// Collects problems, so that a person sees all of them at once.
#[derive(Default)]
struct Findings(Vec<Problem>);

impl Findings {
    fn add(&mut self, path: impl Into<String>, message: impl Into<String>) {
        self.0.push(Problem {
            path: path.into(),
            message: message.into(),
        });
    }

    fn within<T: PartialOrd + Display>(&mut self, path: String, got: T, least: T, most: T) {
        if !(got >= least && got <= most) {
            self.add(path, format!("must be within {least}..{most}, got {got}"));
        }
    }

    fn result(self) -> Result<(), ConfigError> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(ConfigError { problems: self.0 })
        }
    }
}

impl Config {
    /// Checks everything that types cannot say; finds all problems, not only
    /// the first.
    pub fn validate(&self) -> Result<(), ConfigError> {
        let mut found = Findings::default();
        tracking(&mut found, "tracking", &self.tracking);
        if let Some(section) = &self.osc {
            osc(&mut found, "osc", section);
        }
        if self.service.port == 0 {
            found.add("service.port", "must be within 1..65535, got 0");
        }
        let mut receivers: Vec<(String, String, String)> = Vec::new();
        for (index, one) in self.cameras.iter().enumerate() {
            let path = format!("cameras[{index}]");
            camera(&mut found, &path, one);
            if self.cameras[..index].iter().any(|c| c.id == one.id) {
                found.add(
                    format!("{path}.id"),
                    format!("'{}' is used twice; ids must differ", one.id),
                );
            }
            let at = format!("{path}.override");
            match self.pipeline(one, &at) {
                Err(error) => found.0.extend(error.problems),
                Ok(pipeline) if !one.overrides.is_empty() => {
                    tracking(&mut found, &at, &pipeline.tracking);
                    if let Some(section) = &pipeline.osc {
                        osc(&mut found, &at, section);
                    }
                    note_receiver(&mut found, &mut receivers, one, &pipeline);
                }
                Ok(pipeline) => note_receiver(&mut found, &mut receivers, one, &pipeline),
            }
        }
        // An override repeats the problems of the section under it.
        found.0.dedup();
        found.result()
    }
}

/// Two enabled cameras must not write to the same addresses.
fn note_receiver(
    found: &mut Findings,
    receivers: &mut Vec<(String, String, String)>,
    camera: &CameraConfig,
    pipeline: &PipelineConfig,
) {
    let Some(osc) = pipeline.osc.as_ref().filter(|_| camera.enabled) else {
        return;
    };
    let receiver = format!("{}:{}", osc.host, osc.port);
    let pattern =
        format!("{}{}", osc.address_prefix, osc.channel_format).replace("{camera}", &camera.id);
    if let Some((_, _, other)) = receivers.iter().find(|r| r.0 == receiver && r.1 == pattern) {
        found.add(
            "osc.address_prefix",
            format!(
                "cameras '{other}' and '{}' would both send {pattern} to {receiver}; \
                 set address_prefix: /{{camera}}/",
                camera.id
            ),
        );
    }
    receivers.push((receiver, pattern, camera.id.clone()));
}

impl PipelineConfig {
    /// As [`Config::validate`], for one pipeline.
    pub fn validate(&self) -> Result<(), ConfigError> {
        let mut found = Findings::default();
        camera(&mut found, "camera", &self.camera);
        tracking(&mut found, "tracking", &self.tracking);
        if let Some(section) = &self.osc {
            osc(&mut found, "osc", section);
        }
        found.result()
    }
}

fn tracking(found: &mut Findings, path: &str, tracking: &TrackingConfig) {
    let at = |key: &str| format!("{path}.{key}");
    found.within(at("confidence"), tracking.confidence, 0.0, 1.0);
    found.within(at("iou"), tracking.iou, 0.0, 1.0);
    found.within(at("objects_max"), tracking.objects_max, 1, 256);
    found.within(
        at("object_persistence_ms"),
        tracking.object_persistence_ms,
        0,
        3_600_000,
    );
    found.within(at("period_frames"), tracking.period_frames, 1, 1000);
    if tracking.model.trim().is_empty() {
        found.add(
            at("model"),
            "is empty; give a model's name, a path or builtin:motion",
        );
    }
}

fn osc(found: &mut Findings, path: &str, osc: &OscConfig) {
    let at = |key: &str| format!("{path}.{key}");
    if osc.host.trim().is_empty() {
        found.add(at("host"), "is empty; give the receiver's name or address");
    }
    found.within(at("port"), osc.port, 1, u16::MAX);
    if osc.axes.is_empty() {
        found.add(at("axes"), "is empty; give at least one axis, such as x");
    }
    if !osc.address_prefix.starts_with('/') {
        found.add(
            at("address_prefix"),
            format!("must begin with '/', got '{}'", osc.address_prefix),
        );
    }
    placeholders(
        found,
        at("address_prefix"),
        &osc.address_prefix,
        &["camera"],
    );
    let known = ["index", "axis", "camera", "id", "class"];
    let readable = placeholders(found, at("channel_format"), &osc.channel_format, &known);
    if readable && osc.format == OscFormat::Channels {
        let format = &osc.channel_format;
        if !format.contains("{index}") && !format.contains("{id}") {
            found.add(
                at("channel_format"),
                "must hold {index}, so that slots can be told apart",
            );
        }
        if osc.axes.len() > 1 && !format.contains("{axis}") {
            found.add(
                at("channel_format"),
                "must hold {axis}, since more than one axis is sent",
            );
        }
    }
}

/// Checks the `{...}` of an address, and that the rest is legal in OSC. Returns
/// whether all is well.
fn placeholders(found: &mut Findings, path: String, text: &str, known: &[&str]) -> bool {
    let mut plain = text.to_owned();
    for name in known {
        plain = plain.replace(&format!("{{{name}}}"), "");
    }
    if plain.contains(['{', '}']) {
        let known: Vec<_> = known.iter().map(|k| format!("{{{k}}}")).collect();
        found.add(
            path,
            format!(
                "has an unknown placeholder in '{text}'; known are {}",
                known.join(" ")
            ),
        );
    } else if plain.contains([' ', '#', '*', ',', '?', '[', ']']) || !plain.is_ascii() {
        found.add(
            path,
            format!("'{text}' has a character that OSC addresses cannot have"),
        );
    } else {
        return true;
    }
    false
}

fn camera(found: &mut Findings, path: &str, camera: &CameraConfig) {
    let at = |key: &str| format!("{path}.{key}");
    let legal = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if camera.id.is_empty() || camera.id.len() > 32 || !camera.id.chars().all(legal) {
        found.add(
            at("id"),
            format!(
                "must be 1 to 32 letters, digits, '_' or '-', got '{}'",
                camera.id
            ),
        );
    }
    if let Err(error) = camera.stream.parse::<StreamAddress>() {
        found.add(at("stream"), error.to_string());
    }
    if let Some([x1, y1, x2, y2]) = camera.roi
        && !(x1 >= 0.0 && y1 >= 0.0 && x1 < x2 && y1 < y2 && x2.is_finite() && y2.is_finite())
    {
        found.add(
            at("roi"),
            format!(
                "must be [x1, y1, x2, y2] with x1 < x2 and y1 < y2, got [{x1}, {y1}, {x2}, {y2}]"
            ),
        );
    }
}
