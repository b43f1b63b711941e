//! `mqtt` and `cameras[].sinks`: the outputs besides `osc`.

use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::issues::Issues;
use super::key_path::KeyPath;
use super::osc::OscConfig;
use super::redacted::is_redacted;
use super::suggest::quoted;
use crate::address::{NetworkAddress, resolve};

/// Publishing to an MQTT broker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MqttConfig {
    /// Address of the broker: mqtt://USER:PASSWORD@HOST:1883, or mqtts:// for TLS.
    #[schemars(length(min = 1), example = "mqtt://192.168.1.5:1883")]
    pub broker: String,
    /// First part of every topic; `{node}` is `service.node`.
    #[schemars(length(min = 1))]
    pub topic_prefix: String,
    /// MQTT quality of service for slots: 0 at most once, 1 at least once, 2 exactly once.
    #[schemars(range(min = 0, max = 2))]
    pub qos: u8,
    /// Whether the broker keeps the newest slots for later subscribers. It always keeps the
    /// state.
    pub retain: bool,
    /// Most snapshots per second; 0 for all.
    #[schemars(range(min = 0, max = 240))]
    pub max_fps: u32,
    /// A file with the certificates to trust for a broker with TLS, instead of those of the
    /// system.
    pub ca_file: Option<PathBuf>,
}

impl Default for MqttConfig {
    fn default() -> Self {
        Self {
            broker: "mqtt://127.0.0.1:1883".into(),
            topic_prefix: "rextrack".into(),
            qos: 0,
            retain: false,
            max_fps: 0,
            ca_file: None,
        }
    }
}

/// Snapshots as JSON lines.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JsonlConfig {
    /// The file to which each snapshot is appended as a line of JSON; `-` for the standard
    /// output.
    #[schemars(length(min = 1))]
    pub path: PathBuf,
}

/// One more output of a camera: exactly one of the keys.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SinkConfig {
    /// Another OSC receiver.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub osc: Option<OscConfig>,
    /// An MQTT broker.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mqtt: Option<MqttConfig>,
    /// A file of snapshots.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jsonl: Option<JsonlConfig>,
}

/// What an output does with a file that its section names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileUse {
    /// Reads it.
    Read,
    /// Creates it or adds to it. Over the network only a file with this extension may be
    /// chosen, so that no other file is spoilt.
    Append {
        /// Without the dot, such as `jsonl`.
        extension: &'static str,
    },
}

/// A file that an output uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputFile {
    /// The key within the output, such as `jsonl.path`.
    pub key: String,
    /// The path, absolute or relative to the working folder.
    pub path: PathBuf,
    /// What the output does with it.
    pub file_use: FileUse,
}

/// The section of one kind of output.
pub(super) trait OutputSection {
    /// Adds the issues of the section, whose keys begin with `path`.
    fn check(&self, path: &str, camera_id: &str, issues: &mut Issues);

    /// The files that the section names, with their keys. Relative paths are relative to
    /// the configuration file. The network may choose only the files that are named here.
    fn files_mut(&mut self) -> Vec<(&'static str, &mut PathBuf, FileUse)> {
        Vec::new()
    }

    /// Whether only the service creates this output, not a pipeline.
    fn is_made_by_service(&self) -> bool {
        false
    }
}

impl OutputSection for OscConfig {
    fn check(&self, path: &str, camera_id: &str, issues: &mut Issues) {
        self.check_keys(&KeyPath::section(path), camera_id, issues);
    }
}

impl OutputSection for JsonlConfig {
    fn check(&self, _path: &str, _camera_id: &str, _issues: &mut Issues) {}

    fn files_mut(&mut self) -> Vec<(&'static str, &mut PathBuf, FileUse)> {
        let is_stdout = self.path == Path::new("-");
        if is_stdout {
            return Vec::new();
        }
        let file_use = FileUse::Append { extension: "jsonl" };
        vec![("path", &mut self.path, file_use)]
    }
}

impl OutputSection for MqttConfig {
    fn check(&self, path: &str, _camera_id: &str, issues: &mut Issues) {
        if let Err(error) = self.broker.parse::<NetworkAddress>() {
            issues.add(format!("{path}.broker"), error.to_string());
        } else if is_redacted(&self.broker) {
            issues.add(
                format!("{path}.broker"),
                "contains *** in place of a hidden password; write the password itself",
            );
        }
        let prefix = &self.topic_prefix;
        let wrong = |c: char| matches!(c, '#' | '+') || c.is_control();
        if prefix.contains(wrong) || prefix.starts_with('/') || prefix.ends_with('/') {
            issues.add(
                format!("{path}.topic_prefix"),
                format!(
                    "must be a topic without '#' and '+' that neither begins nor ends with '/', got {}",
                    quoted(prefix)
                ),
            );
        }
    }

    fn files_mut(&mut self) -> Vec<(&'static str, &mut PathBuf, FileUse)> {
        let file = self.ca_file.iter_mut();
        file.map(|path| ("ca_file", path, FileUse::Read)).collect()
    }

    fn is_made_by_service(&self) -> bool {
        true
    }
}

/// Makes the paths of a section relative to `folder`.
pub(super) fn rebase(section: &mut dyn OutputSection, folder: &Path) {
    for (_, path, _) in section.files_mut() {
        *path = resolve(folder, path);
    }
}

impl SinkConfig {
    /// The keys of all sections, for a message.
    pub(super) const KEYS: &str = "osc, mqtt and jsonl";

    /// The sections that are set, with their keys.
    pub(super) fn sections(&self) -> Vec<(&'static str, &dyn OutputSection)> {
        let mut sections: Vec<(&'static str, &dyn OutputSection)> = Vec::new();
        sections.extend(self.osc.iter().map(|s| ("osc", s as _)));
        sections.extend(self.mqtt.iter().map(|s| ("mqtt", s as _)));
        sections.extend(self.jsonl.iter().map(|s| ("jsonl", s as _)));
        sections
    }

    /// As [`sections`](Self::sections), mutable.
    pub(super) fn sections_mut(&mut self) -> Vec<(&'static str, &mut dyn OutputSection)> {
        let mut sections: Vec<(&'static str, &mut dyn OutputSection)> = Vec::new();
        sections.extend(self.osc.iter_mut().map(|s| ("osc", s as _)));
        sections.extend(self.mqtt.iter_mut().map(|s| ("mqtt", s as _)));
        sections.extend(self.jsonl.iter_mut().map(|s| ("jsonl", s as _)));
        sections
    }

    /// The files that the output uses.
    pub fn files(&self) -> Vec<OutputFile> {
        let mut sink = self.clone();
        let files = sink.sections_mut().into_iter().flat_map(|(key, section)| {
            let files = section.files_mut().into_iter();
            files.map(move |(name, path, file_use)| OutputFile {
                key: format!("{key}.{name}"),
                path: path.clone(),
                file_use,
            })
        });
        files.collect()
    }

    /// Makes relative paths relative to `folder`.
    pub(super) fn rebase(&mut self, folder: &Path) {
        for (_, section) in self.sections_mut() {
            rebase(section, folder);
        }
    }

    /// Whether only the service creates this output.
    pub fn is_made_by_service(&self) -> bool {
        let mut sections = self.sections().into_iter();
        sections.any(|(_, section)| section.is_made_by_service())
    }
}
