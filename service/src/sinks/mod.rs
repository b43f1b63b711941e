//! Outputs that belong to the program: the library publishes to no broker.

pub mod mqtt;

use rextrack::config::ServiceConfig;

/// This machine's name in messages.
pub fn node(service: &ServiceConfig) -> String {
    let network_name = || gethostname::gethostname().to_string_lossy().into_owned();
    service.node.clone().unwrap_or_else(network_name)
}
