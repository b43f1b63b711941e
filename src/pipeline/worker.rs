//! The infer thread: takes frames, runs the chain, publishes snapshots.
//!
//! It blocks in four places only: in its mailbox, in the queue for the model, in the
//! model, and in a dispatcher that must not lose a snapshot (files with `every_frame`).

mod inference;
mod reconfigure;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::dispatcher::SnapshotPair;
use super::events::SnapshotDiff;
use super::frame_queue::FrameQueue;
use super::loader::{Loader, StartLoader};
use super::shared::{AnnotatedFrame, Shared};
use super::tracking_chain::TrackingChain;
use crate::base::clock::{Clock, duration_ns};
use crate::base::mailbox::Received;
use crate::config::PipelineConfig;
use crate::detect::{Detector, Requester, StageTimes};
use crate::flow::{Detection, Frame, Precomputed, SourceState};
use crate::sink::annotate::Trails;
use crate::source::FrameEvent;

/// How often held slots move without frames.
const TICK: Duration = Duration::from_millis(40);
/// After this many of its usual intervals without a frame, a source counts as unseen,
/// long before its read time-out.
const STALL_INTERVALS: i64 = 4;
/// The shortest silence that counts.
const STALL_MIN: Duration = Duration::from_millis(250);

/// The dependencies of a worker besides the state that it shares with the pipeline's
/// owner.
pub struct WorkerContext {
    /// The source of frames.
    pub frames: Arc<dyn FrameQueue>,
    /// Its access to models; closed when the pipeline stops.
    pub requester: Requester,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Loads models.
    pub start_loader: StartLoader,
}

pub struct Worker {
    shared: Arc<Shared>,
    frames: Arc<dyn FrameQueue>,
    requester: Requester,
    clock: Arc<dyn Clock>,
    start_loader: StartLoader,
    config: Arc<PipelineConfig>,
    config_version: u64,
    detector: Option<Box<dyn Detector>>,
    loader: Option<Loader>,
    detections: Vec<Detection>,
    /// Arrival of the newest frame. A stall is measured from it.
    frame_ns: Option<i64>,
    /// How much later than its capture the newest frame arrived. Between frames time
    /// passes in the frames' own time, even where that is not the clock's.
    lag_ns: i64,
    /// How long it usually takes to prepare a frame for the model.
    prepare_ns: i64,
    /// As [`CameraConfig::is_lossless`](crate::config::CameraConfig::is_lossless).
    lossless: bool,
    ended: bool,
    /// Whether inference failed for the latest frame.
    last_frame_failed: bool,
    diff: SnapshotDiff,
    trails: Trails,
}

/// Times of one frame before tracking.
#[derive(Default)]
struct DetectTimes {
    /// Waiting for the permit of the model.
    wait_ns: i64,
    stages: StageTimes,
}

impl Worker {
    pub fn new(shared: Arc<Shared>, context: WorkerContext) -> Self {
        let config_version = shared.config_version.load(Ordering::Acquire);
        let config = shared.config();
        let lossless = config.camera.is_lossless();
        Self {
            shared,
            frames: context.frames,
            requester: context.requester,
            clock: context.clock,
            start_loader: context.start_loader,
            config,
            config_version,
            detector: None,
            loader: None,
            detections: Vec::new(),
            frame_ns: None,
            lag_ns: 0,
            prepare_ns: 0,
            lossless,
            ended: false,
            last_frame_failed: false,
            diff: SnapshotDiff::default(),
            trails: Trails::default(),
        }
    }

    /// Runs until the queue is closed.
    pub fn run(mut self) {
        let shared = Arc::clone(&self.shared);
        let mut chain = shared.chain.lock();
        self.configure_chain(&mut chain);
        self.load();
        loop {
            self.apply_changes(&mut chain);
            let received = if self.detector.is_some() {
                self.frames.take(self.next_timeout(&chain))
            } else {
                self.frames.wait_for_wake()
            };
            match received {
                Received::Item(FrameEvent::Frame(frame)) => self.take_frame(&mut chain, frame),
                Received::Item(FrameEvent::End) => self.end(&mut chain),
                Received::TimedOut => self.tick(&mut chain),
                Received::Woken => {
                    // Changes come before the tick.
                    self.apply_changes(&mut chain);
                    self.tick(&mut chain);
                }
                Received::Closed => break,
            }
        }
        let snapshots = chain.release_all(SourceState::Stopped, self.clock.now_ns());
        self.publish(snapshots);
    }

    /// Whether time passes between frames. With `every_frame` it does not: a file has its
    /// own time.
    fn is_live(&self) -> bool {
        !self.lossless
    }

    /// How long to wait for a frame before the next tick or release is due.
    fn next_timeout(&self, chain: &TrackingChain) -> Option<Duration> {
        if !self.is_live() {
            return None;
        }
        // The latest snapshot shows another state than the source has now. This happens when
        // a frame is processed after the camera was lost: its snapshot says live.
        if self.shared.source.state() != self.diff.source_state() && !self.ended {
            return Some(Duration::ZERO);
        }
        if !chain.is_occupied() {
            return None;
        }
        let now = self.clock.now_ns();
        let next = if self.is_unseen(now) {
            Some(now + duration_ns(TICK))
        } else {
            self.frame_ns.map(|t| t + self.stall_ns())
        };
        let release = chain.next_release_ns();
        let release = release.map(|ns| ns.saturating_add(self.lag_ns));
        let due = next.into_iter().chain(release).min()?;
        Some(Duration::from_nanos((due - now).max(0) as u64))
    }

    /// Whether the source shows nothing at the moment.
    fn is_unseen(&self, now: i64) -> bool {
        let state = self.shared.source.state();
        // A changed stream has shown nothing yet, and may never do so.
        let silent = self.frame_ns.is_none_or(|t| now - t >= self.stall_ns());
        self.ended || silent || matches!(state, SourceState::Lost | SourceState::Failed)
    }

    fn stall_ns(&self) -> i64 {
        let interval = self.shared.measured.lock().interval_ns;
        (interval * STALL_INTERVALS).max(duration_ns(STALL_MIN))
    }

    fn tick(&mut self, chain: &mut TrackingChain) {
        let now = self.clock.now_ns();
        let state = if self.ended {
            SourceState::Ended
        } else {
            self.shared.source.state()
        };
        // Published even while no slot is occupied: hosts must learn that the camera is lost.
        let state_changed = state != self.diff.source_state();
        if self.is_live() && (state_changed || chain.is_occupied()) {
            let snapshots = chain.tick(now - self.lag_ns, self.is_unseen(now), state, now);
            self.publish(snapshots);
        }
    }

    fn take_frame(&mut self, chain: &mut TrackingChain, frame: Frame) {
        // After a change of the source its first frames arrive before its detector.
        let detector = self.detector.as_deref();
        if !detector.is_some_and(|detector| detector.takes(&frame)) {
            self.shared.source.count_dropped();
            return self.shared.pool.release(frame.bgr);
        }
        match &frame.precomputed {
            None => self.detect_with_permit(chain, frame),
            Some(Precomputed::Detections(..)) => self.detect(chain, frame, None, 0),
            Some(Precomputed::Slots(remote, _)) => {
                let remote = Arc::clone(remote);
                self.note_arrival(&frame);
                self.learn_classes(&remote.classes);
                let now = self.clock.now_ns();
                let snapshots = chain.apply_remote(frame.seq, frame.capture_ns, &remote, now);
                self.finish(chain, frame, snapshots, &DetectTimes::default(), now);
            }
        }
    }

    /// Takes over the class names of another node, which arrive one by one.
    fn learn_classes(&self, classes: &Arc<[String]>) {
        let mut detector = self.shared.detector.lock();
        if let Some(info) = detector.as_mut()
            && !Arc::ptr_eq(&info.classes, classes)
        {
            info.classes = Arc::clone(classes);
            self.shared.dispatcher.learn_classes(classes);
        }
    }

    /// Counts a processed frame, keeps it for previews, and publishes its snapshot.
    fn finish(
        &mut self,
        chain: &TrackingChain,
        frame: Frame,
        snapshots: SnapshotPair,
        detect: &DetectTimes,
        tracked_from: i64,
    ) {
        let tracked = self.clock.now_ns();
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
            times.wait.record(detect.wait_ns);
            let stages = &detect.stages;
            times.preprocess.record(duration_ns(stages.preprocess));
            times.inference.record(duration_ns(stages.inference));
            times.postprocess.record(duration_ns(stages.postprocess));
            times.track.record(tracked - tracked_from);
            times.end_to_end.record(tracked - frame.arrival_ns);
        }
        self.trails.extend(&snapshots.normalized);
        let view = AnnotatedFrame {
            frame: Arc::new(frame),
            snapshot: Arc::clone(&snapshots.normalized),
            trails: self.trails.clone(),
        };
        let previous = self.shared.annotated_frame.lock().replace(view);
        if let Some(frame) = previous.and_then(|v| Arc::try_unwrap(v.frame).ok()) {
            self.shared.pool.release(frame.bgr);
        }
        self.publish(snapshots);
    }

    /// Updates the frame rate with the time since the previous processed frame.
    fn note_arrival(&mut self, frame: &Frame) {
        let arrival_ns = frame.arrival_ns;
        self.lag_ns = arrival_ns - frame.capture_ns;
        if let Some(previous) = self.frame_ns.replace(arrival_ns) {
            let mut measured = self.shared.measured.lock();
            let step = (arrival_ns - previous).max(1);
            let old = measured.interval_ns;
            // A gap says nothing about the frame rate, so the old rate stays.
            if old == 0 || step < old * STALL_INTERVALS {
                measured.interval_ns = if old == 0 {
                    step
                } else {
                    old + (step - old) / 16
                };
            }
        }
    }

    /// Ends a file.
    fn end(&mut self, chain: &mut TrackingChain) {
        self.ended = true;
        let snapshots = chain.end(self.clock.now_ns());
        self.publish(snapshots);
        // After the last snapshot: a host that polls ENDED finds the slots released.
        self.shared.source.set_state(SourceState::Ended);
        self.shared.finished.store(true, Ordering::Release);
        self.shared.buffer.notify_waiters();
    }

    fn publish(&mut self, snapshots: SnapshotPair) {
        self.diff
            .observe(&snapshots.normalized, &self.shared.events);
        self.shared
            .buffer
            .publish(&snapshots.normalized, snapshots.units);
        {
            let mut measured = self.shared.measured.lock();
            measured.snapshots += 1;
            measured.waiting = snapshots.normalized.waiting;
        }
        self.shared.dispatcher.send(snapshots, self.lossless);
    }
}

#[cfg(test)]
mod tests;
