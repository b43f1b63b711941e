//! The names that the `Host` header may have, against DNS rebinding.

use std::collections::HashSet;
use std::net::IpAddr;

use rextrack::internals::config::ServiceConfig;

/// The names of this service.
#[derive(Debug, Clone)]
pub struct AllowedHosts(HashSet<String>);

impl AllowedHosts {
    /// `localhost`, the machine's name, the address that the service listens on, and
    /// `service.allowed_hosts`.
    pub fn new(service: &ServiceConfig) -> Self {
        let machine = gethostname::gethostname().to_string_lossy().to_lowercase();
        let mut names: HashSet<String> = service
            .allowed_hosts
            .iter()
            .map(|name| name.to_lowercase())
            .collect();
        names.extend(["localhost".into(), service.listen.to_lowercase()]);
        names.insert(format!("{machine}.local"));
        names.insert(machine);
        Self(names)
    }

    /// Whether a `Host` header is allowed. Any address is: an attacker can point a name
    /// to this machine, but not an address.
    pub fn allows(&self, host: &str) -> bool {
        let name = name_of(host);
        name.parse::<IpAddr>().is_ok() || self.0.contains(&name.to_lowercase())
    }
}

/// A host without its port, an IPv6 address without its brackets.
fn name_of(host: &str) -> &str {
    if let Some(rest) = host.strip_prefix('[') {
        return rest.split(']').next().unwrap_or_default();
    }
    host.split(':').next().unwrap_or_default()
}
