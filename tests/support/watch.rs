//! Looking at a running pipeline, snapshot by snapshot.

use std::time::{Duration, Instant};

use rextrack::config::PipelineConfig;
use rextrack::flow::SourceState;
use rextrack::flow::{Slot, SlotState};
use rextrack::pipeline::{Header, Next, Pipeline};

/// Nothing in these tests takes that long, even on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// What a stop or a drop may take on a busy machine: more than the 2 s that are
/// promised, less than the 5 s for which a camera that says nothing is waited for.
pub const STOP_MAX: Duration = Duration::from_secs(4);

/// A pipeline that runs, all but this at its default.
pub fn started(stream: &str, model: &str, persistence_ms: u32) -> Pipeline {
    started_with(stream, model, persistence_ms, |_| {})
}

/// As [`started`], with more settings.
pub fn started_with(
    stream: &str,
    model: &str,
    persistence_ms: u32,
    more: impl FnOnce(&mut PipelineConfig),
) -> Pipeline {
    let mut config = super::pipeline(model);
    config.camera.stream = stream.into();
    config.tracking.object_persistence_ms = persistence_ms;
    more(&mut config);
    let pipeline = Pipeline::new(config).unwrap();
    pipeline.start().unwrap();
    pipeline
}

/// Looks at every snapshot until one is as wanted.
pub fn until<T>(pipeline: &Pipeline, mut wanted: impl FnMut(&Header, &[Slot]) -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    let mut slots = vec![Slot::default(); 10];
    let mut seq = pipeline.poll(&mut slots).seq;
    while Instant::now() < deadline {
        match pipeline.next(seq, Duration::from_secs(1)) {
            Next::Snapshot | Next::TimedOut => {}
            other => panic!("{other:?}"),
        }
        let header = pipeline.poll(&mut slots);
        seq = header.seq;
        if let Some(found) = wanted(&header, &slots) {
            return found;
        }
    }
    panic!(
        "not within {PATIENCE:?}: {:?}, {:?}, {slots:?}",
        pipeline.stats(),
        pipeline.source_problem()
    );
}

/// Waits for the snapshot of a frame.
pub fn live(pipeline: &Pipeline) {
    until(pipeline, |header, _| {
        (header.frame_seq > 0 && header.source_state == SourceState::Live).then_some(())
    });
}

/// Waits for a snapshot that says so of the source.
pub fn source_is(pipeline: &Pipeline, state: SourceState) {
    until(pipeline, |header, _| {
        (header.source_state == state).then_some(())
    });
}

/// Waits for the reason why the source gives nothing.
pub fn problem(pipeline: &Pipeline) -> String {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(problem) = pipeline.source_problem() {
            return problem;
        }
        assert!(Instant::now() < deadline, "{:?}", pipeline.stats());
        pipeline.next(u64::MAX, Duration::from_millis(50));
    }
}

/// Ends a pipeline, in no more than the time that a host is promised.
pub fn ends_in_time(pipeline: Pipeline) {
    let asked = Instant::now();
    drop(pipeline);
    let took = asked.elapsed();
    assert!(took < STOP_MAX, "the end took {took:?}");
}

/// Who is seen in the newest snapshot.
pub fn active(slots: &[Slot]) -> Vec<Slot> {
    let seen = |s: &&Slot| s.state == SlotState::Active;
    slots.iter().filter(seen).copied().collect()
}
