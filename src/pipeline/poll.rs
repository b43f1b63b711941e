//! The host's side: polling snapshots and events, and waiting for them.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::error::PipelineError;
use super::events::Event;
use super::lifecycle::Pipeline;
use super::snapshot_buffer::{Header, Wake};
use crate::address::{StreamAddress, redact_address};
use crate::flow::{Slot, SlotWords, SourceState};
use crate::source::Image;

/// The outcome of a wait for the next snapshot.
#[derive(Debug, Clone)]
pub enum Next {
    /// There is a newer snapshot.
    Snapshot,
    /// No newer snapshot in time. A later call may return one.
    TimedOut,
    /// The file has ended.
    Ended,
    /// The pipeline is not running.
    Stopped,
    /// The pipeline cannot continue, or continues without the latest change.
    Failed(PipelineError),
}

impl Pipeline {
    /// Copies a frame of the host in, for a camera whose stream is `push:`, and returns.
    /// The newest frame wins: a frame that was not processed yet is replaced and counts
    /// as dropped. Frames are ignored while the pipeline does not run.
    pub fn push_frame(&self, image: &Image<'_>) -> Result<(), PipelineError> {
        let config = self.shared.config();
        if config.camera.address()? != StreamAddress::Push {
            return Err(PipelineError::Push(format!(
                "camera.stream is {}, not push:; set it to push: to push frames",
                redact_address(&config.camera.stream)
            )));
        }
        self.shared
            .app_source
            .push(image, &self.shared.source)
            .map_err(|e| PipelineError::Push(e.to_string()))
    }

    /// Copies the newest whole snapshot. Slots that do not fit are left out. Wait-free:
    /// no lock, no allocation, no system call.
    pub fn poll(&self, slots: &mut [Slot]) -> Header {
        self.shared
            .buffer
            .read(slots.len(), |header, index, stored| {
                slots[index] = in_output_units(header, stored.load(), None);
            })
    }

    /// As [`Pipeline::poll`], with each slot predicted from the snapshot's capture time
    /// to `at_ns`. A time before the capture time changes nothing.
    pub fn poll_at(&self, at_ns: i64, slots: &mut [Slot]) -> Header {
        self.shared
            .buffer
            .read(slots.len(), |header, index, stored| {
                slots[index] = in_output_units(header, stored.load(), Some(at_ns));
            })
    }

    /// As [`Pipeline::poll`], or as [`Pipeline::poll_at`] with a time: copies the first
    /// `N` words of each slot, in the layout of [`Slot`], to the array that `target`
    /// returns. Wait-free as far as `target` is.
    pub fn poll_words<'a, const N: usize>(
        &self,
        at_ns: Option<i64>,
        limit: usize,
        mut target: impl FnMut(usize) -> &'a mut [u64; N],
    ) -> Header {
        self.shared.buffer.read(limit, |header, index, stored| {
            let target = target(index);
            if at_ns.is_none() && header.units.is_identity() {
                stored.copy_to(target);
            } else {
                let slot = in_output_units(header, stored.load(), at_ns);
                let words: SlotWords = bytemuck::cast(slot);
                target.copy_from_slice(&words[..N]);
            }
        })
    }

    /// As [`Pipeline::poll`], or as [`Pipeline::poll_at`] with a time: passes each slot
    /// to `visit`, with its index. Wait-free as far as `visit` is.
    pub fn poll_each(
        &self,
        at_ns: Option<i64>,
        limit: usize,
        mut visit: impl FnMut(usize, &Slot),
    ) -> Header {
        self.shared.buffer.read(limit, |header, index, stored| {
            visit(index, &in_output_units(header, stored.load(), at_ns));
        })
    }

    /// Takes up to `limit` events, oldest first, and returns how many. Each event is
    /// taken once. The queue holds [`EVENTS_MAX`](super::EVENTS_MAX). If it overflowed,
    /// the first event is an [`EventKind::Overflow`](super::EventKind::Overflow).
    pub fn drain_events(&self, limit: usize, take: impl FnMut(usize, Event)) -> usize {
        self.shared.events.drain(limit, take)
    }

    /// Blocks until a snapshot newer than `after_seq` is available, none can be expected,
    /// or the time-out is over. A change that [`Pipeline::set_config`] accepted and that
    /// failed later is reported once, as [`Next::Failed`], while the pipeline continues
    /// as before.
    pub fn next(&self, after_seq: u64, timeout: Duration) -> Next {
        let deadline = Instant::now() + timeout;
        let buffer = &self.shared.buffer;
        loop {
            // Read before everything else, so that no notification is missed.
            let notified = buffer.notify_count();
            let newer = buffer.wait(after_seq, u64::MAX, Instant::now()) == Wake::Newer;
            if newer {
                return Next::Snapshot;
            }
            if let Some(reason) = self.end_reason() {
                return reason;
            }
            match buffer.wait(after_seq, notified, deadline) {
                Wake::Newer => return Next::Snapshot,
                Wake::TimedOut => return Next::TimedOut,
                Wake::Notified => {}
            }
        }
    }

    /// Why no newer snapshot can be expected.
    fn end_reason(&self) -> Option<Next> {
        let reported = self.shared.reported_once.lock().take();
        if let Some(error) = reported.or_else(|| self.failure()) {
            Some(Next::Failed(error))
        } else if self.is_finished() {
            Some(Next::Ended)
        } else if !self.is_running() {
            Some(Next::Stopped)
        } else {
            None
        }
    }

    /// Blocks until the file has ended and its last snapshot is published, the pipeline
    /// cannot continue, or the time-out is over.
    pub fn wait_finished(&self, timeout: Duration) -> bool {
        let deadline = Instant::now() + timeout;
        loop {
            let notified = self.shared.buffer.notify_count();
            if self.is_finished() || self.failure().is_some() {
                return self.is_finished();
            }
            if self.shared.buffer.wait(u64::MAX, notified, deadline) == Wake::TimedOut {
                return false;
            }
        }
    }

    /// Whether a file has ended and all of it is processed.
    pub fn is_finished(&self) -> bool {
        self.shared.finished.load(Ordering::Acquire)
    }

    /// Why the pipeline cannot continue.
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
}

/// A slot at the host's time, in the configured units.
fn in_output_units(header: &Header, mut slot: Slot, at_ns: Option<i64>) -> Slot {
    if let Some(at_ns) = at_ns {
        slot.advance(at_ns.saturating_sub(header.capture_ns));
    }
    header.units.convert(&mut slot, header.frame_size);
    slot
}
