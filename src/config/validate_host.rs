//! Checks of a host name.

use std::net::IpAddr;

use super::issues::Issues;
use super::suggest::quoted;

/// A host alone: no port, no scheme.
pub(super) fn check_host(issues: &mut Issues, path: &str, host: &str, port: &str) {
    if host.parse::<IpAddr>().is_ok() {
        return;
    }
    let shown = quoted(host);
    match host.rsplit_once(':') {
        Some((_, digits)) if digits.parse::<u16>().is_ok() && !host.contains("//") => issues.add(
            path,
            format!("must be a host alone, got {shown}; the port stands in {port}"),
        ),
        _ if host.contains([':', '/', ' ', '@']) => issues.add(
            path,
            format!("must be a host's name or address, such as 192.168.1.20, got {shown}"),
        ),
        _ => {}
    }
}
