//! One camera's threads: source -> detect -> track -> slots -> sinks.
//!
//! | thread | work | blocks in |
//! |---|---|---|
//! | `rextrack:<id>:source` | open, read, stamp, pace, reconnect | the camera, at most 5 s a step |
//! | `rextrack:<id>:load` | load and warm up a model, then ends | ONNX Runtime |
//! | `rextrack:<id>:infer` | detector, tracker, slots; publishes | its mailbox, the queue for the model, the model |
//! | `rextrack:<id>:sink` | OSC, files | its queue, a file's write |
//!
//! Between source and infer stands a mailbox for one frame in which the newest
//! wins; behind infer stand the exchange, from which hosts poll without ever
//! waiting, and the queue of the sinks.

mod chain;
mod dispatcher;
mod error;
mod events;
pub mod exchange;
mod feed;
mod loader;
mod outputs;
mod rotation;
mod shared;
mod stage;
mod stats;
mod thread;
mod worker;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use serde::Serialize;

use crate::clock::SystemClock;
use crate::config::{ChangeSet, PipelineConfig, TrackerKind};
use crate::detect::{self, DetectorInfo, InferencePermits, Requester};
use crate::mailbox::Mailbox;
use crate::shutdown::Shutdown;
use crate::sink::annotate::AnnotateError;
use crate::sink::{self, Sink};
pub use crate::slots::SLOTS_MAX;
use crate::slots::{RawSlot, Slot, SlotWords};
use crate::source::{
    self, Capture, Delivery, Frame, Image, SourceState, StreamAddress, redact_address,
};
pub use error::PipelineError;
pub use events::{EVENTS_MAX, Event, EventKind};
pub use exchange::Header;
use exchange::Wake;
use loader::Loader;
use shared::Shared;
pub use shared::View;
pub use stats::{Latency, SinkReport, Stages, Stats};
use thread::{NamedThread, within};
use worker::Worker;

/// How long a stop waits for a thread before it leaves it behind. All of them
/// together stay within the second that a stop may take.
const STOP_STAGES: Duration = Duration::from_millis(750);
const STOP_SINK: Duration = Duration::from_millis(200);
/// How long dropping a pipeline waits for what a stop left behind, within the
/// two seconds that it may take.
const DROP: Duration = Duration::from_millis(1900);

/// What the owner of a pipeline may add to its configuration.
#[derive(Default)]
pub struct Extras {
    /// Sinks besides the configured ones.
    pub sinks: Vec<Box<dyn Sink>>,
    /// Let the other threads of the process go first: the pipeline is a guest in
    /// somebody's program.
    pub guest: bool,
    /// Fail when the source cannot be had at the first try, instead of trying
    /// until it can.
    pub give_up: bool,
    /// How many inferences may run at the same time, shared with other pipelines.
    /// Without it only the models' own limit holds: one at a time for each.
    pub permits: Option<InferencePermits>,
}

/// One camera, tracked. All methods may be called from any thread; dropping
/// it stops it.
pub struct Pipeline {
    shared: Arc<Shared>,
    run: Mutex<Option<Run>>,
}

/// What a pipeline is made of.
#[derive(Debug, Clone, Serialize)]
pub struct Info {
    /// Version of rextrack.
    pub version: &'static str,
    /// Version of OpenCV.
    pub opencv: String,
    /// Camera id.
    pub camera: String,
    /// Address of the source, without its password.
    pub source: String,
    /// The device that was asked for.
    pub device_asked: String,
    /// The tracker.
    pub tracker: TrackerKind,
    /// Why nothing comes out: what is wrong with the source or the model.
    /// `null` while all is well.
    pub problem: Option<String>,
    /// Model, family, classes, input size, licence, device in use and runtime;
    /// `null` until the model is loaded.
    pub detector: Option<DetectorInfo>,
}

/// What a wait for the next snapshot came to.
#[derive(Debug, Clone)]
pub enum Next {
    /// There is a newer snapshot.
    Snapshot,
    /// There was none in time; there may be later.
    TimedOut,
    /// The file is over.
    Ended,
    /// The pipeline is not running.
    Stopped,
    /// The pipeline cannot go on, or goes on without the latest change.
    Failed(PipelineError),
}

/// What exists only while a pipeline runs.
struct Run {
    /// Ends the wait of a stage that is to be started anew.
    stop: Shutdown,
    inlet: Arc<Mailbox<Delivery>>,
    /// The infer thread's access to models.
    requester: Requester,
    source: SourceThread,
    infer: NamedThread,
    sink: NamedThread,
}

/// A source's thread and the request that ends it.
struct SourceThread {
    stop: Shutdown,
    thread: NamedThread,
}

impl Pipeline {
    /// Makes a pipeline that does not run yet. Checks the configuration and
    /// that the model's file is there; loads nothing, opens nothing.
    pub fn new(config: PipelineConfig) -> Result<Self, PipelineError> {
        Self::with(config, Extras::default())
    }

    /// As [`Pipeline::new`], with what no configuration says.
    pub fn with(config: PipelineConfig, extras: Extras) -> Result<Self, PipelineError> {
        check(&config)?;
        Ok(Self {
            shared: Arc::new(Shared::new(config, extras)),
            run: Mutex::new(None),
        })
    }

    /// Starts the threads and returns at once. Does nothing when they run.
    pub fn start(&self) -> Result<(), PipelineError> {
        let mut run = self.run.lock();
        if run.is_some() {
            return Ok(());
        }
        self.shared.finished.store(false, Ordering::Release);
        *self.shared.failure.lock() = None;
        let config = self.shared.config();
        let id = &config.camera.id;
        let inlet = Arc::new(Mailbox::default());

        let shared = Arc::clone(&self.shared);
        let stop = Shutdown::new();
        let sink = stage::spawn(&self.shared, id, "sink", &stop, move || {
            shared.dispatcher.run(&mut shared.sinks.lock());
        })?;
        let requester = Requester::new(self.shared.permits.clone());
        let (shared, frames) = (Arc::clone(&self.shared), Arc::clone(&inlet));
        let access = requester.clone();
        let work = move || {
            let surroundings = worker::Surroundings {
                feed: Arc::clone(&frames) as Arc<dyn feed::Feed>,
                requester: access.clone(),
                clock: Arc::new(SystemClock),
                start_loader: Box::new(Loader::start),
            };
            Worker::new(Arc::clone(&shared), surroundings).run();
        };
        let infer = match stage::spawn(&self.shared, id, "infer", &stop, work) {
            Ok(infer) => infer,
            Err(error) => {
                self.shared.dispatcher.finish();
                return Err(error);
            }
        };
        let source = match self.start_source(&config, &inlet) {
            Ok(source) => source,
            Err(error) => {
                inlet.close();
                self.shared.dispatcher.finish();
                return Err(error);
            }
        };
        *run = Some(Run {
            stop,
            inlet,
            requester,
            source,
            infer,
            sink,
        });
        Ok(())
    }

    fn start_source(
        &self,
        config: &PipelineConfig,
        inlet: &Arc<Mailbox<Delivery>>,
    ) -> Result<SourceThread, PipelineError> {
        let address = config.camera.address()?;
        let transport = config.camera.rtsp_transport;
        let stop = Shutdown::new();
        // Here and not on the source's thread: a host may push as soon as this
        // has returned.
        self.shared.inlet.clear();
        self.shared.source.set_remote(None);
        let around = source::Surroundings {
            transport,
            ca_file: config.camera.ca_file.clone(),
            allow_playlists: config.service.allow_playlists,
            inlet: Arc::clone(&self.shared.inlet),
            status: Arc::clone(&self.shared.source),
        };
        let mut capture = Capture {
            camera: config.camera.id.clone(),
            lossless: config.camera.is_lossless(),
            looped: config.camera.loop_file && address.is_file(),
            give_up: self.shared.give_up,
            open: Box::new(move |stop| source::open(&address, &around, stop)),
            sampling: Arc::clone(&self.shared.sampling),
            outlet: Arc::clone(inlet),
            pool: Arc::clone(&self.shared.pool),
            status: Arc::clone(&self.shared.source),
            clock: Arc::new(SystemClock),
            stop: stop.clone(),
        };
        let work = move || capture.run();
        let thread = stage::spawn(&self.shared, &config.camera.id, "source", &stop, work)?;
        Ok(SourceThread { stop, thread })
    }

    /// Stops the threads within a second, and releases all slots. A thread
    /// that is stuck inside FFmpeg or ONNX Runtime is left to end by itself.
    /// Does nothing when they do not run.
    pub fn stop(&self) {
        let mut run = self.run.lock();
        let Some(Run {
            stop,
            inlet,
            requester,
            source,
            infer,
            sink,
        }) = run.take()
        else {
            return;
        };
        stop.request();
        source.stop.request();
        self.shared.inlet.wake();
        inlet.close();
        requester.close();
        let deadline = within(STOP_STAGES);
        let leftovers = &self.shared.leftovers;
        leftovers.add(source.thread.join_by(deadline));
        self.shared.source.set_state(SourceState::Stopped);
        leftovers.add(infer.join_by(deadline));
        leftovers.join_by(deadline);
        self.shared.dispatcher.finish();
        leftovers.add(sink.join_by(within(STOP_SINK)));
        self.shared.exchange.alarm();
    }

    /// Whether the threads were started and not stopped.
    pub fn is_running(&self) -> bool {
        self.run.lock().is_some()
    }

    /// Releases all slots; the next frame seats whoever is seen, from p1 on.
    /// Does nothing while the pipeline does not run.
    pub fn reset_slots(&self) {
        if let Some(run) = self.run.lock().as_ref() {
            self.shared.reset.store(true, Ordering::Release);
            run.inlet.wake();
        }
    }

    /// Applies an RFC 7396 merge patch to the configuration. Thresholds,
    /// classes, region, persistence, slots and OSC change at once; a changed
    /// stream restarts the source alone, a changed model is loaded beside the
    /// old one and replaces it when it is warm. Slots are kept throughout.
    /// When it returns an error nothing has changed.
    pub fn set_config(&self, patch: &str) -> Result<(), PipelineError> {
        self.change(|current| Ok(current.merged(patch)?))
    }

    /// As [`Pipeline::set_config`], to a whole new configuration.
    pub fn replace_config(&self, new: PipelineConfig) -> Result<(), PipelineError> {
        self.change(|_| {
            new.validate()?;
            Ok(new)
        })
    }

    /// Puts other sinks in the place of [`Extras::sinks`], between two snapshots.
    /// The old ones are dropped without [`Sink::finish`].
    pub fn set_sinks(&self, sinks: Vec<Box<dyn Sink>>) {
        self.shared.dispatcher.set_own(sinks);
    }

    /// What the configured OSC output sends from now on, as datagrams, until the
    /// receiver is dropped.
    pub fn watch_osc(&self) -> Receiver<Vec<u8>> {
        self.shared.tap.watch()
    }

    /// Whether [`Pipeline::replace_config`] would take a configuration. Changes
    /// nothing.
    pub fn check_config(&self, new: &PipelineConfig) -> Result<(), PipelineError> {
        new.validate()?;
        self.check_change(&self.config(), new).map(|_| ())
    }

    fn check_change(
        &self,
        current: &PipelineConfig,
        new: &PipelineConfig,
    ) -> Result<ChangeSet, PipelineError> {
        let changes = current.changes(new);
        if changes.detector {
            detect::check(new)?;
        } else if let Some(info) = self.shared.detector.lock().as_ref() {
            detect::check_classes(new, info)?;
        }
        Ok(changes)
    }

    fn change(
        &self,
        make: impl FnOnce(&PipelineConfig) -> Result<PipelineConfig, PipelineError>,
    ) -> Result<(), PipelineError> {
        let mut run = self.run.lock();
        let changes = {
            let mut current = self.shared.config.lock();
            let new = make(&current)?;
            let changes = self.check_change(&current, &new)?;
            *current = Arc::new(new);
            self.shared.config_version.fetch_add(1, Ordering::AcqRel);
            changes
        };
        let Some(run) = run.as_mut() else {
            return Ok(());
        };
        if changes.source {
            let config = self.shared.config();
            run.source.stop.request();
            self.shared.inlet.wake();
            // The old thread ends by itself; whatever it still reads is refused.
            let new = self.start_source(&config, &run.inlet)?;
            let old = std::mem::replace(&mut run.source, new);
            self.shared.leftovers.add([old.thread]);
        }
        run.inlet.wake();
        Ok(())
    }

    /// Copies a frame of the host in, for a camera whose stream is `push:`, and
    /// returns. The newest wins: a frame that nobody took yet gives way and
    /// counts as dropped. While the pipeline does not run frames are ignored.
    pub fn push_frame(&self, image: &Image<'_>) -> Result<(), PipelineError> {
        let config = self.shared.config();
        if config.camera.address()? != StreamAddress::Push {
            return Err(PipelineError::Push(format!(
                "camera.stream is {}, not push:; only push: takes frames",
                redact_address(&config.camera.stream)
            )));
        }
        self.shared
            .inlet
            .push(image, &self.shared.source)
            .map_err(|e| PipelineError::Push(e.to_string()))
    }

    /// The configuration in force.
    pub fn config(&self) -> Arc<PipelineConfig> {
        self.shared.config()
    }

    /// Copies the newest whole snapshot; slots that do not fit are left out.
    /// Wait-free: no lock, no allocation, no system call.
    pub fn poll(&self, slots: &mut [Slot]) -> Header {
        self.shared
            .exchange
            .read(slots.len(), |header, index, stored| {
                slots[index] = presented(header, stored.load(), None);
            })
    }

    /// As [`Pipeline::poll`], with each slot moved on by its own motion from
    /// the snapshot's capture time to `at_ns`. A time before it changes nothing.
    pub fn poll_at(&self, at_ns: i64, slots: &mut [Slot]) -> Header {
        self.shared
            .exchange
            .read(slots.len(), |header, index, stored| {
                slots[index] = presented(header, stored.load(), Some(at_ns));
            })
    }

    /// As [`Pipeline::poll`], or [`Pipeline::poll_at`] when a time is given, to
    /// slots in the layout of [`RawSlot`], for which `place` gives the place.
    /// Wait-free as far as `place` is.
    pub fn poll_words<'a>(
        &self,
        at_ns: Option<i64>,
        limit: usize,
        mut place: impl FnMut(usize) -> &'a mut SlotWords,
    ) -> Header {
        self.shared.exchange.read(limit, |header, index, stored| {
            let place = place(index);
            if at_ns.is_none() && header.presentation.is_identity() {
                stored.copy_to(place);
            } else {
                let slot = presented(header, stored.load(), at_ns);
                *place = bytemuck::cast(RawSlot::from(&slot));
            }
        })
    }

    /// Takes up to `limit` events that nobody took yet, oldest first, and
    /// returns how many. The queue holds [`EVENTS_MAX`]; whoever asks too late
    /// finds an [`EventKind::Overflow`] first.
    pub fn drain_events(&self, limit: usize, take: impl FnMut(usize, Event)) -> usize {
        self.shared.events.drain(limit, take)
    }

    /// Blocks until there is a snapshot newer than `after_seq`, or none can be
    /// expected, or the time is over. A change that was accepted by
    /// [`Pipeline::set_config`] and turned out not to work later is told once,
    /// as [`Next::Failed`], while the pipeline goes on as before.
    pub fn next(&self, after_seq: u64, timeout: Duration) -> Next {
        let deadline = Instant::now() + timeout;
        let exchange = &self.shared.exchange;
        loop {
            // Asked before the rest, so that no alarm is slept through.
            let alarms = exchange.alarms();
            let newer = exchange.wait(after_seq, u64::MAX, Instant::now()) == Wake::Newer;
            if newer {
                return Next::Snapshot;
            }
            if let Some(over) = self.over() {
                return over;
            }
            match exchange.wait(after_seq, alarms, deadline) {
                Wake::Newer => return Next::Snapshot,
                Wake::TimedOut => return Next::TimedOut,
                Wake::Alarm => {}
            }
        }
    }

    /// Why no newer snapshot will come.
    fn over(&self) -> Option<Next> {
        let refused = self.shared.refused.lock().take();
        if let Some(error) = refused.or_else(|| self.failure()) {
            Some(Next::Failed(error))
        } else if self.is_finished() {
            Some(Next::Ended)
        } else if !self.is_running() {
            Some(Next::Stopped)
        } else {
            None
        }
    }

    /// Blocks until the file is over and its last snapshot is published, the
    /// pipeline cannot go on, or the time is over.
    pub fn wait_finished(&self, timeout: Duration) -> bool {
        let deadline = Instant::now() + timeout;
        loop {
            let alarms = self.shared.exchange.alarms();
            if self.is_finished() || self.failure().is_some() {
                return self.is_finished();
            }
            if self.shared.exchange.wait(u64::MAX, alarms, deadline) == Wake::TimedOut {
                return false;
            }
        }
    }

    /// Whether a file came to its end and all of it is processed.
    pub fn is_finished(&self) -> bool {
        self.shared.finished.load(Ordering::Acquire)
    }

    /// Why the pipeline cannot go on.
    pub fn failure(&self) -> Option<PipelineError> {
        if let Some(error) = self.shared.failure.lock().clone() {
            return Some(error);
        }
        let failed = self.shared.source.state() == SourceState::Failed;
        self.shared
            .source
            .problem()
            .filter(|_| failed)
            .map(PipelineError::Source)
    }

    /// Where the source stands.
    pub fn source_state(&self) -> SourceState {
        self.shared.source.state()
    }

    /// The node whose tracks these are, when another one made them.
    pub fn remote(&self) -> Option<source::Remote> {
        self.shared.source.remote()
    }

    /// Why the source gives nothing, while it does not.
    pub fn source_problem(&self) -> Option<String> {
        self.shared.source.problem()
    }

    /// What is known of the model, once it is loaded.
    pub fn detector(&self) -> Option<DetectorInfo> {
        self.shared.detector.lock().clone()
    }

    /// The newest processed frame with its slots.
    pub fn view(&self) -> Option<View> {
        self.shared.view.lock().clone()
    }

    /// The newest processed frame, its slots drawn in if `annotated`. Draws on
    /// the calling thread, and only then; takes some milliseconds on a large
    /// frame. `None` before the first frame.
    pub fn preview(&self, annotated: bool) -> Result<Option<Arc<Frame>>, PipelineError> {
        let Some(view) = self.view() else {
            return Ok(None);
        };
        let painted = view.frame.painted().map_err(AnnotateError::from)?;
        if !annotated {
            return Ok(Some(painted));
        }
        let classes = self.detector().map(|d| d.classes).unwrap_or_default();
        let mut frame = Arc::unwrap_or_clone(painted);
        sink::annotate::annotate(&mut frame, &view.snapshot.slots, &view.trails, &classes)?;
        Ok(Some(Arc::new(frame)))
    }

    /// Everything that does not change from frame to frame: versions, source,
    /// model and device, and what is wrong. Holds no password.
    pub fn info(&self) -> Info {
        let config = self.shared.config();
        Info {
            version: env!("CARGO_PKG_VERSION"),
            opencv: opencv::core::get_version_string().unwrap_or_default(),
            camera: config.camera.id.clone(),
            source: redact_address(&config.camera.stream),
            device_asked: config.service.device.to_string(),
            tracker: config.tracking.tracker,
            problem: self
                .failure()
                .map(|error| error.to_string())
                .or_else(|| self.source_problem()),
            detector: self.detector(),
        }
    }

    /// Counts, rates and latencies.
    pub fn stats(&self) -> Stats {
        let source = &self.shared.source;
        let detector = self.shared.detector.lock().clone();
        let measured = self.shared.measured.lock();
        let fps = |ns: i64| {
            if ns > 0 {
                (1e9 / ns as f64) as f32
            } else {
                0.0
            }
        };
        Stats {
            fps_in: source.fps(),
            fps_proc: fps(measured.interval_ns),
            frames_in: source.frames(),
            frames_processed: measured.frames,
            dropped: source.dropped(),
            queued: u64::from(
                self.run
                    .lock()
                    .as_ref()
                    .is_some_and(|run| run.inlet.is_filled()),
            ),
            reconnects: source.reconnects(),
            snapshots: measured.snapshots,
            tracks: measured.tracks,
            waiting: measured.waiting,
            source_state: source.state(),
            device_asked: self.shared.config().service.device.to_string(),
            device_used: detector.map(|d| d.device).unwrap_or_default(),
            stages: measured.stages,
            busy_s: (measured.last_ns - measured.first_ns) as f64 / 1e9,
            sinks: self.shared.dispatcher.reports(),
        }
    }
}

/// A slot as a host wants it: at its time, in its units.
fn presented(header: &Header, mut slot: Slot, at_ns: Option<i64>) -> Slot {
    if let Some(at_ns) = at_ns {
        slot.advance(at_ns.saturating_sub(header.capture_ns));
    }
    header.presentation.present(&mut slot, header.frame_size);
    slot
}

/// Finds what is wrong with a configuration without loading or opening
/// anything: [`Pipeline::new`] would refuse it with the same error.
///
/// # Errors
/// Keys out of range, a model file that is missing or of another kind, OSC
/// addresses that cannot be.
pub fn check(config: &PipelineConfig) -> Result<(), PipelineError> {
    config.validate()?;
    Ok(detect::check(config)?)
}

impl Drop for Pipeline {
    /// Stops, and waits for every thread within two seconds: a thread that is
    /// still inside a library when the process ends would bring it down.
    fn drop(&mut self) {
        let deadline = within(DROP);
        self.stop();
        self.shared.leftovers.join_by(deadline);
        self.shared.leftovers.abandon();
    }
}
