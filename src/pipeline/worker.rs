//! The infer thread: takes frames, runs the chain, publishes snapshots.
//!
//! It blocks in three places only: in its mailbox, in the model, and in a
//! dispatcher that may not lose a snapshot (files with `every_frame`).

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::chain::Chain;
use super::dispatcher::Outgoing;
use super::error::PipelineError;
use super::events::Watcher;
use super::loader::Loader;
use super::shared::{Shared, View};
use crate::clock::{duration_ns, now_ns};
use crate::config::{OscConfig, PipelineConfig};
use crate::detect::{DetectSettings, Detection, Detector, StageTimes};
use crate::mailbox::{Mailbox, Taken};
use crate::sink::{Detached, JsonlSink, OscSink, Sink};
use crate::slots::Trails;
use crate::source::{Delivery, Frame, Known, SourceState};
use crate::track::{Moment, TrackerSettings};

/// How often held slots move while no frame comes.
const TICK: Duration = Duration::from_millis(40);
/// A source that is silent for this many of its usual intervals is not seen
/// any more, long before its read time-out says so.
const STALL_INTERVALS: i64 = 4;
/// But never sooner than this.
const STALL_MIN: Duration = Duration::from_millis(250);

pub struct Worker {
    shared: Arc<Shared>,
    inlet: Arc<Mailbox<Delivery>>,
    config: Arc<PipelineConfig>,
    epoch: u64,
    detector: Option<Box<dyn Detector>>,
    loader: Option<Loader>,
    detections: Vec<Detection>,
    /// Arrival of the newest frame; what a stall is measured from.
    frame_ns: Option<i64>,
    /// As [`CameraConfig::is_lossless`](crate::config::CameraConfig::is_lossless).
    lossless: bool,
    ended: bool,
    /// Whether the model refused the latest frame.
    stumbled: bool,
    watcher: Watcher,
    trails: Trails,
}

impl Worker {
    pub fn new(shared: Arc<Shared>, inlet: Arc<Mailbox<Delivery>>) -> Self {
        let epoch = shared.epoch.load(Ordering::Acquire);
        let config = shared.config();
        let lossless = config.camera.is_lossless();
        Self {
            shared,
            inlet,
            config,
            epoch,
            detector: None,
            loader: None,
            detections: Vec::new(),
            frame_ns: None,
            lossless,
            ended: false,
            stumbled: false,
            watcher: Watcher::default(),
            trails: Trails::default(),
        }
    }

    /// Runs until the mailbox is closed.
    pub fn run(mut self) {
        let shared = Arc::clone(&self.shared);
        let mut chain = shared.chain.lock();
        chain.configure(&self.config);
        self.load();
        loop {
            self.follow_config(&mut chain);
            self.follow_loader();
            self.follow_reset(&mut chain);
            let taken = if self.detector.is_some() {
                self.inlet.take(self.patience(&chain))
            } else {
                self.inlet.wait_for_wake(None)
            };
            match taken {
                Taken::Item(Delivery::Frame(frame)) => self.take_turn(&mut chain, frame),
                Taken::Item(Delivery::End) => self.end(&mut chain),
                Taken::Woken | Taken::TimedOut => self.tick(&mut chain),
                Taken::Closed => break,
            }
        }
        let outgoing = chain.release_all(SourceState::Stopped);
        self.publish(outgoing);
    }

    /// Whether time goes on by itself. In a file with `every_frame` it stands,
    /// and nothing happens between frames.
    fn is_live(&self) -> bool {
        !self.lossless
    }

    /// How long to wait for a frame before something else is due.
    fn patience(&self, chain: &Chain) -> Option<Duration> {
        if !self.is_live() {
            return None;
        }
        // A frame that was taken after the camera was lost said it was live.
        if self.shared.source.state() != self.watcher.source_state() && !self.ended {
            return Some(Duration::ZERO);
        }
        if !chain.is_occupied() {
            return None;
        }
        if self.is_unseen(now_ns()) {
            return Some(TICK);
        }
        let now = now_ns();
        let stall = self.frame_ns.map(|t| t + self.stall_ns());
        let due = stall.into_iter().chain(chain.next_release_ns()).min()?;
        Some(Duration::from_nanos((due - now).max(0) as u64 + 1))
    }

    /// Whether nothing can be seen now.
    fn is_unseen(&self, now: i64) -> bool {
        let state = self.shared.source.state();
        // A changed stream has shown nothing yet, and may never.
        let silent = self.frame_ns.is_none_or(|t| now - t >= self.stall_ns());
        self.ended || silent || matches!(state, SourceState::Lost | SourceState::Failed)
    }

    fn stall_ns(&self) -> i64 {
        let interval = self.shared.measured.lock().interval_ns;
        (interval * STALL_INTERVALS).max(duration_ns(STALL_MIN))
    }

    fn tick(&mut self, chain: &mut Chain) {
        let now = now_ns();
        let state = if self.ended {
            SourceState::Ended
        } else {
            self.shared.source.state()
        };
        // Told also when nobody is there: that the camera is lost is news.
        let news = state != self.watcher.source_state();
        if self.is_live() && (news || chain.is_occupied()) {
            let outgoing = chain.tick(now, self.is_unseen(now), state);
            self.publish(outgoing);
        }
    }

    /// Processes a frame when it is this camera's turn at the model. What came
    /// meanwhile is newer and takes its place.
    fn take_turn(&mut self, chain: &mut Chain, mut frame: Frame) {
        let budget = self.shared.budget.clone();
        let Some(budget) = budget.filter(|_| frame.known.is_none()) else {
            return self.process(chain, frame);
        };
        let inlet = Arc::clone(&self.inlet);
        let Some(_turn) = budget.turn(|| inlet.is_closed()) else {
            return self.shared.pool.give(frame.bgr);
        };
        let newer = if self.lossless {
            None
        } else {
            self.inlet.take_back()
        };
        let mut end = false;
        match newer {
            Some(Delivery::Frame(newer)) => {
                self.shared.source.count_dropped();
                self.shared
                    .pool
                    .give(std::mem::replace(&mut frame, newer).bgr);
            }
            Some(Delivery::End) => end = true,
            None => {}
        }
        self.process(chain, frame);
        if end {
            self.end(chain);
        }
    }

    fn process(&mut self, chain: &mut Chain, frame: Frame) {
        self.note_arrival(frame.arrival_ns);
        if let Some(Known::Slots(remote)) = &frame.known {
            self.learn_classes(&remote.classes);
            let outgoing = chain.mirror(frame.seq, remote);
            return self.finish(chain, frame, outgoing, StageTimes::default(), now_ns());
        }
        let Some(detector) = self.detector.as_mut() else {
            return;
        };
        let stages = match detector.detect(&frame, &mut self.detections) {
            Ok(stages) => stages,
            Err(error) => {
                // A frame that the model refuses is no reason to go down: the
                // next may be fine. A lasting defect shows in every frame.
                if !std::mem::replace(&mut self.stumbled, true) {
                    log::error!("[{}] frame {}: {error}", self.config.camera.id, frame.seq);
                }
                self.shared.fail(error.into());
                self.shared.pool.give(frame.bgr);
                return;
            }
        };
        if std::mem::take(&mut self.stumbled) {
            *self.shared.failure.lock() = None;
        }
        let tracked_from = now_ns();
        let moment = Moment {
            capture_ns: frame.capture_ns,
            size: frame.size,
        };
        let outgoing = chain.frame(frame.seq, moment, &self.detections);
        self.finish(chain, frame, outgoing, stages, tracked_from);
    }

    /// Takes over another node's class names, which become known one by one.
    fn learn_classes(&self, classes: &Arc<[String]>) {
        let mut detector = self.shared.detector.lock();
        if let Some(info) = detector.as_mut()
            && !Arc::ptr_eq(&info.classes, classes)
        {
            info.classes = Arc::clone(classes);
            self.shared.dispatcher.learn_classes(classes);
        }
    }

    /// Counts a processed frame, keeps it for those who look, and publishes.
    fn finish(
        &mut self,
        chain: &Chain,
        frame: Frame,
        outgoing: Outgoing,
        stages: StageTimes,
        tracked_from: i64,
    ) {
        let tracked = now_ns();
        {
            let mut measured = self.shared.measured.lock();
            if measured.frames == 0 {
                measured.first_ns = frame.arrival_ns;
            }
            measured.last_ns = tracked;
            measured.frames += 1;
            measured.tracks = chain.tracks();
            let times = &mut measured.stages;
            times.capture.record(frame.decode_ns);
            times.preprocess.record(duration_ns(stages.preprocess));
            times.inference.record(duration_ns(stages.inference));
            times.postprocess.record(duration_ns(stages.postprocess));
            times.track.record(tracked - tracked_from);
            times.end_to_end.record(tracked - frame.arrival_ns);
        }
        self.trails.extend(&outgoing.canonical);
        let view = View {
            frame: Arc::new(frame),
            snapshot: Arc::clone(&outgoing.canonical),
            trails: self.trails.clone(),
        };
        let previous = self.shared.view.lock().replace(view);
        if let Some(frame) = previous.and_then(|v| Arc::try_unwrap(v.frame).ok()) {
            self.shared.pool.give(frame.bgr);
        }
        self.publish(outgoing);
    }

    /// Takes the time since the previous processed frame into the rate.
    fn note_arrival(&mut self, arrival_ns: i64) {
        if let Some(previous) = self.frame_ns.replace(arrival_ns) {
            let mut measured = self.shared.measured.lock();
            let step = (arrival_ns - previous).max(1);
            let old = measured.interval_ns;
            // After a gap the old rate is the better guess.
            if old == 0 || step < old * STALL_INTERVALS {
                measured.interval_ns = if old == 0 {
                    step
                } else {
                    old + (step - old) / 16
                };
            }
        }
    }

    /// The file is over.
    fn end(&mut self, chain: &mut Chain) {
        self.ended = true;
        self.shared.source.set_state(SourceState::Ended);
        let outgoing = chain.tick(0, false, SourceState::Ended);
        self.publish(outgoing);
        self.shared.finished.store(true, Ordering::Release);
        self.shared.exchange.alarm();
    }

    fn publish(&mut self, outgoing: Outgoing) {
        self.watcher
            .observe(&outgoing.canonical, &self.shared.events);
        self.shared
            .exchange
            .publish(&outgoing.canonical, outgoing.presentation);
        {
            let mut measured = self.shared.measured.lock();
            measured.snapshots += 1;
            measured.waiting = outgoing.canonical.waiting;
        }
        self.shared.dispatcher.send(outgoing, self.lossless);
    }

    fn load(&mut self) {
        let inlet = Arc::clone(&self.inlet);
        self.loader = Some(Loader::start(
            Arc::clone(&self.config),
            &self.shared.leftovers,
            move || inlet.wake(),
        ));
    }

    /// Applies a configuration that was set meanwhile.
    fn follow_config(&mut self, chain: &mut Chain) {
        let epoch = self.shared.epoch.load(Ordering::Acquire);
        if epoch == self.epoch {
            return;
        }
        self.epoch = epoch;
        let new = self.shared.config();
        let changes = self.config.changes(&new);
        self.config = new;
        self.lossless = self.config.camera.is_lossless();
        self.shared.sampling.configure(&self.config);
        chain.configure(&self.config);
        if changes.source {
            self.ended = false;
            self.frame_ns = None;
        }
        if changes.detector {
            self.load();
        }
        self.configure_detector();
        if changes.sinks {
            self.set_sinks();
        }
    }

    /// Releases the slots if the owner wants that.
    fn follow_reset(&mut self, chain: &mut Chain) {
        if self.shared.reset.swap(false, Ordering::AcqRel) {
            let outgoing = chain.release_all(self.shared.source.state());
            self.publish(outgoing);
        }
    }

    /// Puts a model in place that was loaded meanwhile.
    fn follow_loader(&mut self) {
        let Some(result) = self.loader.as_ref().and_then(Loader::poll) else {
            return;
        };
        let Some(loader) = self.loader.take() else {
            return;
        };
        match result {
            Ok(detector) => {
                let info = detector.info();
                if self
                    .config
                    .camera
                    .address()
                    .is_ok_and(|a| a.gives_pictures())
                {
                    let camera = &self.config.camera.id;
                    log::info!("[{camera}] {} on {}", info.model, info.device);
                }
                *self.shared.detector.lock() = Some(info.clone());
                *self.shared.failure.lock() = None;
                self.detector = Some(detector);
                self.configure_detector();
                self.set_sinks();
                self.shared.exchange.alarm();
            }
            Err(error) => {
                log::error!("[{}] {error}", self.config.camera.id);
                if self.detector.is_some() {
                    self.keep_old_model(&loader.config);
                    self.shared.refuse(error);
                } else {
                    self.shared.fail(error);
                }
            }
        }
    }

    /// Puts the keys of the model in use back into the configuration, after
    /// another one could not be loaded.
    fn keep_old_model(&mut self, refused: &PipelineConfig) {
        let Some(info) = self.shared.detector.lock().clone() else {
            return;
        };
        let mut config = self.shared.config.lock();
        let mut kept = PipelineConfig::clone(&config);
        if kept.tracking.model == refused.tracking.model {
            kept.tracking.model = info.model.clone();
            kept.service.device = info.device_asked;
            self.config = Arc::new(kept);
            *config = Arc::clone(&self.config);
            log::warn!("[{}] goes on with {}", self.config.camera.id, info.model);
        }
    }

    fn configure_detector(&mut self) {
        let Some(detector) = self.detector.as_mut() else {
            return;
        };
        let floor = TrackerSettings::from(&self.config.tracking).detection_floor();
        if let Err(error) = detector.configure(&DetectSettings::new(&self.config, floor)) {
            log::error!("[{}] {error}", self.config.camera.id);
            self.shared.fail(error.into());
        }
    }

    /// Makes the configured sinks. One that cannot be made is told and left out.
    fn set_sinks(&self) {
        let Some(info) = self.shared.detector.lock().clone() else {
            return;
        };
        let camera = &self.config.camera;
        let told = |error: &dyn std::fmt::Display| log::error!("[{}] {error}", camera.id);
        let osc = |osc: &OscConfig| {
            let sink = OscSink::new(osc, &camera.id, Arc::clone(&info.classes));
            sink.map(|sink| sink.on_release(self.config.slots.on_release))
                .inspect_err(|error| {
                    told(error);
                    self.shared.fail(error.clone().into());
                })
                .ok()
        };
        let mut sinks: Vec<Box<dyn Sink>> = Vec::new();
        if let Some(main) = self.config.osc.as_ref().and_then(osc) {
            sinks.push(Box::new(main.tapped(Arc::clone(&self.shared.tap))));
        }
        for further in &camera.sinks {
            if let Some(sink) = further.osc.as_ref().and_then(osc) {
                sinks.push(Box::new(sink));
            }
            if let Some(jsonl) = &further.jsonl {
                let made = if jsonl.path == Path::new("-") {
                    Ok(JsonlSink::stdout())
                } else {
                    JsonlSink::append(&jsonl.path)
                };
                match made.and_then(|sink| Detached::new(Box::new(sink))) {
                    Ok(sink) => sinks.push(Box::new(sink)),
                    Err(error) => {
                        told(&error);
                        self.shared.refuse(PipelineError::Sink(error.to_string()));
                    }
                }
            }
        }
        self.shared.dispatcher.set_configured(sinks, info.classes);
    }
}
