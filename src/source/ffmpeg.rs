//! What OpenCV's FFmpeg backend must be told once a process.

use std::sync::Once;

use opencv::core::{LogLevel, set_log_level};

/// Silences OpenCV: it would write to the host's stderr, stream addresses with
/// their passwords included. Failures come back as errors, which we redact.
pub fn prepare() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        if let Err(error) = set_log_level(LogLevel::LOG_LEVEL_SILENT) {
            log::debug!("OpenCV keeps its own log: {error}");
        }
    });
}
