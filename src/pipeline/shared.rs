//! What a pipeline's threads and its owner share.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64};

use parking_lot::Mutex;

use super::dispatcher::Dispatcher;
use super::error::PipelineError;
use super::events::{Event, EventKind, EventQueue};
use super::options::PipelineOptions;
use super::snapshot_buffer::SnapshotBuffer;
use super::stats::Stages;
use super::thread::UnjoinedThreads;
use super::tracking_chain::TrackingChain;
use crate::base::clock::now_ns;
use crate::config::PipelineConfig;
use crate::detect::{DetectorInfo, InferencePermits};
use crate::flow::Frame;
use crate::flow::Snapshot;
use crate::sink::Sink;
use crate::sink::annotate::Trails;
use crate::sink::osc::OscMonitor;
use crate::source::{AppSource, FramePool, Sampling, SourceStatus};

/// The newest processed frame with what was seen in it.
#[derive(Debug, Clone)]
pub struct AnnotatedFrame {
    /// The picture.
    pub frame: Arc<Frame>,
    /// The slots after it; normalised, origin top left.
    pub snapshot: Arc<Snapshot>,
    /// Where the slots' owners have been lately.
    pub trails: Trails,
}

/// What the infer thread measures.
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

pub struct Shared {
    /// The configuration in force. Replaced as a whole.
    pub config: Mutex<Arc<PipelineConfig>>,
    /// Goes up with each replacement, so that the infer thread sees it without
    /// taking the lock.
    pub config_version: AtomicU64,
    pub buffer: SnapshotBuffer,
    pub events: EventQueue,
    pub source: Arc<SourceStatus>,
    pub sampling: Arc<Sampling>,
    /// Where a `push:` source gets its frames.
    pub app_source: Arc<AppSource>,
    pub pool: Arc<FramePool>,
    pub measured: Mutex<Measured>,
    pub detector: Mutex<Option<DetectorInfo>>,
    pub failure: Mutex<Option<PipelineError>>,
    /// Why the latest change was given up, until somebody is told.
    pub refused: Mutex<Option<PipelineError>>,
    pub finished: AtomicBool,
    /// The slots are to be released, by the infer thread.
    pub reset: AtomicBool,
    pub view: Mutex<Option<AnnotatedFrame>>,
    /// Held by the infer thread while it runs, so that a pipeline which is
    /// started again goes on with the same track ids and generations.
    pub chain: Mutex<TrackingChain>,
    pub dispatcher: Dispatcher,
    pub unjoined: UnjoinedThreads,
    /// Sinks that the owner added; lent to the sink thread while it runs.
    pub sinks: Mutex<Vec<Box<dyn Sink>>>,
    /// See [`PipelineOptions::low_priority`].
    pub low_priority: bool,
    /// See [`PipelineOptions::fail_fast`].
    pub fail_fast: bool,
    /// See [`PipelineOptions::permits`].
    pub permits: Option<InferencePermits>,
    /// What the OSC output sends, for those who watch.
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
            failure: Mutex::default(),
            refused: Mutex::default(),
            finished: AtomicBool::new(false),
            reset: AtomicBool::new(false),
            view: Mutex::default(),
            dispatcher: Dispatcher::default(),
            unjoined: UnjoinedThreads::default(),
            sinks: Mutex::new(options.sinks),
            low_priority: options.low_priority,
            fail_fast: options.fail_fast,
            permits: options.permits,
            osc_monitor: Arc::default(),
        }
    }

    /// Takes the rate of frames that a configuration asks for.
    pub fn configure_sampling(&self, config: &PipelineConfig) {
        self.sampling
            .configure(config.tracking.period_frames, config.camera.max_fps);
    }

    /// The configuration in force.
    pub fn config(&self) -> Arc<PipelineConfig> {
        Arc::clone(&self.config.lock())
    }

    /// Tells everyone that a stage panicked and is being started anew.
    pub fn restarting(&self, camera: &str, role: &'static str, reason: String) {
        log::error!(
            "[{camera}] the {role} stage failed inside ({reason}) and is started anew; please \
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
            count: 0,
        });
        self.refuse(PipelineError::Internal {
            place: role,
            reason,
        });
    }

    /// Notes why a change was given up, and wakes who waits.
    pub fn refuse(&self, error: PipelineError) {
        *self.refused.lock() = Some(error);
        self.buffer.notify_waiters();
    }

    /// Notes why the pipeline cannot go on, and wakes who waits for it.
    pub fn fail(&self, error: PipelineError) {
        *self.failure.lock() = Some(error);
        self.buffer.notify_waiters();
    }
}
