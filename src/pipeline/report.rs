//! Reports of a pipeline: state, counts, model, preview.

use std::sync::Arc;

use serde::Serialize;

use super::error::PipelineError;
use super::lifecycle::Pipeline;
use super::shared::AnnotatedFrame;
use super::stats::{SinkReport, Stats};
use crate::address::redact_address;
use crate::base::clock;
use crate::base::rate::frames_per_second;
use crate::detect::DetectorInfo;
use crate::flow::{Frame, RemoteNode, SourceState};
use crate::sink::annotate::{AnnotateError, annotate};

/// Static facts about a pipeline.
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
    /// The device in the configuration.
    pub requested_device: String,
    /// The tracker.
    pub tracker: String,
    /// The problem with the source or the model that stops the output; `null` while there
    /// is none.
    pub problem: Option<String>,
    /// Model, family, classes, input size, licence, device in use and runtime;
    /// `null` until the model is loaded.
    pub detector: Option<DetectorInfo>,
}

impl Pipeline {
    /// State of the source.
    pub fn source_state(&self) -> SourceState {
        self.shared.source.state()
    }

    /// The node that tracks, when the slots come from another node.
    pub fn remote(&self) -> Option<RemoteNode> {
        self.shared.source.remote()
    }

    /// Why the source gives no frames at the moment.
    pub fn source_problem(&self) -> Option<String> {
        self.shared.source.problem()
    }

    /// The problem in words: why the pipeline cannot continue, else why a camera gives no
    /// frames, else which change was refused.
    pub fn problem_text(&self) -> Option<String> {
        let problems = &self.shared.problems;
        problems
            .standing()
            .map(|error| error.to_string())
            .or_else(|| self.source_problem())
            .or_else(|| problems.refused().map(|error| error.to_string()))
    }

    /// The name of a class; `None` if the model has no such class or is not loaded.
    pub fn class_name(&self, class_id: i32) -> Option<String> {
        let classes = self.shared.detector.lock().as_ref()?.classes.clone();
        classes.get(usize::try_from(class_id).ok()?).cloned()
    }

    /// The counts and the problem of each output.
    pub fn sinks(&self) -> Vec<SinkReport> {
        self.shared.dispatcher.reports()
    }

    /// The model's description, once it is loaded.
    pub fn detector(&self) -> Option<DetectorInfo> {
        self.shared.detector.lock().clone()
    }

    /// The newest processed frame with its slots.
    pub fn annotated_frame(&self) -> Option<AnnotatedFrame> {
        self.shared.annotated_frame.lock().clone()
    }

    /// The newest processed frame, with its slots drawn in if `annotated`. Draws on the
    /// calling thread, which takes some milliseconds for a large frame. `None` before the
    /// first frame.
    pub fn preview(&self, annotated: bool) -> Result<Option<Arc<Frame>>, PipelineError> {
        let Some(view) = self.annotated_frame() else {
            return Ok(None);
        };
        let painted = view.frame.painted().map_err(AnnotateError::from)?;
        if !annotated {
            return Ok(Some(painted));
        }
        let classes = self.detector().map(|d| d.classes).unwrap_or_default();
        let mut frame = Arc::unwrap_or_clone(painted);
        annotate(&mut frame, &view.snapshot.slots, &view.trails, &classes)?;
        Ok(Some(Arc::new(frame)))
    }

    /// Everything that does not change from frame to frame: versions, source, model,
    /// device, and the current problem. Contains no password.
    pub fn info(&self) -> Info {
        let config = self.shared.config();
        Info {
            version: env!("CARGO_PKG_VERSION"),
            opencv: opencv::core::get_version_string().unwrap_or_default(),
            camera: config.camera.id.clone(),
            source: redact_address(&config.camera.stream),
            requested_device: config.service.device.to_string(),
            tracker: config.tracking.tracker.clone(),
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
        let now_ns = clock::now_ns();
        Stats {
            fps_in: source.fps(now_ns),
            fps_proc: frames_per_second(measured.interval_ns, measured.last_ns, now_ns),
            frames_in: source.frames(),
            frames_processed: measured.frames,
            dropped: source.dropped(),
            queued: u64::from(
                self.shared
                    .frames
                    .lock()
                    .as_ref()
                    .is_some_and(|f| f.is_filled()),
            ),
            reconnects: source.reconnects(),
            snapshots: measured.snapshots,
            tracks: measured.tracks,
            waiting: measured.waiting,
            source_state: source.state(),
            requested_device: self.shared.config().service.device.to_string(),
            device: detector.map(|d| d.device).unwrap_or_default(),
            stages: measured.stages,
            elapsed_s: (measured.last_ns - measured.first_ns) as f64 / 1e9,
            sinks: self.shared.dispatcher.reports(),
        }
    }
}
