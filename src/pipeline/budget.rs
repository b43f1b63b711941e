//! A share of the machine for each camera: how many may use their model at the
//! same time, and who is next.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};

/// How often a camera that waits for its turn looks whether it was stopped.
const LOOK: Duration = Duration::from_millis(50);

/// Turns at inference, given out in the order in which they were asked for: of
/// cameras that all want more than there is, each gets as many as any other.
/// Clones share the same turns.
#[derive(Debug, Clone)]
pub struct Budget(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    queue: Mutex<Queue>,
    changed: Condvar,
}

#[derive(Debug)]
struct Queue {
    jobs: usize,
    running: usize,
    next_ticket: u64,
    waiting: VecDeque<u64>,
}

/// A turn, over when dropped.
#[derive(Debug)]
pub struct Turn(Arc<Inner>);

impl Budget {
    /// So many jobs at the same time, at least one.
    pub fn new(jobs: usize) -> Self {
        Self(Arc::new(Inner {
            queue: Mutex::new(Queue {
                jobs: jobs.max(1),
                running: 0,
                next_ticket: 0,
                waiting: VecDeque::new(),
            }),
            changed: Condvar::new(),
        }))
    }

    /// Allows another number of jobs, from the next turn on.
    pub fn resize(&self, jobs: usize) {
        self.0.queue.lock().jobs = jobs.max(1);
        self.0.changed.notify_all();
    }

    /// Blocks until it is the caller's turn. `None` when `gave_up` says so first;
    /// it is asked every 50 ms.
    pub fn turn(&self, gave_up: impl Fn() -> bool) -> Option<Turn> {
        let mut queue = self.0.queue.lock();
        let ticket = queue.next_ticket;
        queue.next_ticket += 1;
        queue.waiting.push_back(ticket);
        loop {
            if queue.running < queue.jobs && queue.waiting.front() == Some(&ticket) {
                queue.waiting.pop_front();
                queue.running += 1;
                drop(queue);
                // Another turn may be free for the next in the queue.
                self.0.changed.notify_all();
                return Some(Turn(Arc::clone(&self.0)));
            }
            if gave_up() {
                queue.waiting.retain(|t| *t != ticket);
                drop(queue);
                self.0.changed.notify_all();
                return None;
            }
            self.0.changed.wait_for(&mut queue, LOOK);
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.queue.lock().running -= 1;
        self.0.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::sync::mpsc::channel;

    #[test]
    fn turns_are_given_in_the_order_in_which_they_were_asked_for() {
        let budget = Budget::new(1);
        let first = budget.turn(|| false).unwrap();
        let (told, order) = channel();
        let mut threads = Vec::new();
        for name in 0..4 {
            let (turns, told) = (budget.clone(), told.clone());
            threads.push(std::thread::spawn(move || {
                let _turn = turns.turn(|| false);
                told.send(name).unwrap();
            }));
            while budget.0.queue.lock().waiting.len() <= name {
                std::thread::yield_now();
            }
        }
        drop(first);
        let got: Vec<usize> = order.iter().take(4).collect();
        assert_eq!(got, [0, 1, 2, 3]);
        threads.into_iter().for_each(|t| t.join().unwrap());
    }

    #[test]
    fn who_gives_up_leaves_the_queue_to_the_others() {
        let budget = Budget::new(1);
        let first = budget.turn(|| false).unwrap();
        assert!(budget.turn(|| true).is_none());
        drop(first);
        assert!(budget.turn(|| false).is_some());
        let _both = (
            budget.turn(|| false),
            budget.resize(2),
            budget.turn(|| false),
        );
    }
}
