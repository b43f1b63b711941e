//! The infer thread against a script and a simulated clock: every time is exact.
#![allow(clippy::unwrap_used)]

use std::collections::VecDeque;
use std::sync::atomic::AtomicU64;
use std::sync::mpsc::{Receiver, Sender, channel};

use parking_lot::Mutex;

use super::*;
use crate::base::clock::{NS_PER_MS, NS_PER_S, SimulatedClock, SystemClock};
use crate::base::mailbox::Mailbox;
use crate::detect::{self, DetectSettings, DetectorInfo, InferencePermits, ModelQueue};
use crate::flow::RemoteSlots;
use crate::flow::{BBox, FrameSize};
use crate::flow::{SlotState, Snapshot};
use crate::pipeline::error::PipelineError;
use crate::pipeline::{Event, EventKind, PipelineOptions};
use crate::sink::{Sink, SinkError, SinkStats};
use crate::source::Scene;

const START_NS: i64 = 100 * NS_PER_S;
const SIZE: FrameSize = FrameSize::new(1000, 500);

/// What happens, and how many milliseconds after the start.
enum Step {
    /// A frame in which so many people are seen.
    Frame(usize),
    /// A frame whose time is so many milliseconds after the start, whenever it arrives.
    Stamped(i64),
    Do(Box<dyn FnOnce(&Shared) + Send>),
    End,
}

/// Deliveries by the clock. Time passes only while the worker waits.
struct Script {
    shared: Arc<Shared>,
    clock: Arc<SimulatedClock>,
    steps: Mutex<VecDeque<(i64, Step)>>,
    frames: Mutex<u64>,
    /// So long does everything between two waits take.
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
            Step::Do(what) => {
                what(&self.shared);
                Received::Woken
            }
            Step::End => Received::Item(FrameEvent::End),
        }
    }

    fn wait_for_wake(&self) -> Received<FrameEvent> {
        panic!("the detector is there from the start");
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
struct Recorder(Arc<Mutex<Vec<Snapshot>>>);

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

/// What a script led to.
struct Played {
    shared: Arc<Shared>,
    events: Vec<Event>,
    snapshots: Vec<Snapshot>,
}

impl Played {
    /// Milliseconds after the start at which events of that kind happened.
    fn times(&self, kind: EventKind) -> Vec<i64> {
        let of_kind = self.events.iter().filter(|e| e.kind == kind);
        of_kind
            .map(|e| (e.time_ns - START_NS) / NS_PER_MS)
            .collect()
    }

    fn sources(&self) -> Vec<SourceState> {
        let of_kind = |e: &&Event| e.kind == EventKind::Source;
        let of_kind = self.events.iter().filter(of_kind);
        of_kind.map(|e| e.source_state).collect()
    }
}

fn config(more: &str) -> PipelineConfig {
    let mut config = PipelineConfig::from_json(
        r#"{"camera": {"stream": "synth:"}, "tracking": {"object_persistence_ms": 1000}}"#,
    )
    .unwrap();
    if !more.is_empty() {
        config = config.merged(more).unwrap();
    }
    config
}

fn set(shared: &Shared, patch: &str) {
    let mut config = shared.config.lock();
    *config = Arc::new(config.merged(patch).unwrap());
    shared.config_version.fetch_add(1, Ordering::AcqRel);
}

fn load_at_once(config: Arc<PipelineConfig>) -> Loader {
    let (send, result) = channel();
    let loaded = detect::create(&config, 0.1).map_err(PipelineError::from);
    send.send(loaded).unwrap();
    Loader::from_channel(config, result)
}

fn play(config: PipelineConfig, steps: Vec<(i64, Step)>) -> Played {
    play_with(
        config,
        steps,
        Duration::ZERO,
        Box::new(|c, _, _| load_at_once(c)),
    )
}

fn play_with(
    config: PipelineConfig,
    steps: Vec<(i64, Step)>,
    busy: Duration,
    start_loader: StartLoader,
) -> Played {
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
    // The sinks work beside, so that nothing is dropped and a full queue is emptied.
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
        .drain(usize::MAX, |_, event| events.push(event));
    let snapshots = recorder.0.lock().clone();
    Played {
        shared,
        events,
        snapshots,
    }
}

/// Frames `step_ms` apart, from `from_ms` on, in which one person is seen.
fn walk(from_ms: i64, step_ms: i64, frames: i64) -> Vec<(i64, Step)> {
    let at = |n| (from_ms + n * step_ms, Step::Frame(1));
    (0..frames).map(at).collect()
}

fn act(ms: i64, what: impl FnOnce(&Shared) + Send + 'static) -> (i64, Step) {
    (ms, Step::Do(Box::new(what)))
}

/// Nothing happens until then.
fn idle(ms: i64) -> (i64, Step) {
    act(ms, |_| {})
}

#[test]
fn a_silent_camera_is_not_seen_after_four_intervals_but_not_before_250_ms() {
    // Ten frames a second: four intervals are 400 ms. The last frame is at 1000 ms.
    let mut steps = walk(0, 100, 11);
    steps.push(idle(3000));
    let played = play(config(""), steps);
    assert_eq!(played.times(EventKind::Entered), [0]);
    assert_eq!(played.times(EventKind::Lost), [1400]);
    assert_eq!(
        played.times(EventKind::Left),
        [2000],
        "1000 ms after it was seen"
    );
    // Fifty a second: four intervals would be 80 ms.
    let mut steps = walk(0, 20, 51);
    steps.push(idle(3000));
    let played = play(config(""), steps);
    assert_eq!(played.times(EventKind::Lost), [1250]);
    assert_eq!(played.times(EventKind::Left), [2000]);
}

#[test]
fn held_slots_move_every_40_ms_until_they_are_released() {
    let mut steps = walk(0, 100, 11);
    steps.push(idle(3000));
    let played = play(config(""), steps);
    let held = |s: &&Snapshot| s.slots[0].state == SlotState::Held;
    let times: Vec<i64> = (played.snapshots.iter().filter(held))
        .map(|s| (s.capture_ns - START_NS) / NS_PER_MS)
        .collect();
    let expected: Vec<i64> = (0..16).map(|n| 1400 + n * 40).collect();
    assert_eq!(times, expected);
    let published = |s: &Snapshot| s.publish_ns;
    assert!(played.snapshots.iter().map(published).is_sorted());
}

#[test]
fn a_camera_that_is_known_to_be_lost_is_not_seen_at_once() {
    let mut steps = walk(0, 100, 11);
    steps.push(act(1050, |s| s.source.set_state(SourceState::Lost)));
    steps.push(idle(3000));
    let played = play(config(""), steps);
    assert_eq!(played.times(EventKind::Lost), [1050]);
    assert_eq!(played.times(EventKind::Left), [2000]);
    use SourceState::*;
    assert_eq!(played.sources(), [Live, Lost, Stopped]);
}

#[test]
fn a_camera_that_comes_back_in_time_finds_its_people_where_they_were() {
    let mut steps = walk(0, 100, 11);
    steps.push(act(1050, |s| s.source.set_state(SourceState::Lost)));
    steps.extend(walk(1900, 100, 3));
    let played = play(config(""), steps);
    assert_eq!(played.times(EventKind::Entered), [0]);
    assert_eq!(played.times(EventKind::Found), [1900]);
    let owners = |s: &&Snapshot| s.slots[0].state != SlotState::Empty;
    let owner = |s: &Snapshot| (s.slots[0].track_id, s.slots[0].generation);
    assert!((played.snapshots.iter().filter(owners)).all(|s| owner(s) == (1, 1)));
    // One meta later they are others.
    let mut steps = walk(0, 100, 11);
    steps.extend(walk(2001, 100, 3));
    let played = play(config(""), steps);
    assert_eq!(played.times(EventKind::Left)[0], 2000);
    assert_eq!(played.times(EventKind::Entered), [0, 2101]);
}

#[test]
fn a_busy_machine_delays_ticks_and_releases_nobody_early() {
    let mut steps = walk(0, 100, 11);
    steps.push(idle(3000));
    let busy = Duration::from_millis(30);
    let load: StartLoader = Box::new(|c, _, _| load_at_once(c));
    let played = play_with(config(""), steps, busy, load);
    let left = played.times(EventKind::Left);
    assert!(
        (2000..=2070).contains(&left[0]) && left.len() == 1,
        "{left:?}"
    );
}

#[test]
fn in_a_file_with_every_frame_time_stands_between_frames() {
    let every_frame = r#"{"camera": {"stream": "a.avi", "every_frame": true}}"#;
    let mut steps: Vec<_> = (0..4).map(|n| (0, Step::Stamped(n * 100))).collect();
    // The reader takes 20 s for a frame: nothing is released meanwhile.
    steps.push((20_000, Step::Stamped(400)));
    steps.push((20_000, Step::End));
    let played = play_file(every_frame, steps);
    assert!(played.times(EventKind::Lost).is_empty());
    let frames = (played.snapshots.iter()).map(|s| (s.capture_ns - START_NS) / NS_PER_MS);
    // Then the end, and the release when the pipeline stops.
    assert_eq!(
        frames.collect::<Vec<_>>(),
        [0, 100, 200, 300, 400, 400, 400]
    );
    assert!(played.shared.finished.load(Ordering::Acquire));
    use SourceState::*;
    assert_eq!(played.sources(), [Live, Ended, Stopped]);
}

/// As [`play`], for a file whose frames carry their detections.
fn play_file(more: &str, steps: Vec<(i64, Step)>) -> Played {
    let load: StartLoader = Box::new(|c, _, _| {
        let (send, result) = channel();
        let loaded = detect::create(&config(""), 0.1).map_err(PipelineError::from);
        send.send(loaded).unwrap();
        Loader::from_channel(c, result)
    });
    play_with(config(more), steps, Duration::ZERO, load)
}

#[test]
fn after_a_file_time_goes_on_and_its_people_are_released() {
    let mut steps = walk(0, 100, 11);
    steps.push((1050, Step::End));
    steps.push(idle(3000));
    let played = play(config(""), steps);
    assert_eq!(played.times(EventKind::Left), [2000]);
    assert!(played.shared.finished.load(Ordering::Acquire));
    use SourceState::*;
    assert_eq!(played.sources(), [Live, Ended, Stopped]);
}

#[test]
fn a_reset_empties_the_slots_for_one_snapshot_and_gives_them_out_again() {
    let mut steps = walk(0, 100, 11);
    steps.push(act(1050, |s| s.reset.store(true, Ordering::Release)));
    steps.extend(walk(1100, 100, 2));
    let played = play(config(""), steps);
    // Without a frame time did not go on.
    assert_eq!(played.times(EventKind::Left)[0], 1000);
    assert_eq!(played.times(EventKind::Entered), [0, 1100]);
    let last = played.snapshots.iter().rev().nth(1).unwrap();
    assert_eq!((last.slots[0].track_id, last.slots[0].generation), (1, 2));
}

#[test]
fn a_changed_stream_that_shows_nothing_releases_the_old_ones_people() {
    let mut steps = walk(0, 100, 11);
    steps.push(act(1050, |s| {
        set(s, r#"{"camera": {"stream": "synth:seed=7"}}"#);
        s.source.set_state(SourceState::Connecting);
    }));
    steps.push(idle(3000));
    let played = play(config(""), steps);
    assert_eq!(played.times(EventKind::Lost), [1050]);
    assert_eq!(played.times(EventKind::Left), [2000]);
}

#[test]
fn a_shorter_persistence_holds_for_those_who_are_held_already() {
    let mut steps = walk(0, 100, 11);
    let patch = r#"{"tracking": {"object_persistence_ms": 600}}"#;
    steps.push(act(1410, |s| set(s, patch)));
    steps.push(idle(3000));
    let played = play(config(""), steps);
    assert_eq!(played.times(EventKind::Left), [1600]);
}

#[test]
fn another_tracker_takes_over_with_new_ids_in_released_slots() {
    let mut steps = walk(0, 100, 11);
    steps.push(act(1050, |s| {
        let mut config = PipelineConfig::clone(&s.config());
        config.tracking.tracker = "other".into();
        *s.config.lock() = Arc::new(config);
        s.config_version.fetch_add(1, Ordering::AcqRel);
    }));
    steps.extend(walk(1100, 100, 3));
    let played = play(config(""), steps);
    assert_eq!(played.times(EventKind::Left)[0], 1000, "at once");
    assert_eq!(played.times(EventKind::Entered), [0, 1100]);
    let last = played.snapshots.iter().rev().nth(1).unwrap();
    let slot = last.slots[0];
    assert_eq!(
        (slot.track_id, slot.generation),
        (2, 2),
        "no id is given twice"
    );
}

#[test]
fn the_rate_is_smoothed_and_a_gap_does_not_count() {
    let mut steps = walk(0, 100, 20);
    steps.extend(walk(60_000, 100, 20));
    let played = play(config(""), steps);
    let measured = played.shared.measured.lock();
    assert_eq!(measured.interval_ns, 100 * NS_PER_MS);
    assert_eq!(measured.frames, 40);
    assert_eq!(measured.last_ns - measured.first_ns, 61_900 * NS_PER_MS);
}

#[test]
fn a_delayed_source_is_ticked_in_its_own_time() {
    // Every frame arrives five seconds after it was captured.
    let mut steps: Vec<_> = (0..11)
        .map(|n| (5000 + n * 100, Step::Stamped(n * 100)))
        .collect();
    steps.push((6500, Step::Stamped(1500)));
    steps.push((6600, Step::Stamped(1600)));
    steps.push(idle(9000));
    let played = play(config(""), steps);
    // Silent from 1000 to 1500, and again from 1600 on.
    assert_eq!(played.times(EventKind::Lost), [1400, 2000]);
    assert_eq!(played.times(EventKind::Found), [1500]);
    assert_eq!(played.times(EventKind::Left), [2600]);
    let times = played.snapshots.iter().map(|s| s.capture_ns);
    assert!(times.is_sorted());
}

#[test]
fn a_new_source_is_not_measured_against_the_times_of_the_old_one() {
    // A file that was read faster than it plays is an hour ahead of the clock.
    let mut steps: Vec<_> = (0..5)
        .map(|n| (n, Step::Stamped(3_600_000 + n * 100)))
        .collect();
    steps.extend(walk(100, 100, 12));
    steps.push(idle(5000));
    let played = play(config(""), steps);
    let live = played.snapshots.iter().filter(|s| s.frame_seq > 5);
    let times: Vec<i64> = live
        .map(|s| (s.capture_ns - START_NS) / NS_PER_MS)
        .collect();
    assert_eq!(times[..3], [100, 200, 300], "{times:?}");
    let left = played.times(EventKind::Left);
    assert_eq!(
        left,
        [100, 2200],
        "at once, and 1000 ms after the last frame"
    );
    // The slot is seen empty before it is taken again.
    assert_eq!(played.times(EventKind::Entered)[1], 200);
    let ids = played
        .events
        .iter()
        .filter(|e| e.kind == EventKind::Entered);
    let ids: Vec<_> = ids.map(|e| (e.track_id, e.generation)).collect();
    assert_eq!(ids, [(1, 1), (2, 2)]);
}

#[test]
fn another_nodes_slots_follow_its_times() {
    let shared = Arc::new(Shared::new(config(""), PipelineOptions::default()));
    let mut chain = shared.chain.lock();
    let remote = RemoteSlots {
        frame_size: SIZE,
        ..RemoteSlots::default()
    };
    let times = [5, 7, 6, 7].map(|s| {
        chain
            .apply_remote(1, s * NS_PER_S, &remote, 0)
            .normalized
            .capture_ns
    });
    // The third is as old as one whose order was changed on the way.
    assert_eq!(times[..2], [5 * NS_PER_S, 7 * NS_PER_S]);
    assert_eq!(times[2..], [7 * NS_PER_S + 1, 7 * NS_PER_S + 2]);
}

/// A detector that notes which frames it is given, and fails as it is told to.
struct Probe {
    info: DetectorInfo,
    queue: ModelQueue,
    seen: Sender<u64>,
    /// The frame that it got ready last.
    prepared: Arc<AtomicU64>,
    fails: Vec<u64>,
}

impl Probe {
    fn new(name: &str, fails: &[u64]) -> (Self, ModelQueue, Receiver<u64>) {
        let (seen, frames) = channel();
        let queue = ModelQueue::default();
        let info = detect::create(&config(""), 0.1).unwrap().info().clone();
        let info = DetectorInfo {
            model: name.into(),
            ..info
        };
        let probe = Self {
            info,
            queue: queue.clone(),
            seen,
            prepared: Arc::default(),
            fails: fails.to_vec(),
        };
        (probe, queue, frames)
    }
}

impl Detector for Probe {
    fn info(&self) -> &DetectorInfo {
        &self.info
    }

    fn configure(&mut self, _settings: &DetectSettings) -> Result<(), DetectError> {
        Ok(())
    }

    fn takes(&self, _frame: &Frame) -> bool {
        true
    }

    fn queue(&self) -> Option<&ModelQueue> {
        Some(&self.queue)
    }

    fn prepare(&mut self, frame: &Frame) -> Result<(), DetectError> {
        self.prepared.store(frame.seq, Ordering::Release);
        Ok(())
    }

    fn infer(
        &mut self,
        frame: &Frame,
        _permit: Option<Permit>,
        out: &mut Vec<Detection>,
    ) -> Result<StageTimes, DetectError> {
        out.clear();
        self.seen.send(frame.seq).ok();
        if self.fails.contains(&frame.seq) {
            return Err(DetectError::Inference {
                path: "probe".into(),
                reason: "on purpose".into(),
            });
        }
        Ok(StageTimes::default())
    }
}

#[test]
fn a_frame_that_the_model_refuses_is_reported_and_the_next_is_processed() {
    let failed = Arc::new(Mutex::new(Vec::new()));
    let note = |failed: &Arc<Mutex<Vec<bool>>>| {
        let failed = Arc::clone(failed);
        move |s: &Shared| failed.lock().push(s.failure.lock().is_some())
    };
    let steps = vec![
        (0, Step::Frame(1)),
        act(10, note(&failed)),
        (100, Step::Frame(1)),
        act(110, note(&failed)),
        (200, Step::Frame(1)),
        act(210, note(&failed)),
    ];
    let (probe, _, frames) = Probe::new("probe", &[2]);
    let mut probe = Some(probe);
    let load: StartLoader = Box::new(move |c, _, _| {
        let (send, result) = channel();
        send.send(Ok(Box::new(probe.take().unwrap()) as Box<dyn Detector>))
            .unwrap();
        Loader::from_channel(c, result)
    });
    let played = play_with(config(""), steps, Duration::ZERO, load);
    assert_eq!(*failed.lock(), [false, true, false]);
    assert_eq!(frames.try_iter().collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(played.shared.measured.lock().frames, 2);
}

#[test]
fn a_frame_for_another_detector_is_dropped_and_is_no_failure() {
    let load: StartLoader = Box::new(|c, _, _| {
        let mut motion = PipelineConfig::clone(&c);
        motion.camera.stream = "push:".into();
        motion.tracking.model = "builtin:motion".into();
        let (send, result) = channel();
        send.send(detect::create(&motion, 0.1).map_err(PipelineError::from))
            .unwrap();
        Loader::from_channel(c, result)
    });
    // A simulated crowd, which needs no model, before the model is replaced.
    let played = play_with(config(""), walk(0, 100, 3), Duration::ZERO, load);
    assert!(played.shared.failure.lock().is_none());
    assert_eq!(played.shared.source.dropped(), 3);
    assert_eq!(played.shared.measured.lock().frames, 0);
}

#[test]
fn every_frame_is_for_files_a_camera_is_ticked_all_the_same() {
    let camera = r#"{"camera": {"stream": "rtsp://camera/", "every_frame": true}}"#;
    let mut steps = walk(0, 100, 11);
    steps.push(idle(3000));
    let played = play_file(camera, steps);
    assert_eq!(played.times(EventKind::Left), [2000]);
}

#[test]
fn a_changed_model_takes_over_when_it_is_loaded_and_not_before() {
    let (first, _, seen_by_first) = Probe::new("first", &[]);
    let (second, _, seen_by_second) = Probe::new("second", &[]);
    let (send, result) = channel();
    let mut loaders = vec![result];
    let (at_once, first_result) = channel();
    at_once
        .send(Ok(Box::new(first) as Box<dyn Detector>))
        .unwrap();
    loaders.push(first_result);
    let load: StartLoader =
        Box::new(move |c, _, _| Loader::from_channel(c, loaders.pop().unwrap()));
    // What is loaded is of another kind than what the file would give.
    let steps = vec![
        (0, Step::Frame(1)),
        act(10, |s| {
            set(s, r#"{"tracking": {"model": "builtin:motion"}}"#)
        }),
        (100, Step::Frame(1)),
        act(110, move |_| {
            send.send(Ok(Box::new(second) as Box<dyn Detector>))
                .unwrap();
        }),
        (200, Step::Frame(1)),
    ];
    let played = play_with(config(""), steps, Duration::ZERO, load);
    assert_eq!(seen_by_first.try_iter().collect::<Vec<_>>(), [1, 2]);
    assert_eq!(seen_by_second.try_iter().collect::<Vec<_>>(), [3]);
    let info = played.shared.detector.lock().clone().unwrap();
    assert_eq!(info.model, "second");
}

#[test]
fn a_model_that_cannot_be_loaded_leaves_the_old_one_and_its_configuration() {
    let (first, _, seen) = Probe::new("first", &[]);
    let mut results = Vec::new();
    for result in [
        Err(PipelineError::Internal {
            place: "model loading",
            reason: "on purpose".into(),
        }),
        Ok(Box::new(first) as Box<dyn Detector>),
    ] {
        let (send, receive) = channel();
        send.send(result).unwrap();
        results.push(receive);
    }
    let load: StartLoader =
        Box::new(move |c, _, _| Loader::from_channel(c, results.pop().unwrap()));
    let steps = vec![
        (0, Step::Frame(1)),
        act(10, |s| {
            set(s, r#"{"tracking": {"model": "builtin:motion"}}"#)
        }),
        (100, Step::Frame(1)),
    ];
    let played = play_with(config(""), steps, Duration::ZERO, load);
    assert_eq!(seen.try_iter().collect::<Vec<_>>(), [1, 2]);
    assert_eq!(played.shared.config().tracking.model, "first");
    let refused = played.shared.refused.lock().clone();
    assert!(refused.unwrap().to_string().contains("on purpose"));
    assert!(played.shared.failure.lock().is_none());
}

/// A worker on its thread, with a detector that shares its model.
struct Running {
    shared: Arc<Shared>,
    inlet: Arc<Mailbox<FrameEvent>>,
    requester: Requester,
    model: ModelQueue,
    seen: Receiver<u64>,
    prepared: Arc<AtomicU64>,
    thread: std::thread::JoinHandle<()>,
}

impl Running {
    fn start(limit: Option<InferencePermits>) -> Self {
        let shared = Arc::new(Shared::new(config(""), PipelineOptions::default()));
        let inlet = Arc::new(Mailbox::default());
        let requester = Requester::new(limit);
        let (probe, model, seen) = Probe::new("probe", &[]);
        let prepared = Arc::clone(&probe.prepared);
        let mut probe = Some(probe);
        let context = WorkerContext {
            frames: Arc::clone(&inlet) as Arc<dyn FrameQueue>,
            requester: requester.clone(),
            clock: Arc::new(SystemClock),
            start_loader: Box::new(move |c, _, _| {
                let (send, result) = channel();
                let probe = probe.take().unwrap();
                send.send(Ok(Box::new(probe) as Box<dyn Detector>)).unwrap();
                Loader::from_channel(c, result)
            }),
        };
        let worker = Worker::new(Arc::clone(&shared), context);
        Self {
            shared,
            inlet,
            requester,
            model,
            seen,
            prepared,
            thread: std::thread::spawn(|| worker.run()),
        }
    }

    fn offer(&self, seq: u64) {
        let frame = Frame {
            seq,
            capture_ns: seq as i64,
            arrival_ns: seq as i64,
            decode_ns: 0,
            size: SIZE,
            bgr: vec![0; 3],
            precomputed: None,
        };
        self.inlet.replace(FrameEvent::Frame(frame));
    }

    fn until_taken(&self) {
        while self.inlet.is_filled() {
            std::thread::yield_now();
        }
    }
}

#[test]
fn the_frame_is_chosen_when_the_turn_is_there_not_when_it_was_asked_for() {
    let running = Running::start(None);
    let others = Requester::new(None);
    // One that runs and one that is next: the worker is behind both.
    let runs = others
        .request(Some(&running.model), Duration::ZERO)
        .permit();
    let next = others.request(Some(&running.model), Duration::ZERO);
    running.offer(1);
    running.until_taken();
    for seq in [2, 3] {
        running.offer(seq);
    }
    drop(runs);
    let runs = next.permit();
    drop(runs);
    assert_eq!(running.seen.recv().unwrap(), 3, "the newest");
    running.inlet.close();
    running.thread.join().unwrap();
    assert_eq!(
        running.shared.source.dropped(),
        1,
        "the one that it had taken"
    );
    let stages = running.shared.measured.lock().stages;
    assert_eq!(stages.wait.count(), 1);
    assert!(stages.wait.max_ms > 0.0, "waiting is measured");
}

#[test]
fn a_frame_that_became_old_while_the_model_was_busy_is_replaced() {
    let running = Running::start(None);
    let others = Requester::new(None);
    let request = || others.request(Some(&running.model), Duration::ZERO);
    // The model is usually free again at once; this time it is not.
    drop(request().permit());
    let runs = request().permit();
    running.offer(1);
    while running.prepared.load(Ordering::Acquire) != 1 {
        std::thread::yield_now();
    }
    running.offer(2);
    drop(runs);
    assert_eq!(running.seen.recv().unwrap(), 2);
    assert_eq!(running.prepared.load(Ordering::Acquire), 2);
    running.inlet.close();
    running.thread.join().unwrap();
    assert_eq!(running.shared.source.dropped(), 1);
}

#[test]
fn a_stop_ends_the_wait_for_the_model_without_a_turn() {
    let permits = InferencePermits::new(1);
    let running = Running::start(Some(permits.clone()));
    let others = Requester::new(Some(permits));
    let permit = others.request(None, Duration::ZERO).permit();
    running.offer(1);
    running.until_taken();
    running.inlet.close();
    running.requester.close();
    running.thread.join().unwrap();
    assert!(running.seen.try_recv().is_err(), "no inference any more");
    drop(permit);
}

#[test]
fn a_file_that_ends_while_the_model_is_busy_is_finished() {
    let running = Running::start(None);
    let others = Requester::new(None);
    let runs = others
        .request(Some(&running.model), Duration::ZERO)
        .permit();
    let next = others.request(Some(&running.model), Duration::ZERO);
    running.offer(1);
    running.until_taken();
    running.offer(2);
    // As the source thread does at the end of a file: it waits until the last frame is taken.
    let inlet = Arc::clone(&running.inlet);
    let source = std::thread::spawn(move || inlet.send(FrameEvent::End));
    drop((runs, next));
    assert_eq!(running.seen.recv().unwrap(), 2, "the last frame");
    assert!(source.join().unwrap());
    while !running.shared.finished.load(Ordering::Acquire) {
        std::thread::yield_now();
    }
    running.inlet.close();
    running.thread.join().unwrap();
}

#[test]
fn a_frame_of_a_source_that_was_changed_meanwhile_does_not_replace_this_ones() {
    let running = Running::start(None);
    let others = Requester::new(None);
    let runs = others
        .request(Some(&running.model), Duration::ZERO)
        .permit();
    running.offer(1);
    while running.prepared.load(Ordering::Acquire) != 1 {
        std::thread::yield_now();
    }
    // As `Pipeline::set_config` does; the new source's first frame comes at once.
    running.shared.config_version.fetch_add(1, Ordering::AcqRel);
    running.offer(2);
    drop(runs);
    assert_eq!(running.seen.recv().unwrap(), 1);
    assert_eq!(running.seen.recv().unwrap(), 2);
    running.inlet.close();
    running.thread.join().unwrap();
}
