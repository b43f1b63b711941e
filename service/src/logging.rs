//! The program's log: stderr for people or programs, a file that is put aside when
//! it grows, and the newest lines for the panel. No line holds a password.

use std::collections::VecDeque;
use std::io::{IsTerminal, Write};
use std::path::Path;
use std::sync::OnceLock;

use flexi_logger::{
    Age, Cleanup, Criterion, DeferredNow, Duplicate, FileSpec, LogSpecification, Logger,
    LoggerHandle, Naming,
};
use jiff::Timestamp;
use log::{LevelFilter, Log, Metadata, Record};
use parking_lot::Mutex;
use rextrack::config::{LogFormat, LogLevel, ServiceConfig};
use rextrack::source::redact;
use serde::Serialize;
use utoipa::ToSchema;

use crate::failure::Failure;
use crate::manager::event::rfc3339;

/// Lines that are kept for the panel.
const KEPT: usize = 500;

static HANDLE: OnceLock<LoggerHandle> = OnceLock::new();
static NEWEST: Mutex<VecDeque<LogLine>> = Mutex::new(VecDeque::new());

/// One line of the log.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LogLine {
    /// When, as RFC 3339.
    #[schema(example = "2026-01-01T00:00:00.000Z")]
    pub time: String,
    /// error, warn, info, debug or trace.
    pub level: String,
    /// The camera that it is about.
    pub camera: Option<String>,
    /// What happened.
    pub message: String,
}

impl LogLine {
    /// The library marks what concerns one camera with its id in brackets.
    fn new(record: &Record<'_>) -> Self {
        let text = redact(&record.args().to_string());
        let (camera, message) = match text.strip_prefix('[').and_then(|t| t.split_once("] ")) {
            Some((camera, rest)) if !camera.contains(' ') => (Some(camera.to_owned()), rest),
            _ => (None, text.as_str()),
        };
        Self {
            time: rfc3339(Timestamp::now()),
            level: record.level().as_str().to_lowercase(),
            message: message.to_owned(),
            camera,
        }
    }
}

/// Starts the log as the configuration says.
pub fn start(service: &ServiceConfig) -> Result<(), Failure> {
    let format = match service.log_format {
        LogFormat::Human => human,
        LogFormat::Json => json,
    };
    let colours = std::io::stderr().is_terminal() && service.log_format == LogFormat::Human;
    let mut logger = Logger::with(specification(service.log_level)).format(format);
    if colours {
        logger = logger.format_for_stderr(coloured);
    }
    if let Some(path) = &service.log_file {
        // Found out here: the logger's own words name no remedy.
        let open = std::fs::File::options()
            .create(true)
            .append(true)
            .open(path);
        open.map_err(|e| unwritable(path, &e.to_string()))?;
        logger = logger
            .log_to_file(FileSpec::try_from(path).map_err(|e| unwritable(path, &e.to_string()))?)
            .append()
            .duplicate_to_stderr(Duplicate::All);
        if let Some(criterion) = criterion(service) {
            let kept = service.log_keep as usize;
            logger = logger.rotate(criterion, Naming::Numbers, Cleanup::KeepLogFiles(kept));
        }
    }
    let failed = |e: String| Failure::work(format!("the log cannot be started: {e}"));
    let (log, handle) = logger.build().map_err(|e| failed(e.to_string()))?;
    log::set_max_level(log::LevelFilter::Trace);
    log::set_boxed_logger(Box::new(Remembering(log))).map_err(|e| failed(e.to_string()))?;
    HANDLE.set(handle).ok();
    set_level(service.log_level);
    Ok(())
}

/// Another level, from now on.
pub fn set_level(level: LogLevel) {
    if let Some(handle) = HANDLE.get() {
        handle.set_new_spec(specification(level));
        // flexi_logger follows its own maximum only where it owns the log.
        log::set_max_level(filter(level).max(LevelFilter::Warn));
    }
}

/// The newest lines, oldest first.
pub fn newest() -> Vec<LogLine> {
    NEWEST.lock().iter().cloned().collect()
}

fn unwritable(path: &Path, reason: &str) -> Failure {
    Failure::work(format!(
        "{}: the log cannot be written ({reason}); check service.log_file, the folder and its permissions",
        path.display()
    ))
}

fn criterion(service: &ServiceConfig) -> Option<Criterion> {
    let bytes = u64::from(service.log_max_mb) * 1_000_000;
    match (bytes, service.log_daily) {
        (0, false) => None,
        (0, true) => Some(Criterion::Age(Age::Day)),
        (bytes, false) => Some(Criterion::Size(bytes)),
        (bytes, true) => Some(Criterion::AgeOrSize(Age::Day, bytes)),
    }
}

fn specification(level: LogLevel) -> LogSpecification {
    LogSpecification::builder()
        .default(LevelFilter::Warn)
        .module("rextrack", filter(level))
        .build()
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

fn human(out: &mut dyn Write, _: &mut DeferredNow, record: &Record<'_>) -> std::io::Result<()> {
    let text = redact(&record.args().to_string());
    let time = rfc3339(Timestamp::now());
    write!(out, "{time} {:5} {text}", record.level())
}

fn coloured(out: &mut dyn Write, _: &mut DeferredNow, record: &Record<'_>) -> std::io::Result<()> {
    let text = redact(&record.args().to_string());
    let time = rfc3339(Timestamp::now());
    let level = format!("{:5}", record.level());
    let level = flexi_logger::style(record.level()).paint(level);
    write!(out, "{time} {level} {text}")
}

fn json(out: &mut dyn Write, _: &mut DeferredNow, record: &Record<'_>) -> std::io::Result<()> {
    let line = LogLine::new(record);
    serde_json::to_writer(out, &line).map_err(std::io::Error::from)
}

/// Keeps the newest lines besides writing them.
struct Remembering(Box<dyn Log>);

impl Log for Remembering {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        self.0.enabled(metadata)
    }

    fn log(&self, record: &Record<'_>) {
        if !self.0.enabled(record.metadata()) {
            return;
        }
        self.0.log(record);
        let mut newest = NEWEST.lock();
        if newest.len() == KEPT {
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
    use super::*;

    #[test]
    fn a_line_knows_its_camera_and_no_password() {
        let record = Record::builder()
            .level(log::Level::Warn)
            .args(format_args!(
                "[hall] rtsp://user:secret@10.0.0.5/s1 does not answer"
            ))
            .build();
        let line = LogLine::new(&record);
        assert_eq!(line.camera.as_deref(), Some("hall"));
        assert_eq!(line.message, "rtsp://user:***@10.0.0.5/s1 does not answer");
        assert_eq!(line.level, "warn");
    }
}
