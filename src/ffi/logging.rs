//! The log: to stderr, to the host's callback, and to hosts that poll.

use std::ffi::{CString, c_char, c_void};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use log::{LevelFilter, Log, Metadata, Record};
use parking_lot::RwLock;

use super::library_dir;
use super::log_lines;
use super::status::{Failure, RextrackStatus, guard};
use crate::address::one_line;

/// Receives one line of the log. `level` is 1 error, 2 warning, 3 info, 4 debug, 5 trace.
/// `message` is UTF-8 without control characters, and valid until the callback returns.
/// `user` is the pointer passed to `rextrack_set_log`.
///
/// Any thread of the library may call it, several at the same time, also during your call
/// of a function. Return quickly, do not call the library from the callback, and do not
/// wait for another thread of yours: `rextrack_set_log` waits for running callbacks, and
/// threads of the pipeline wait inside them. A host with one script thread (Node, Python
/// with a lock, Unity) cannot promise that: use `rextrack_poll_log`.
pub type RextrackLogCallback =
    Option<unsafe extern "C" fn(level: i32, message: *const c_char, user: *mut c_void)>;

#[derive(Clone, Copy)]
struct Receiver {
    callback: unsafe extern "C" fn(i32, *const c_char, *mut c_void),
    user: *mut c_void,
}

// SAFETY: the host promises, in `rextrack_set_log`, that callback and `user`
// may be used from any thread.
unsafe impl Send for Receiver {}
// SAFETY: as above.
unsafe impl Sync for Receiver {}

static RECEIVER: RwLock<Option<Receiver>> = RwLock::new(None);
/// Whether lines without a callback go nowhere but to [`log_lines`].
static IS_QUIET: AtomicBool = AtomicBool::new(false);

/// Add it to the level of `rextrack_set_log`: lines do not go to stderr, for a host that
/// polls them.
pub const REXTRACK_LOG_QUIET: i32 = 256;

struct HostLog {
    stderr: env_logger::Logger,
}

impl Log for HostLog {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() <= log::max_level() && metadata.target().starts_with("rextrack")
    }

    fn log(&self, record: &Record<'_>) {
        if !self.enabled(record.metadata()) {
            return;
        }
        // Held during the call, so that `rextrack_set_log` returns only after a running
        // callback has returned.
        let receiver = RECEIVER.read();
        let line = one_line(&record.args().to_string());
        log_lines::push(record.level() as i32, &line);
        let Some(receiver) = *receiver else {
            if IS_QUIET.load(Ordering::Relaxed) {
                return;
            }
            self.stderr.log(
                &Record::builder()
                    .metadata(record.metadata().clone())
                    .args(format_args!("{line}"))
                    .build(),
            );
            return;
        };
        if let Ok(line) = CString::new(line) {
            // SAFETY: the host vouched for callback and `user` until it
            // replaces them, which waits for the lock that we hold.
            unsafe { (receiver.callback)(record.level() as i32, line.as_ptr(), receiver.user) };
        }
    }

    fn flush(&self) {}
}

/// Installs the library's logger, unless the process has one already: a Rust host keeps
/// its own.
pub fn prepare() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        if let Some(folder) = library_dir::find() {
            crate::pipeline::set_library_dir(folder);
        }
        let stderr = env_logger::Builder::new()
            .filter_level(LevelFilter::Trace)
            .build();
        if log::set_boxed_logger(Box::new(HostLog { stderr })).is_ok() {
            log::set_max_level(LevelFilter::Info);
        }
    });
}

/// Sets the level and the receiver of the log, for the whole process. `level`: 0 off,
/// 1 error, 2 warning, 3 info (the default), 4 debug, 5 trace. `callback` NULL means
/// stderr, or nowhere if you add `REXTRACK_LOG_QUIET` to the level. `user` is passed to the
/// callback unchanged. `rextrack_poll_log` has the lines in every case.
///
/// When this function returns, the previous callback is not running and will not be called
/// again. The log contains no passwords.
///
/// Any thread, but not from inside the callback. Blocks until running callbacks return: for
/// ever, if a callback waits for the calling thread.
///
/// # Safety
/// `callback` and `user` must be usable from any thread until they are
/// replaced.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rextrack_set_log(
    level: i32,
    callback: RextrackLogCallback,
    user: *mut c_void,
) -> RextrackStatus {
    guard(|| {
        let is_quiet = level & REXTRACK_LOG_QUIET != 0;
        let filter = match level & !REXTRACK_LOG_QUIET {
            0 => LevelFilter::Off,
            1 => LevelFilter::Error,
            2 => LevelFilter::Warn,
            3 => LevelFilter::Info,
            4 => LevelFilter::Debug,
            5 => LevelFilter::Trace,
            _ => {
                let text =
                    format!("rextrack_set_log: level must be 0 (off) to 5 (trace), got {level}");
                return Err(Failure::argument(text));
            }
        };
        prepare();
        *RECEIVER.write() = callback.map(|callback| Receiver { callback, user });
        IS_QUIET.store(is_quiet, Ordering::Relaxed);
        log::set_max_level(filter);
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::ffi::CStr;

    static LINES: parking_lot::Mutex<Vec<String>> = parking_lot::Mutex::new(Vec::new());

    unsafe extern "C" fn collect(_: i32, message: *const c_char, _: *mut c_void) {
        // SAFETY: the log passes a NUL-terminated text.
        let message = unsafe { CStr::from_ptr(message) };
        LINES.lock().push(message.to_str().unwrap().to_owned());
    }

    #[test]
    fn log_lines_reach_the_callback_without_control_characters() {
        let stderr = env_logger::Builder::new().build();
        let host = HostLog { stderr };
        log::set_max_level(LevelFilter::Info);
        *RECEIVER.write() = Some(Receiver {
            callback: collect,
            user: std::ptr::null_mut(),
        });
        host.log(
            &Record::builder()
                .target("rextrack::test")
                .args(format_args!(
                    "odd words: \u{1b}[2J\r\nforged\0\u{9b}1m\u{202e} rtsp://u:S\r\nCRT@cam/"
                ))
                .build(),
        );
        *RECEIVER.write() = None;
        let lines = LINES.lock();
        let line = lines.iter().find(|l| l.contains("odd words")).unwrap();
        assert_eq!(
            line,
            "odd words: \\u{1b}[2J\\r\\nforged\\u{0}\\u{9b}1m\\u{202e} rtsp://u:***@cam/"
        );
    }
}
