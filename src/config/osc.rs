//! `osc`: the OSC output.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::issues::Issues;
use super::key_path::KeyPath;
use super::suggest::quoted;
use super::validate_host::check_host;
use crate::address::osc::{OscAddresses, OscFormat, OscTemplate};
use crate::flow::AxisId;

/// OSC output.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct OscConfig {
    /// Host name or IP address of the receiver.
    #[schemars(length(min = 1))]
    pub host: String,
    /// UDP port of the receiver.
    #[schemars(range(min = 1, max = 65535))]
    pub port: u16,
    /// First part of every address; `{camera}` is the camera's id.
    #[schemars(regex(pattern = "^/"))]
    pub address_prefix: String,
    /// Address of one channel, with the placeholders `{index}` `{axis}` `{camera}` `{id}`
    /// `{class}`.
    pub channel_format: String,
    /// Values to send, in this order.
    #[schemars(length(min = 1), extend("uniqueItems" = true))]
    pub axes: Vec<AxisId>,
    /// One message per axis, or one array message per frame.
    pub format: OscFormat,
}

impl Default for OscConfig {
    fn default() -> Self {
        Self {
            host: "127.0.0.1".into(),
            port: 5005,
            address_prefix: "/".into(),
            channel_format: "p{index}_{axis}".into(),
            axes: ["x", "y"]
                .iter()
                .filter_map(|name| name.parse().ok())
                .collect(),
            format: OscFormat::default(),
        }
    }
}

impl OscConfig {
    /// The keys that addresses are built from.
    pub fn template(&self) -> OscTemplate<'_> {
        OscTemplate {
            address_prefix: &self.address_prefix,
            channel_format: &self.channel_format,
            axes: &self.axes,
            format: self.format,
        }
    }

    /// The addresses of a camera, before a model is loaded.
    pub(super) fn addresses(
        &self,
        camera_id: &str,
    ) -> Result<OscAddresses, crate::address::OscAddressError> {
        OscAddresses::new(self.template(), camera_id, &[])
    }

    /// Adds the issues of the section. `path` gives the paths of its keys.
    pub(super) fn check_keys(&self, path: &KeyPath<'_>, camera_id: &str, issues: &mut Issues) {
        if self.host.trim().is_empty() {
            issues.add(
                path.key("host"),
                "is empty; give the receiver's name or address",
            );
        } else {
            let port = path.key("port");
            check_host(issues, &path.key("host"), &self.host, &port);
        }
        if !self.address_prefix.starts_with('/') {
            let shown = quoted(&self.address_prefix);
            issues.add(
                path.key("address_prefix"),
                format!("must begin with '/', got {shown}"),
            );
        }
        // The schema check has reported this.
        if self.axes.is_empty() {
            return;
        }
        if let Err(error) = self.addresses(camera_id) {
            issues.add(path.key(error.key), error.fault.to_string());
        } else if self.format == OscFormat::Channels {
            let channel_format = path.key("channel_format");
            let shown = quoted(&self.channel_format);
            let has = |name: &str| self.channel_format.contains(name);
            if !has("{index}") && !has("{id}") {
                issues.add(
                    &channel_format,
                    format!("must contain {{index}} to distinguish the slots, got {shown}"),
                );
            }
            if self.axes.len() > 1 && !has("{axis}") {
                issues.add(
                    &channel_format,
                    format!("must contain {{axis}}, because osc.axes has several, got {shown}"),
                );
            }
        }
    }
}
