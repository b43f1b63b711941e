//! The state that a pipeline's threads and its owner share.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};

use parking_lot::Mutex;

use super::dispatcher::Dispatcher;
use super::error::PipelineError;
use super::events::{Event, EventKind, EventQueue};
use super::options::PipelineOptions;
use super::problems::{Part, Problems};
use super::snapshot_buffer::SnapshotBuffer;
use super::stats::Stages;
use super::thread::UnjoinedThreads;
use super::tracking_chain::TrackingChain;
use crate::base::clock::now_ns;
use crate::base::mailbox::Mailbox;
use crate::config::PipelineConfig;
use crate::detect::{DetectorInfo, InferencePermits};
use crate::flow::Frame;
use crate::flow::Snapshot;
use crate::sink::Sink;
use crate::sink::annotate::Trails;
use crate::sink::osc::OscMonitor;
use crate::source::{AppSource, FrameEvent, FramePool, Sampling, SourceStatus};

/// The newest processed frame with its slots.
#[derive(Debug, Clone)]
pub struct AnnotatedFrame {
    /// The picture.
    pub frame: Arc<Frame>,
    /// Its slots; normalised, origin top left.
    pub snapshot: Arc<Snapshot>,
    /// Recent positions of the slots' owners.
    pub trails: Trails,
}

/// Measurements of the infer thread.
#[derive(Debug, Default)]
pub struct Measured {
    pub stages: Stages,
    pub frames: u64,
    pub snapshots: u64,
    pub tracks: u64,
    pub waiting: u32,
    pub interval_ns: i64,
    pub first_ns: i64,
    pub last_ns: i64,
}

/// Whether a pipeline runs.
#[repr(u8)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunState {
    /// It was never started.
    Created = 0,
    /// Its threads run.
    Running = 1,
    /// It was stopped.
    Stopped = 2,
}

pub struct Shared {
    /// The current configuration. It is replaced as a whole.
    pub config: Mutex<Arc<PipelineConfig>>,
    /// Goes up with each replacement, so that the infer thread notices it without the
    /// lock.
    pub config_version: AtomicU64,
    pub buffer: SnapshotBuffer,
    pub events: EventQueue,
    pub source: Arc<SourceStatus>,
    pub sampling: Arc<Sampling>,
    /// Frames for a `push:` source.
    pub app_source: Arc<AppSource>,
    pub pool: Arc<FramePool>,
    pub measured: Mutex<Measured>,
    pub detector: Mutex<Option<DetectorInfo>>,
    pub problems: Problems,
    /// The mailbox between source and infer thread, while the pipeline runs. Its lock is
    /// held for an instant, unlike that of the threads, which a stop holds for up to 1 s.
    pub frames: Mutex<Option<Arc<Mailbox<FrameEvent>>>>,
    run_state: AtomicU8,
    pub finished: AtomicBool,
    /// Asks the infer thread to release the slots.
    pub reset: AtomicBool,
    pub annotated_frame: Mutex<Option<AnnotatedFrame>>,
    /// Locked by the infer thread while it runs. It outlives that thread, so a restarted
    /// pipeline continues the track ids and generations.
    pub chain: Mutex<TrackingChain>,
    pub dispatcher: Dispatcher,
    pub unjoined: UnjoinedThreads,
    /// The owner's sinks. The sink thread holds the lock while it runs.
    pub sinks: Mutex<Vec<Box<dyn Sink>>>,
    /// See [`PipelineOptions::low_priority`].
    pub low_priority: bool,
    /// See [`PipelineOptions::fail_fast`].
    pub fail_fast: bool,
    /// See [`PipelineOptions::permits`].
    pub permits: Option<InferencePermits>,
    /// Copies what the OSC output sends, for monitors.
    pub osc_monitor: Arc<OscMonitor>,
}

impl Shared {
    pub fn new(config: PipelineConfig, options: PipelineOptions) -> Self {
        Self {
            chain: Mutex::new(TrackingChain::new(&config)),
            sampling: {
                let sampling = Sampling::default();
                sampling.configure(config.tracking.period_frames, config.camera.max_fps);
                Arc::new(sampling)
            },
            config: Mutex::new(Arc::new(config)),
            config_version: AtomicU64::new(0),
            buffer: SnapshotBuffer::default(),
            events: EventQueue::default(),
            source: Arc::default(),
            app_source: Arc::default(),
            pool: Arc::default(),
            measured: Mutex::default(),
            detector: Mutex::default(),
            problems: Problems::default(),
            frames: Mutex::default(),
            run_state: AtomicU8::new(RunState::Created as u8),
            finished: AtomicBool::new(false),
            reset: AtomicBool::new(false),
            annotated_frame: Mutex::default(),
            dispatcher: Dispatcher::default(),
            unjoined: UnjoinedThreads::default(),
            sinks: Mutex::new(options.sinks),
            low_priority: options.low_priority,
            fail_fast: options.fail_fast,
            permits: options.permits,
            osc_monitor: Arc::default(),
        }
    }

    /// Applies the frame rate of a configuration.
    pub fn configure_sampling(&self, config: &PipelineConfig) {
        self.sampling
            .configure(config.tracking.period_frames, config.camera.max_fps);
    }

    /// The current configuration.
    pub fn config(&self) -> Arc<PipelineConfig> {
        Arc::clone(&self.config.lock())
    }

    /// Reports a stage that panicked and restarts: in the log, as an event, and to
    /// waiting hosts.
    pub fn report_restart(&self, camera: &str, role: &'static str, reason: String) {
        log::error!(
            "[{camera}] the {role} stage failed inside ({reason}) and restarts; please \
             report this"
        );
        self.events.push(Event {
            kind: EventKind::Restarted,
            seq: 0,
            time_ns: now_ns(),
            slot: 0,
            track_id: 0,
            generation: 0,
            class_id: -1,
            source_state: self.source.state(),
            problem: None,
            count: 0,
        });
        self.report_once(PipelineError::Internal { part: role, reason });
    }

    /// Reports an error once that does not stop the pipeline, and wakes waiting hosts.
    pub fn report_once(&self, error: PipelineError) {
        self.problems.report(error);
        self.buffer.notify_waiters();
    }

    /// Reports a part of the configuration that was not applied.
    pub fn refuse(&self, error: PipelineError) {
        self.problems
            .refuse(error.clone(), self.source.state(), &self.events);
        self.report_once(error);
    }

    /// Records why a part of the pipeline cannot continue, and wakes waiting hosts.
    pub fn fail(&self, part: Part, error: PipelineError) {
        self.problems
            .set(part, error, self.source.state(), &self.events);
        self.buffer.notify_waiters();
    }

    /// Records that a part of the pipeline works again.
    pub fn solve(&self, part: Part) {
        self.problems.clear(part, self.source.state(), &self.events);
    }

    /// Whether the pipeline runs.
    pub fn run_state(&self) -> RunState {
        match self.run_state.load(Ordering::Acquire) {
            0 => RunState::Created,
            1 => RunState::Running,
            _ => RunState::Stopped,
        }
    }

    /// Sets whether the pipeline runs.
    pub fn set_run_state(&self, state: RunState) {
        self.run_state.store(state as u8, Ordering::Release);
    }
}
