//! One owner's view of a pipeline: its own events and its own waits.
//!
//! Several parts of a host can own one pipeline. Each gets every event once, and can end
//! its own waits.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use super::error::PipelineError;
use super::events::Event;
use super::shared::{RunState, Shared};
use super::snapshot_buffer::Wake;
use crate::base::clock::deadline_after;

/// The outcome of a wait for the next snapshot.
#[derive(Debug, Clone)]
pub enum Next {
    /// There is a newer snapshot.
    Snapshot,
    /// No newer snapshot in time. A later call may return one.
    TimedOut,
    /// The file has ended.
    Ended,
    /// The pipeline was never started.
    NotRunning,
    /// The pipeline was stopped.
    Stopped,
    /// [`Subscriber::wake`] ended the wait.
    Woken,
    /// [`Subscriber::close`] ended the wait.
    Closed,
    /// The pipeline cannot continue, or continues without the latest change.
    Failed(PipelineError),
}

/// One owner of a pipeline. All methods may be called from any thread.
pub struct Subscriber {
    shared: Arc<Shared>,
    /// Number of the next event of this owner.
    next_event: Mutex<u64>,
    /// Number of the latest report that a wait of this owner returned.
    reports_seen: AtomicU64,
    waits: Mutex<Waits>,
    wait_ended: Condvar,
}

#[derive(Debug, Default)]
struct Waits {
    running: usize,
    /// How often [`Subscriber::wake`] was called.
    wakes: u64,
    /// A wake that no running wait has taken: the next wait takes it.
    is_wake_pending: bool,
    is_closed: bool,
}

impl Subscriber {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self {
            next_event: Mutex::new(shared.events.next_number()),
            reports_seen: AtomicU64::new(shared.problems.reports()),
            waits: Mutex::default(),
            wait_ended: Condvar::new(),
            shared,
        }
    }

    /// Takes up to `limit` events, oldest first, and returns how many. Each owner gets each
    /// event once. The queue holds [`EVENTS_MAX`](super::EVENTS_MAX). If this owner missed
    /// some, the first event is an [`EventKind::Overflow`](super::EventKind::Overflow).
    pub fn drain_events(&self, limit: usize, take: impl FnMut(usize, Event)) -> usize {
        let mut next = self.next_event.lock();
        self.shared.events.drain(&mut next, limit, take)
    }

    /// Blocks until a snapshot newer than `after_seq` is available, none can be expected,
    /// the time-out is over, or this owner wakes or closes its waits. A change that was
    /// accepted and failed later is reported once to each owner, as [`Next::Failed`], while
    /// the pipeline continues as before.
    pub fn next(&self, after_seq: u64, timeout: Duration) -> Next {
        let deadline = deadline_after(timeout);
        let wakes = {
            let mut waits = self.waits.lock();
            if waits.is_closed {
                return Next::Closed;
            }
            if std::mem::take(&mut waits.is_wake_pending) {
                return Next::Woken;
            }
            waits.running += 1;
            waits.wakes
        };
        let next = self.wait(after_seq, deadline, wakes);
        self.waits.lock().running -= 1;
        self.wait_ended.notify_all();
        next
    }

    fn wait(&self, after_seq: u64, deadline: Instant, wakes: u64) -> Next {
        let buffer = &self.shared.buffer;
        loop {
            // Read before everything else, so that no notification is missed.
            let notified = buffer.notify_count();
            {
                let waits = self.waits.lock();
                if waits.is_closed {
                    return Next::Closed;
                }
                if waits.wakes != wakes {
                    return Next::Woken;
                }
            }
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

    /// Why no snapshot can be expected.
    fn end_reason(&self) -> Option<Next> {
        let shared = &self.shared;
        let seen = self.reports_seen.load(Ordering::Relaxed);
        if let Some((number, report)) = shared.problems.report_after(seen) {
            self.reports_seen.store(number, Ordering::Relaxed);
            return Some(Next::Failed(report));
        }
        if let Some(error) = shared.problems.standing() {
            return Some(Next::Failed(error));
        }
        if shared.finished.load(Ordering::Acquire) {
            return Some(Next::Ended);
        }
        match shared.run_state() {
            RunState::Created => Some(Next::NotRunning),
            RunState::Stopped => Some(Next::Stopped),
            RunState::Running => None,
        }
    }

    /// Ends the running waits of this owner. If there is none, the next one returns at
    /// once.
    pub fn wake(&self) {
        {
            let mut waits = self.waits.lock();
            waits.wakes += 1;
            waits.is_wake_pending = waits.running == 0;
        }
        self.shared.buffer.notify_waiters();
    }

    /// Ends all waits of this owner, the later ones too, and waits until the running ones
    /// have returned. Returns false if they have not after `timeout`.
    pub fn close(&self, timeout: Duration) -> bool {
        let deadline = deadline_after(timeout);
        self.waits.lock().is_closed = true;
        self.shared.buffer.notify_waiters();
        let mut waits = self.waits.lock();
        while waits.running > 0 {
            if self.wait_ended.wait_until(&mut waits, deadline).timed_out() {
                return waits.running == 0;
            }
        }
        true
    }
}
