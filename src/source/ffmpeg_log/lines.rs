//! Lines of FFmpeg's log: joined from pieces, cleaned and limited in number.

use std::time::{Duration, Instant};

use crate::address::one_line;

/// Lines that one thread may log within [`PERIOD`].
const LINES_MAX: u32 = 10;
/// Extra lines for errors only, so that a flood of other lines does not hide them.
const ERRORS_MAX: u32 = 5;
const PERIOD: Duration = Duration::from_secs(10);
/// Longest line in bytes.
const LINE_MAX: usize = 16 * 1024;

/// Joins pieces of a log into lines, and limits how many lines a period has.
#[derive(Debug, Default)]
pub struct Lines {
    /// The line that has no end yet.
    open: String,
    /// Start of the current period.
    since: Option<Instant>,
    count: u32,
    errors: u32,
    /// Lines that were dropped since the last one that was written.
    dropped: u32,
}

impl Lines {
    /// Adds a piece of a line and writes the lines that are complete. `level` is none if
    /// the logger drops the line. A line has the level of its last piece.
    pub fn push(
        &mut self,
        level: Option<log::Level>,
        piece: &str,
        is_cut: bool,
        now: Instant,
        mut write: impl FnMut(log::Level, &str),
    ) {
        self.open.push_str(piece);
        let is_cut = is_cut || self.open.len() > LINE_MAX;
        if is_cut {
            self.open.truncate(self.open.floor_char_boundary(LINE_MAX));
            self.open = without_last_address(&self.open);
            self.open.push('\n');
        }
        while let Some(end) = self.open.find('\n') {
            let line: String = self.open.drain(..=end).collect();
            let Some(level) = level else { continue };
            let line = sanitized(line.trim());
            if line.is_empty() || !self.is_allowed(level, now) {
                continue;
            }
            match std::mem::take(&mut self.dropped) {
                0 => write(level, &line),
                n => write(level, &format!("{line} ({n} earlier lines were dropped)")),
            }
        }
    }

    fn is_allowed(&mut self, level: log::Level, now: Instant) -> bool {
        if self.since.is_none_or(|since| now - since >= PERIOD) {
            self.since = Some(now);
            (self.count, self.errors) = (0, 0);
        }
        if self.count < LINES_MAX {
            self.count += 1;
            true
        } else if level <= log::Level::Warn && self.errors < ERRORS_MAX {
            self.errors += 1;
            true
        } else {
            self.dropped += 1;
            false
        }
    }
}

/// The text on one line, without passwords, and without the memory address that FFmpeg
/// writes in `[hls @ 0x5581]`.
fn sanitized(line: &str) -> String {
    let mut line = line.to_owned();
    while let Some(start) = line.find(" @ 0x")
        && let Some(length) = line[start..].find(']')
    {
        line.replace_range(start..start + length, "");
    }
    one_line(&line)
}

/// Removes the last address of a text that was cut off. The cut may have removed the `@`,
/// and without it a password cannot be told from a port.
fn without_last_address(text: &str) -> String {
    let Some(mark) = text.rfind("://") else {
        return text.to_owned();
    };
    let scheme = text[..mark].rfind(|c: char| !c.is_ascii_alphanumeric());
    let start = scheme.map_or(0, |i| {
        text[i..].chars().next().map_or(i, |c| i + c.len_utf8())
    });
    format!("{}...", &text[..start])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(lines: &mut Lines, now: Instant, pieces: &[(&str, bool)]) -> Vec<String> {
        let mut written = Vec::new();
        for (piece, is_cut) in pieces {
            let level = Some(log::Level::Info);
            lines.push(level, piece, *is_cut, now, |_, line| {
                written.push(line.to_owned());
            });
        }
        written
    }

    #[test]
    fn pieces_are_joined_into_lines_without_passwords_escapes_and_memory_addresses() {
        let now = Instant::now();
        let lines = &mut Lines::default();
        let pieces = [
            ("[hls @ 0x55d5] skip http://u:SEC", false),
            ("RET@cam/a?token=abc\u{1b}[31m\nnext\n\n", false),
            ("[h264 @ 0x1] http://u:SE\rCRET@cam/\n", false),
        ];
        assert_eq!(
            written(lines, now, &pieces),
            [
                "[hls] skip http://u:***@cam/a?token=***",
                "next",
                "[h264] http://u:***@cam/",
            ]
        );
    }

    #[test]
    fn truncated_address_is_removed() {
        let now = Instant::now();
        let lines = &mut Lines::default();
        assert_eq!(
            written(lines, now, &[("cannot open http://u:SECRE", true)]),
            ["cannot open ..."]
        );
        let endless = format!("reading rtsp://u:{}", "S".repeat(LINE_MAX));
        assert_eq!(written(lines, now, &[(&endless, false)]), ["reading ..."]);
        assert_eq!(written(lines, now, &[("after it\n", false)]), ["after it"]);
    }

    #[test]
    fn excess_lines_are_dropped_and_counted() {
        let start = Instant::now();
        let lines = &mut Lines::default();
        let flood = "x\n".repeat(100);
        let first = written(lines, start, &[(&flood, false)]);
        assert_eq!(first.len(), LINES_MAX as usize);
        let later = written(lines, start + PERIOD, &[("y\n", false)]);
        assert_eq!(later, ["y (90 earlier lines were dropped)"]);
    }

    #[test]
    fn disabled_levels_do_not_count_and_errors_have_their_own_limit() {
        let now = Instant::now();
        let lines = &mut Lines::default();
        let mut push = |level, piece: &str| {
            let mut written = Vec::new();
            lines.push(level, piece, false, now, |level, line| {
                written.push((level, line.to_owned()));
            });
            written
        };
        let flood = "x\n".repeat(100);
        assert_eq!(push(None, &flood), []);
        let info = push(Some(log::Level::Info), &flood);
        assert_eq!(
            info.len(),
            LINES_MAX as usize,
            "disabled lines were not counted"
        );
        assert_eq!(push(Some(log::Level::Debug), &flood), []);
        let errors = push(Some(log::Level::Warn), &flood);
        assert_eq!(errors.len(), ERRORS_MAX as usize);
        let first = "x (190 earlier lines were dropped)";
        assert_eq!(errors[0], (log::Level::Warn, first.to_owned()));
        assert_eq!(push(Some(log::Level::Info), &flood), []);
    }
}
