//! A detector that records its frames, and a worker that runs it.

use std::sync::atomic::AtomicU64;
use std::sync::mpsc::{Receiver, Sender, channel};

use super::super::*;
use super::script::{SIZE, config};
use crate::base::clock::SystemClock;
use crate::base::mailbox::Mailbox;
use crate::detect::{self, DetectError, DetectSettings, DetectorInfo, InferencePermits};
use crate::detect::{ModelQueue, Permit};
use crate::pipeline::PipelineOptions;

/// A detector that records its frames and fails for some of them.
pub(super) struct Probe {
    info: DetectorInfo,
    queue: ModelQueue,
    seen: Sender<u64>,
    /// Number of the frame that was prepared last.
    prepared: Arc<AtomicU64>,
    fails: Vec<u64>,
}

impl Probe {
    pub(super) fn new(name: &str, fails: &[u64]) -> (Self, ModelQueue, Receiver<u64>) {
        let (seen, frames) = channel();
        let queue = ModelQueue::default();
        let info = detect::create(&config(""), 0.1).unwrap().info().clone();
        let info = DetectorInfo {
            model: name.into(),
            ..info
        };
        let probe = Self {
            info,
            queue: queue.clone(),
            seen,
            prepared: Arc::default(),
            fails: fails.to_vec(),
        };
        (probe, queue, frames)
    }
}

impl Detector for Probe {
    fn info(&self) -> &DetectorInfo {
        &self.info
    }

    fn configure(&mut self, _settings: &DetectSettings) -> Result<(), DetectError> {
        Ok(())
    }

    fn takes(&self, _frame: &Frame) -> bool {
        true
    }

    fn queue(&self) -> Option<&ModelQueue> {
        Some(&self.queue)
    }

    fn prepare(&mut self, frame: &Frame) -> Result<(), DetectError> {
        self.prepared.store(frame.seq, Ordering::Release);
        Ok(())
    }

    fn infer(
        &mut self,
        frame: &Frame,
        _permit: Option<Permit>,
        out: &mut Vec<Detection>,
    ) -> Result<StageTimes, DetectError> {
        out.clear();
        self.seen.send(frame.seq).ok();
        if self.fails.contains(&frame.seq) {
            return Err(DetectError::Inference {
                path: "probe".into(),
                reason: "on purpose".into(),
            });
        }
        Ok(StageTimes::default())
    }
}

/// A worker on its own thread, with a detector that shares its model.
pub(super) struct Running {
    pub(super) shared: Arc<Shared>,
    pub(super) frame_tx: Arc<Mailbox<FrameEvent>>,
    pub(super) requester: Requester,
    pub(super) model: ModelQueue,
    pub(super) seen: Receiver<u64>,
    pub(super) prepared: Arc<AtomicU64>,
    pub(super) thread: std::thread::JoinHandle<()>,
}

impl Running {
    pub(super) fn start(limit: Option<InferencePermits>) -> Self {
        let shared = Arc::new(Shared::new(config(""), PipelineOptions::default()));
        let frame_tx = Arc::new(Mailbox::default());
        let requester = Requester::new(limit);
        let (probe, model, seen) = Probe::new("probe", &[]);
        let prepared = Arc::clone(&probe.prepared);
        let mut probe = Some(probe);
        let context = WorkerContext {
            frames: Arc::clone(&frame_tx) as Arc<dyn FrameQueue>,
            requester: requester.clone(),
            clock: Arc::new(SystemClock),
            start_loader: Box::new(move |c, _, _| {
                let (send, result) = channel();
                let probe = probe.take().unwrap();
                send.send(Ok(Box::new(probe) as Box<dyn Detector>)).unwrap();
                Loader::from_channel(c, result)
            }),
        };
        let worker = Worker::new(Arc::clone(&shared), context);
        Self {
            shared,
            frame_tx,
            requester,
            model,
            seen,
            prepared,
            thread: std::thread::spawn(|| worker.run()),
        }
    }

    pub(super) fn offer(&self, seq: u64) {
        let frame = Frame {
            seq,
            capture_ns: seq as i64,
            arrival_ns: seq as i64,
            decode_ns: 0,
            size: SIZE,
            bgr: vec![0; 3],
            precomputed: None,
        };
        self.frame_tx.replace(FrameEvent::Frame(frame));
    }

    pub(super) fn until_taken(&self) {
        while self.frame_tx.is_filled() {
            std::thread::yield_now();
        }
    }
}
