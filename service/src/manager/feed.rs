//! A camera's snapshots, for those who watch over WebSockets.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use rextrack::sink::{Sink, SinkError, SinkStats};
use rextrack::slots::{SlotState, Snapshot};
use tokio::sync::watch;

/// The newest snapshot, and who waits for the next.
#[derive(Debug)]
pub struct Feed {
    newest: watch::Sender<Option<Arc<Snapshot>>>,
    held: AtomicU32,
    sent: AtomicU64,
    bytes: AtomicU64,
    dropped: AtomicU64,
}

impl Default for Feed {
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

impl Feed {
    /// The newest snapshot, and each newer one from now on; those that come while
    /// nobody looks are skipped.
    pub fn subscribe(&self) -> watch::Receiver<Option<Arc<Snapshot>>> {
        self.newest.subscribe()
    }

    /// Slots that are held for somebody, in the newest snapshot.
    pub fn held(&self) -> u32 {
        self.held.load(Ordering::Relaxed)
    }

    /// Counts a message to one watcher, and the snapshots that it skipped.
    pub fn count(&self, bytes: usize, skipped: u64) {
        self.sent.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
        self.dropped.fetch_add(skipped, Ordering::Relaxed);
    }
}

/// The pipeline's end of a feed. Never blocks.
pub struct FeedSink(Arc<Feed>);

impl FeedSink {
    /// Hands snapshots to a feed.
    pub fn new(feed: Arc<Feed>) -> Self {
        Self(feed)
    }
}

impl Sink for FeedSink {
    fn name(&self) -> &str {
        "websocket"
    }

    fn wants_canonical(&self) -> bool {
        true
    }

    fn send(&mut self, snapshot: &Snapshot) -> Result<(), SinkError> {
        let held = |slot: &&_| {
            matches!(
                slot,
                rextrack::slots::Slot {
                    state: SlotState::Held,
                    ..
                }
            )
        };
        let count = snapshot.slots.iter().filter(held).count();
        self.0.held.store(count as u32, Ordering::Relaxed);
        // Also without watchers: the next one begins with where things stand.
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
