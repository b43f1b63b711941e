//! `synth:`, a simulated crowd, as a pipeline's source: repeatable, with slots and a picture.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use rextrack::internals::config::PipelineConfig;
use rextrack::internals::flow::{Slot, SlotState, Snapshot};
use rextrack::internals::pipeline::{Pipeline, PipelineOptions};
use rextrack::internals::sink::{Sink, SinkError, SinkStats};

/// A sink that records the slots of every snapshot.
struct RecordingSink(Arc<Mutex<Vec<Vec<Slot>>>>);

impl Sink for RecordingSink {
    fn name(&self) -> &str {
        "recording"
    }

    fn send(&mut self, snapshot: &Snapshot) -> Result<(), SinkError> {
        self.0.lock().push(snapshot.slots.clone());
        Ok(())
    }

    fn stats(&self) -> SinkStats {
        SinkStats::default()
    }
}

fn run(stream: &str) -> (Vec<Vec<Slot>>, Pipeline) {
    let config = serde_json::json!({
        "camera": {"stream": stream, "every_frame": true, "classes_filter": ["person"]},
        // The file does not exist, and no model is needed.
        "tracking": {"model": "yolov8l", "objects_max": 12},
    });
    let seen = Arc::new(Mutex::new(Vec::new()));
    let options = PipelineOptions {
        sinks: vec![Box::new(RecordingSink(Arc::clone(&seen)))],
        ..PipelineOptions::default()
    };
    let config = PipelineConfig::from_value(config).unwrap();
    let pipeline = Pipeline::with(config, options).unwrap();
    pipeline.start().unwrap();
    assert!(pipeline.wait_finished(Duration::from_secs(60)));
    pipeline.stop();
    let seen = std::mem::take(&mut *seen.lock());
    (seen, pipeline)
}

#[test]
fn same_address_has_same_snapshots() {
    let (once, _) = run("synth:people=12,seed=5,frames=300");
    let (again, _) = run("synth:people=12,seed=5,frames=300");
    let (other, _) = run("synth:people=12,seed=6,frames=300");
    assert!(once.len() >= 300);
    assert_eq!(once, again);
    assert_ne!(once, other);
    let held = once.iter().flatten().filter(|s| s.state == SlotState::Held);
    assert!(held.count() > 20, "people are hidden or missed");
}

#[test]
fn most_people_keep_their_tracks() {
    // Twelve people leave and return for forty seconds. The number of tracks shows how
    // many were lost.
    let (_, pipeline) = run("synth:people=12,seed=1,frames=1000");
    let tracks = pipeline.stats().tracks;
    assert!((12..=60).contains(&tracks), "{tracks} tracks");
}

#[test]
fn preview_shows_crowd_and_optional_boxes() {
    let (_, pipeline) = run("synth:people=8,seed=2,frames=40,size=640x360");
    let plain = pipeline.preview(false).unwrap().unwrap();
    assert_eq!((plain.size.width, plain.size.height), (640, 360));
    let ground = &plain.bgr[..3];
    let bodies = plain.bgr.chunks(3).filter(|pixel| *pixel != ground).count();
    assert!(bodies > 2000, "{bodies} pixels of people");
    let annotated = pipeline.preview(true).unwrap().unwrap();
    assert_ne!(plain.bgr, annotated.bgr);
}
