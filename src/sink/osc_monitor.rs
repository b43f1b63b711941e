//! Copies of the datagrams that an OSC output sends.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};

use parking_lot::Mutex;

/// Datagrams that may wait for a receiver; more are dropped.
const QUEUE_MAX: usize = 512;

/// Passes copies of sent datagrams to its receivers. Costs nothing without a receiver.
#[derive(Debug, Default)]
pub struct OscMonitor {
    has_receivers: AtomicBool,
    receivers: Mutex<Vec<SyncSender<Vec<u8>>>>,
}

impl OscMonitor {
    /// Adds a receiver. It gets the datagrams that are sent from now on, until it is
    /// dropped.
    pub fn watch(&self) -> Receiver<Vec<u8>> {
        let (sender, receiver) = sync_channel(QUEUE_MAX);
        let mut receivers = self.receivers.lock();
        receivers.push(sender);
        self.has_receivers.store(true, Ordering::Release);
        receiver
    }

    pub(super) fn forward(&self, datagram: &[u8]) {
        if !self.has_receivers.load(Ordering::Acquire) {
            return;
        }
        let mut receivers = self.receivers.lock();
        receivers.retain(|receiver| {
            !matches!(
                receiver.try_send(datagram.to_vec()),
                Err(TrySendError::Disconnected(_))
            )
        });
        self.has_receivers
            .store(!receivers.is_empty(), Ordering::Release);
    }
}
