//! State and counters of a source, shared between its thread and the rest of the pipeline.

use std::sync::atomic::{AtomicI64, AtomicU32, AtomicU64, Ordering};

use parking_lot::Mutex;

use crate::base::rate::frames_per_second;
use crate::flow::{RemoteNode, SourceState};

/// Counters and state of one pipeline's source. Survives restarts of the
/// source's thread, so that frame numbers and counts go on.
#[derive(Debug, Default)]
pub struct SourceStatus {
    state: AtomicU32,
    frames: AtomicU64,
    dropped: AtomicU64,
    reconnects: AtomicU64,
    /// Smoothed time between frames in nanoseconds; 0 while unknown.
    interval_ns: AtomicI64,
    /// When the newest frame came.
    latest_ns: AtomicI64,
    problem: Mutex<Option<String>>,
    remote: Mutex<Option<RemoteNode>>,
}

impl SourceStatus {
    /// The state of the source.
    pub fn state(&self) -> SourceState {
        SourceState::from_number(self.state.load(Ordering::Acquire))
    }

    /// Sets the state of the source.
    pub fn set_state(&self, state: SourceState) {
        self.state.store(state as u32, Ordering::Release);
    }

    /// Frames of the source, dropped ones included.
    pub fn frames(&self) -> u64 {
        self.frames.load(Ordering::Relaxed)
    }

    /// Counts a frame and returns its number, from 1.
    pub fn count_frame(&self) -> u64 {
        self.frames.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Frames that a newer one replaced before they were processed.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// Counts one dropped frame.
    pub fn count_dropped(&self) {
        self.dropped.fetch_add(1, Ordering::Relaxed);
    }

    /// How often the source was lost and came back.
    pub fn reconnects(&self) -> u64 {
        self.reconnects.load(Ordering::Relaxed)
    }

    /// Counts one successful reconnection.
    pub fn count_reconnect(&self) {
        self.reconnects.fetch_add(1, Ordering::Relaxed);
    }

    /// Measured frames per second, smoothed over about a second; 0 while unknown, and when
    /// frames no longer come.
    pub fn fps(&self, now_ns: i64) -> f32 {
        let interval_ns = self.interval_ns.load(Ordering::Relaxed);
        frames_per_second(interval_ns, self.latest_ns.load(Ordering::Relaxed), now_ns)
    }

    /// Adds the time since the previous frame, of a frame that came now, to the measured rate.
    pub fn add_interval(&self, ns: i64, now_ns: i64) {
        let old = self.interval_ns.load(Ordering::Relaxed);
        // Weight 1/16: a second of memory at usual rates.
        let new = if old == 0 { ns } else { old + (ns - old) / 16 };
        self.interval_ns.store(new.max(1), Ordering::Relaxed);
        self.latest_ns.store(now_ns, Ordering::Relaxed);
    }

    /// Resets the measured rate after a loss.
    pub fn reset_interval(&self) {
        self.interval_ns.store(0, Ordering::Relaxed);
    }

    /// The node that tracks, if it is another machine.
    pub fn remote(&self) -> Option<RemoteNode> {
        self.remote.lock().clone()
    }

    /// Sets the node that tracks; `None` is this one.
    pub fn set_remote(&self, remote: Option<RemoteNode>) {
        *self.remote.lock() = remote;
    }

    /// Why the source has no frames, while it has none.
    pub fn problem(&self) -> Option<String> {
        self.problem.lock().clone()
    }

    /// Sets why the source has no frames; `None` while it has some.
    pub fn set_problem(&self, problem: Option<String>) {
        *self.problem.lock() = problem;
    }
}
