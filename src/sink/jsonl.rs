//! JSON lines: one complete snapshot per line.

use std::path::Path;

use super::api::{Sink, SinkError, SinkStats};
use super::registry::{CreatedSink, SinkContext};
use super::text::TextOutput;
use super::threaded::ThreadedSink;
use crate::config::SinkConfig;
use crate::flow::Snapshot;

/// Writes every snapshot as one line of JSON, in the units and origin of the
/// configuration, times included.
pub struct JsonlSink {
    out: TextOutput,
}

impl JsonlSink {
    /// Creates or truncates a file. It is flushed every second.
    ///
    /// # Errors
    /// When the file cannot be created. Names the file.
    pub fn create(path: &Path) -> Result<Self, SinkError> {
        Ok(Self {
            out: TextOutput::create("jsonl", path)?,
        })
    }

    /// Appends to a file, or creates it. It is flushed every second.
    ///
    /// # Errors
    /// When the file cannot be created or opened. Names the file.
    pub fn append(path: &Path) -> Result<Self, SinkError> {
        Ok(Self {
            out: TextOutput::append("jsonl", path)?,
        })
    }

    /// Writes to the standard output, and flushes each line. Blocks while the reading program
    /// does not read.
    pub fn stdout() -> Self {
        Self {
            out: TextOutput::stdout("jsonl"),
        }
    }
}

/// Creates the sink of `jsonl`, if it is configured. It has its own thread, because a disk
/// or a reader of the standard output can block.
pub(super) fn create(config: &SinkConfig, _context: &SinkContext<'_>) -> Option<CreatedSink> {
    let path = &config.jsonl.as_ref()?.path;
    let sink = if path == Path::new("-") {
        Ok(JsonlSink::stdout())
    } else {
        JsonlSink::append(path)
    };
    let threaded = sink.and_then(|sink| ThreadedSink::new(Box::new(sink)));
    Some(match threaded {
        Ok(sink) => Ok(Box::new(sink)),
        Err(error) => Err(error.into()),
    })
}

impl Sink for JsonlSink {
    fn name(&self) -> &str {
        self.out.name()
    }

    fn send(&mut self, snapshot: &Snapshot) -> Result<(), SinkError> {
        let mut line = serde_json::to_string(snapshot).map_err(|e| SinkError {
            name: self.out.name().to_owned(),
            reason: format!(
                "snapshot {} cannot be written as JSON ({e}); please report this",
                snapshot.seq
            ),
        })?;
        line.push('\n');
        self.out.write(&line, snapshot.publish_ns)
    }

    fn stats(&self) -> SinkStats {
        self.out.stats()
    }

    fn finish(&mut self) -> Result<(), SinkError> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::flow::SourceState;
    use crate::flow::{Slot, SlotState};
    use crate::sink::text::tests::SharedText;

    #[test]
    fn snapshot_is_one_line_with_all_fields() {
        let shared = SharedText::default();
        let mut sink = JsonlSink {
            out: TextOutput::new("jsonl".into(), Box::new(shared.clone()), 0),
        };
        let slot = Slot {
            track_id: 7,
            state: SlotState::Held,
            x: 0.25,
            ..Slot::default()
        };
        for seq in 1..=2 {
            let snapshot = Snapshot {
                seq,
                capture_ns: 12,
                source_state: SourceState::Live,
                slots: vec![slot],
                ..Snapshot::default()
            };
            sink.send(&snapshot).unwrap();
        }
        let text = shared.text();
        let lines: Vec<serde_json::Value> = text
            .lines()
            .map(|l| serde_json::from_str(l).unwrap())
            .collect();
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[1]["seq"], 2);
        assert_eq!(lines[0]["capture_ns"], 12);
        assert_eq!(lines[0]["source_state"], "live");
        assert_eq!(lines[0]["slots"][0]["state"], "held");
        assert_eq!(lines[0]["slots"][0]["x"], 0.25);
    }
}
