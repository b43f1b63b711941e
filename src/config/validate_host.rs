//! Checks a host name.

use std::net::IpAddr;

use super::issues::Issues;
use super::suggest::quoted;

/// Checks that `host` is a host name or IP address without a port or scheme. `port` is the
/// path of the key that holds the port.
pub(super) fn check_host(issues: &mut Issues, path: &str, host: &str, port: &str) {
    if host.parse::<IpAddr>().is_ok() {
        return;
    }
    let shown = quoted(host);
    match host.rsplit_once(':') {
        Some((_, digits)) if digits.parse::<u16>().is_ok() && !host.contains("//") => issues.add(
            path,
            format!("must be a host without a port, got {shown}; set the port in {port}"),
        ),
        _ if host.contains([':', '/', ' ', '@']) => issues.add(
            path,
            format!("must be a host name or IP address, such as 192.168.1.20, got {shown}"),
        ),
        _ => {}
    }
}
