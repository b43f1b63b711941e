//! The newest lines of the log, for hosts that poll them.
//!
//! Lines have numbers, and the host says which it has seen. So several guests in one process
//! read all lines, without an object of their own (docs/decisions/0031).

use std::collections::VecDeque;
use std::ffi::c_char;
use std::mem::offset_of;

use parking_lot::Mutex;

use super::args;
use super::status::{Failure, RextrackStatus, guard};
use crate::base::clock::now_ns;

/// Most lines that are kept.
const LINES_MAX: usize = 1024;
/// Longest line in bytes. Longer ones are cut.
const LINE_BYTES_MAX: usize = 4096;

/// One line of the log.
#[repr(C)]
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct RextrackLogLine {
    /// `sizeof(RextrackLogLine)`, set by the caller.
    pub struct_size: u32,
    /// 1 error, 2 warning, 3 info, 4 debug, 5 trace.
    pub level: i32,
    /// Number of the line, from 1; 0 if there is no newer line.
    pub number: u64,
    /// Time of the line, on the clock of `rextrack_now_ns`.
    pub time_ns: i64,
    /// Number of lines between `after` and this line that are no longer kept.
    pub dropped: u64,
}

const LINE_LEAST: usize = offset_of!(RextrackLogLine, dropped) + size_of::<u64>();

struct Line {
    level: i32,
    time_ns: i64,
    text: String,
}

struct Lines {
    kept: VecDeque<Line>,
    /// Number of the newest line.
    newest: u64,
}

static LINES: Mutex<Lines> = Mutex::new(Lines {
    kept: VecDeque::new(),
    newest: 0,
});

/// Keeps a line. The oldest one goes if there are too many.
pub fn push(level: i32, text: &str) {
    let end = text.floor_char_boundary(LINE_BYTES_MAX);
    let line = Line {
        level,
        time_ns: now_ns(),
        text: text[..end].to_owned(),
    };
    let mut lines = LINES.lock();
    if lines.kept.len() == LINES_MAX {
        lines.kept.pop_front();
    }
    lines.kept.push_back(line);
    lines.newest += 1;
}

/// Writes the oldest line of the log whose number is greater than `after`: its text to
/// `buffer`, the rest to `line`. Pass 0 the first time, then the `number` of the latest
/// line. If there is no newer line, `number` is 0 and the text is empty. The lines are
/// those of the whole process, at the level of `rextrack_set_log`, without passwords and
/// control characters. The newest 1024 lines are kept.
///
/// `buffer`, `capacity` and `length` work as in `rextrack_get_config`: a line that does not
/// fit is cut, and the status is `REXTRACK_ERR_BUFFER_TOO_SMALL`. A line has at most 4096
/// bytes and the closing NUL.
///
/// A Rust program that has its own logger gets the lines there, and none here.
///
/// Any thread. Blocks for microseconds: it takes a lock that threads which log hold.
///
/// # Safety
/// `line` is NULL or a struct with its `struct_size` set; `buffer` has room for `capacity`
/// bytes; `length` is NULL or points to a `size_t`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rextrack_poll_log(
    after: u64,
    line: *mut RextrackLogLine,
    buffer: *mut c_char,
    capacity: usize,
    length: *mut usize,
) -> RextrackStatus {
    const NAME: &str = "rextrack_poll_log";
    guard(|| {
        if line.is_null() {
            return Err(Failure::argument(format!(
                "{NAME}: line is NULL; pass a RextrackLogLine"
            )));
        }
        let (value, text) = next_line(after);
        // SAFETY: as the caller vouches.
        unsafe {
            args::write_struct(&value, line, LINE_LEAST, NAME)?;
            args::write_sized_text(&text, buffer, capacity, length, NAME)
        }
    })
}

/// The oldest kept line whose number is greater than `after`.
fn next_line(after: u64) -> (RextrackLogLine, String) {
    let lines = LINES.lock();
    let oldest = lines.newest + 1 - lines.kept.len() as u64;
    let number = after.saturating_add(1).max(oldest);
    let index = usize::try_from(number - oldest).unwrap_or(usize::MAX);
    match lines.kept.get(index) {
        None => (RextrackLogLine::default(), String::new()),
        Some(line) => {
            let value = RextrackLogLine {
                struct_size: 0,
                level: line.level,
                number,
                time_ns: line.time_ns,
                dropped: number - after - 1,
            };
            (value, line.text.clone())
        }
    }
}
