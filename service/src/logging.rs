//! The program's log: stderr for people, and a file if asked.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::Mutex;

use log::LevelFilter;

use crate::failure::Failure;

/// Starts the log. Lines go to stderr, to `file` besides when one is given.
pub fn start(level: LevelFilter, file: Option<&Path>) -> Result<(), Failure> {
    let file = file.map(open).transpose()?.map(Mutex::new);
    let mut builder = env_logger::Builder::new();
    builder
        .filter_level(LevelFilter::Warn)
        .filter_module("rextrack", level);
    builder.format(move |out, record| {
        let line = format!(
            "{} {:5} {}",
            out.timestamp_millis(),
            record.level(),
            record.args()
        );
        if let Some(mut file) = file.as_ref().and_then(|f| f.lock().ok()) {
            // A full disk must not end a show; the line is on stderr anyway.
            writeln!(file, "{line}").ok();
        }
        writeln!(out, "{line}")
    });
    builder
        .try_init()
        .map_err(|e| Failure::work(format!("the log cannot be started: {e}")))
}

fn open(path: &Path) -> Result<File, Failure> {
    File::options().create(true).append(true).open(path).map_err(|error| {
        Failure::work(format!(
            "{}: the log cannot be written ({error}); check service.log_file, the folder and its permissions",
            path.display()
        ))
    })
}
