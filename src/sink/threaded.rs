//! Runs a sink on its own thread, so that it does not block other sinks.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};

use super::api::{Sink, SinkError, SinkStats};
use crate::base::panics;
use crate::flow::Snapshot;

/// Snapshots that may wait; more drop the oldest.
const QUEUE_MAX: usize = 64;
/// Maximum time to send the last snapshots.
const FINISH: Duration = Duration::from_millis(150);

/// Passes snapshots to the thread of another sink. Blocks only in [`Sink::finish`], for at
/// most 150 ms.
pub struct ThreadedSink {
    name: String,
    normalized: bool,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Arc<Snapshot>>,
    stats: SinkStats,
    dropped: u64,
    /// A flush is requested and not done yet.
    flush: bool,
    closed: bool,
    problem: Option<SinkError>,
}

impl ThreadedSink {
    /// Starts a thread with the name of the sink. It ends when this is dropped.
    ///
    /// # Errors
    /// When the system cannot start a thread.
    pub fn new(sink: Box<dyn Sink>) -> Result<Self, SinkError> {
        let threaded = Self {
            name: sink.name().to_owned(),
            normalized: sink.wants_normalized(),
            shared: Arc::default(),
        };
        let shared = Arc::clone(&threaded.shared);
        std::thread::Builder::new()
            .name(format!("rextrack:{}", threaded.name))
            .spawn(move || work(sink, &shared))
            .map_err(|e| SinkError {
                name: threaded.name.clone(),
                reason: format!("its thread could not be started ({e}); close other programs"),
            })?;
        Ok(threaded)
    }
}

fn work(mut sink: Box<dyn Sink>, shared: &Shared) {
    loop {
        let job = {
            let mut state = shared.state.lock();
            loop {
                if let Some(snapshot) = state.waiting.pop_front() {
                    break Some(snapshot);
                }
                if state.flush {
                    break None;
                }
                if state.closed {
                    return;
                }
                shared.changed.wait(&mut state);
            }
        };
        let flushing = job.is_none();
        let done = catch_unwind(AssertUnwindSafe(|| match &job {
            Some(snapshot) => sink.send(snapshot),
            None => sink.finish(),
        }));
        let done = done.unwrap_or_else(|panic| {
            Err(SinkError {
                name: sink.name().to_owned(),
                reason: format!(
                    "panicked ({}); please report this",
                    panics::text(panic.as_ref())
                ),
            })
        });
        let mut state = shared.state.lock();
        state.stats = sink.stats();
        state.flush &= !flushing;
        if let Err(error) = done {
            state.problem = Some(error);
            state.flush = false;
        }
        let has_failed = state.problem.is_some();
        drop(state);
        shared.changed.notify_all();
        if has_failed {
            return;
        }
    }
}

impl Sink for ThreadedSink {
    fn name(&self) -> &str {
        &self.name
    }

    fn wants_normalized(&self) -> bool {
        self.normalized
    }

    fn send(&mut self, snapshot: &Snapshot) -> Result<(), SinkError> {
        let mut state = self.shared.state.lock();
        if let Some(error) = state.problem.take() {
            return Err(error);
        }
        if state.waiting.len() == QUEUE_MAX {
            state.waiting.pop_front();
            state.dropped += 1;
        }
        state.waiting.push_back(Arc::new(snapshot.clone()));
        drop(state);
        self.shared.changed.notify_all();
        Ok(())
    }

    fn stats(&self) -> SinkStats {
        let state = self.shared.state.lock();
        SinkStats {
            dropped: state.stats.dropped + state.dropped,
            ..state.stats
        }
    }

    fn finish(&mut self) -> Result<(), SinkError> {
        let mut state = self.shared.state.lock();
        state.flush = true;
        self.shared.changed.notify_all();
        let deadline = std::time::Instant::now() + FINISH;
        while state.flush && state.problem.is_none() {
            if self
                .shared
                .changed
                .wait_until(&mut state, deadline)
                .timed_out()
            {
                break;
            }
        }
        state.problem.take().map_or(Ok(()), Err)
    }
}

impl Drop for ThreadedSink {
    fn drop(&mut self) {
        self.shared.state.lock().closed = true;
        self.shared.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::sync::mpsc::{Receiver, Sender, channel};

    /// Reports the snapshot that it sends, and waits for permission to continue.
    struct Slow(Sender<u64>, Receiver<()>, SinkStats);

    impl Sink for Slow {
        fn name(&self) -> &str {
            "slow"
        }

        fn send(&mut self, snapshot: &Snapshot) -> Result<(), SinkError> {
            self.0.send(snapshot.seq).ok();
            self.1.recv().ok();
            self.2.sent += 1;
            Ok(())
        }

        fn stats(&self) -> SinkStats {
            self.2
        }
    }

    #[test]
    fn blocked_sink_does_not_block_send_and_drops_the_oldest() {
        let (report, reported) = channel();
        let (resume, permission) = channel();
        let slow = Slow(report, permission, SinkStats::default());
        let mut sink = ThreadedSink::new(Box::new(slow)).unwrap();
        let snapshot = |seq| Snapshot {
            seq,
            ..Snapshot::default()
        };
        sink.send(&snapshot(1)).unwrap();
        assert_eq!(reported.recv().unwrap(), 1);
        for seq in 2..=(QUEUE_MAX as u64 + 11) {
            sink.send(&snapshot(seq)).unwrap();
        }
        assert_eq!(sink.stats().dropped, 10);
        drop(resume);
        assert_eq!(
            reported.iter().take(QUEUE_MAX).last(),
            Some(QUEUE_MAX as u64 + 11)
        );
        sink.finish().unwrap();
        assert_eq!(sink.stats().sent, QUEUE_MAX as u64 + 1);
    }
}
