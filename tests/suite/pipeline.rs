//! A pipeline under trouble of its own: sinks that fail, settings that change.
#![allow(clippy::unwrap_used)]

use crate::support;

use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use rextrack::flow::{SlotState, Snapshot};
use rextrack::pipeline::{Pipeline, PipelineOptions};
use rextrack::sink::{Sink, SinkError, SinkStats};

/// Notes what it is given, and fails as it is told to.
struct Probe {
    seen: Arc<Mutex<Vec<u64>>>,
    trouble: Trouble,
}

#[derive(Clone, Copy, PartialEq)]
enum Trouble {
    None,
    Error,
    Panic,
}

impl Sink for Probe {
    fn name(&self) -> &str {
        "probe"
    }

    fn send(&mut self, snapshot: &Snapshot) -> Result<(), SinkError> {
        self.seen.lock().push(snapshot.frame_seq);
        match self.trouble {
            Trouble::None => Ok(()),
            Trouble::Error => Err(SinkError {
                name: "probe".into(),
                reason: "the disk is full".into(),
            }),
            Trouble::Panic => panic!("on purpose"),
        }
    }

    fn stats(&self) -> SinkStats {
        SinkStats::default()
    }
}

#[test]
fn a_sink_that_breaks_disturbs_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let film = folder.path().join("film.avi");
    support::film(&film, 60);
    let mut config = support::pipeline("builtin:motion");
    config.camera.stream = film.to_str().unwrap().into();
    config.camera.every_frame = true;
    let troubles = [Trouble::Panic, Trouble::Error, Trouble::None];
    let seen = troubles.map(|_| Arc::new(Mutex::new(Vec::new())));
    let probe = |(trouble, seen): (Trouble, &Arc<Mutex<Vec<u64>>>)| {
        let seen = Arc::clone(seen);
        Box::new(Probe { seen, trouble }) as Box<dyn Sink>
    };
    let extras = PipelineOptions {
        sinks: troubles.into_iter().zip(&seen).map(probe).collect(),
        ..PipelineOptions::default()
    };
    let pipeline = Pipeline::with(config, extras).unwrap();
    pipeline.start().unwrap();
    assert!(pipeline.wait_finished(Duration::from_secs(60)));
    // On a busy machine the sinks are behind; a stop does not wait for them for long.
    let deadline = Instant::now() + Duration::from_secs(60);
    while seen[2].lock().len() < 60 && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(5));
    }
    pipeline.stop();
    let counts = seen.map(|s| s.lock().len());
    assert_eq!(counts[..2], [1, 1], "what is problems is left alone");
    assert!(counts[2] >= 60, "the third got every frame");
    let reports = pipeline.stats().sinks;
    let problems: Vec<_> = reports.iter().map(|r| r.problem.as_deref()).collect();
    assert!(problems[0].unwrap().contains("on purpose"), "{problems:?}");
    assert!(
        problems[1].unwrap().contains("the disk is full"),
        "{problems:?}"
    );
    assert_eq!(problems[2], None);
}

#[test]
fn settings_change_while_slots_stay() {
    let folder = tempfile::tempdir().unwrap();
    let film = folder.path().join("film.avi");
    support::film(&film, 120);
    let mut config = support::pipeline("builtin:motion");
    config.camera.stream = film.to_str().unwrap().into();
    config.camera.loop_file = true;
    let pipeline = Pipeline::new(config).unwrap();
    pipeline.start().unwrap();
    let mut slots = vec![Default::default(); 10];
    let mut next = |pipeline: &Pipeline, what: &dyn Fn(&[rextrack::flow::Slot], u32) -> bool| {
        for _ in 0..1000 {
            let header = pipeline.poll(&mut slots);
            if header.seq > 0 && what(&slots, header.slot_count) {
                return slots.clone();
            }
            pipeline.next(header.seq, Duration::from_secs(1));
        }
        panic!("never: {:?}", pipeline.stats());
    };
    let before = next(&pipeline, &|slots, _| slots[0].state == SlotState::Active);
    pipeline
        .set_config(r#"{"tracking": {"objects_max": 3, "object_persistence_ms": 2000}}"#)
        .unwrap();
    let after = next(&pipeline, &|_, count| count == 3);
    assert_eq!(
        (after[0].track_id, after[0].generation),
        (before[0].track_id, before[0].generation)
    );
    assert!(
        pipeline
            .set_config(r#"{"tracking": {"model": "no_such"}}"#)
            .is_err()
    );
    assert_eq!(pipeline.config().tracking.model, "builtin:motion");
    // A region without the square: its owner is lost, and released in time.
    pipeline
        .set_config(r#"{"camera": {"roi": [0.0, 0.0, 1.0, 0.2]}, "tracking": {"object_persistence_ms": 100}}"#)
        .unwrap();
    next(&pipeline, &|slots, _| slots[0].state == SlotState::Empty);
}
