//! What nodes tell each other: a camera's snapshots and state as JSON messages.
//!
//! One home for both ends: the sink that publishes to a broker and the source that
//! follows another node read and write the same types. Times are durations and
//! wall-clock stamps, never the process's own clock, which means nothing elsewhere.

use serde::{Deserialize, Serialize};

use crate::geometry::FrameSize;
use crate::slots::{Slot, SlotState, Snapshot};
use crate::source::SourceState;

/// The form of the messages. A reader refuses another one.
pub const VERSION: u32 = 1;

/// One whole snapshot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SlotsMessage {
    /// [`VERSION`].
    pub v: u32,
    /// Name of the machine that tracks.
    pub node: String,
    /// The camera's id there.
    pub camera: String,
    /// Another number for each run of the publisher; `seq` begins anew with it.
    pub session: u64,
    /// Number of the snapshot, from 1.
    pub seq: u64,
    /// Number of the camera's frame, from 1.
    pub frame_seq: u64,
    /// When it was sent by the node's wall clock: nanoseconds since 1970.
    pub sent_unix_ns: i64,
    /// How old the frame was then, in nanoseconds.
    pub frame_age_ns: i64,
    /// Where the source stood.
    pub source_state: SourceState,
    /// The frame's size in pixels.
    pub frame_size: FrameSize,
    /// Tracks that wait for a slot.
    pub waiting: u32,
    /// How many slots there are.
    pub slots_max: u32,
    /// Those that are occupied, by ascending number. Whoever is not in here left.
    pub slots: Vec<SlotMessage>,
}

/// One occupied slot: normalised, origin top left.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)] // As in `Slot`, but for what is said.
pub struct SlotMessage {
    /// From 1: p1 is 1.
    pub slot: u32,
    pub state: SlotState,
    pub track_id: u64,
    pub generation: u32,
    pub class_id: i32,
    /// The class's name; empty where it is not known.
    #[serde(default)]
    pub class: String,
    pub score: f32,
    pub x: f32,
    pub y: f32,
    pub w: f32,
    pub h: f32,
    pub vx: f32,
    pub vy: f32,
    pub age_ms: u32,
    pub life_ms: u32,
}

/// Where a camera stands. The broker keeps the newest, and says `online: false`
/// itself when the node is gone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StateMessage {
    /// [`VERSION`].
    pub v: u32,
    /// Name of the machine that tracks.
    pub node: String,
    /// The camera's id there.
    pub camera: String,
    /// As in [`SlotsMessage::session`].
    pub session: u64,
    /// Whether the node is there.
    pub online: bool,
    /// Where the source stands.
    pub source_state: SourceState,
}

impl SlotsMessage {
    /// The message of a canonical snapshot, sent now. `name` gives a class's name.
    pub fn new<'a>(
        snapshot: &Snapshot,
        node: &str,
        camera: &str,
        session: u64,
        name: impl Fn(i32) -> &'a str,
    ) -> Self {
        let occupied = |(_, slot): &(usize, &Slot)| slot.state != SlotState::Empty;
        let slots = snapshot.slots.iter().enumerate().filter(occupied);
        Self {
            v: VERSION,
            node: node.to_owned(),
            camera: camera.to_owned(),
            session,
            seq: snapshot.seq,
            frame_seq: snapshot.frame_seq,
            sent_unix_ns: unix_ns(),
            frame_age_ns: (crate::clock::now_ns() - snapshot.capture_ns).max(0),
            source_state: snapshot.source_state,
            frame_size: snapshot.frame_size,
            waiting: snapshot.waiting,
            slots_max: u32::try_from(snapshot.slots.len()).unwrap_or(u32::MAX),
            slots: slots
                .map(|(index, s)| SlotMessage {
                    slot: index as u32 + 1,
                    state: s.state,
                    track_id: s.track_id,
                    generation: s.generation,
                    class_id: s.class_id,
                    class: name(s.class_id).to_owned(),
                    score: s.score,
                    x: s.x,
                    y: s.y,
                    w: s.w,
                    h: s.h,
                    vx: s.vx,
                    vy: s.vy,
                    age_ms: s.age_ms,
                    life_ms: s.life_ms,
                })
                .collect(),
        }
    }
}

/// The wall clock: nanoseconds since 1970.
pub fn unix_ns() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, crate::clock::duration_ns)
}
