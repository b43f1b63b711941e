//! Options of a connection to an MQTT broker, for publishers and readers.

use std::path::Path;

use rumqttc::{Broker, MqttOptions, TlsConfiguration, Transport};

use super::limits::MESSAGE_MAX;
use crate::address::NetworkAddress;

/// The broker drops us when it hears nothing for 1.5 times this many seconds.
const KEEP_ALIVE_S: u16 = 5;
/// Largest packet that the client receives. A larger one ends the connection. A packet
/// between [`MESSAGE_MAX`] and this size is rejected without ending it.
const PACKET_MAX: usize = 4 * 1024 * 1024;

/// Options for a connection under the name `client`, which must be unique: a second
/// connection with the same name ends the first.
///
/// # Errors
/// When the certificates cannot be read.
pub fn options(
    address: &NetworkAddress,
    client: String,
    ca_file: Option<&Path>,
) -> Result<MqttOptions, String> {
    let mut options = MqttOptions::new(client, Broker::tcp(address.host(), address.port()));
    options.set_keep_alive(KEEP_ALIVE_S);
    options.set_clean_session(true);
    options.set_max_packet_size(PACKET_MAX, MESSAGE_MAX);
    if let Some((user, password)) = address.user_password() {
        options.set_credentials(user, password);
    }
    if address.scheme() == "mqtts" {
        options.set_transport(Transport::Tls(tls(ca_file)?));
    }
    Ok(options)
}

fn tls(ca_file: Option<&Path>) -> Result<TlsConfiguration, String> {
    // Fails if another library of the process has installed a provider, which is fine.
    rustls::crypto::ring::default_provider()
        .install_default()
        .ok();
    let Some(path) = ca_file else {
        return TlsConfiguration::try_default_rustls().map_err(|e| {
            format!(
                "the system's certificates cannot be read ({e}); set ca_file to a certificate file"
            )
        });
    };
    let ca = std::fs::read(path).map_err(|e| {
        format!(
            "{}: the certificates cannot be read ({e}); check ca_file",
            path.display()
        )
    })?;
    Ok(TlsConfiguration::Simple {
        ca,
        alpn: None,
        client_auth: None,
    })
}
