//! One camera: its pipeline, snapshots, previews and events.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;
use rextrack::internals::address::redact_address;
use rextrack::internals::config::{CameraConfig, Config, ConfigError};
use rextrack::internals::detect::InferencePermits;
use rextrack::internals::flow::SourceState;
use rextrack::internals::pipeline::{
    self, AnnotatedFrame, Pipeline, PipelineError, PipelineOptions,
};
use rextrack::internals::sink::Sink;

use super::camera_event::CameraEvent;
use super::preview::{FrameSource, Previews};
use super::snapshot_channel::{ChannelSink, SnapshotChannel};
use super::status::{CameraStatus, SlotCounts};
use crate::sinks::{self, SinkSettings};

/// Number of events that are kept for later requests.
const EVENTS_KEPT: usize = 200;

/// What all cameras of the service share.
pub struct SharedContext {
    /// This machine's name in messages.
    pub node: String,
    /// How many inferences may run at the same time.
    pub permits: InferencePermits,
}

/// A camera of the configuration. It exists even when its pipeline cannot be created,
/// and then has the reason in its status.
pub struct Camera {
    /// Its short name, which never changes.
    pub id: String,
    state: Mutex<State>,
    /// Its snapshots, for WebSocket clients.
    pub snapshots: Arc<SnapshotChannel>,
    /// Its previews, for WebSocket clients.
    pub previews: Previews,
    events: Mutex<VecDeque<CameraEvent>>,
    /// State and problem of the source when [`Camera::status_changed`] was last called.
    last_reported: Mutex<Option<(SourceState, Option<String>)>>,
    /// Whether it is enabled; read by a stop that finishes late.
    enabled: Arc<AtomicBool>,
    removed: AtomicBool,
}

#[derive(Default)]
struct State {
    config: Option<CameraConfig>,
    pipeline: Option<Arc<Pipeline>>,
    /// Why there is no pipeline, or why it could not take its configuration.
    problem: Option<String>,
    /// The settings of the pipeline's sinks that belong to the service.
    sinks: Vec<SinkSettings>,
}

/// The reason why a camera cannot run on a configuration.
#[derive(Debug)]
pub enum CameraError {
    /// Keys are wrong.
    Config(ConfigError),
    /// The pipeline refused it.
    Pipeline(PipelineError),
}

impl CameraError {
    /// As an error of the file, in which the camera has the place `path`.
    pub fn into_config(self, path: &str) -> ConfigError {
        match self {
            Self::Config(error) => error,
            Self::Pipeline(PipelineError::Config(mut error)) => {
                for issue in &mut error.issues {
                    if let Some(rest) = issue.path.strip_prefix("camera") {
                        issue.path = format!("{path}{rest}");
                    }
                }
                error
            }
            Self::Pipeline(PipelineError::Detect(error)) => {
                ConfigError::one("tracking.model", error.to_string())
            }
            Self::Pipeline(error) => ConfigError::one(path, error.to_string()),
        }
    }
}

/// Whether a camera could run on a configuration. `existing` is the camera of that id,
/// if there is one already.
pub fn check(
    existing: Option<&Camera>,
    config: &Config,
    camera: &CameraConfig,
) -> Result<(), CameraError> {
    let new = config.pipeline(camera, "").map_err(CameraError::Config)?;
    match existing.and_then(Camera::pipeline) {
        Some(pipeline) => pipeline.check_config(&new),
        None if camera.enabled => pipeline::check(&new),
        None => Ok(()),
    }
    .map_err(CameraError::Pipeline)
}

impl Camera {
    /// A camera without a pipeline yet.
    pub fn new(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            state: Mutex::default(),
            previews: Previews::default(),
            snapshots: Arc::default(),
            events: Mutex::default(),
            last_reported: Mutex::default(),
            enabled: Arc::default(),
            removed: AtomicBool::default(),
        }
    }

    /// Goes over to a configuration. When that fails, the log and the status have the
    /// reason, and the pipeline goes on as it was.
    pub fn apply(&self, config: &Config, camera: &CameraConfig, shared: &SharedContext) {
        let mut state = self.state.lock();
        state.config = Some(camera.clone());
        state.problem = self.update(&mut state, config, camera, shared).err();
        if let Some(problem) = &state.problem {
            // Each error of the configuration is a line.
            for line in problem.lines() {
                log::error!("[{}] {line}", self.id);
            }
        }
    }

    fn update(
        &self,
        state: &mut State,
        config: &Config,
        camera: &CameraConfig,
        shared: &SharedContext,
    ) -> Result<(), String> {
        let text = |error: PipelineError| error.to_string();
        let new = config.pipeline(camera, "").map_err(|e| e.to_string())?;
        let sinks = sinks::settings(config, camera);
        let pipeline = match &state.pipeline {
            Some(pipeline) => {
                if *pipeline.config() != new {
                    pipeline.replace_config(new).map_err(text)?;
                }
                if sinks != state.sinks {
                    pipeline.set_sinks(self.create_sinks(&sinks, shared));
                    state.sinks = sinks;
                }
                Arc::clone(pipeline)
            }
            None if !camera.enabled => return Ok(()),
            None => {
                let extras = PipelineOptions {
                    sinks: self.create_sinks(&sinks, shared),
                    permits: Some(shared.permits.clone()),
                    ..PipelineOptions::default()
                };
                let pipeline = Arc::new(Pipeline::with(new, extras).map_err(text)?);
                state.sinks = sinks;
                state.pipeline = Some(Arc::clone(&pipeline));
                pipeline
            }
        };
        self.enabled.store(camera.enabled, Ordering::SeqCst);
        if camera.enabled {
            return pipeline.start().map_err(text);
        }
        // Stopping a camera that hangs takes up to a second. Do not wait for it.
        let enabled = Arc::clone(&self.enabled);
        std::thread::spawn(move || {
            pipeline.stop();
            // It was enabled again before this thread stopped it.
            if enabled.load(Ordering::SeqCst)
                && let Err(error) = pipeline.start()
            {
                log::error!("{error}");
            }
        });
        Ok(())
    }

    fn create_sinks(
        &self,
        settings: &[SinkSettings],
        shared: &SharedContext,
    ) -> Vec<Box<dyn Sink>> {
        let channel = ChannelSink::new(Arc::clone(&self.snapshots));
        let mut sinks: Vec<Box<dyn Sink>> = vec![Box::new(channel)];
        sinks.extend(sinks::create(settings, &self.id, &shared.node));
        sinks
    }

    /// Removes the pipeline. Takes up to two seconds.
    pub fn shut_down(&self) {
        self.removed.store(true, Ordering::SeqCst);
        self.enabled.store(false, Ordering::SeqCst);
        let pipeline = self.state.lock().pipeline.take();
        if let Some(pipeline) = pipeline {
            pipeline.stop();
        }
    }

    /// The pipeline, if it could be created.
    pub fn pipeline(&self) -> Option<Arc<Pipeline>> {
        self.state.lock().pipeline.clone()
    }

    /// Its configuration.
    pub fn config(&self) -> Option<CameraConfig> {
        self.state.lock().config.clone()
    }

    /// Whether it is enabled, and the state of its source.
    pub fn enabled_and_state(&self) -> (bool, SourceState) {
        let state = self.state.lock();
        let enabled = state.config.as_ref().is_some_and(|c| c.enabled);
        let source = match (&state.pipeline, &state.problem) {
            (Some(pipeline), _) if pipeline.failure().is_some() => SourceState::Failed,
            (Some(pipeline), _) => pipeline.source_state(),
            (None, Some(_)) => SourceState::Failed,
            (None, None) => SourceState::Stopped,
        };
        (enabled, source)
    }

    /// Takes the events since the last call, and keeps the newest for
    /// [`Camera::events`].
    pub fn drain_events(&self) -> Vec<CameraEvent> {
        let Some(pipeline) = self.pipeline() else {
            return Vec::new();
        };
        let classes = pipeline.detector().map(|d| d.classes).unwrap_or_default();
        let mut new = Vec::new();
        pipeline.drain_events(usize::MAX, |_, event| {
            new.push(CameraEvent::new(&event, &classes));
        });
        let mut kept = self.events.lock();
        kept.extend(new.iter().cloned());
        let surplus = kept.len().saturating_sub(EVENTS_KEPT);
        kept.drain(..surplus);
        new
    }

    /// The newest events, oldest first.
    pub fn events(&self) -> Vec<CameraEvent> {
        self.events.lock().iter().cloned().collect()
    }

    /// Whether the source's state or the problem changed since the last call.
    pub fn status_changed(&self) -> bool {
        let (pipeline, problem) = {
            let state = self.state.lock();
            (state.pipeline.clone(), state.problem.clone())
        };
        let source = pipeline
            .as_ref()
            .map_or(SourceState::Stopped, |p| p.stats().source_state);
        let problem = problem.or_else(|| pipeline.and_then(|p| p.info().problem));
        let now = Some((source, problem));
        let mut last_reported = self.last_reported.lock();
        let changed = *last_reported != now;
        *last_reported = now;
        changed
    }

    /// Its status.
    pub fn status(&self) -> CameraStatus {
        let (config, pipeline, own_problem) = {
            let state = self.state.lock();
            (
                state.config.clone(),
                state.pipeline.clone(),
                state.problem.clone(),
            )
        };
        let config = config.unwrap_or_else(|| CameraConfig::new(&self.id, ""));
        let mut status = CameraStatus {
            id: self.id.clone(),
            name: config.name,
            enabled: config.enabled,
            show_preview: config.show_preview,
            stream: redact_address(&config.stream),
            problem: own_problem,
            ..CameraStatus::default()
        };
        let Some(pipeline) = pipeline else {
            if status.problem.is_some() {
                status.source_state = SourceState::Failed;
            }
            return status;
        };
        let (stats, header, info) = (pipeline.stats(), pipeline.poll(&mut []), pipeline.info());
        let settings = pipeline.config();
        status.running = pipeline.is_running();
        status.source_state = stats.source_state;
        status.problem = status.problem.or(info.problem);
        status.fps_in = stats.fps_in;
        // It is measured between frames, so that without frames it is out of date.
        if stats.source_state == SourceState::Live {
            status.fps_proc = stats.fps_proc;
        }
        status.latency_ms = stats.stages.end_to_end.recent_ms;
        status.inference_ms = stats.stages.inference.recent_ms;
        status.frames_in = stats.frames_in;
        status.frames_processed = stats.frames_processed;
        status.dropped = stats.dropped;
        status.reconnects = stats.reconnects;
        status.slots = SlotCounts {
            active: header.active,
            held: self.snapshots.held(),
            waiting: stats.waiting,
            max: settings.tracking.objects_max,
        };
        let size = header.frame_size;
        status.frame_size = (size.width > 0).then_some(size.into());
        status.model = (info.detector.as_ref())
            .map_or_else(|| settings.tracking.model.clone(), |d| d.model.clone());
        status.device = info.detector.as_ref().map(|d| d.device.clone());
        status.classes = info
            .detector
            .map(|d| d.classes.to_vec())
            .unwrap_or_default();
        status.remote = pipeline.remote().map(Into::into);
        status.sinks = stats.sinks.into_iter().map(Into::into).collect();
        status
    }
}

impl FrameSource for Camera {
    fn newest_frame(&self) -> Option<AnnotatedFrame> {
        self.pipeline()?.annotated_frame()
    }

    fn is_removed(&self) -> bool {
        self.removed.load(Ordering::SeqCst)
    }
}
