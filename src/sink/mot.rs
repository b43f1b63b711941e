//! MOTChallenge rows of the slots' owners.

use std::fmt::Write as _;
use std::path::Path;

use super::api::{Sink, SinkError, SinkStats};
use super::text::TextOutput;
use crate::flow::BBox;
use crate::flow::{SlotState, Snapshot};

/// Writes each ACTIVE slot of each new frame as a MOTChallenge row:
///
/// ```text
/// frame,id,left,top,width,height,score,-1,-1,-1
/// ```
///
/// `frame` is the source's frame number from 1, `id` the track id. The box is in pixels of
/// the full frame with two decimals. This is the format of the MOTChallenge benchmarks
/// (Dendorfer et al. 2020, "MOT20").
pub struct MotSink {
    out: TextOutput,
    /// The latest written frame: snapshots between frames repeat its number.
    frame_seq: u64,
    rows: String,
}

impl MotSink {
    /// Creates or truncates the file.
    ///
    /// # Errors
    /// When the file cannot be created. Names the file.
    pub fn create(path: &Path) -> Result<Self, SinkError> {
        Ok(Self::new(TextOutput::create("mot", path)?))
    }

    fn new(out: TextOutput) -> Self {
        Self {
            out,
            frame_seq: 0,
            rows: String::new(),
        }
    }
}

impl Sink for MotSink {
    fn name(&self) -> &str {
        self.out.name()
    }

    fn wants_normalized(&self) -> bool {
        true
    }

    fn send(&mut self, snapshot: &Snapshot) -> Result<(), SinkError> {
        if snapshot.frame_seq == self.frame_seq {
            return Ok(());
        }
        self.frame_seq = snapshot.frame_seq;
        self.rows.clear();
        let (width, height) = (
            snapshot.frame_size.width as f32,
            snapshot.frame_size.height as f32,
        );
        for slot in snapshot
            .slots
            .iter()
            .filter(|s| s.state == SlotState::Active)
        {
            let [left, top, ..] = BBox::new(slot.x, slot.y, slot.w, slot.h).ltrb();
            // Writing to a String cannot fail.
            let _ = writeln!(
                self.rows,
                "{},{},{:.2},{:.2},{:.2},{:.2},{:.2},-1,-1,-1",
                snapshot.frame_seq,
                slot.track_id,
                left * width,
                top * height,
                slot.w * width,
                slot.h * height,
                slot.score,
            );
        }
        self.out.write(&self.rows, snapshot.publish_ns)
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
    use crate::flow::FrameSize;
    use crate::flow::Slot;

    #[test]
    fn active_slots_of_new_frames_are_rows() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.txt");
        let mut sink = MotSink::create(&path).unwrap();
        let active = Slot {
            track_id: 7,
            state: SlotState::Active,
            score: 0.876,
            x: 0.5,
            y: 0.5,
            w: 0.1,
            h: 0.25,
            ..Slot::default()
        };
        let held = Slot {
            state: SlotState::Held,
            track_id: 8,
            ..active
        };
        let mut snapshot = Snapshot {
            frame_seq: 3,
            frame_size: FrameSize::new(768, 576),
            slots: vec![Slot::default(), held, active],
            ..Snapshot::default()
        };
        sink.send(&snapshot).unwrap();
        snapshot.seq += 1;
        sink.send(&snapshot).unwrap();
        snapshot.frame_seq = 5;
        sink.send(&snapshot).unwrap();
        sink.finish().unwrap();
        assert_eq!(
            std::fs::read_to_string(path).unwrap(),
            "3,7,345.60,216.00,76.80,144.00,0.88,-1,-1,-1\n\
             5,7,345.60,216.00,76.80,144.00,0.88,-1,-1,-1\n"
        );
        assert!(sink.wants_normalized());
        assert_eq!(sink.stats().sent, 2);
    }
}
