//! The part of a pipeline that remembers: tracker and slots. No threads, no
//! clocks, no input or output; the same detections give the same snapshots.

use std::sync::Arc;

use super::dispatcher::Outgoing;
use crate::clock::NS_PER_MS;
use crate::config::PipelineConfig;
use crate::detect::Detection;
use crate::geometry::FrameSize;
use crate::slots::{Presentation, SlotTable, Smoother, Snapshot};
use crate::source::{RemoteSlots, SourceState};
use crate::track::{self, Moment, Tracker, TrackerSettings};

/// Detections in, snapshots out.
pub struct Chain {
    tracker: Box<dyn Tracker>,
    smoother: Smoother,
    slots: SlotTable,
    presentation: Presentation,
    seq: u64,
    frame_seq: u64,
    frame_size: FrameSize,
    /// Newest time that was given to tracker or slots; time never runs back.
    latest_ns: i64,
    tracks: u64,
    /// Whether the owners of the slots are another node's.
    mirrors: bool,
}

impl Chain {
    /// An empty chain.
    pub fn new(config: &PipelineConfig) -> Self {
        Self {
            tracker: track::create(
                config.tracking.tracker,
                &TrackerSettings::from(&config.tracking),
            ),
            smoother: Smoother::new(config.slots.smoothing, persistence_ns(config)),
            slots: SlotTable::new(
                config.tracking.objects_max,
                persistence_ns(config),
                config.slots.on_release,
            ),
            presentation: Presentation::from(&config.slots),
            seq: 0,
            frame_seq: 0,
            frame_size: FrameSize::default(),
            latest_ns: 0,
            tracks: 0,
            mirrors: false,
        }
    }

    /// Takes new settings without losing a slot that still exists.
    pub fn configure(&mut self, config: &PipelineConfig) {
        self.tracker
            .configure(&TrackerSettings::from(&config.tracking));
        self.smoother
            .configure(config.slots.smoothing, persistence_ns(config));
        self.slots.configure(
            config.tracking.objects_max,
            persistence_ns(config),
            config.slots.on_release,
        );
        self.presentation = Presentation::from(&config.slots);
    }

    /// One processed frame.
    pub fn frame(&mut self, frame_seq: u64, moment: Moment, detections: &[Detection]) -> Outgoing {
        self.frame_seq = frame_seq;
        self.frame_size = moment.size;
        self.latest_ns = moment.capture_ns.max(self.latest_ns + 1);
        let moment = Moment {
            capture_ns: self.latest_ns,
            ..moment
        };
        if std::mem::take(&mut self.mirrors) {
            self.tracker.reserve_ids(self.tracks);
        }
        let tracks = self.tracker.update(moment, detections);
        self.tracks = tracks.iter().map(|t| t.id).fold(self.tracks, u64::max);
        let tracks = self.smoother.apply(self.latest_ns, tracks);
        self.slots.update(self.latest_ns, tracks);
        self.snapshot(SourceState::Live)
    }

    /// One snapshot of another node: its owners sit here as they do there.
    pub fn mirror(&mut self, frame_seq: u64, remote: &RemoteSlots) -> Outgoing {
        self.frame_seq = frame_seq;
        self.frame_size = remote.frame_size;
        self.latest_ns = remote.capture_ns.max(self.latest_ns + 1);
        self.mirrors = true;
        self.slots.mirror(self.latest_ns, remote, &mut self.tracks);
        self.snapshot(SourceState::Live)
    }

    /// Time passed without a frame. `unseen` says that nothing can be seen
    /// now, because the source is lost.
    pub fn tick(&mut self, now_ns: i64, unseen: bool, state: SourceState) -> Outgoing {
        self.latest_ns = now_ns.max(self.latest_ns);
        if unseen {
            self.tracker.source_lost();
        }
        // Published whether or not a slot changed: held ones move.
        let _changed = self.slots.tick(self.latest_ns, unseen);
        self.snapshot(state)
    }

    /// Releases every slot: at the end of a run, or because the host wants them
    /// given out anew. Tracks go on; those that are still seen are seated by the
    /// next frame, longest-lived first.
    pub fn release_all(&mut self, state: SourceState) -> Outgoing {
        self.slots.reset();
        self.snapshot(state)
    }

    /// When the next held slot is due for release.
    pub fn next_release_ns(&self) -> Option<i64> {
        self.slots.next_deadline_ns()
    }

    /// Whether any slot is taken.
    pub fn is_occupied(&self) -> bool {
        self.slots.is_occupied()
    }

    /// Tracks that got an id so far.
    pub fn tracks(&self) -> u64 {
        self.tracks
    }

    fn snapshot(&mut self, source_state: SourceState) -> Outgoing {
        self.seq += 1;
        let mut canonical = Snapshot {
            seq: self.seq,
            frame_seq: self.frame_seq,
            capture_ns: self.latest_ns,
            publish_ns: crate::clock::now_ns(),
            source_state,
            frame_size: self.frame_size,
            waiting: self.slots.waiting(),
            slots: Vec::new(),
        };
        self.slots.fill(self.latest_ns, &mut canonical.slots);
        let canonical = Arc::new(canonical);
        let presented = if self.presentation.is_identity() {
            Arc::clone(&canonical)
        } else {
            let mut presented = Snapshot::clone(&canonical);
            self.presentation.apply(&mut presented);
            Arc::new(presented)
        };
        Outgoing {
            canonical,
            presented,
            presentation: self.presentation,
        }
    }
}

fn persistence_ns(config: &PipelineConfig) -> i64 {
    i64::from(config.tracking.object_persistence_ms) * NS_PER_MS
}
