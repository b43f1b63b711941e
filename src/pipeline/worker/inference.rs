//! One inference of the infer thread: waits for the permit, chooses the newest frame, and
//! runs detector and chain on it.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::super::problems::Part;
use super::super::tracking_chain::TrackingChain;
use super::{DetectTimes, Worker};
use crate::detect::{DetectError, Permit};
use crate::flow::{Frame, FrameMeta};
use crate::source::FrameEvent;
use crate::track::TrackerInput;

impl Worker {
    /// Processes a frame when this camera has the permit of the model. A newer frame that
    /// arrived in the meantime replaces it.
    pub(super) fn detect_with_permit(&mut self, chain: &mut TrackingChain, frame: Frame) {
        let Some(detector) = self.detector.as_ref() else {
            return self.shared.pool.release(frame.bgr);
        };
        // Twice the usual time, since this thread prepares its frame while another
        // inference uses the processor.
        let lead = Duration::from_nanos(2 * self.prepare_ns.unsigned_abs());
        let requested = self.clock.now_ns();
        let request = self.requester.request(detector.queue(), lead);
        if !request.wait_until_next() {
            return self.shared.pool.release(frame.bgr);
        }
        let chosen = self.clock.now_ns();
        let (mut frame, mut is_last) = self.newest(frame);
        let mut prepared = self.prepare(&frame);
        let ready = self.clock.now_ns();
        let Some(permit) = request.permit() else {
            return self.shared.pool.release(frame.bgr);
        };
        let granted = self.clock.now_ns();
        let wait_ns = (chosen - requested) + (granted - ready);
        // The previous inference took longer than usual.
        if granted - frame.arrival_ns > permit.usual_ns() && !is_last {
            let seq = frame.seq;
            (frame, is_last) = self.newest(frame);
            if frame.seq != seq {
                prepared = self.prepare(&frame);
            }
        }
        match prepared {
            Ok(()) => self.detect(chain, frame, Some(permit), wait_ns),
            Err(error) => {
                permit.discard();
                self.note_arrival(&frame);
                self.frame_failed(frame, error);
            }
        }
        if is_last {
            self.end(chain);
        }
    }

    /// Prepares a frame for the model.
    fn prepare(&mut self, frame: &Frame) -> Result<(), DetectError> {
        let Some(detector) = self.detector.as_mut() else {
            return Ok(());
        };
        let began = self.clock.now_ns();
        let prepared = detector.prepare(frame);
        let took = self.clock.now_ns() - began;
        self.prepare_ns += (took - self.prepare_ns) / 8;
        prepared
    }

    /// The newest frame, and whether the file ends after it. A file with `every_frame`
    /// keeps its order. After a change of the configuration, the queued frames may come
    /// from another source that this detector does not take.
    fn newest(&self, mut frame: Frame) -> (Frame, bool) {
        let is_changed = self.shared.config_version.load(Ordering::Acquire) != self.config_version;
        let newer = if self.lossless || is_changed {
            None
        } else {
            self.frames.take_newer()
        };
        let detector = self.detector.as_deref();
        match newer {
            Some(FrameEvent::Frame(newer)) if !detector.is_some_and(|d| d.takes(&newer)) => {
                self.shared.source.count_dropped();
                self.shared.pool.release(newer.bgr);
                (frame, false)
            }
            Some(FrameEvent::Frame(newer)) => {
                self.shared.source.count_dropped();
                let older = std::mem::replace(&mut frame, newer);
                self.shared.pool.release(older.bgr);
                (frame, false)
            }
            Some(FrameEvent::End) => (frame, true),
            None => (frame, false),
        }
    }

    pub(super) fn detect(
        &mut self,
        chain: &mut TrackingChain,
        frame: Frame,
        permit: Option<Permit>,
        wait_ns: i64,
    ) {
        self.note_arrival(&frame);
        let Some(detector) = self.detector.as_mut() else {
            return self.shared.pool.release(frame.bgr);
        };
        let stages = match detector.infer(&frame, permit, &mut self.detections) {
            Ok(stages) => stages,
            Err(error) => return self.frame_failed(frame, error),
        };
        if std::mem::take(&mut self.last_frame_failed) {
            self.shared.solve(Part::Frame);
        }
        let tracked_from = self.clock.now_ns();
        let meta = FrameMeta {
            capture_ns: frame.capture_ns,
            size: frame.size,
        };
        let snapshots = chain.frame(
            frame.seq,
            TrackerInput {
                meta,
                detections: &self.detections,
                frame: Some(&frame).filter(|frame| frame.precomputed.is_none()),
            },
            tracked_from,
        );
        let times = DetectTimes { wait_ns, stages };
        self.finish(chain, frame, snapshots, &times, tracked_from);
    }

    /// Reports a frame for which inference failed. The worker continues: the next frame
    /// may work. A lasting defect fails with every frame.
    fn frame_failed(&mut self, frame: Frame, error: DetectError) {
        if !std::mem::replace(&mut self.last_frame_failed, true) {
            log::error!("[{}] frame {}: {error}", self.config.camera.id, frame.seq);
        }
        self.shared.fail(Part::Frame, error.into());
        self.shared.pool.release(frame.bgr);
    }
}
