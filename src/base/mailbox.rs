//! A mailbox for one item between two threads; the newest item wins.
//!
//! A camera that is faster than the detector must not fill a queue, because only its
//! newest frame is useful. [`Mailbox::replace`] therefore replaces an item that was not
//! taken. [`Mailbox::send`] waits instead, for work that must not lose a frame, such as
//! scoring a file.

use std::time::Duration;

use parking_lot::{Condvar, Mutex};

/// The result of waiting for an item.
#[derive(Debug, PartialEq, Eq)]
pub enum Received<T> {
    /// The newest item.
    Item(T),
    /// [`Mailbox::wake`] was called.
    Woken,
    /// No item arrived within the timeout.
    TimedOut,
    /// The mailbox is closed. No item will follow.
    Closed,
}

/// Holds at most one item. Has one consumer and any number of producers.
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
    /// Puts an item in and returns the item that it displaced. A closed mailbox returns
    /// the new item. Blocks only while another thread holds the lock, which is as long as
    /// it takes to copy an item.
    pub fn replace(&self, item: T) -> Option<T> {
        let mut inner = self.inner.lock();
        if inner.closed {
            return Some(item);
        }
        let displaced = inner.item.replace(item);
        drop(inner);
        self.filled.notify_one();
        displaced
    }

    /// Takes the item without waiting. For a producer that is about to put a newer item
    /// in, and for a consumer that wants the newest one.
    pub fn try_take(&self) -> Option<T> {
        let item = self.inner.lock().item.take();
        if item.is_some() {
            self.emptied.notify_all();
        }
        item
    }

    /// Waits until the mailbox is empty and puts an item in. Returns false if the mailbox
    /// was closed during the wait, which is how a stop ends it.
    pub fn send(&self, item: T) -> bool {
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

    /// Takes the item. Waits for one for at most `timeout`, or without limit if `timeout`
    /// is `None`. A wake is reported before an item, so that the consumer sees a change of
    /// settings before the next frame.
    pub fn take(&self, timeout: Option<Duration>) -> Received<T> {
        self.wait_for(timeout, true)
    }

    /// Waits as [`Mailbox::take`] does, but takes no item.
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

    /// Whether the mailbox holds an item.
    pub fn is_filled(&self) -> bool {
        self.inner.lock().item.is_some()
    }

    /// Whether the mailbox was closed.
    pub fn is_closed(&self) -> bool {
        self.inner.lock().closed
    }

    /// Closes the mailbox permanently, drops its item and wakes both sides.
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
    fn replace_keeps_newest_item_and_returns_displaced_one() {
        let mailbox = Mailbox::default();
        assert_eq!(mailbox.replace(1), None);
        assert_eq!(mailbox.replace(2), Some(1));
        assert_eq!(mailbox.take(NOW), Received::Item(2));
        assert_eq!(mailbox.take(NOW), Received::TimedOut);
    }

    #[test]
    fn send_loses_no_item() {
        let mailbox = Arc::new(Mailbox::default());
        let producer = Arc::clone(&mailbox);
        let thread = std::thread::spawn(move || (0..100).all(|n| producer.send(n)));
        for n in 0..100 {
            assert_eq!(mailbox.take(None), Received::Item(n));
        }
        assert!(thread.join().expect("the producer ends"));
    }

    #[test]
    fn try_take_unblocks_send() {
        let mailbox = Arc::new(Mailbox::default());
        mailbox.replace(1);
        let producer = Arc::clone(&mailbox);
        let blocked = std::thread::spawn(move || producer.send(2));
        assert_eq!(mailbox.try_take(), Some(1));
        assert_eq!(mailbox.take(None), Received::Item(2));
        assert!(blocked.join().expect("the producer ends"));
    }

    #[test]
    fn close_unblocks_both_sides() {
        let mailbox = Arc::new(Mailbox::default());
        mailbox.replace(1);
        let producer = Arc::clone(&mailbox);
        let blocked = std::thread::spawn(move || producer.send(2));
        mailbox.close();
        assert!(!blocked.join().expect("the producer ends"));
        assert_eq!(mailbox.take(None), Received::Closed);
        assert_eq!(mailbox.replace(3), Some(3));
    }

    #[test]
    fn wake_is_reported_before_item() {
        let mailbox = Mailbox::default();
        mailbox.replace(1);
        mailbox.wake();
        assert_eq!(mailbox.take(NOW), Received::Woken);
        assert_eq!(mailbox.wait_for_wake(NOW), Received::TimedOut);
        assert_eq!(mailbox.take(NOW), Received::Item(1));
    }
}
