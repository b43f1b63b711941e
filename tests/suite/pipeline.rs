//! A running pipeline with failing sinks and changing settings.
#![allow(clippy::unwrap_used)]

use crate::support;

use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use rextrack::internals::flow::{SlotState, Snapshot};
use rextrack::internals::pipeline::{Pipeline, PipelineOptions};
use rextrack::internals::sink::{Sink, SinkError, SinkStats};

/// Records its snapshots, and fails if the test wants that.
struct Probe {
    seen: Arc<Mutex<Vec<u64>>>,
    fault: Fault,
}

#[derive(Clone, Copy, PartialEq)]
enum Fault {
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
        match self.fault {
            Fault::None => Ok(()),
            Fault::Error => Err(SinkError {
                name: "probe".into(),
                reason: "the disk is full".into(),
            }),
            Fault::Panic => panic!("on purpose"),
        }
    }

    fn stats(&self) -> SinkStats {
        SinkStats::default()
    }
}

#[test]
fn failed_sink_leaves_the_others_running() {
    let folder = tempfile::tempdir().unwrap();
    let video = folder.path().join("video.avi");
    support::film(&video, 60);
    let mut config = support::pipeline("builtin:motion");
    config.camera.stream = video.to_str().unwrap().into();
    config.camera.every_frame = true;
    let faults = [Fault::Panic, Fault::Error, Fault::None];
    let seen = faults.map(|_| Arc::new(Mutex::new(Vec::new())));
    let probe = |(fault, seen): (Fault, &Arc<Mutex<Vec<u64>>>)| {
        let seen = Arc::clone(seen);
        Box::new(Probe { seen, fault }) as Box<dyn Sink>
    };
    let options = PipelineOptions {
        sinks: faults.into_iter().zip(&seen).map(probe).collect(),
        ..PipelineOptions::default()
    };
    let pipeline = Pipeline::with(config, options).unwrap();
    pipeline.start().unwrap();
    assert!(pipeline.wait_finished(Duration::from_secs(60)));
    // On a busy machine the sinks lag behind, and a stop waits for them only briefly.
    let deadline = Instant::now() + Duration::from_secs(60);
    while seen[2].lock().len() < 60 && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(5));
    }
    pipeline.stop();
    let counts = seen.map(|s| s.lock().len());
    assert_eq!(counts[..2], [1, 1], "a failed sink gets no more snapshots");
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
fn changed_settings_keep_the_slots() {
    let folder = tempfile::tempdir().unwrap();
    let video = folder.path().join("video.avi");
    support::film(&video, 120);
    let mut config = support::pipeline("builtin:motion");
    config.camera.stream = video.to_str().unwrap().into();
    config.camera.loop_file = true;
    let pipeline = Pipeline::new(config).unwrap();
    pipeline.start().unwrap();
    let mut slots = vec![Default::default(); 10];
    let mut next =
        |pipeline: &Pipeline,
         condition: &dyn Fn(&[rextrack::internals::flow::Slot], u32) -> bool| {
            for _ in 0..1000 {
                let header = pipeline.poll(&mut slots);
                if header.seq > 0 && condition(&slots, header.slot_count) {
                    return slots.clone();
                }
                pipeline.next(header.seq, Duration::from_secs(1));
            }
            panic!("time-out: {:?}", pipeline.stats());
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
    // A region without the square: its owner is lost, and released after the persistence.
    pipeline
        .set_config(r#"{"camera": {"roi": [0.0, 0.0, 1.0, 0.2]}, "tracking": {"object_persistence_ms": 100}}"#)
        .unwrap();
    next(&pipeline, &|slots, _| slots[0].state == SlotState::Empty);
}
