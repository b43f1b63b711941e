//! Observes a running pipeline, snapshot by snapshot.

use std::time::{Duration, Instant};

use rextrack::internals::config::PipelineConfig;
use rextrack::internals::flow::SourceState;
use rextrack::internals::flow::{Slot, SlotState};
use rextrack::internals::pipeline::{Header, Next, Pipeline};

/// Longer than anything in these tests takes, even on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// Limit for a stop or a drop on a busy machine: more than the documented 2 s, less than the
/// 5 s timeout of a camera that does not answer.
pub const STOP_MAX: Duration = Duration::from_secs(4);

/// A running pipeline with default settings otherwise.
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

/// Polls every snapshot until `wanted` accepts one.
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

/// Waits for a snapshot of a frame.
pub fn live(pipeline: &Pipeline) {
    until(pipeline, |header, _| {
        (header.frame_seq > 0 && header.source_state == SourceState::Live).then_some(())
    });
}

/// Waits for a snapshot with that source state.
pub fn source_is(pipeline: &Pipeline, state: SourceState) {
    until(pipeline, |header, _| {
        (header.source_state == state).then_some(())
    });
}

/// Waits for the source's problem.
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

/// Drops a pipeline and checks the time limit.
pub fn ends_in_time(pipeline: Pipeline) {
    let start = Instant::now();
    drop(pipeline);
    let took = start.elapsed();
    assert!(took < STOP_MAX, "the end took {took:?}");
}

/// The active slots.
pub fn active(slots: &[Slot]) -> Vec<Slot> {
    let seen = |s: &&Slot| s.state == SlotState::Active;
    slots.iter().filter(seen).copied().collect()
}
