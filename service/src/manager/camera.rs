//! One camera: its pipeline, and what hangs on it.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;
use rextrack::config::{CameraConfig, Config, ConfigError, MqttConfig};
use rextrack::detect::InferencePermits;
use rextrack::pipeline::{self, Extras, Pipeline, PipelineError};
use rextrack::sink::Sink;
use rextrack::source::{SourceState, redact_address};

use super::event::CameraEvent;
use super::feed::{Feed, FeedSink};
use super::preview::Previews;
use super::status::{CameraStatus, SlotCounts};
use crate::sinks::mqtt;

/// Events that are kept for those who come later.
const EVENTS_KEPT: usize = 200;

/// What all cameras of the service share.
pub struct Surroundings {
    /// This machine's name in messages.
    pub node: String,
    /// How many inferences may run at the same time.
    pub permits: InferencePermits,
}

/// A camera of the configuration. It is there also when no pipeline can be made
/// for it, and says why.
pub struct Camera {
    /// Its short name, which never changes.
    pub id: String,
    state: Mutex<State>,
    /// Its snapshots, for those who watch.
    pub feed: Arc<Feed>,
    /// Its pictures, for those who watch.
    pub previews: Previews,
    events: Mutex<VecDeque<CameraEvent>>,
    told: Mutex<Option<(SourceState, Option<String>)>>,
    /// Whether it is meant to run, for a stop that comes late.
    wanted: Arc<AtomicBool>,
    gone: AtomicBool,
}

#[derive(Default)]
struct State {
    config: Option<CameraConfig>,
    pipeline: Option<Arc<Pipeline>>,
    /// Why there is no pipeline, or why it does not do what it was told.
    problem: Option<String>,
    /// What its sinks beyond the library's were made from.
    brokers: Vec<MqttConfig>,
}

/// Why a camera would not take a configuration.
#[derive(Debug)]
pub enum Refusal {
    /// Keys are wrong.
    Config(ConfigError),
    /// The pipeline says so.
    Pipeline(PipelineError),
}

impl Refusal {
    /// As an error of the file, in which the camera stands at `path`.
    pub fn into_config(self, path: &str) -> ConfigError {
        match self {
            Self::Config(error) => error,
            Self::Pipeline(PipelineError::Config(mut error)) => {
                for problem in &mut error.problems {
                    if let Some(rest) = problem.path.strip_prefix("camera") {
                        problem.path = format!("{path}{rest}");
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

/// Whether a camera could take a configuration; `known` is the one of the same id
/// that is there.
pub fn check(
    known: Option<&Camera>,
    config: &Config,
    camera: &CameraConfig,
) -> Result<(), Refusal> {
    let wanted = config.pipeline(camera, "").map_err(Refusal::Config)?;
    match known.and_then(Camera::pipeline) {
        Some(pipeline) => pipeline.check_config(&wanted),
        None if camera.enabled => pipeline::check(&wanted),
        None => Ok(()),
    }
    .map_err(Refusal::Pipeline)
}

impl Camera {
    /// A camera without a pipeline yet.
    pub fn new(id: &str) -> Self {
        let feed = Arc::new(Feed::default());
        Self {
            id: id.to_owned(),
            state: Mutex::default(),
            previews: Previews::default(),
            feed,
            events: Mutex::default(),
            told: Mutex::default(),
            wanted: Arc::default(),
            gone: AtomicBool::default(),
        }
    }

    /// Goes over to a configuration. What cannot be done is told and shown, and
    /// leaves the rest as it is.
    pub fn apply(&self, config: &Config, camera: &CameraConfig, around: &Surroundings) {
        let mut state = self.state.lock();
        state.config = Some(camera.clone());
        state.problem = self.follow(&mut state, config, camera, around).err();
        if let Some(problem) = &state.problem {
            // A configuration may have several mistakes, each a line.
            for line in problem.lines() {
                log::error!("[{}] {line}", self.id);
            }
        }
    }

    fn follow(
        &self,
        state: &mut State,
        config: &Config,
        camera: &CameraConfig,
        around: &Surroundings,
    ) -> Result<(), String> {
        let text = |error: PipelineError| error.to_string();
        let wanted = config.pipeline(camera, "").map_err(|e| e.to_string())?;
        let brokers = mqtt::brokers(config, camera);
        let pipeline = match &state.pipeline {
            Some(pipeline) => {
                if *pipeline.config() != wanted {
                    pipeline.replace_config(wanted).map_err(text)?;
                }
                if brokers != state.brokers {
                    pipeline.set_sinks(self.sinks(&brokers, around));
                    state.brokers = brokers;
                }
                Arc::clone(pipeline)
            }
            None if !camera.enabled => return Ok(()),
            None => {
                let extras = Extras {
                    sinks: self.sinks(&brokers, around),
                    permits: Some(around.permits.clone()),
                    ..Extras::default()
                };
                let pipeline = Arc::new(Pipeline::with(wanted, extras).map_err(text)?);
                state.brokers = brokers;
                state.pipeline = Some(Arc::clone(&pipeline));
                pipeline
            }
        };
        self.wanted.store(camera.enabled, Ordering::SeqCst);
        if camera.enabled {
            return pipeline.start().map_err(text);
        }
        // Up to a second, and nobody is to wait for a camera that hangs.
        let wanted = Arc::clone(&self.wanted);
        std::thread::spawn(move || {
            pipeline.stop();
            // Started again meanwhile, before this came to stop it.
            if wanted.load(Ordering::SeqCst)
                && let Err(error) = pipeline.start()
            {
                log::error!("{error}");
            }
        });
        Ok(())
    }

    fn sinks(&self, brokers: &[MqttConfig], around: &Surroundings) -> Vec<Box<dyn Sink>> {
        let mut sinks: Vec<Box<dyn Sink>> = vec![Box::new(FeedSink::new(Arc::clone(&self.feed)))];
        sinks.extend(mqtt::sinks(brokers, &self.id, &around.node));
        sinks
    }

    /// Stops the pipeline for good. Takes up to two seconds.
    pub fn shut_down(&self) {
        self.gone.store(true, Ordering::SeqCst);
        self.wanted.store(false, Ordering::SeqCst);
        let pipeline = self.state.lock().pipeline.take();
        if let Some(pipeline) = pipeline {
            pipeline.stop();
        }
    }

    /// Whether it was taken away.
    pub fn is_gone(&self) -> bool {
        self.gone.load(Ordering::SeqCst)
    }

    /// The pipeline, if one could be made.
    pub fn pipeline(&self) -> Option<Arc<Pipeline>> {
        self.state.lock().pipeline.clone()
    }

    /// Its keys in the file.
    pub fn config(&self) -> Option<CameraConfig> {
        self.state.lock().config.clone()
    }

    /// Whether it is meant to run, and where its source stands.
    pub fn brief(&self) -> (bool, SourceState) {
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

    /// Takes what happened since the last call, and remembers the newest for
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

    /// Whether the source's state or what is wrong changed since the last call.
    pub fn has_news(&self) -> bool {
        let (pipeline, problem) = {
            let state = self.state.lock();
            (state.pipeline.clone(), state.problem.clone())
        };
        let source = pipeline
            .as_ref()
            .map_or(SourceState::Stopped, |p| p.stats().source_state);
        let problem = problem.or_else(|| pipeline.and_then(|p| p.info().problem));
        let now = Some((source, problem));
        let mut told = self.told.lock();
        let news = *told != now;
        *told = now;
        news
    }

    /// How it is doing.
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
        // Measured between frames, of which there are none now.
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
            held: self.feed.held(),
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
