//! Permits to run a model, and their order.
//!
//! Two limits apply at the same time. A loaded model runs one inference at a time, for
//! any number of pipelines ([`ModelQueue`]). The owner of many pipelines may limit how
//! many inferences run at the same time over all models ([`InferencePermits`]).
//!
//! Requests are served in the order in which they were made. A request whose model is
//! busy keeps its position while others pass it. So cameras that all want more than there
//! is get equally many inferences. The next request in the queue is notified shortly
//! before it gets its permit ([`Request::wait_until_next`]): the camera chooses its frame
//! then, not when it joined the queue, and the frame is ready when the model is free.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::time::Duration;

use parking_lot::{Condvar, Mutex};

use crate::base::clock::{duration_ns, now_ns};

/// The process's requests. All pipelines of a process share their models, and so the
/// order in which they use them.
static REQUESTS: Mutex<Requests> = Mutex::new(Requests::new());

/// How many inferences may run at the same time, over all models. Clones share one limit.
#[derive(Debug, Clone)]
pub struct InferencePermits(Arc<AtomicUsize>);

impl InferencePermits {
    /// A limit of `limit` inferences, at least one.
    pub fn new(limit: usize) -> Self {
        Self(Arc::new(AtomicUsize::new(limit.max(1))))
    }

    /// Changes the limit. Running inferences are not interrupted.
    pub fn resize(&self, limit: usize) {
        let mut requests = REQUESTS.lock();
        self.0.store(limit.max(1), Ordering::Relaxed);
        requests.dispatch(now_ns());
    }
}

/// The queue in front of one loaded model.
#[derive(Debug, Clone, Default)]
pub struct ModelQueue(Arc<ModelTimes>);

#[derive(Debug, Default)]
struct ModelTimes {
    /// How long a permit is usually held; 0 while unknown.
    usual_ns: AtomicI64,
}

/// One pipeline's access to models: makes requests, one at a time. Clones share this
/// access.
#[derive(Debug, Clone)]
pub struct Requester(Arc<Access>);

#[derive(Debug)]
struct Access {
    limit: Option<InferencePermits>,
    closed: AtomicBool,
    /// Waits on [`REQUESTS`].
    changed: Condvar,
}

impl Requester {
    /// Access under a limit, or with `None` only under the models' own.
    pub fn new(limit: Option<InferencePermits>) -> Self {
        Self(Arc::new(Access {
            limit,
            closed: AtomicBool::new(false),
            changed: Condvar::new(),
        }))
    }

    /// Ends the current wait and all later ones, without a permit. There is no reopening.
    pub fn close(&self) {
        let _requests = REQUESTS.lock();
        self.0.closed.store(true, Ordering::Relaxed);
        self.0.changed.notify_all();
    }

    /// Joins the queue of `model`, or only that of the limit. `lead` is how long it takes
    /// to prepare a frame.
    pub fn request(&self, model: Option<&ModelQueue>, lead: Duration) -> Request {
        let mut requests = REQUESTS.lock();
        let ticket = requests.join(model.cloned(), Arc::clone(&self.0), duration_ns(lead));
        requests.dispatch(now_ns());
        Request {
            ticket,
            access: Arc::clone(&self.0),
            is_over: false,
        }
    }
}

/// A position in the queue. Dropping it leaves the queue.
#[derive(Debug)]
pub struct Request {
    ticket: u64,
    access: Arc<Access>,
    is_over: bool,
}

impl Request {
    /// Blocks until this request is the next and a frame that is chosen now will be ready
    /// when the model is free, or until the permit is granted. Returns false when the
    /// requester was closed.
    pub fn wait_until_next(&self) -> bool {
        self.wait(|state| match state {
            State::Running { .. } => Wait::Over,
            State::Next { prepare_ns } => Wait::Until(prepare_ns),
            State::Waiting => Wait::ForChange,
        })
    }

    /// Blocks until the model is free. `None` when the requester was closed.
    pub fn permit(mut self) -> Option<Permit> {
        let granted = self.wait(|state| match state {
            State::Running { .. } => Wait::Over,
            State::Next { .. } | State::Waiting => Wait::ForChange,
        });
        self.is_over = granted;
        granted.then(|| Permit {
            ticket: self.ticket,
            usual_ns: REQUESTS.lock().usual_ns(self.ticket),
            is_measured: true,
        })
    }

    fn wait(&self, wait_for: impl Fn(State) -> Wait) -> bool {
        let mut requests = REQUESTS.lock();
        loop {
            if self.access.closed.load(Ordering::Relaxed) {
                return false;
            }
            match wait_for(requests.state(self.ticket)) {
                Wait::Over => return true,
                Wait::ForChange => self.access.changed.wait(&mut requests),
                Wait::Until(at_ns) => {
                    let Some(ns) = at_ns.checked_sub(now_ns()).filter(|ns| *ns > 0) else {
                        return true;
                    };
                    let timeout = Duration::from_nanos(ns as u64);
                    self.access.changed.wait_for(&mut requests, timeout);
                }
            }
        }
    }
}

enum Wait {
    Over,
    ForChange,
    Until(i64),
}

impl Drop for Request {
    fn drop(&mut self) {
        if !self.is_over {
            REQUESTS.lock().leave(self.ticket, now_ns(), false);
        }
    }
}

/// The right to run one inference. Dropping it passes the right on.
#[derive(Debug)]
pub struct Permit {
    ticket: u64,
    usual_ns: i64,
    /// Whether the time until the drop is that of an inference.
    is_measured: bool,
}

impl Permit {
    /// Drops the permit without an inference. Its time is not measured.
    pub fn discard(mut self) {
        self.is_measured = false;
    }

    /// How long an inference of its model usually takes; 0 while unknown.
    pub fn usual_ns(&self) -> i64 {
        self.usual_ns
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut requests = REQUESTS.lock();
        requests.leave(self.ticket, now_ns(), self.is_measured);
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum State {
    Waiting,
    /// Runs when the next running inference ends.
    Next {
        /// When to choose a frame.
        prepare_ns: i64,
    },
    /// Has a permit.
    Running {
        since_ns: i64,
    },
}

#[derive(Debug)]
struct Entry {
    ticket: u64,
    model: Option<ModelQueue>,
    access: Arc<Access>,
    lead_ns: i64,
    state: State,
}

impl Entry {
    fn model_key(&self) -> Option<usize> {
        let model = self.model.as_ref();
        model.map(|model| Arc::as_ptr(&model.0) as usize)
    }

    /// Key and value of the limit.
    fn limit(&self) -> Option<(usize, usize)> {
        let limit = self.access.limit.as_ref();
        limit.map(|limit| {
            let key = Arc::as_ptr(&limit.0) as usize;
            (key, limit.0.load(Ordering::Relaxed))
        })
    }

    /// How long its inference will probably take.
    fn usual_ns(&self) -> i64 {
        let model = self.model.as_ref();
        model.map_or(0, |m| m.0.usual_ns.load(Ordering::Relaxed))
    }
}

/// All requests and permits, oldest first.
#[derive(Debug)]
struct Requests {
    entries: Vec<Entry>,
    latest_ticket: u64,
}

/// The use of one limit, counted in one pass over the entries.
#[derive(Default)]
struct LimitUse {
    running: usize,
    /// Requests that are first in their model's queue and do not run yet.
    next: usize,
    /// When the first running inference will probably end.
    first_end_ns: Option<i64>,
}

impl LimitUse {
    fn count_running(&mut self, end_ns: i64) {
        self.running += 1;
        let first_ns = self.first_end_ns.get_or_insert(end_ns);
        *first_ns = end_ns.min(*first_ns);
    }
}

impl Requests {
    const fn new() -> Self {
        Self {
            entries: Vec::new(),
            latest_ticket: 0,
        }
    }

    fn join(&mut self, model: Option<ModelQueue>, access: Arc<Access>, lead_ns: i64) -> u64 {
        self.latest_ticket += 1;
        self.entries.push(Entry {
            ticket: self.latest_ticket,
            model,
            access,
            lead_ns,
            state: State::Waiting,
        });
        self.latest_ticket
    }

    fn state(&self, ticket: u64) -> State {
        let found = self.entries.iter().find(|e| e.ticket == ticket);
        found.map_or(State::Waiting, |entry| entry.state)
    }

    fn usual_ns(&self, ticket: u64) -> i64 {
        let found = self.entries.iter().find(|e| e.ticket == ticket);
        found.map_or(0, Entry::usual_ns)
    }

    fn leave(&mut self, ticket: u64, now_ns: i64, is_measured: bool) {
        let Some(index) = self.entries.iter().position(|e| e.ticket == ticket) else {
            return;
        };
        let entry = self.entries.remove(index);
        if let (Some(model), State::Running { since_ns }, true) =
            (&entry.model, entry.state, is_measured)
        {
            let held_ns = now_ns - since_ns;
            let old_ns = model.0.usual_ns.load(Ordering::Relaxed);
            let usual_ns = if old_ns == 0 {
                held_ns
            } else {
                old_ns + (held_ns - old_ns) / 8
            };
            model.0.usual_ns.store(usual_ns, Ordering::Relaxed);
        }
        self.dispatch(now_ns);
    }

    /// Grants permits for everything that is free, and wakes the workers that are next.
    fn dispatch(&mut self, now_ns: i64) {
        // Models in use, with the probable end of their inference.
        let mut busy: HashMap<usize, i64> = HashMap::new();
        let mut limits: HashMap<usize, LimitUse> = HashMap::new();
        for entry in &self.entries {
            let State::Running { since_ns } = entry.state else {
                continue;
            };
            let end_ns = since_ns + entry.usual_ns();
            busy.extend(entry.model_key().map(|model| (model, end_ns)));
            if let Some((key, _)) = entry.limit() {
                limits.entry(key).or_default().count_running(end_ns);
            }
        }
        // Models for which an earlier request waits.
        let mut claimed: Vec<usize> = Vec::new();
        for entry in &mut self.entries {
            let model = entry.model_key();
            let is_running = matches!(entry.state, State::Running { .. });
            if is_running || model.is_some_and(|model| claimed.contains(&model)) {
                continue;
            }
            let limit = entry.limit();
            let (key, size) = limit.unwrap_or((0, usize::MAX));
            let mut unlimited = LimitUse::default();
            let used = match limit {
                Some(_) => limits.entry(key).or_default(),
                None => &mut unlimited,
            };
            let model_end_ns = model.and_then(|model| busy.get(&model).copied());
            let blocked_until_ns = if used.running < size {
                model_end_ns
            } else {
                model_end_ns.or(used.first_end_ns)
            };
            let state = match blocked_until_ns {
                None => {
                    let end_ns = now_ns + entry.usual_ns();
                    used.count_running(end_ns);
                    busy.extend(model.map(|model| (model, end_ns)));
                    State::Running { since_ns: now_ns }
                }
                Some(end_ns) => {
                    claimed.extend(model);
                    used.next += 1;
                    // Only as many requests as the limit allows are one inference away
                    // from their permit.
                    if used.next > size {
                        State::Waiting
                    } else {
                        State::Next {
                            prepare_ns: end_ns - entry.lead_ns,
                        }
                    }
                }
            };
            if entry.state != state {
                entry.state = state;
                entry.access.changed.notify_all();
            }
        }
    }
}

#[cfg(test)]
mod tests;
