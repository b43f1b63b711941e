//! MOTChallenge rows, for scoring.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use super::{Sink, SinkError};
use crate::geometry::BBox;
use crate::slots::{SlotState, Snapshot};

/// Writes the active slots of every frame as
/// `frame,id,left,top,width,height,score,-1,-1,-1`: pixels, frames from 1.
pub struct MotSink {
    name: String,
    out: BufWriter<File>,
    frame_seq: u64,
}

impl MotSink {
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
            out: BufWriter::new(file),
            frame_seq: 0,
        })
    }
}

impl Sink for MotSink {
    fn name(&self) -> &str {
        &self.name
    }

    fn wants_canonical(&self) -> bool {
        true
    }

    fn send(&mut self, snapshot: &Snapshot) -> Result<(), SinkError> {
        // Ticks between frames are not frames.
        if snapshot.frame_seq == self.frame_seq {
            return Ok(());
        }
        self.frame_seq = snapshot.frame_seq;
        let (width, height) = (
            snapshot.frame_size.width as f32,
            snapshot.frame_size.height as f32,
        );
        for slot in snapshot
            .slots
            .iter()
            .filter(|s| s.state == SlotState::Active)
        {
            let [left, top, _, _] = BBox::new(slot.x, slot.y, slot.w, slot.h).ltrb();
            writeln!(
                self.out,
                "{},{},{:.2},{:.2},{:.2},{:.2},{:.4},-1,-1,-1",
                snapshot.frame_seq,
                slot.track_id,
                left * width,
                top * height,
                slot.w * width,
                slot.h * height,
                slot.score
            )
            .map_err(|e| SinkError::new(&self.name, e))?;
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), SinkError> {
        self.out.flush().map_err(|e| SinkError::new(&self.name, e))
    }
}
