//! The stateful part of a pipeline: tracker and slots. No threads, no clocks, no input or
//! output. The same detections give the same snapshots.

use std::sync::Arc;

use super::dispatcher::SnapshotPair;
use crate::base::clock::{FRAME_BACKWARDS_MAX_NS, NS_PER_MS};
use crate::config::PipelineConfig;
use crate::flow::FrameMeta;
use crate::flow::FrameSize;
use crate::flow::Snapshot;
use crate::flow::{RemoteSlots, SourceState};
use crate::slots::{OutputUnits, SlotTable, Smoother};
use crate::track::{self, Tracker, TrackerInput, TrackerSettings};

/// Detections in, snapshots out.
pub struct TrackingChain {
    tracker: Box<dyn Tracker>,
    tracker_name: String,
    tracker_settings: TrackerSettings,
    smoother: Smoother,
    slots: SlotTable,
    units: OutputUnits,
    seq: u64,
    frame_seq: u64,
    frame_size: FrameSize,
    /// Latest time that tracker or slots saw. It never runs backwards, except when the
    /// source has another time base.
    latest_ns: i64,
    /// Latest time of a frame, without ticks.
    latest_frame_ns: Option<i64>,
    tracks: u64,
    /// Whether the slots come from another node.
    is_remote: bool,
}

impl TrackingChain {
    /// An empty chain.
    pub fn new(config: &PipelineConfig) -> Self {
        let tracker_settings = TrackerSettings::from(&config.tracking);
        Self {
            tracker: track::create(&config.tracking.tracker, &tracker_settings),
            tracker_name: config.tracking.tracker.clone(),
            tracker_settings,
            smoother: Smoother::new(config.slots.smoothing, persistence_ns(config)),
            slots: SlotTable::new(
                config.tracking.objects_max,
                persistence_ns(config),
                config.slots.on_release,
            ),
            units: OutputUnits::from(&config.slots),
            seq: 0,
            frame_seq: 0,
            frame_size: FrameSize::default(),
            latest_ns: 0,
            latest_frame_ns: None,
            tracks: 0,
            is_remote: false,
        }
    }

    /// Applies new settings without losing a slot that still exists. A new kind of
    /// tracker does not know the owners, so all slots are released then. Returns whether
    /// they were, and the caller must publish a snapshot.
    #[must_use = "a release that is not published is never seen by a host"]
    pub fn configure(&mut self, config: &PipelineConfig) -> bool {
        self.tracker_settings = TrackerSettings::from(&config.tracking);
        let is_replaced = self.tracker_name != config.tracking.tracker;
        self.tracker_name.clone_from(&config.tracking.tracker);
        if is_replaced {
            self.replace_tracker();
        } else {
            self.tracker.configure(&self.tracker_settings);
        }
        self.smoother
            .configure(config.slots.smoothing, persistence_ns(config));
        self.slots.configure(
            config.tracking.objects_max,
            persistence_ns(config),
            config.slots.on_release,
        );
        self.units = OutputUnits::from(&config.slots);
        is_replaced
    }

    /// Creates a tracker of the configured kind, without tracks, and releases the slots
    /// of the old tracker's tracks. The ids continue.
    fn replace_tracker(&mut self) {
        self.tracker = track::create(&self.tracker_name, &self.tracker_settings);
        self.tracker.reserve_ids(self.tracks);
        self.smoother.clear();
        self.slots.reset();
    }

    /// Advances the time to that of a frame. No two frames get the same time. A time far
    /// before the previous frame means another source with another time base, for example
    /// a camera after a file that was read faster than it plays. The old tracks are
    /// dropped then, since their times would lie in the future. The function returns
    /// false in that case: this frame's snapshot shows the slots empty, and tracking
    /// begins with the next frame.
    fn advance_to_frame(&mut self, capture_ns: i64) -> bool {
        let before_ns = self.latest_frame_ns.replace(capture_ns);
        match before_ns {
            Some(before_ns) if capture_ns >= before_ns.saturating_sub(FRAME_BACKWARDS_MAX_NS) => {
                self.latest_frame_ns = Some(capture_ns.max(before_ns));
                self.latest_ns = capture_ns.max(self.latest_ns + 1);
                true
            }
            Some(_) => {
                self.replace_tracker();
                self.latest_ns = capture_ns;
                false
            }
            None => {
                self.latest_ns = capture_ns;
                true
            }
        }
    }

    /// Processes one frame. `now_ns` is the publish time of its snapshot.
    pub fn frame(&mut self, frame_seq: u64, input: TrackerInput<'_>, now_ns: i64) -> SnapshotPair {
        let meta = input.meta;
        self.frame_seq = frame_seq;
        self.frame_size = meta.size;
        if !self.advance_to_frame(meta.capture_ns) {
            return self.snapshot(SourceState::Live, now_ns);
        }
        let input = TrackerInput {
            meta: FrameMeta {
                capture_ns: self.latest_ns,
                ..meta
            },
            ..input
        };
        if std::mem::take(&mut self.is_remote) {
            self.tracker.reserve_ids(self.tracks);
        }
        let tracks = self.tracker.update(input);
        self.tracks = tracks.iter().map(|t| t.id).fold(self.tracks, u64::max);
        let tracks = self.smoother.apply(self.latest_ns, tracks);
        self.slots.update(self.latest_ns, tracks);
        self.snapshot(SourceState::Live, now_ns)
    }

    /// Processes one snapshot of another node: its owners get the same slots here.
    pub fn apply_remote(
        &mut self,
        frame_seq: u64,
        capture_ns: i64,
        remote: &RemoteSlots,
        now_ns: i64,
    ) -> SnapshotPair {
        self.frame_seq = frame_seq;
        self.frame_size = remote.frame_size;
        self.is_remote = true;
        if !self.advance_to_frame(capture_ns) {
            return self.snapshot(SourceState::Live, now_ns);
        }
        self.slots
            .apply_remote(self.latest_ns, remote, &mut self.tracks);
        self.snapshot(SourceState::Live, now_ns)
    }

    /// Lets time pass without a frame, up to `time_ns` of the frames' own time. `unseen`
    /// means that the source is lost and nothing can be seen now.
    pub fn tick(
        &mut self,
        time_ns: i64,
        unseen: bool,
        state: SourceState,
        now_ns: i64,
    ) -> SnapshotPair {
        self.latest_ns = time_ns.max(self.latest_ns);
        if unseen {
            self.tracker.source_lost();
        }
        // Published even if no slot changed state: held slots move.
        let _changed = self.slots.tick(self.latest_ns, unseen);
        self.snapshot(state, now_ns)
    }

    /// Ends a file. The time stays where the file ended.
    pub fn end(&mut self, now_ns: i64) -> SnapshotPair {
        self.snapshot(SourceState::Ended, now_ns)
    }

    /// Releases every slot: at the end of a run, or because the host wants them
    /// reassigned. Tracks continue. Those that are still seen get slots with the next
    /// frame, longest-lived first.
    pub fn release_all(&mut self, state: SourceState, now_ns: i64) -> SnapshotPair {
        self.slots.reset();
        self.snapshot(state, now_ns)
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

    /// The current slots, published at `now_ns`.
    pub fn snapshot(&mut self, source_state: SourceState, now_ns: i64) -> SnapshotPair {
        self.seq += 1;
        let mut normalized = Snapshot {
            seq: self.seq,
            frame_seq: self.frame_seq,
            capture_ns: self.latest_ns,
            publish_ns: now_ns,
            source_state,
            frame_size: self.frame_size,
            waiting: self.slots.waiting(),
            slots: Vec::new(),
        };
        self.slots
            .fill(self.latest_ns, self.frame_size, &mut normalized.slots);
        let normalized = Arc::new(normalized);
        let converted = if self.units.is_identity() {
            Arc::clone(&normalized)
        } else {
            let mut converted = Snapshot::clone(&normalized);
            self.units.apply(&mut converted);
            Arc::new(converted)
        };
        SnapshotPair {
            normalized,
            converted,
            units: self.units,
        }
    }
}

fn persistence_ns(config: &PipelineConfig) -> i64 {
    i64::from(config.tracking.object_persistence_ms) * NS_PER_MS
}
