//! Loads a model beside the running pipeline.
//!
//! Loading takes from tens of milliseconds to many seconds. It has a thread of
//! its own (`rextrack:<camera>:load`), so that a pipeline whose model is
//! changed keeps tracking with the old one until the new one is warm.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError, channel};

use super::error::PipelineError;
use super::thread::{NamedThread, UnjoinedThreads};
use crate::config::PipelineConfig;
use crate::detect::{self, Detector};
use crate::track;

/// How models are loaded: the configuration, where the loading thread goes when it is
/// left to itself, and what to call when there is a result.
pub type StartLoader = Box<
    dyn FnMut(Arc<PipelineConfig>, &UnjoinedThreads, Box<dyn FnOnce() + Send>) -> Loader + Send,
>;

/// A model on its way.
pub struct Loader {
    result: Receiver<Result<Box<dyn Detector>, PipelineError>>,
    /// What it is loaded for.
    pub config: Arc<PipelineConfig>,
}

impl Loader {
    /// Starts to load; `done` is called when there is a result. The thread is
    /// put among `unjoined`, since it ends by itself.
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
            // Nobody listens any more when the pipeline was stopped meanwhile.
            send.send(loaded).ok();
            done();
        };
        let on_panic = move |reason| {
            panicked
                .send(Err(PipelineError::Internal {
                    place: "model loading",
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
                    place: "thread start",
                    reason,
                }))
                .ok();
                return Self { result, config };
            }
        }
        Self { result, config }
    }

    /// A loader whose result comes from `result`.
    #[cfg(test)]
    pub fn from_channel(
        config: Arc<PipelineConfig>,
        result: Receiver<Result<Box<dyn Detector>, PipelineError>>,
    ) -> Self {
        Self { result, config }
    }

    /// The result, if it is there.
    pub fn poll(&self) -> Option<Result<Box<dyn Detector>, PipelineError>> {
        match self.result.try_recv() {
            Ok(result) => Some(result),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => Some(Err(PipelineError::Internal {
                place: "model loading",
                reason: "the loading thread ended without a result".into(),
            })),
        }
    }
}
