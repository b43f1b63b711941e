//! The host's side: polling snapshots and events, and waiting for them.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::error::PipelineError;
use super::events::Event;
use super::lifecycle::Pipeline;
use super::snapshot_buffer::{Header, Wake};
use super::subscriber::{Next, Subscriber};
use crate::address::{StreamAddress, redact_address};
use crate::base::clock::deadline_after;
use crate::flow::{Slot, SlotWords, SourceState};
use crate::source::Image;

impl Pipeline {
    /// A new owner. It gets the events from now on.
    pub fn subscribe(&self) -> Subscriber {
        Subscriber::new(Arc::clone(&self.shared))
    }

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
        self.poll_each(None, slots.len(), |index, slot| slots[index] = *slot)
    }

    /// As [`Pipeline::poll`], with each slot predicted from the snapshot's capture time
    /// to `at_ns`. A time before the capture time changes nothing.
    pub fn poll_at(&self, at_ns: i64, slots: &mut [Slot]) -> Header {
        self.poll_each(Some(at_ns), slots.len(), |index, slot| slots[index] = *slot)
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
        let header = self.shared.buffer.read_whole(limit, |header, slots| {
            if at_ns.is_none() && header.units.is_identity() {
                for (index, stored) in slots.enumerate() {
                    stored.copy_to(target(index));
                }
                return;
            }
            for (index, stored) in slots.enumerate() {
                let slot = in_output_units(header, stored.load(), at_ns);
                let words: SlotWords = bytemuck::cast(slot);
                target(index).copy_from_slice(&words[..N]);
            }
        });
        self.with_live_state(header)
    }

    /// As [`Pipeline::poll`], or as [`Pipeline::poll_at`] with a time: passes each slot
    /// to `visit`, with its index. Wait-free as far as `visit` is.
    pub fn poll_each(
        &self,
        at_ns: Option<i64>,
        limit: usize,
        mut visit: impl FnMut(usize, &Slot),
    ) -> Header {
        let header = self.shared.buffer.read(limit, |header, index, stored| {
            visit(index, &in_output_units(header, stored.load(), at_ns));
        });
        self.with_live_state(header)
    }

    /// The header with the problem of now, which changes also while no snapshot is published.
    /// The state of the source is the snapshot's, so that it fits the slots, unless no
    /// snapshot can show it: before the first one since the start, and when the source has
    /// failed. Wait-free.
    fn with_live_state(&self, header: Header) -> Header {
        let (problem, problem_count) = self.shared.problems.summary();
        let live = self.shared.source.state();
        let is_live = live == SourceState::Failed || header.source_state == SourceState::Stopped;
        Header {
            source_state: if is_live { live } else { header.source_state },
            problem,
            problem_count,
            ..header
        }
    }

    /// As [`Subscriber::drain_events`](super::Subscriber::drain_events), for the owner that
    /// uses this method.
    pub fn drain_events(&self, limit: usize, take: impl FnMut(usize, Event)) -> usize {
        self.own.drain_events(limit, take)
    }

    /// As [`Subscriber::next`](super::Subscriber::next), for the owner that uses this
    /// method.
    pub fn next(&self, after_seq: u64, timeout: Duration) -> Next {
        self.own.next(after_seq, timeout)
    }

    /// Blocks until the file has ended and its last snapshot is published, the pipeline
    /// cannot continue, or the time-out is over.
    pub fn wait_finished(&self, timeout: Duration) -> bool {
        let deadline = deadline_after(timeout);
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
        self.shared.problems.standing()
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
