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

/// What OpenCV can decode with, for `rextrack doctor`.
pub fn codecs() -> Result<String, String> {
    let about = opencv::core::get_build_information().map_err(|e| e.message)?;
    let version = opencv::core::get_version_string().unwrap_or_default();
    let line = about
        .lines()
        .map(str::trim)
        .find(|l| l.starts_with("FFMPEG:"))
        .unwrap_or("");
    if line.contains("YES") {
        Ok(format!("OpenCV {version} with FFmpeg"))
    } else {
        Err(format!(
            "OpenCV {version} was built without FFmpeg: no RTSP and no video files; \
             install an OpenCV with FFmpeg (Debian: libopencv-dev)"
        ))
    }
}
