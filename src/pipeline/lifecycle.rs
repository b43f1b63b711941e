//! Starts, stops and drops a pipeline's threads.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use parking_lot::Mutex;

use super::check::check;
use super::error::PipelineError;
use super::frame_queue::FrameQueue;
use super::loader::Loader;
use super::options::PipelineOptions;
use super::problems::Part;
use super::shared::{RunState, Shared};
use super::stage;
use super::subscriber::Subscriber;
use super::thread::{NamedThread, within};
use super::worker::{Worker, WorkerContext};
use crate::base::clock::SystemClock;
use crate::base::mailbox::Mailbox;
use crate::base::shutdown::Shutdown;
use crate::config::{self, PipelineConfig};
use crate::detect::{self, Requester};
use crate::flow::SourceState;
use crate::source::{self, Capture, FrameEvent, SourceContext};

/// How long a stop waits for a thread before it gives up on joining it. All of these
/// waits together stay within the second that a stop may take.
const STOP_STAGES: Duration = Duration::from_millis(750);
const STOP_SINK: Duration = Duration::from_millis(200);
/// How long dropping a pipeline waits for threads that a stop could not join, within the
/// two seconds that a drop may take.
const DROP: Duration = Duration::from_millis(1900);

/// One camera, tracked. All methods may be called from any thread. Dropping the pipeline
/// stops it.
pub struct Pipeline {
    pub(super) shared: Arc<Shared>,
    pub(super) run: Mutex<Option<Run>>,
    /// The view of the owner that uses the pipeline's own methods.
    pub(super) own: Subscriber,
    /// The working folder at creation, which relative paths belong to.
    folder: Option<PathBuf>,
}

/// The parts of a pipeline that exist only while it runs.
pub(super) struct Run {
    /// Ends the backoff of a stage that is about to restart.
    stop: Shutdown,
    /// The infer thread's access to models.
    requester: Requester,
    pub(super) source: SourceThread,
    infer: NamedThread,
    sink: NamedThread,
}

/// A source's thread and the request that ends it.
pub(super) struct SourceThread {
    pub(super) stop: Shutdown,
    pub(super) thread: NamedThread,
}

impl Pipeline {
    /// Creates a pipeline that does not run yet. Checks the configuration and that the
    /// model file exists. Loads and opens nothing.
    pub fn new(config: PipelineConfig) -> Result<Self, PipelineError> {
        Self::with(config, PipelineOptions::default())
    }

    /// As [`Pipeline::new`], with options that are not part of the configuration.
    pub fn with(
        mut config: PipelineConfig,
        options: PipelineOptions,
    ) -> Result<Self, PipelineError> {
        let folder = config::working_folder();
        bind(&mut config, folder.as_deref());
        check(&config)?;
        let shared = Arc::new(Shared::new(config, options));
        Ok(Self {
            own: Subscriber::new(Arc::clone(&shared)),
            shared,
            run: Mutex::new(None),
            folder,
        })
    }

    /// Makes the paths of a configuration absolute. The process may change its working
    /// folder later.
    pub(super) fn bind(&self, config: &mut PipelineConfig) {
        bind(config, self.folder.as_deref());
    }

    /// Starts the threads and returns at once. Does nothing when they already run.
    pub fn start(&self) -> Result<(), PipelineError> {
        let mut run = self.run.lock();
        if run.is_some() {
            return Ok(());
        }
        self.shared.finished.store(false, Ordering::Release);
        let state = self.shared.source.state();
        self.shared.problems.reset(state, &self.shared.events);
        let config = self.shared.config();
        let id = &config.camera.id;
        let frames = Arc::new(Mailbox::default());

        let shared = Arc::clone(&self.shared);
        let stop = Shutdown::new();
        let sink = stage::spawn(&self.shared, id, "sink", &stop, move || {
            shared.dispatcher.run(&mut shared.sinks.lock());
        })?;
        let requester = Requester::new(self.shared.permits.clone());
        let (shared, frame_rx) = (Arc::clone(&self.shared), Arc::clone(&frames));
        let access = requester.clone();
        let work = move || {
            let context = WorkerContext {
                frames: Arc::clone(&frame_rx) as Arc<dyn FrameQueue>,
                requester: access.clone(),
                clock: Arc::new(SystemClock),
                start_loader: Box::new(Loader::start),
            };
            Worker::new(Arc::clone(&shared), context).run();
        };
        let infer = match stage::spawn(&self.shared, id, "infer", &stop, work) {
            Ok(infer) => infer,
            Err(error) => {
                self.shared.dispatcher.finish();
                return Err(error);
            }
        };
        let source = match self.start_source(&config, &frames) {
            Ok(source) => source,
            Err(error) => {
                frames.close();
                self.shared.dispatcher.finish();
                return Err(error);
            }
        };
        *self.shared.frames.lock() = Some(frames);
        self.shared.set_run_state(RunState::Running);
        *run = Some(Run {
            stop,
            requester,
            source,
            infer,
            sink,
        });
        Ok(())
    }

    pub(super) fn start_source(
        &self,
        config: &PipelineConfig,
        frames: &Arc<Mailbox<FrameEvent>>,
    ) -> Result<SourceThread, PipelineError> {
        let address = config.camera.address()?;
        let transport = config.camera.rtsp_transport;
        let stop = Shutdown::new();
        // Done here and not on the source's thread: a host may push as soon as this
        // function has returned.
        self.shared.app_source.clear();
        self.shared.source.set_remote(None);
        self.shared.source.set_problem(None);
        self.shared.source.set_state(SourceState::Connecting);
        self.shared.solve(Part::Source);
        let context = SourceContext {
            transport,
            ca_file: config.camera.ca_file.clone(),
            allow_playlists: config.service.allow_playlists,
            app_source: Arc::clone(&self.shared.app_source),
            status: Arc::clone(&self.shared.source),
        };
        let mut capture = Capture {
            camera: config.camera.id.clone(),
            lossless: config.camera.is_lossless(),
            looped: config.camera.loop_file && address.is_file(),
            fail_fast: self.shared.fail_fast,
            open: Box::new(move |stop| source::open(&address, &context, stop)),
            sampling: Arc::clone(&self.shared.sampling),
            frame_tx: Arc::clone(frames),
            pool: Arc::clone(&self.shared.pool),
            status: Arc::clone(&self.shared.source),
            clock: Arc::new(SystemClock),
            stop: stop.clone(),
        };
        let (shared, ended) = (Arc::clone(&self.shared), stop.clone());
        let work = move || {
            capture.run();
            let problem = shared.source.problem();
            let has_failed = shared.source.state() == SourceState::Failed;
            if let Some(reason) = problem.filter(|_| has_failed && !ended.is_requested()) {
                shared.fail(Part::Source, PipelineError::Source(reason));
            }
        };
        let thread = stage::spawn(&self.shared, &config.camera.id, "source", &stop, work)?;
        Ok(SourceThread { stop, thread })
    }

    /// Stops the threads within a second and releases all slots. A thread that is stuck
    /// inside FFmpeg or ONNX Runtime ends by itself later. Does nothing when the pipeline
    /// does not run.
    pub fn stop(&self) {
        let mut run = self.run.lock();
        let Some(Run {
            stop,
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
        self.shared.app_source.wake();
        if let Some(frames) = self.shared.frames.lock().take() {
            frames.close();
        }
        requester.close();
        let deadline = within(STOP_STAGES);
        let unjoined = &self.shared.unjoined;
        unjoined.add(source.thread.join_by(deadline));
        unjoined.add(infer.join_by(deadline));
        // After the last snapshot: a host that polls STOPPED finds the slots released.
        self.shared.source.set_state(SourceState::Stopped);
        unjoined.join_by(deadline);
        self.shared.dispatcher.finish();
        unjoined.add(sink.join_by(within(STOP_SINK)));
        self.shared.set_run_state(RunState::Stopped);
        self.shared.buffer.notify_waiters();
    }

    /// Whether the threads were started and not stopped since.
    pub fn is_running(&self) -> bool {
        self.shared.run_state() == RunState::Running
    }

    /// Releases all slots. The next frame reassigns them from p1 on. Does nothing while
    /// the pipeline does not run. Does not wait for another thread's start or stop.
    pub fn reset_slots(&self) {
        if let Some(frames) = self.shared.frames.lock().as_ref() {
            self.shared.reset.store(true, Ordering::Release);
            frames.wake();
        }
    }

    /// The current configuration.
    pub fn config(&self) -> Arc<PipelineConfig> {
        self.shared.config()
    }
}

fn bind(config: &mut PipelineConfig, folder: Option<&Path>) {
    if let Some(folder) = folder {
        config.bind(folder);
        detect::bind_model(config, folder);
    }
}

impl Drop for Pipeline {
    /// Stops the pipeline and waits up to two seconds for every thread. A thread that is
    /// still inside a library when the process ends would crash the process.
    fn drop(&mut self) {
        let deadline = within(DROP);
        self.stop();
        self.shared.unjoined.join_by(deadline);
        self.shared.unjoined.log_unjoined();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn stats_and_reset_do_not_wait_for_a_start_stop_or_change() {
        let config = r#"{"camera": {"stream": "push:"}, "tracking": {"model": "builtin:motion"}}"#;
        let pipeline = Arc::new(Pipeline::new(PipelineConfig::from_json(config).unwrap()).unwrap());
        pipeline.start().unwrap();
        // Held by another thread's stop, for up to a second.
        let run = pipeline.run.lock();
        let (other, (done, is_done)) = (Arc::clone(&pipeline), channel());
        std::thread::spawn(move || {
            other.stats();
            other.reset_slots();
            other.is_running();
            done.send(()).unwrap();
        });
        is_done.recv_timeout(Duration::from_secs(60)).unwrap();
        drop(run);
    }
}
