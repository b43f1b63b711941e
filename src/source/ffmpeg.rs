//! Settings of OpenCV's FFmpeg backend, set once per process.

use std::sync::Once;

use opencv::core::{LogLevel, get_version_major, get_version_minor, set_log_level};

use super::ffmpeg_log;

/// Disables OpenCV's own log, which would write stream addresses with their passwords to
/// the host's stderr. Failures are returned as errors, which we redact. FFmpeg's log goes
/// to ours.
pub fn prepare() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        if let Err(error) = set_log_level(LogLevel::LOG_LEVEL_SILENT) {
            log::debug!("OpenCV's own log cannot be disabled: {error}");
        }
        disable_opencv_ffmpeg_log();
        ffmpeg_log::take_over();
    });
}

/// If one of these is set, OpenCV redirects FFmpeg's log to stdout each time it opens a
/// stream, addresses with their passwords included.
const DEBUG_VARIABLES: [&str; 2] = ["OPENCV_FFMPEG_DEBUG", "OPENCV_FFMPEG_LOGLEVEL"];

/// On Windows, FFmpeg is part of a library of OpenCV, and its log functions cannot be
/// reached. But OpenCV reads the log level from the environment when it loads that library.
#[cfg(windows)]
#[allow(unsafe_code)]
fn disable_opencv_ffmpeg_log() {
    if !warn_if_debug_enabled() {
        // SAFETY: on Windows the environment may be changed by any thread at any time.
        // -8 is FFmpeg's AV_LOG_QUIET.
        unsafe { std::env::set_var(DEBUG_VARIABLES[1], "-8") };
    }
}

#[cfg(not(windows))]
fn disable_opencv_ffmpeg_log() {
    warn_if_debug_enabled();
}

/// Whether FFmpeg's debug output is enabled; warns that it shows passwords.
fn warn_if_debug_enabled() -> bool {
    let set = |variable: &&&str| std::env::var_os(variable).is_some();
    let Some(variable) = DEBUG_VARIABLES.iter().find(set) else {
        return false;
    };
    log::warn!(
        "{variable} is set: OpenCV writes FFmpeg's log to stdout, with the cameras' passwords; \
         unset it to have FFmpeg's log here without them"
    );
    true
}

/// `CAP_PROP_N_THREADS`, which headers before OpenCV 4.7 do not name.
const N_THREADS: i32 = 70;

/// Parameters that open a live stream with the least delay.
///
/// FFmpeg decodes several frames in parallel, one per thread. So each frame is late by the
/// number of threads less one: 15 frames on a machine with 16 processors. One thread
/// decodes 1080p many times faster than a camera sends it. OpenCV before 4.7 has no such
/// setting; see [`codecs`].
pub fn low_delay() -> &'static [i32] {
    if supports_thread_count() {
        &[N_THREADS, 1]
    } else {
        &[]
    }
}

fn supports_thread_count() -> bool {
    (get_version_major(), get_version_minor()) >= (4, 7)
}

/// OpenCV's version and decoder, for `rextrack doctor`.
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
        let late = if supports_thread_count() || threads == 1 {
            String::new()
        } else {
            format!(
                "; versions before 4.7 show cameras up to {} frames late on this machine",
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
