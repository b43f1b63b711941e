//! What OpenCV's FFmpeg backend must be told once a process.

use std::sync::Once;

use opencv::core::{LogLevel, get_version_major, get_version_minor, set_log_level};

use super::ffmpeg_log;

/// Silences OpenCV: it would write to the host's stderr, stream addresses with
/// their passwords included. Failures come back as errors, which we redact. FFmpeg's
/// log goes into ours.
pub fn prepare() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        if let Err(error) = set_log_level(LogLevel::LOG_LEVEL_SILENT) {
            log::debug!("OpenCV keeps its own log: {error}");
        }
        silence_inside();
        ffmpeg_log::take_over();
    });
}

/// With one of these set, OpenCV takes FFmpeg's log at each opening and writes it to
/// stdout by itself, addresses with their passwords included.
const DEBUG_VARIABLES: [&str; 2] = ["OPENCV_FFMPEG_DEBUG", "OPENCV_FFMPEG_LOGLEVEL"];

/// On Windows FFmpeg is inside a library of OpenCV's, and its log out of reach; but
/// OpenCV asks the environment how much of it is wanted when it loads that library.
#[cfg(windows)]
#[allow(unsafe_code)]
fn silence_inside() {
    if !warn_of_debugging() {
        // SAFETY: on Windows the environment may be changed by any thread at any time.
        // -8 is FFmpeg's AV_LOG_QUIET.
        unsafe { std::env::set_var(DEBUG_VARIABLES[1], "-8") };
    }
}

#[cfg(not(windows))]
fn silence_inside() {
    warn_of_debugging();
}

/// Whether somebody wants to see FFmpeg's log, whom it is then said what that shows.
fn warn_of_debugging() -> bool {
    let set = |variable: &&&str| std::env::var_os(variable).is_some();
    let Some(variable) = DEBUG_VARIABLES.iter().find(set) else {
        return false;
    };
    log::warn!(
        "{variable} is set: OpenCV writes FFmpeg's log to stdout by itself, with the cameras' \
         passwords; unset it, and FFmpeg's lines come here without them"
    );
    true
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
