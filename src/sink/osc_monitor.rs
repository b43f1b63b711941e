//! A second look at what an OSC output sends.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};

use parking_lot::Mutex;

/// Datagrams that wait for a watcher; more are left out.
const QUEUE_MAX: usize = 512;

/// Hands copies of sent datagrams to those who watch. Costs nothing while nobody
/// does.
#[derive(Debug, Default)]
pub struct OscMonitor {
    watched: AtomicBool,
    watchers: Mutex<Vec<SyncSender<Vec<u8>>>>,
}

impl OscMonitor {
    /// Watches from now on, until the receiver is dropped.
    pub fn watch(&self) -> Receiver<Vec<u8>> {
        let (sender, receiver) = sync_channel(QUEUE_MAX);
        let mut watchers = self.watchers.lock();
        watchers.push(sender);
        self.watched.store(true, Ordering::Release);
        receiver
    }

    pub(super) fn offer(&self, datagram: &[u8]) {
        if !self.watched.load(Ordering::Acquire) {
            return;
        }
        let mut watchers = self.watchers.lock();
        watchers.retain(|watcher| {
            !matches!(
                watcher.try_send(datagram.to_vec()),
                Err(TrySendError::Disconnected(_))
            )
        });
        self.watched.store(!watchers.is_empty(), Ordering::Release);
    }
}
