//! The order of permits, event by event, without any wait for time.
#![allow(clippy::unwrap_used)]

use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;

use super::*;

/// The requests of one test, separate from those of all others.
struct Queue {
    requests: Requests,
    now_ns: i64,
}

impl Queue {
    fn new() -> Self {
        Self {
            requests: Requests::new(),
            now_ns: 0,
        }
    }

    fn request(&mut self, requester: &Requester, model: Option<&ModelQueue>) -> u64 {
        let access = Arc::clone(&requester.0);
        let ticket = self.requests.join(model.cloned(), access, 2);
        self.requests.dispatch(self.now_ns);
        ticket
    }

    /// The inference of `ticket` takes `ns`.
    fn run(&mut self, ticket: u64, ns: i64) {
        assert!(self.is_running(ticket));
        self.now_ns += ns;
        self.requests.leave(ticket, self.now_ns, true);
    }

    fn is_running(&self, ticket: u64) -> bool {
        matches!(self.requests.state(ticket), State::Running { .. })
    }

    fn is_next(&self, ticket: u64) -> bool {
        matches!(self.requests.state(ticket), State::Next { .. })
    }
}

#[test]
fn one_request_runs_one_is_next_and_the_others_wait() {
    let (mut queue, model) = (Queue::new(), ModelQueue::default());
    let camera = Requester::new(None);
    let tickets: Vec<u64> = (0..4)
        .map(|_| queue.request(&camera, Some(&model)))
        .collect();
    for (done, &ticket) in tickets.iter().enumerate() {
        assert!(queue.is_running(ticket));
        for (position, &waiting) in tickets[done + 1..].iter().enumerate() {
            assert_eq!(queue.is_next(waiting), position == 0);
        }
        queue.run(ticket, 100);
    }
    assert!(queue.requests.entries.is_empty());
}

#[test]
fn next_request_chooses_its_frame_as_late_as_possible() {
    let (mut queue, model) = (Queue::new(), ModelQueue::default());
    let camera = Requester::new(None);
    let first = queue.request(&camera, Some(&model));
    queue.run(first, 100);
    let running = queue.request(&camera, Some(&model));
    let next = queue.request(&camera, Some(&model));
    assert!(queue.is_running(running));
    // The model is usually held for 100, and a frame is ready after 2.
    let prepare_ns = 100 + 100 - 2;
    assert_eq!(queue.requests.state(next), State::Next { prepare_ns });
}

#[test]
fn models_do_not_wait_for_each_other() {
    let mut queue = Queue::new();
    let (one, other) = (ModelQueue::default(), ModelQueue::default());
    let camera = Requester::new(None);
    let first = queue.request(&camera, Some(&one));
    let second = queue.request(&camera, Some(&one));
    let third = queue.request(&camera, Some(&other));
    assert!(queue.is_running(first) && queue.is_next(second) && queue.is_running(third));
}

#[test]
fn request_with_a_busy_model_lets_others_pass() {
    let mut queue = Queue::new();
    let (one, other) = (ModelQueue::default(), ModelQueue::default());
    let camera = Requester::new(Some(InferencePermits::new(2)));
    let first = queue.request(&camera, Some(&one));
    let second = queue.request(&camera, Some(&one));
    let third = queue.request(&camera, Some(&other));
    let fourth = queue.request(&camera, None);
    assert!(queue.is_running(first) && queue.is_running(third));
    assert!(queue.is_next(second) && queue.is_next(fourth));
    queue.run(third, 10);
    assert!(queue.is_running(fourth), "its model is not busy");
    queue.run(first, 10);
    assert!(queue.is_running(second));
}

/// Fifteen cameras of one model and one of another. Each makes a new request as soon as
/// it is served, under several limits.
#[test]
fn cameras_under_a_limit_get_equally_many_permits() {
    let mut queue = Queue::new();
    let models = [ModelQueue::default(), ModelQueue::default()];
    let requester = Requester::new(Some(InferencePermits::new(1)));
    let model = |camera: usize| Some(&models[usize::from(camera == 15)]);
    let mut permits = [0; 16];
    let mut tickets: Vec<u64> = (0..16)
        .map(|c| queue.request(&requester, model(c)))
        .collect();
    for _ in 0..16 * 50 {
        let running: Vec<usize> = (0..16).filter(|c| queue.is_running(tickets[*c])).collect();
        assert_eq!(running.len(), 1, "the limit is kept");
        // Each is next before it runs, however many models there are.
        let next = tickets.iter().filter(|t| queue.is_next(**t)).count();
        assert_eq!(next, 1);
        let camera = running[0];
        permits[camera] += 1;
        queue.run(tickets[camera], 10);
        tickets[camera] = queue.request(&requester, model(camera));
    }
    assert_eq!(permits, [50; 16]);
}

#[test]
fn larger_limit_applies_at_once() {
    let mut queue = Queue::new();
    let permits = InferencePermits::new(1);
    let camera = Requester::new(Some(permits.clone()));
    let models = [ModelQueue::default(), ModelQueue::default()];
    let first = queue.request(&camera, Some(&models[0]));
    let second = queue.request(&camera, Some(&models[1]));
    assert!(queue.is_running(first) && queue.is_next(second));
    permits.0.store(2, Ordering::Relaxed);
    queue.requests.dispatch(0);
    assert!(queue.is_running(second));
    assert_eq!(InferencePermits::new(0).0.load(Ordering::Relaxed), 1);
}

#[test]
fn dropped_request_passes_its_position_on() {
    let (mut queue, model) = (Queue::new(), ModelQueue::default());
    let camera = Requester::new(None);
    let first = queue.request(&camera, Some(&model));
    let second = queue.request(&camera, Some(&model));
    let third = queue.request(&camera, Some(&model));
    queue.requests.leave(second, 0, true);
    assert!(queue.is_next(third));
    queue.run(first, 10);
    assert!(queue.is_running(third));
}

/// A thread that requests a permit. It reports when it is next and when it has the permit,
/// and drops the permit at once.
fn camera(model: &ModelQueue, requester: &Requester) -> (Receiver<bool>, JoinHandle<()>) {
    let (report, reports) = channel();
    let (model, requester) = (model.clone(), requester.clone());
    let thread = std::thread::spawn(move || {
        let request = requester.request(Some(&model), Duration::ZERO);
        report.send(request.wait_until_next()).unwrap();
        report.send(request.permit().is_some()).unwrap();
    });
    (reports, thread)
}

fn wait_until_queued(model: &ModelQueue, count: usize) {
    let of_model = |e: &&Entry| {
        let key = e.model.as_ref().map(|m| Arc::as_ptr(&m.0));
        key == Some(Arc::as_ptr(&model.0))
    };
    while REQUESTS.lock().entries.iter().filter(of_model).count() < count {
        std::thread::yield_now();
    }
}

#[test]
fn threads_are_woken_when_they_are_next_and_when_they_run() {
    let model = ModelQueue::default();
    let requester = Requester::new(None);
    let permit = requester.request(Some(&model), Duration::ZERO).permit();
    let (reports, thread) = camera(&model, &Requester::new(None));
    wait_until_queued(&model, 2);
    assert!(
        reports.recv().unwrap(),
        "it is next while the other one runs"
    );
    drop(permit);
    assert!(reports.recv().unwrap());
    thread.join().unwrap();
    wait_until_queued(&model, 0);
}

#[test]
fn closing_ends_every_wait_of_one_requester_only() {
    let model = ModelQueue::default();
    let permit = Requester::new(None)
        .request(Some(&model), Duration::ZERO)
        .permit();
    let stopped = Requester::new(None);
    let (reports, thread) = camera(&model, &stopped);
    assert!(reports.recv().unwrap());
    let behind = Requester::new(None);
    let (reports_behind, thread_behind) = camera(&model, &behind);
    wait_until_queued(&model, 3);
    stopped.close();
    assert!(!reports.recv().unwrap(), "no permit after the stop");
    thread.join().unwrap();
    assert!(reports_behind.recv().unwrap(), "it moved up");
    drop(permit);
    assert!(reports_behind.recv().unwrap());
    thread_behind.join().unwrap();
    let late = stopped.request(Some(&model), Duration::ZERO);
    assert!(!late.wait_until_next());
}
