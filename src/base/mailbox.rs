//! The mailbox between two threads: one place, and the newest wins.
//!
//! A camera that is faster than the detector must not build a queue: what
//! counts is the newest frame. [`Mailbox::offer`] therefore replaces what
//! nobody took. [`Mailbox::deliver`] waits instead, for work that may not lose
//! a frame, such as scoring a file.

use std::time::Duration;

use parking_lot::{Condvar, Mutex};

/// What a consumer got.
#[derive(Debug, PartialEq, Eq)]
pub enum Received<T> {
    /// The newest item.
    Item(T),
    /// Somebody called [`Mailbox::wake`].
    Woken,
    /// Nothing came in time.
    TimedOut,
    /// The mailbox is closed; nothing will come again.
    Closed,
}

/// A place for one item. One consumer, any number of producers.
#[derive(Debug)]
pub struct Mailbox<T> {
    inner: Mutex<Inner<T>>,
    filled: Condvar,
    emptied: Condvar,
}

#[derive(Debug)]
struct Inner<T> {
    item: Option<T>,
    woken: bool,
    closed: bool,
}

impl<T> Default for Mailbox<T> {
    fn default() -> Self {
        Self {
            inner: Mutex::new(Inner {
                item: None,
                woken: false,
                closed: false,
            }),
            filled: Condvar::new(),
            emptied: Condvar::new(),
        }
    }
}

impl<T> Mailbox<T> {
    /// Puts an item in and returns the one it displaced. Never blocks for
    /// longer than the other side copies a pointer. A closed mailbox gives the
    /// item straight back.
    pub fn offer(&self, item: T) -> Option<T> {
        let mut inner = self.inner.lock();
        if inner.closed {
            return Some(item);
        }
        let displaced = inner.item.replace(item);
        drop(inner);
        self.filled.notify_one();
        displaced
    }

    /// Takes what nobody took yet, without waiting: for a producer that is about to put
    /// something newer in, and for a consumer that wants the newest.
    pub fn take_back(&self) -> Option<T> {
        let item = self.inner.lock().item.take();
        if item.is_some() {
            self.emptied.notify_all();
        }
        item
    }

    /// Puts an item in, waiting until the place is free. Returns false when
    /// the mailbox was closed meanwhile, which is how a stop ends the wait.
    pub fn deliver(&self, item: T) -> bool {
        let mut inner = self.inner.lock();
        while inner.item.is_some() && !inner.closed {
            self.emptied.wait(&mut inner);
        }
        if inner.closed {
            return false;
        }
        inner.item = Some(item);
        drop(inner);
        self.filled.notify_one();
        true
    }

    /// Takes the item, waiting for one at most `timeout` (for ever when
    /// `None`). A wake is reported before an item, so that a change of
    /// settings is seen before the next frame.
    pub fn take(&self, timeout: Option<Duration>) -> Received<T> {
        self.wait_for(timeout, true)
    }

    /// Waits like [`Mailbox::take`], but leaves items where they are.
    pub fn wait_for_wake(&self, timeout: Option<Duration>) -> Received<T> {
        self.wait_for(timeout, false)
    }

    fn wait_for(&self, timeout: Option<Duration>, items: bool) -> Received<T> {
        let deadline = timeout.map(|t| std::time::Instant::now() + t);
        let mut inner = self.inner.lock();
        loop {
            if inner.closed {
                return Received::Closed;
            }
            if std::mem::take(&mut inner.woken) {
                return Received::Woken;
            }
            if items && let Some(item) = inner.item.take() {
                drop(inner);
                self.emptied.notify_all();
                return Received::Item(item);
            }
            match deadline {
                None => self.filled.wait(&mut inner),
                Some(at) if std::time::Instant::now() >= at => return Received::TimedOut,
                Some(at) => {
                    self.filled.wait_until(&mut inner, at);
                }
            }
        }
    }

    /// Makes the consumer's current or next wait return [`Received::Woken`].
    pub fn wake(&self) {
        self.inner.lock().woken = true;
        self.filled.notify_one();
    }

    /// Whether something waits to be taken.
    pub fn is_filled(&self) -> bool {
        self.inner.lock().item.is_some()
    }

    /// Whether the mailbox was closed.
    pub fn is_closed(&self) -> bool {
        self.inner.lock().closed
    }

    /// Closes the mailbox for good and wakes both sides. What nobody took is
    /// dropped.
    pub fn close(&self) {
        let mut inner = self.inner.lock();
        inner.closed = true;
        let item = inner.item.take();
        drop(inner);
        drop(item);
        self.filled.notify_all();
        self.emptied.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    const NOW: Option<Duration> = Some(Duration::ZERO);

    #[test]
    fn the_newest_wins_and_the_displaced_comes_back() {
        let mailbox = Mailbox::default();
        assert_eq!(mailbox.offer(1), None);
        assert_eq!(mailbox.offer(2), Some(1));
        assert_eq!(mailbox.take(NOW), Received::Item(2));
        assert_eq!(mailbox.take(NOW), Received::TimedOut);
    }

    #[test]
    fn deliver_loses_nothing() {
        let mailbox = Arc::new(Mailbox::default());
        let producer = Arc::clone(&mailbox);
        let thread = std::thread::spawn(move || (0..100).all(|n| producer.deliver(n)));
        for n in 0..100 {
            assert_eq!(mailbox.take(None), Received::Item(n));
        }
        assert!(thread.join().expect("the producer ends"));
    }

    #[test]
    fn taking_back_lets_a_delivery_in() {
        let mailbox = Arc::new(Mailbox::default());
        mailbox.offer(1);
        let producer = Arc::clone(&mailbox);
        let blocked = std::thread::spawn(move || producer.deliver(2));
        assert_eq!(mailbox.take_back(), Some(1));
        assert_eq!(mailbox.take(None), Received::Item(2));
        assert!(blocked.join().expect("the producer ends"));
    }

    #[test]
    fn closing_ends_both_sides() {
        let mailbox = Arc::new(Mailbox::default());
        mailbox.offer(1);
        let producer = Arc::clone(&mailbox);
        let blocked = std::thread::spawn(move || producer.deliver(2));
        mailbox.close();
        assert!(!blocked.join().expect("the producer ends"));
        assert_eq!(mailbox.take(None), Received::Closed);
        assert_eq!(mailbox.offer(3), Some(3));
    }

    #[test]
    fn a_wake_is_seen_before_the_item() {
        let mailbox = Mailbox::default();
        mailbox.offer(1);
        mailbox.wake();
        assert_eq!(mailbox.take(NOW), Received::Woken);
        assert_eq!(mailbox.wait_for_wake(NOW), Received::TimedOut);
        assert_eq!(mailbox.take(NOW), Received::Item(1));
    }
}
