//! A camera's snapshots for WebSocket clients.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use rextrack::internals::flow::{SlotState, Snapshot};
use rextrack::internals::sink::{Sink, SinkError, SinkStats};
use tokio::sync::watch;

/// Holds the newest snapshot and notifies subscribers of the next one.
#[derive(Debug)]
pub struct SnapshotChannel {
    newest: watch::Sender<Option<Arc<Snapshot>>>,
    held: AtomicU32,
    sent: AtomicU64,
    bytes: AtomicU64,
    dropped: AtomicU64,
}

impl Default for SnapshotChannel {
    fn default() -> Self {
        Self {
            newest: watch::Sender::new(None),
            held: AtomicU32::default(),
            sent: AtomicU64::default(),
            bytes: AtomicU64::default(),
            dropped: AtomicU64::default(),
        }
    }
}

impl SnapshotChannel {
    /// Receives the newest snapshot, then newer ones. A slow receiver skips snapshots.
    pub fn subscribe(&self) -> watch::Receiver<Option<Arc<Snapshot>>> {
        self.newest.subscribe()
    }

    /// Number of held slots in the newest snapshot.
    pub fn held(&self) -> u32 {
        self.held.load(Ordering::Relaxed)
    }

    /// Counts a message to one client, and the snapshots that the client skipped.
    pub fn count(&self, bytes: usize, skipped: u64) {
        self.sent.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
        self.dropped.fetch_add(skipped, Ordering::Relaxed);
    }
}

/// The pipeline's end of a channel. Never blocks.
pub struct ChannelSink(Arc<SnapshotChannel>);

impl ChannelSink {
    /// Sends snapshots to a channel.
    pub fn new(channel: Arc<SnapshotChannel>) -> Self {
        Self(channel)
    }
}

impl Sink for ChannelSink {
    fn name(&self) -> &str {
        "websocket"
    }

    fn wants_normalized(&self) -> bool {
        true
    }

    fn send(&mut self, snapshot: &Snapshot) -> Result<(), SinkError> {
        let slots = snapshot.slots.iter();
        let held = slots.filter(|slot| slot.state == SlotState::Held).count();
        self.0.held.store(held as u32, Ordering::Relaxed);
        // Also without subscribers: the next one begins with the newest snapshot.
        self.0.newest.send_replace(Some(Arc::new(snapshot.clone())));
        Ok(())
    }

    fn stats(&self) -> SinkStats {
        SinkStats {
            sent: self.0.sent.load(Ordering::Relaxed),
            bytes: self.0.bytes.load(Ordering::Relaxed),
            dropped: self.0.dropped.load(Ordering::Relaxed),
            failed: 0,
        }
    }
}
