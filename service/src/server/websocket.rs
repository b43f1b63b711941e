//! Limits that all WebSockets share.

use std::time::Duration;

use axum::extract::ws::WebSocketUpgrade;

/// A client that takes longer to receive a message is disconnected.
pub const WRITE_TIMEOUT: Duration = Duration::from_secs(10);
/// How often a silent client is checked by a ping.
pub const PING_INTERVAL: Duration = Duration::from_secs(20);
/// Bytes that may wait in this process for a client of text messages.
pub const TEXT_BUFFER: usize = 1024 * 1024;
/// Bytes that may wait in this process for a client of pictures.
pub const PICTURE_BUFFER: usize = 4 * 1024 * 1024;
/// Largest message from a client. Clients have nothing to send.
const MESSAGE_MAX: usize = 4096;

/// An upgrade with the shared limits.
pub fn limited(upgrade: WebSocketUpgrade, buffer: usize) -> WebSocketUpgrade {
    upgrade
        .write_buffer_size(0)
        .max_write_buffer_size(buffer)
        .max_message_size(MESSAGE_MAX)
}
