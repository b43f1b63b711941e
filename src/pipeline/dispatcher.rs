//! The sinks' thread: a bounded queue of snapshots in front of all sinks of a
//! pipeline, so that a slow disk or a name server never delays tracking.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use parking_lot::{Condvar, Mutex};

use super::stats::SinkReport;
use crate::panics;
use crate::sink::{Sink, SinkError};
use crate::slots::{Presentation, Snapshot};

/// Snapshots that may wait. Beyond that the oldest is dropped; half a second
/// at 120 frames a second.
const QUEUE_MAX: usize = 64;

/// One snapshot in both shapes.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// Normalised, origin top left.
    pub canonical: Arc<Snapshot>,
    /// In the units and with the origin that the configuration asks for.
    pub presented: Arc<Snapshot>,
    /// What leads from the one to the other.
    pub presentation: Presentation,
}

enum Job {
    Send(Outgoing),
    /// Replaces the configured sinks.
    SetConfigured(Vec<Box<dyn Sink>>, Arc<[String]>),
    /// Other names of the classes, from the next snapshot on.
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

/// What is known of a sink.
struct Report {
    public: SinkReport,
    /// Snapshots that gave way in the queue before all sinks.
    overrun: u64,
}

impl Dispatcher {
    /// Queues a snapshot. With `lossless` it waits for room, else the oldest
    /// snapshot gives way.
    pub fn send(&self, outgoing: Outgoing, lossless: bool) {
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
        queue.push_back(Job::Send(outgoing));
        drop(queue);
        self.changed.notify_one();
    }

    /// Puts other sinks in the place of those that the configuration asked for, and
    /// tells all the names of the classes.
    pub fn set_configured(&self, sinks: Vec<Box<dyn Sink>>, classes: Arc<[String]>) {
        let job = Job::SetConfigured(sinks, classes);
        self.queue.lock().push_back(job);
        self.changed.notify_one();
    }

    /// Tells all sinks other names of the classes.
    pub fn learn_classes(&self, classes: &Arc<[String]>) {
        let mut queue = self.queue.lock();
        // Names that still wait are out of date; so the queue stays bounded.
        queue.retain(|job| !matches!(job, Job::LearnClasses(_)));
        queue.push_back(Job::LearnClasses(Arc::clone(classes)));
        drop(queue);
        self.changed.notify_one();
    }

    /// Puts other sinks in the place of the owner's.
    pub fn set_own(&self, sinks: Vec<Box<dyn Sink>>) {
        self.queue.lock().push_back(Job::SetOwn(sinks));
        self.changed.notify_one();
    }

    /// Ends [`Dispatcher::run`] after all that is queued went out.
    pub fn finish(&self) {
        self.queue.lock().push_back(Job::Finish);
        self.changed.notify_one();
    }

    /// What each sink sent and could not send.
    pub fn reports(&self) -> Vec<SinkReport> {
        let reports = self.reports.lock();
        reports.iter().map(|report| report.public.clone()).collect()
    }

    /// The thread's work: sends until [`Dispatcher::finish`]. Blocks in the
    /// queue, and where a sink blocks (a file's write).
    pub fn run(&self, own: &mut Vec<Box<dyn Sink>>) {
        let mut configured: Vec<Box<dyn Sink>> = Vec::new();
        let mut classes: Arc<[String]> = Arc::default();
        self.describe(&configured, own);
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
                Job::Send(outgoing) => {
                    for (index, sink) in configured.iter_mut().chain(own.iter_mut()).enumerate() {
                        let snapshot = if sink.wants_canonical() {
                            &outgoing.canonical
                        } else {
                            &outgoing.presented
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
                    self.describe(&configured, own);
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
                    self.describe(&configured, own);
                }
                Job::Finish => break,
            }
        }
        for (index, sink) in configured.iter_mut().chain(own.iter_mut()).enumerate() {
            self.attempt(index, sink.as_mut(), |sink| sink.finish());
        }
    }

    /// Has a sink do something, unless it broke before, and notes its counts. A
    /// sink that panics is broken; the others go on.
    fn attempt(
        &self,
        index: usize,
        sink: &mut dyn Sink,
        work: impl FnOnce(&mut dyn Sink) -> Result<(), SinkError>,
    ) {
        let broken = |r: &Report| r.public.broken.is_some();
        if self.reports.lock().get(index).is_none_or(broken) {
            return;
        }
        let caught = catch_unwind(AssertUnwindSafe(|| work(sink)));
        let result = caught.unwrap_or_else(|panic| {
            Err(SinkError {
                name: sink.name().to_owned(),
                reason: format!(
                    "failed inside ({}); please report this",
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
            report.public.broken = Some(error.to_string());
        }
    }

    fn describe(&self, configured: &[Box<dyn Sink>], own: &[Box<dyn Sink>]) {
        *self.reports.lock() = (configured.iter().chain(own))
            .map(|sink| Report {
                public: SinkReport {
                    name: sink.name().to_owned(),
                    stats: sink.stats(),
                    broken: None,
                },
                overrun: 0,
            })
            .collect();
    }
}
