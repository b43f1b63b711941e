//! A script of frames and changes, played to a worker with a simulated clock.

use std::collections::VecDeque;
use std::sync::mpsc::channel;

use parking_lot::Mutex;

use super::super::*;
use crate::base::clock::{NS_PER_MS, NS_PER_S, SimulatedClock};
use crate::detect;
use crate::flow::{BBox, FrameSize, Snapshot};
use crate::pipeline::error::PipelineError;
use crate::pipeline::{Event, EventKind, PipelineOptions};
use crate::sink::{Sink, SinkError, SinkStats};
use crate::source::Scene;

pub(super) const START_NS: i64 = 100 * NS_PER_S;
pub(super) const SIZE: FrameSize = FrameSize::new(1000, 500);

/// One step of a script.
pub(super) enum Step {
    /// A frame with this many people.
    Frame(usize),
    /// A frame captured this many milliseconds after the start, whenever it arrives.
    Stamped(i64),
    Do(Box<dyn FnOnce(&Shared) + Send>),
    End,
}

/// A frame queue of steps at fixed times, in milliseconds after the start. Time passes
/// only while the worker waits.
pub(super) struct Script {
    shared: Arc<Shared>,
    clock: Arc<SimulatedClock>,
    steps: Mutex<VecDeque<(i64, Step)>>,
    frames: Mutex<u64>,
    /// Duration of everything between two waits.
    busy: Duration,
}

impl FrameQueue for Script {
    fn take(&self, timeout: Option<Duration>) -> Received<FrameEvent> {
        self.clock.advance(self.busy);
        let now = self.clock.now_ns();
        let mut steps = self.steps.lock();
        let Some((ms, _)) = steps.front() else {
            return Received::Closed;
        };
        let until_ns = (START_NS + ms * NS_PER_MS - now).max(0);
        if let Some(timeout) = timeout.filter(|t| duration_ns(*t) < until_ns) {
            self.clock.advance(timeout);
            return Received::TimedOut;
        }
        self.clock.advance(Duration::from_nanos(until_ns as u64));
        let (_, step) = steps.pop_front().unwrap();
        let now = self.clock.now_ns();
        match step {
            Step::Frame(people) => Received::Item(FrameEvent::Frame(self.frame(people, now))),
            Step::Stamped(ms) => {
                Received::Item(FrameEvent::Frame(self.frame(1, START_NS + ms * NS_PER_MS)))
            }
            Step::Do(action) => {
                action(&self.shared);
                Received::Woken
            }
            Step::End => Received::Item(FrameEvent::End),
        }
    }

    /// The next action: without a detector, frames are not taken.
    fn wait_for_wake(&self) -> Received<FrameEvent> {
        let mut steps = self.steps.lock();
        while let Some((ms, step)) = steps.pop_front() {
            let until_ns = START_NS + ms * NS_PER_MS - self.clock.now_ns();
            self.clock
                .advance(Duration::from_nanos(until_ns.max(0) as u64));
            if let Step::Do(action) = step {
                action(&self.shared);
                return Received::Woken;
            }
        }
        Received::Closed
    }

    fn take_newer(&self) -> Option<FrameEvent> {
        None
    }

    fn wake(&self) {}
}

impl Script {
    fn frame(&self, people: usize, capture_ns: i64) -> Frame {
        let detection = |n: usize| Detection {
            class_id: 0,
            score: 0.9,
            bbox: BBox::new(0.1 + 0.2 * n as f32, 0.5, 0.1, 0.3),
        };
        let scene = Scene {
            bodies: Vec::new(),
            detections: (0..people).map(detection).collect(),
        };
        let mut seq = self.frames.lock();
        *seq += 1;
        self.shared.source.set_state(SourceState::Live);
        Frame {
            seq: *seq,
            capture_ns,
            arrival_ns: self.clock.now_ns(),
            decode_ns: 0,
            size: SIZE,
            bgr: Vec::new(),
            precomputed: Some(Precomputed::Detections(
                scene.detections.as_slice().into(),
                Arc::new(scene),
            )),
        }
    }
}

/// Keeps every snapshot.
#[derive(Clone, Default)]
pub(super) struct Recorder(Arc<Mutex<Vec<Snapshot>>>);

impl Sink for Recorder {
    fn name(&self) -> &str {
        "recorder"
    }

    fn send(&mut self, snapshot: &Snapshot) -> Result<(), SinkError> {
        self.0.lock().push(snapshot.clone());
        Ok(())
    }

    fn stats(&self) -> SinkStats {
        SinkStats::default()
    }
}

/// The result of a script.
pub(super) struct ScriptRun {
    pub(super) shared: Arc<Shared>,
    pub(super) events: Vec<Event>,
    pub(super) snapshots: Vec<Snapshot>,
}

impl ScriptRun {
    /// Milliseconds after the start at which events of that kind happened.
    pub(super) fn times(&self, kind: EventKind) -> Vec<i64> {
        let of_kind = self.events.iter().filter(|e| e.kind == kind);
        of_kind
            .map(|e| (e.time_ns - START_NS) / NS_PER_MS)
            .collect()
    }

    pub(super) fn sources(&self) -> Vec<SourceState> {
        let of_kind = |e: &&Event| e.kind == EventKind::Source;
        let of_kind = self.events.iter().filter(of_kind);
        of_kind.map(|e| e.source_state).collect()
    }
}

pub(super) fn config(more: &str) -> PipelineConfig {
    let mut config = PipelineConfig::from_json(
        r#"{"camera": {"stream": "synth:"}, "tracking": {"object_persistence_ms": 1000}}"#,
    )
    .unwrap();
    if !more.is_empty() {
        config = config.merged(more).unwrap();
    }
    config
}

pub(super) fn set(shared: &Shared, patch: &str) {
    let mut config = shared.config.lock();
    *config = Arc::new(config.merged(patch).unwrap());
    shared.config_version.fetch_add(1, Ordering::AcqRel);
}

pub(super) fn load_at_once(config: Arc<PipelineConfig>) -> Loader {
    let (send, result) = channel();
    let loaded = detect::create(&config, 0.1).map_err(PipelineError::from);
    send.send(loaded).unwrap();
    Loader::from_channel(config, result)
}

pub(super) fn play(config: PipelineConfig, steps: Vec<(i64, Step)>) -> ScriptRun {
    play_with(
        config,
        steps,
        Duration::ZERO,
        Box::new(|c, _, _| load_at_once(c)),
    )
}

pub(super) fn play_with(
    config: PipelineConfig,
    steps: Vec<(i64, Step)>,
    busy: Duration,
    start_loader: StartLoader,
) -> ScriptRun {
    let shared = Arc::new(Shared::new(config, PipelineOptions::default()));
    let clock = Arc::new(SimulatedClock::new(START_NS));
    let script = Script {
        shared: Arc::clone(&shared),
        clock: Arc::clone(&clock),
        steps: Mutex::new(steps.into()),
        frames: Mutex::new(0),
        busy,
    };
    let context = WorkerContext {
        frames: Arc::new(script),
        requester: Requester::new(None),
        clock,
        start_loader,
    };
    // The sinks run in parallel, so that a full queue is emptied and nothing is dropped.
    let recorder = Recorder::default();
    let (sinks, own) = (Arc::clone(&shared), recorder.clone());
    let sinks = std::thread::spawn(move || {
        sinks
            .dispatcher
            .run(&mut vec![Box::new(own) as Box<dyn Sink>]);
    });
    Worker::new(Arc::clone(&shared), context).run();
    shared.dispatcher.finish();
    sinks.join().unwrap();
    let mut events = Vec::new();
    shared
        .events
        .drain(&mut 0, usize::MAX, |_, event| events.push(event));
    let snapshots = recorder.0.lock().clone();
    ScriptRun {
        shared,
        events,
        snapshots,
    }
}

/// `frames` frames with one person, `step_ms` apart, from `from_ms` on.
pub(super) fn frames_every(from_ms: i64, step_ms: i64, frames: i64) -> Vec<(i64, Step)> {
    let at = |n| (from_ms + n * step_ms, Step::Frame(1));
    (0..frames).map(at).collect()
}

pub(super) fn act(ms: i64, action: impl FnOnce(&Shared) + Send + 'static) -> (i64, Step) {
    (ms, Step::Do(Box::new(action)))
}

/// Nothing until then.
pub(super) fn idle(ms: i64) -> (i64, Step) {
    act(ms, |_| {})
}

/// As [`play`], for a file whose frames carry their detections.
pub(super) fn play_file(more: &str, steps: Vec<(i64, Step)>) -> ScriptRun {
    let load: StartLoader = Box::new(|c, _, _| {
        let (send, result) = channel();
        let loaded = detect::create(&config(""), 0.1).map_err(PipelineError::from);
        send.send(loaded).unwrap();
        Loader::from_channel(c, result)
    });
    play_with(config(more), steps, Duration::ZERO, load)
}
