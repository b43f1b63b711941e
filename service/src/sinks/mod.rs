//! Sinks that belong to the service: the library publishes to no broker.
//!
//! A further kind is a file of this folder and a row of [`KINDS`]. The row says which of
//! its keys hold addresses, whose passwords are hidden. Counts and problems of
//! a sink reach the API by the [`Sink`] trait.

mod kind;
mod mqtt;

use rextrack::internals::config::{CameraConfig, Config, ServiceConfig};
use rextrack::internals::sink::Sink;
use serde::Serialize;
use serde_json::Value;

use kind::SinkKind;

/// All kinds of sinks that belong to the service.
const KINDS: &[SinkKind] = &[mqtt::KIND];

/// The settings of one sink.
#[derive(Clone)]
pub struct SinkSettings {
    kind: &'static SinkKind,
    section: Value,
}

impl PartialEq for SinkSettings {
    fn eq(&self, other: &Self) -> bool {
        self.kind.key == other.kind.key && self.section == other.section
    }
}

/// The sinks that all cameras have.
pub fn shared_by_all_cameras(config: &Config) -> Vec<SinkSettings> {
    sections(config)
}

/// The sinks that one camera has besides.
pub fn of_camera(camera: &CameraConfig) -> Vec<SinkSettings> {
    camera.sinks.iter().flat_map(sections).collect()
}

/// All sinks of a camera.
pub fn settings(config: &Config, camera: &CameraConfig) -> Vec<SinkSettings> {
    let mut settings = shared_by_all_cameras(config);
    settings.extend(of_camera(camera));
    settings
}

fn sections(parent: &impl Serialize) -> Vec<SinkSettings> {
    let parent = serde_json::to_value(parent).unwrap_or_default();
    let settings = |kind: &'static SinkKind| {
        let section = parent.get(kind.key).filter(|section| section.is_object())?;
        Some(SinkSettings {
            kind,
            section: section.clone(),
        })
    };
    KINDS.iter().filter_map(settings).collect()
}

/// Creates sinks. The log has the reason when one cannot be created; it is left out.
pub fn create(settings: &[SinkSettings], camera: &str, node: &str) -> Vec<Box<dyn Sink>> {
    let mut sinks = Vec::new();
    for sink in settings {
        match (sink.kind.create)(&sink.section, camera, node) {
            Ok(sink) => sinks.push(sink),
            Err(error) => log::error!("[{camera}] {error}"),
        }
    }
    sinks
}

/// Whether a key's value is an address of a sink, which may hold a password.
pub fn is_address_key(key: &str) -> bool {
    KINDS.iter().any(|kind| kind.address_keys.contains(&key))
}

/// This machine's name in messages.
pub fn node(service: &ServiceConfig) -> String {
    let network_name = || gethostname::gethostname().to_string_lossy().into_owned();
    service.node.clone().unwrap_or_else(network_name)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use rextrack::internals::config;

    #[test]
    fn camera_has_the_sinks_of_all_cameras_and_its_own() {
        let text = "mqtt: {ca_file: all.pem}\ncameras:\n- id: a\n  stream: 'synth:'\n  sinks:\n  \
                    - jsonl: {path: a.jsonl}\n  - mqtt: {broker: 'mqtts://h', ca_file: own.pem}\n";
        let document = config::parse(text).unwrap();
        let config = Config::from_document(document, std::path::Path::new("")).unwrap();
        let settings = settings(&config, &config.cameras[0]);
        let files: Vec<_> = settings
            .iter()
            .map(|s| s.section["ca_file"].clone())
            .collect();
        assert_eq!(files, ["all.pem", "own.pem"]);
        assert!(is_address_key("broker") && !is_address_key("topic_prefix"));
    }
}
