//! The program's log: stderr, a rotated file, and the newest lines for the panel. No line
//! holds a password.

use std::collections::VecDeque;
use std::io::Write;

use env_logger::fmt::Formatter;
use log::{LevelFilter, Log, Metadata, Record};
use parking_lot::Mutex;
use rextrack::internals::address::one_line;
use rextrack::internals::config::{LogFormat, LogLevel, ServiceConfig};
use serde::Serialize;
use utoipa::ToSchema;

use crate::cli_error::CliError;
use crate::log_file::LogFile;
use crate::time;

/// Number of lines that are kept for the panel.
const LINES_MAX: usize = 500;

static NEWEST: Mutex<VecDeque<LogLine>> = Mutex::new(VecDeque::new());

/// One line of the log.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LogLine {
    /// When it was logged, as RFC 3339.
    #[schema(example = "2026-01-01T00:00:00.000Z")]
    pub time: String,
    /// Its level.
    #[schema(schema_with = crate::schema::log_level)]
    pub level: LogLevel,
    /// The id of the camera that it is about.
    #[schema(required)]
    pub camera: Option<String>,
    /// Its text.
    pub message: String,
}

impl LogLine {
    /// The library begins a line about one camera with the id in brackets.
    fn new(record: &Record<'_>) -> Self {
        let text = one_line(&record.args().to_string());
        let (camera, message) = match text.strip_prefix('[').and_then(|t| t.split_once("] ")) {
            Some((camera, rest)) if !camera.contains(' ') => (Some(camera.to_owned()), rest),
            _ => (None, text.as_str()),
        };
        Self {
            time: time::now(),
            level: level(record.level()),
            message: message.to_owned(),
            camera,
        }
    }
}

/// Starts the log: to stderr, and to `service.log_file` if that is set.
pub fn start(service: &ServiceConfig) -> Result<(), CliError> {
    let file = match &service.log_file {
        Some(path) => Some(Mutex::new(LogFile::open(path, service)?)),
        None => None,
    };
    let format = service.log_format;
    let mut builder = env_logger::Builder::new();
    // All lines of rextrack pass here. The maximum level, which may change, limits them.
    builder
        .filter_level(LevelFilter::Warn)
        .filter_module("rextrack", LevelFilter::Trace);
    builder.format(move |out, record| {
        let line = LogLine::new(record);
        if let Some(file) = &file {
            // A full disk must not end the show. The line is on stderr too.
            let text = match format {
                LogFormat::Human => human(&line, record.level().as_str()),
                LogFormat::Json => serde_json::to_string(&line)?,
            };
            file.lock().write(&text).ok();
        }
        match format {
            LogFormat::Human => coloured(out, &line, record),
            LogFormat::Json => writeln!(out, "{}", serde_json::to_string(&line)?),
        }
    });
    let log = KeepingLogger(builder.build());
    log::set_boxed_logger(Box::new(log))
        .map_err(|e| CliError::work(format!("the log cannot be started: {e}")))?;
    set_level(service.log_level);
    Ok(())
}

/// Sets the level from now on.
pub fn set_level(level: LogLevel) {
    // Warnings always pass, also those of other libraries.
    log::set_max_level(filter(level).max(LevelFilter::Warn));
}

/// The newest lines, oldest first.
pub fn newest() -> Vec<LogLine> {
    NEWEST.lock().iter().cloned().collect()
}

fn level(level: log::Level) -> LogLevel {
    match level {
        log::Level::Error => LogLevel::Error,
        log::Level::Warn => LogLevel::Warn,
        log::Level::Info => LogLevel::Info,
        log::Level::Debug => LogLevel::Debug,
        log::Level::Trace => LogLevel::Trace,
    }
}

fn filter(level: LogLevel) -> LevelFilter {
    match level {
        LogLevel::Error => LevelFilter::Error,
        LogLevel::Warn => LevelFilter::Warn,
        LogLevel::Info => LevelFilter::Info,
        LogLevel::Debug => LevelFilter::Debug,
        LogLevel::Trace => LevelFilter::Trace,
    }
}

/// The text of a line with its camera.
fn labelled(line: &LogLine) -> String {
    match &line.camera {
        Some(camera) => format!("[{camera}] {}", line.message),
        None => line.message.clone(),
    }
}

fn human(line: &LogLine, level: &str) -> String {
    format!("{} {level:5} {}", line.time, labelled(line))
}

/// As [`human`], with the level in colour on a terminal.
fn coloured(out: &mut Formatter, line: &LogLine, record: &Record<'_>) -> std::io::Result<()> {
    let style = out.default_level_style(record.level());
    let level = record.level();
    writeln!(
        out,
        "{} {style}{level:5}{style:#} {}",
        line.time,
        labelled(line)
    )
}

/// Writes lines and keeps the newest.
struct KeepingLogger(env_logger::Logger);

impl Log for KeepingLogger {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        self.0.enabled(metadata)
    }

    fn log(&self, record: &Record<'_>) {
        if !self.0.matches(record) {
            return;
        }
        self.0.log(record);
        let mut newest = NEWEST.lock();
        if newest.len() == LINES_MAX {
            newest.pop_front();
        }
        newest.push_back(LogLine::new(record));
    }

    fn flush(&self) {
        self.0.flush();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn line_has_its_camera_and_no_password() {
        let record = Record::builder()
            .level(log::Level::Warn)
            .args(format_args!(
                "[hall] rtsp://user:secret@10.0.0.5/s1 does not answer"
            ))
            .build();
        let line = LogLine::new(&record);
        assert_eq!(line.camera.as_deref(), Some("hall"));
        assert_eq!(line.message, "rtsp://user:***@10.0.0.5/s1 does not answer");
        assert_eq!(line.level, LogLevel::Warn);
    }

    #[test]
    fn foreign_text_cannot_forge_a_line_in_either_format() {
        let record = Record::builder()
            .level(log::Level::Warn)
            .args(format_args!(
                "[hall] http://u:SEC\r\nRET@cam/ said \u{1b}[2J\u{9b}1m\n2026 ERROR [hall] forged\u{202e}"
            ))
            .build();
        let line = LogLine::new(&record);
        let json = serde_json::to_string(&line).unwrap();
        for text in [human(&line, "WARN"), json, line.message] {
            assert_eq!(text.lines().count(), 1);
            assert!(!text.contains(char::is_control), "{text:?}");
            assert!(
                !text.contains('\u{202e}') && !text.contains("SEC"),
                "{text:?}"
            );
            assert!(text.contains("http://u:***@cam/"), "{text:?}");
        }
    }
}
