//! JSON lines: one whole snapshot a line.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use super::{Sink, SinkError};
use crate::slots::Snapshot;

/// Writes every snapshot as a line of JSON.
pub struct JsonlSink {
    name: String,
    out: BufWriter<Box<dyn Write + Send>>,
}

impl JsonlSink {
    /// Writes to a file, which is emptied first.
    pub fn create(path: &Path) -> Result<Self, SinkError> {
        let name = path.display().to_string();
        let file = File::create(path).map_err(|e| {
            SinkError::new(
                &name,
                format!("cannot be written ({e}); check folder and permissions"),
            )
        })?;
        Ok(Self {
            name,
            out: BufWriter::new(Box::new(file)),
        })
    }

    /// Writes to the standard output.
    pub fn stdout() -> Self {
        Self {
            name: "stdout".into(),
            out: BufWriter::new(Box::new(std::io::stdout())),
        }
    }
}

impl Sink for JsonlSink {
    fn name(&self) -> &str {
        &self.name
    }

    fn send(&mut self, snapshot: &Snapshot) -> Result<(), SinkError> {
        let fail = |e: &dyn std::fmt::Display| SinkError::new(&self.name, e);
        let line = serde_json::to_string(snapshot).map_err(|e| fail(&e))?;
        // A reader at the other end of a pipe wants the line now.
        writeln!(self.out, "{line}")
            .and_then(|()| self.out.flush())
            .map_err(|e| SinkError::new(&self.name, e))
    }
}
