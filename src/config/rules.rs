//! What a schema cannot say: addresses, and keys that depend on each other.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

use serde_json::{Map, Value};

use super::error::{ConfigError, Findings};
use super::hint::quoted;
use super::{
    CameraConfig, ClassRef, Config, MqttConfig, OscConfig, OscFormat, PipelineConfig,
    TrackingConfig, shape,
};
use crate::sink;
use crate::slots;
use crate::source::{NetworkAddress, StreamAddress, redact_address};

/// Most slots that addresses are compared for; more are out of range anyway.
const SLOTS_MAX: u32 = slots::SLOTS_MAX as u32;

impl Config {
    /// Checks a configuration that was put together by a program: everything
    /// that [`Config::load`] checks.
    ///
    /// # Errors
    /// All problems, not only the first.
    pub fn validate(&self) -> Result<(), ConfigError> {
        let mut found = shape::check(&shape::FILE, &mut value_of(self));
        self.rules(&mut found);
        found.result()
    }

    pub(super) fn rules(&self, found: &mut Findings) {
        listen(found, &self.service.listen);
        tracking(found, &Place::section("tracking"), &self.tracking);
        if let Some(section) = &self.osc {
            osc(found, &Place::section("osc"), section, "camera");
        }
        if let Some(section) = &self.mqtt {
            mqtt(found, "mqtt", section);
        }
        for (index, one) in self.cameras.iter().enumerate() {
            let path = format!("cameras[{index}]");
            camera(found, &path, one);
            if self.cameras[..index].iter().any(|c| c.id == one.id) {
                found.add(
                    format!("{path}.id"),
                    format!(
                        "{} is used twice; give each camera its own",
                        quoted(&one.id)
                    ),
                );
            }
            let at = format!("{path}.override");
            if !one.overrides.is_empty() {
                match self.pipeline(one, &at) {
                    Ok(pipeline) => overridden(found, &at, one, &pipeline),
                    // The shape said it already, unless it is a device or so.
                    Err(error) if found.0.is_empty() => found.extend(error),
                    Err(_) => {}
                }
            }
        }
        shared_addresses(found, self);
    }
}

impl PipelineConfig {
    /// As [`Config::validate`], for one pipeline.
    ///
    /// # Errors
    /// All problems, not only the first.
    pub fn validate(&self) -> Result<(), ConfigError> {
        let mut found = shape::check(&shape::PIPELINE, &mut value_of(self));
        self.rules(&mut found);
        found.result()
    }

    pub(super) fn rules(&self, found: &mut Findings) {
        camera(found, "camera", &self.camera);
        for (index, sink) in self.camera.sinks.iter().enumerate() {
            if sink.mqtt.is_some() {
                found.add(
                    format!("camera.sinks[{index}].mqtt"),
                    "only `rextrack run --config` and `rextrack serve` publish to a broker",
                );
            }
        }
        tracking(found, &Place::section("tracking"), &self.tracking);
        if let Some(section) = &self.osc {
            osc(found, &Place::section("osc"), section, &self.camera.id);
        }
        if !self.camera.overrides.is_empty()
            && let Ok(pipeline) = self.clone().with_overrides("")
        {
            overridden(found, "camera.override", &self.camera, &pipeline);
        }
    }
}

fn value_of(config: &impl serde::Serialize) -> Value {
    serde_json::to_value(config).unwrap_or_default()
}

/// Where the keys of a section stand: in it, or in an override of it.
struct Place<'a> {
    section: &'a str,
    overrides: Option<(&'a str, &'a Map<String, Value>)>,
}

impl<'a> Place<'a> {
    fn section(section: &'a str) -> Self {
        Self {
            section,
            overrides: None,
        }
    }

    fn of(&self, key: &str) -> String {
        match self.overrides {
            Some((path, keys)) if keys.contains_key(key) => format!("{path}.{key}"),
            _ => format!("{}.{key}", self.section),
        }
    }
}

/// The sections as an override makes them. What is wrong without it is known.
fn overridden(found: &mut Findings, path: &str, camera: &CameraConfig, pipeline: &PipelineConfig) {
    let place = |section| Place {
        section,
        overrides: Some((path, &camera.overrides)),
    };
    tracking(found, &place("tracking"), &pipeline.tracking);
    if let Some(section) = &pipeline.osc {
        osc(found, &place("osc"), section, &camera.id);
    }
}

fn listen(found: &mut Findings, listen: &str) {
    let path = "service.listen";
    if listen.trim().is_empty() {
        found.add(
            path,
            "is empty; write 127.0.0.1, or 0.0.0.0 for all networks",
        );
    } else {
        host(found, path, listen, "service.port");
    }
}

/// A host alone: no port, no scheme.
fn host(found: &mut Findings, path: &str, host: &str, port: &str) {
    if host.parse::<IpAddr>().is_ok() {
        return;
    }
    let shown = quoted(host);
    match host.rsplit_once(':') {
        Some((_, digits)) if digits.parse::<u16>().is_ok() && !host.contains("//") => found.add(
            path,
            format!("must be a host alone, got {shown}; the port stands in {port}"),
        ),
        _ if host.contains([':', '/', ' ', '@']) => found.add(
            path,
            format!("must be a host's name or address, such as 192.168.1.20, got {shown}"),
        ),
        _ => {}
    }
}

fn tracking(found: &mut Findings, place: &Place<'_>, tracking: &TrackingConfig) {
    if tracking.model.trim().is_empty() {
        found.add(
            place.of("model"),
            "is empty; give a model's name, a path or builtin:motion",
        );
    }
    classes(found, &place.of("classes"), &tracking.classes);
}

fn classes(found: &mut Findings, path: &str, classes: &[ClassRef]) {
    for (index, class) in classes.iter().enumerate() {
        if matches!(class, ClassRef::Name(name) if name.trim().is_empty()) {
            found.add(
                format!("{path}[{index}]"),
                "is empty; give a class by name or number, such as person or 0",
            );
        }
    }
}

fn osc(found: &mut Findings, place: &Place<'_>, osc: &OscConfig, camera: &str) {
    if osc.host.trim().is_empty() {
        found.add(
            place.of("host"),
            "is empty; give the receiver's name or address",
        );
    } else {
        let port = place.of("port");
        host(found, &place.of("host"), &osc.host, &port);
    }
    if !osc.address_prefix.starts_with('/') {
        let shown = quoted(&osc.address_prefix);
        found.add(
            place.of("address_prefix"),
            format!("must begin with '/', got {shown}"),
        );
    }
    // Without axes the shape is wrong, and was found to be.
    if osc.axes.is_empty() {
        return;
    }
    if let Err(error) = sink::osc::check(osc, camera) {
        found.add(place.of(error.key), error.fault.to_string());
    } else if osc.format == OscFormat::Channels {
        let path = place.of("channel_format");
        let shown = quoted(&osc.channel_format);
        let has = |name: &str| osc.channel_format.contains(name);
        if !has("{index}") && !has("{id}") {
            found.add(
                &path,
                format!("must hold {{index}}, so that slots can be told apart, got {shown}"),
            );
        }
        if osc.axes.len() > 1 && !has("{axis}") {
            found.add(
                &path,
                format!("must hold {{axis}}, since osc.axes names several, got {shown}"),
            );
        }
    }
}

fn camera(found: &mut Findings, path: &str, camera: &CameraConfig) {
    let at = |key: &str| format!("{path}.{key}");
    let legal = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if camera.id.is_empty() || camera.id.len() > 32 || !camera.id.chars().all(legal) {
        let shown = quoted(&camera.id);
        found.add(
            at("id"),
            format!("must be 1 to 32 letters (a-z), digits, '_' or '-', got {shown}"),
        );
    }
    match camera.stream.parse::<StreamAddress>() {
        Err(error) => found.add(at("stream"), error.to_string()),
        Ok(_) if is_redacted(&camera.stream) => found.add(
            at("stream"),
            "holds *** where a password was hidden; write the password itself",
        ),
        Ok(address) => {
            let scheme = address.network().map(NetworkAddress::scheme);
            if camera.ca_file.is_some() && scheme != Some("mqtts") {
                found.add(
                    at("ca_file"),
                    "is for the broker of an mqtts:// stream; leave it out, or write mqtts://",
                );
            }
        }
    }
    // Values below 0 are out of the schema's range.
    if let Some([x1, y1, x2, y2]) = camera.roi
        && !(x1 < x2 && y1 < y2)
    {
        found.add(
            at("roi"),
            format!(
                "must be [x1, y1, x2, y2] with x1 < x2 and y1 < y2, got [{x1}, {y1}, {x2}, {y2}]"
            ),
        );
    }
    classes(found, &at("classes_filter"), &camera.classes_filter);
    for (index, sink) in camera.sinks.iter().enumerate() {
        let at = at(&format!("sinks[{index}]"));
        if sink.given() != 1 {
            found.add(&at, "must have exactly one of the keys osc, mqtt and jsonl");
        }
        if let Some(section) = &sink.osc {
            let place = format!("{at}.osc");
            osc(found, &Place::section(&place), section, &camera.id);
        }
        if let Some(section) = &sink.mqtt {
            mqtt(found, &format!("{at}.mqtt"), section);
        }
    }
}

fn mqtt(found: &mut Findings, path: &str, mqtt: &MqttConfig) {
    if let Err(error) = mqtt.broker.parse::<NetworkAddress>() {
        found.add(format!("{path}.broker"), error.to_string());
    } else if is_redacted(&mqtt.broker) {
        found.add(
            format!("{path}.broker"),
            "holds *** where a password was hidden; write the password itself",
        );
    }
    let prefix = &mqtt.topic_prefix;
    let wrong = |c: char| matches!(c, '#' | '+') || c.is_control();
    if prefix.contains(wrong) || prefix.starts_with('/') || prefix.ends_with('/') {
        found.add(
            format!("{path}.topic_prefix"),
            format!(
                "must be a topic without '#' and '+' that neither begins nor ends with '/', got {}",
                quoted(prefix)
            ),
        );
    }
}

/// Whether an address was copied from where its password is hidden.
fn is_redacted(stream: &str) -> bool {
    let hidden = stream.contains(":***@") || stream.contains("=***");
    hidden && redact_address(stream) == stream
}

/// Two enabled cameras must not send to the same addresses: the receiver could
/// not tell their people apart.
fn shared_addresses(found: &mut Findings, config: &Config) {
    let mut owners: HashMap<(String, u16, String), usize> = HashMap::new();
    // One line for all cameras that clash with the same first one.
    let mut clashes: Vec<(usize, Vec<usize>, String)> = Vec::new();
    for (index, camera) in config.cameras.iter().enumerate() {
        let same_id = config.cameras[..index].iter().any(|c| c.id == camera.id);
        let pipeline = config.pipeline(camera, "").ok();
        let Some(pipeline) = pipeline.filter(|_| camera.enabled && !same_id) else {
            continue;
        };
        let further = pipeline.camera.sinks.iter().filter_map(|s| s.osc.as_ref());
        let slots = pipeline.tracking.objects_max.min(SLOTS_MAX);
        let mut told = HashSet::new();
        for osc in pipeline.osc.iter().chain(further) {
            let addresses = sink::osc::addresses(osc, &camera.id, slots).unwrap_or_default();
            let host = receiver(&osc.host);
            for address in addresses {
                let key = (host.clone(), osc.port, address);
                let shown = format!("{} to {}:{}", key.2, osc.host, osc.port);
                let first = *owners.entry(key).or_insert(index);
                if first == index || !told.insert(first) {
                    continue;
                }
                match clashes.iter_mut().find(|c| c.0 == first) {
                    Some(clash) => clash.1.push(index),
                    None => clashes.push((first, vec![index], shown)),
                }
            }
        }
    }
    for (first, others, shown) in clashes {
        let name = |index: &usize| quoted(&config.cameras[*index].id);
        let (last, between) = others
            .split_last()
            .map_or((first, &[][..]), |(l, b)| (*l, b));
        let names: Vec<String> = std::iter::once(&first).chain(between).map(name).collect();
        found.add(
            "osc.address_prefix",
            format!(
                "cameras {} and {} would {} send {shown}; set address_prefix: /{{camera}}/",
                names.join(", "),
                name(&last),
                if others.len() == 1 { "both" } else { "all" }
            ),
        );
    }
}

/// A receiver's host in one spelling.
fn receiver(host: &str) -> String {
    match host.trim().to_lowercase().as_str() {
        "localhost" | "::1" => "127.0.0.1".into(),
        other => other.to_owned(),
    }
}
