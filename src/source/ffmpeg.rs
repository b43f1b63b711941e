//! What OpenCV's FFmpeg backend must be told once a process.

use std::sync::Once;

use opencv::core::{LogLevel, get_version_major, get_version_minor, set_log_level};

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

/// `CAP_PROP_N_THREADS`, which headers before OpenCV 4.7 do not name.
const N_THREADS: i32 = 70;

/// Parameters for opening a live stream with as little delay as there can be.
///
/// FFmpeg decodes several frames at once, one a thread, and so hands each over
/// as many frames late as there are threads, less one: 15 frames on a machine
/// with 16 processors. One thread decodes 1080p many times faster than it
/// comes. OpenCV before 4.7 cannot be told; see [`codecs`].
pub fn low_delay() -> &'static [i32] {
    if knows_threads() {
        &[N_THREADS, 1]
    } else {
        &[]
    }
}

fn knows_threads() -> bool {
    (get_version_major(), get_version_minor()) >= (4, 7)
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
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let late = if knows_threads() || threads == 1 {
            String::new()
        } else {
            format!(
                "; older than 4.7, it shows cameras up to {} frames late on this machine",
                threads - 1
            )
        };
        Ok(format!("OpenCV {version} with FFmpeg{late}"))
    } else {
        Err(format!(
            "OpenCV {version} was built without FFmpeg: no RTSP and no video files; \
             install an OpenCV with FFmpeg (Debian: libopencv-dev)"
        ))
    }
}
