//! FFmpeg's own log, written to ours.
//!
//! FFmpeg writes its log to the process's stderr, and its lines hold addresses with
//! their passwords. The log belongs to the process, not to a stream. So rextrack takes it
//! over only if FFmpeg was loaded together with this library, and leaves it alone if the
//! host loaded FFmpeg before. The order in which the system loaded the two libraries
//! tells which case it is
//! ([decision 0022](../../docs/decisions/0022-ffmpeg-log-is-redirected.md)).

mod avutil;
mod lines;

use std::time::Instant;

use avutil::{AV_ERROR, AV_VERBOSE, AV_WARNING, Unavailable};
use lines::Lines;

/// Sends FFmpeg's log to ours if rextrack may take it over. Called once a process.
pub fn take_over() {
    match avutil::set_log_callback(receive) {
        Ok(()) => {}
        Err(Unavailable::LoadedByHost) => log::info!(
            "FFmpeg was loaded before rextrack, so the host keeps its log; that log holds the \
             cameras' addresses with their passwords"
        ),
        Err(Unavailable::NotFound) => log::debug!("FFmpeg's log functions were not found"),
    }
}

/// Receives a piece of FFmpeg's log, on the thread that wrote it.
fn receive(level: i32, piece: &str, is_cut: bool) {
    thread_local! {
        static LINES: std::cell::RefCell<Lines> = std::cell::RefCell::default();
    }
    // Nothing is logged for a thread that is ending, or when the logger calls FFmpeg.
    let _ = LINES.try_with(|lines| {
        let Ok(mut lines) = lines.try_borrow_mut() else {
            return;
        };
        // A line that the logger drops must not count against the limit.
        let level = log_level(level).filter(|level| log::log_enabled!(*level));
        lines.push(level, piece, is_cut, Instant::now(), write);
    });
}

/// Our level for one of FFmpeg's; none for a level that is never logged.
fn log_level(level: i32) -> Option<log::Level> {
    if level <= AV_ERROR {
        Some(log::Level::Warn)
    } else if level <= AV_WARNING {
        Some(log::Level::Info)
    } else if level <= AV_VERBOSE {
        Some(log::Level::Debug)
    } else {
        // These include requests with their passwords.
        None
    }
}

/// Writes one line to our log, with the camera's id if the thread has one.
fn write(level: log::Level, line: &str) {
    let thread = std::thread::current();
    match camera_id(thread.name().unwrap_or_default()) {
        Some(camera) => log::log!(level, "[{camera}] FFmpeg: {line}"),
        None => log::log!(level, "FFmpeg: {line}"),
    }
}

/// The camera of a pipeline's thread, `rextrack:ID:source`.
fn camera_id(thread: &str) -> Option<&str> {
    let (camera, role) = thread.strip_prefix("rextrack:")?.split_once(':')?;
    (role == "source").then_some(camera)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ffmpeg_levels_map_to_log_levels_and_debug_is_dropped() {
        for (level, expected) in [
            (-8, Some(log::Level::Warn)),
            (AV_ERROR, Some(log::Level::Warn)),
            (AV_WARNING, Some(log::Level::Info)),
            (32, Some(log::Level::Debug)),
            (AV_VERBOSE, Some(log::Level::Debug)),
            (48, None),
        ] {
            assert_eq!(log_level(level), expected, "{level}");
        }
    }

    #[test]
    fn source_thread_name_contains_camera_id() {
        assert_eq!(camera_id("rextrack:hall:source"), Some("hall"));
        assert_eq!(camera_id("rextrack:web"), None);
        assert_eq!(camera_id("rextrack:hall:infer"), None);
        assert_eq!(camera_id("main"), None);
    }
}
