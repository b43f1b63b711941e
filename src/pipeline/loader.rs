//! Loads a model beside the running pipeline.
//!
//! Loading takes from tens of milliseconds to many seconds. It runs on its own thread
//! (`rextrack:<camera>:load`), so a pipeline whose model changes keeps tracking with the
//! old model until the new one is warm.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError, channel};

use super::error::PipelineError;
use super::thread::{NamedThread, UnjoinedThreads};
use crate::config::PipelineConfig;
use crate::detect::{self, Detector};
use crate::track;

/// Starts to load a model. The arguments are the configuration, the list that the loading
/// thread joins because it ends by itself, and a callback for the time when a result is
/// ready.
pub type StartLoader = Box<
    dyn FnMut(Arc<PipelineConfig>, &UnjoinedThreads, Box<dyn FnOnce() + Send>) -> Loader + Send,
>;

/// A model that is being loaded.
pub struct Loader {
    result: Receiver<Result<Box<dyn Detector>, PipelineError>>,
    /// The configuration that it is loaded for.
    pub config: Arc<PipelineConfig>,
}

impl Loader {
    /// Starts to load. `done` is called when a result is ready. The thread is added to
    /// `unjoined`, since it ends by itself.
    pub fn start(
        config: Arc<PipelineConfig>,
        unjoined: &UnjoinedThreads,
        done: Box<dyn FnOnce() + Send>,
    ) -> Self {
        let (send, result) = channel();
        let wanted = Arc::clone(&config);
        let panicked = send.clone();
        let work = move || {
            let min_score = track::detection_min_score(&wanted.tracking);
            let loaded = detect::create(&wanted, min_score).map_err(PipelineError::from);
            // Nobody receives the result if the pipeline was stopped in the meantime.
            send.send(loaded).ok();
            done();
        };
        let on_panic = move |reason| {
            panicked
                .send(Err(PipelineError::Internal {
                    part: "model loading",
                    reason,
                }))
                .ok();
        };
        match NamedThread::spawn(&config.camera.id, "load", work, on_panic) {
            Ok(thread) => unjoined.add([thread]),
            Err(error) => {
                let (send, result) = channel();
                let reason = error.to_string();
                send.send(Err(PipelineError::Internal {
                    part: "thread start",
                    reason,
                }))
                .ok();
                return Self { result, config };
            }
        }
        Self { result, config }
    }

    /// A loader that takes its result from `result`.
    #[cfg(test)]
    pub fn from_channel(
        config: Arc<PipelineConfig>,
        result: Receiver<Result<Box<dyn Detector>, PipelineError>>,
    ) -> Self {
        Self { result, config }
    }

    /// The result, if it is ready.
    pub fn poll(&self) -> Option<Result<Box<dyn Detector>, PipelineError>> {
        match self.result.try_recv() {
            Ok(result) => Some(result),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => Some(Err(PipelineError::Internal {
                part: "model loading",
                reason: "the loading thread ended without a result".into(),
            })),
        }
    }
}
