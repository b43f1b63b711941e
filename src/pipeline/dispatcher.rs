//! The sinks' thread: a bounded queue of snapshots in front of all sinks of a
//! pipeline, so that a slow disk or a name server never delays tracking.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use parking_lot::{Condvar, Mutex};

use super::stats::SinkReport;
use crate::base::panics;
use crate::flow::Snapshot;
use crate::sink::{Sink, SinkError};
use crate::slots::OutputUnits;

/// Most snapshots that wait, half a second at 120 frames a second. Beyond that the oldest
/// is dropped.
const QUEUE_MAX: usize = 64;

/// One snapshot, normalised and converted.
#[derive(Debug, Clone)]
pub struct SnapshotPair {
    /// Normalised, origin top left.
    pub normalized: Arc<Snapshot>,
    /// In the configured units, with the configured origin.
    pub converted: Arc<Snapshot>,
    /// The units of `converted`.
    pub units: OutputUnits,
}

enum Job {
    Send(SnapshotPair),
    /// Replaces the configured sinks.
    SetConfigured(Vec<Box<dyn Sink>>, Arc<[String]>),
    /// New class names, from the next snapshot on.
    LearnClasses(Arc<[String]>),
    /// Replaces the owner's sinks.
    SetOwn(Vec<Box<dyn Sink>>),
    Finish,
}

/// The queue in front of a pipeline's sinks.
#[derive(Default)]
pub struct Dispatcher {
    queue: Mutex<VecDeque<Job>>,
    changed: Condvar,
    taken: Condvar,
    reports: Mutex<Vec<Report>>,
}

/// The report on one sink.
struct Report {
    public: SinkReport,
    /// Snapshots that the queue dropped before they reached any sink.
    overrun: u64,
}

impl Dispatcher {
    /// Queues a snapshot. With `lossless` it waits for room, otherwise it drops the
    /// oldest snapshot.
    pub fn send(&self, snapshots: SnapshotPair, lossless: bool) {
        let mut queue = self.queue.lock();
        while lossless && queue.len() >= QUEUE_MAX {
            self.taken.wait(&mut queue);
        }
        if queue.len() >= QUEUE_MAX
            && let Some(oldest) = queue.iter().position(|j| matches!(j, Job::Send(_)))
        {
            queue.remove(oldest);
            for report in self.reports.lock().iter_mut() {
                report.overrun += 1;
                report.public.stats.dropped += 1;
            }
        }
        queue.push_back(Job::Send(snapshots));
        drop(queue);
        self.changed.notify_one();
    }

    /// Replaces the configured sinks and gives all sinks the class names.
    pub fn set_configured(&self, sinks: Vec<Box<dyn Sink>>, classes: Arc<[String]>) {
        let job = Job::SetConfigured(sinks, classes);
        self.queue.lock().push_back(job);
        self.changed.notify_one();
    }

    /// Gives all sinks new class names.
    pub fn learn_classes(&self, classes: &Arc<[String]>) {
        let mut queue = self.queue.lock();
        // Class names that are still queued are outdated. Dropping them keeps the queue
        // bounded.
        queue.retain(|job| !matches!(job, Job::LearnClasses(_)));
        queue.push_back(Job::LearnClasses(Arc::clone(classes)));
        drop(queue);
        self.changed.notify_one();
    }

    /// Replaces the owner's sinks.
    pub fn set_own(&self, sinks: Vec<Box<dyn Sink>>) {
        self.queue.lock().push_back(Job::SetOwn(sinks));
        self.changed.notify_one();
    }

    /// Ends [`Dispatcher::run`] when everything queued is sent.
    pub fn finish(&self) {
        self.queue.lock().push_back(Job::Finish);
        self.changed.notify_one();
    }

    /// The counts and the problem of each sink.
    pub fn reports(&self) -> Vec<SinkReport> {
        let reports = self.reports.lock();
        reports.iter().map(|report| report.public.clone()).collect()
    }

    /// The thread's work: sends until [`Dispatcher::finish`]. Blocks in its queue, and
    /// where a sink blocks (a file's write).
    pub fn run(&self, own: &mut Vec<Box<dyn Sink>>) {
        let mut configured: Vec<Box<dyn Sink>> = Vec::new();
        let mut classes: Arc<[String]> = Arc::default();
        self.reset_reports(&configured, own);
        loop {
            let job = {
                let mut queue = self.queue.lock();
                loop {
                    match queue.pop_front() {
                        Some(job) => break job,
                        None => self.changed.wait(&mut queue),
                    }
                }
            };
            self.taken.notify_one();
            match job {
                Job::Send(snapshots) => {
                    for (index, sink) in configured.iter_mut().chain(own.iter_mut()).enumerate() {
                        let snapshot = if sink.wants_normalized() {
                            &snapshots.normalized
                        } else {
                            &snapshots.converted
                        };
                        self.attempt(index, sink.as_mut(), |sink| sink.send(snapshot));
                    }
                }
                Job::SetConfigured(sinks, names) => {
                    configured = sinks;
                    classes = names;
                    for sink in configured.iter_mut().chain(own.iter_mut()) {
                        sink.learn_classes(&classes);
                    }
                    self.reset_reports(&configured, own);
                }
                Job::LearnClasses(names) => {
                    classes = names;
                    for sink in configured.iter_mut().chain(own.iter_mut()) {
                        sink.learn_classes(&classes);
                    }
                }
                Job::SetOwn(sinks) => {
                    *own = sinks;
                    own.iter_mut().for_each(|sink| sink.learn_classes(&classes));
                    self.reset_reports(&configured, own);
                }
                Job::Finish => break,
            }
        }
        for (index, sink) in configured.iter_mut().chain(own.iter_mut()).enumerate() {
            self.attempt(index, sink.as_mut(), |sink| sink.finish());
        }
    }

    /// Runs `work` on a sink, unless the sink has failed before, and records its counts.
    /// A panic disables only that sink; the others keep running.
    fn attempt(
        &self,
        index: usize,
        sink: &mut dyn Sink,
        work: impl FnOnce(&mut dyn Sink) -> Result<(), SinkError>,
    ) {
        let has_failed = |r: &Report| r.public.problem.is_some();
        if self.reports.lock().get(index).is_none_or(has_failed) {
            return;
        }
        let caught = catch_unwind(AssertUnwindSafe(|| work(sink)));
        let result = caught.unwrap_or_else(|panic| {
            Err(SinkError {
                name: sink.name().to_owned(),
                reason: format!(
                    "failed inside ({}); please report it with the log",
                    panics::text(panic.as_ref())
                ),
            })
        });
        let mut reports = self.reports.lock();
        let report = &mut reports[index];
        report.public.stats = sink.stats();
        report.public.stats.dropped += report.overrun;
        if let Err(error) = result {
            log::error!("{error}");
            report.public.problem = Some(error.to_string());
        }
    }

    fn reset_reports(&self, configured: &[Box<dyn Sink>], own: &[Box<dyn Sink>]) {
        *self.reports.lock() = (configured.iter().chain(own))
            .map(|sink| Report {
                public: SinkReport {
                    name: sink.name().to_owned(),
                    stats: sink.stats(),
                    problem: None,
                },
                overrun: 0,
            })
            .collect();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::*;
    use crate::sink::SinkStats;

    /// Sends when the test allows it, and reports each snapshot.
    struct BlockingSink {
        open: Receiver<()>,
        sent: Sender<u64>,
    }

    impl Sink for BlockingSink {
        fn name(&self) -> &str {
            "blocking"
        }

        fn send(&mut self, snapshot: &Snapshot) -> Result<(), SinkError> {
            self.open.recv().ok();
            self.sent.send(snapshot.seq).unwrap();
            Ok(())
        }

        fn stats(&self) -> SinkStats {
            SinkStats::default()
        }

        fn finish(&mut self) -> Result<(), SinkError> {
            self.sent.send(u64::MAX).unwrap();
            Ok(())
        }
    }

    fn snapshots(seq: u64) -> SnapshotPair {
        let snapshot = Arc::new(Snapshot {
            seq,
            ..Snapshot::default()
        });
        SnapshotPair {
            normalized: Arc::clone(&snapshot),
            converted: snapshot,
            units: OutputUnits::default(),
        }
    }

    /// A dispatcher whose only sink is sending snapshot 1 until the test allows it to go
    /// on.
    struct Busy {
        dispatcher: Arc<Dispatcher>,
        release: Sender<()>,
        sent: Receiver<u64>,
        thread: std::thread::JoinHandle<()>,
    }

    fn busy() -> Busy {
        let dispatcher = Arc::new(Dispatcher::default());
        let (release, open) = channel();
        let (sent_tx, sent) = channel();
        let sinks = Arc::clone(&dispatcher);
        let thread = std::thread::spawn(move || {
            sinks.run(&mut vec![Box::new(BlockingSink {
                open,
                sent: sent_tx,
            }) as Box<dyn Sink>]);
        });
        dispatcher.send(snapshots(1), false);
        while !dispatcher.queue.lock().is_empty() {
            std::thread::yield_now();
        }
        Busy {
            dispatcher,
            release,
            sent,
            thread,
        }
    }

    const MAX: u64 = QUEUE_MAX as u64;

    #[test]
    fn full_queue_drops_the_oldest_counts_it_and_still_finishes() {
        let Busy {
            dispatcher,
            release,
            sent,
            thread,
        } = busy();
        for seq in 2..=MAX + 11 {
            dispatcher.send(snapshots(seq), false);
        }
        // The queue is full of snapshots. The end is queued all the same, behind them.
        dispatcher.finish();
        assert_eq!(dispatcher.queue.lock().len(), QUEUE_MAX + 1);
        drop(release);
        thread.join().unwrap();
        let kept = 12..=MAX + 11;
        let expected: Vec<u64> = [1].into_iter().chain(kept).chain([u64::MAX]).collect();
        assert_eq!(sent.try_iter().collect::<Vec<_>>(), expected);
        assert_eq!(dispatcher.reports()[0].stats.dropped, 10);
    }

    #[test]
    fn lossless_sender_waits_for_room() {
        let Busy {
            dispatcher,
            release,
            sent,
            thread,
        } = busy();
        let sender = Arc::clone(&dispatcher);
        let all = std::thread::spawn(move || {
            for seq in 2..=3 * MAX {
                sender.send(snapshots(seq), true);
            }
            sender.finish();
        });
        while dispatcher.queue.lock().len() < QUEUE_MAX {
            std::thread::yield_now();
        }
        assert!(!all.is_finished(), "the sender waits");
        assert!(dispatcher.queue.lock().len() <= QUEUE_MAX);
        drop(release);
        all.join().unwrap();
        thread.join().unwrap();
        let expected: Vec<u64> = (1..=3 * MAX).chain([u64::MAX]).collect();
        assert_eq!(sent.try_iter().collect::<Vec<_>>(), expected);
        assert_eq!(dispatcher.reports()[0].stats.dropped, 0);
    }

    #[test]
    fn new_sinks_replace_the_old_ones_between_two_snapshots_of_a_full_queue() {
        let Busy {
            dispatcher,
            release,
            sent,
            thread,
        } = busy();
        dispatcher.send(snapshots(2), false);
        let (second_sent, second) = channel();
        let (never, open) = channel();
        drop(never);
        dispatcher.set_own(vec![Box::new(BlockingSink {
            open,
            sent: second_sent,
        })]);
        for seq in 3..=MAX + 10 {
            dispatcher.send(snapshots(seq), false);
        }
        dispatcher.finish();
        drop(release);
        thread.join().unwrap();
        let old: Vec<u64> = sent.try_iter().collect();
        let new: Vec<u64> = second.try_iter().collect();
        assert_eq!(old, [1], "2 was the oldest in the queue");
        // The request to change sinks takes one place in the queue and is never dropped.
        assert_eq!(new.first(), Some(&12));
        assert_eq!(new[new.len() - 2..], [MAX + 10, u64::MAX]);
    }
}
