//! What nodes tell each other: a camera's snapshots and state as JSON messages.
//!
//! One home for both ends: the sink that publishes to a broker and the source that
//! follows another node read and write the same types. Times are durations and
//! wall-clock stamps, never the process's own clock, which means nothing elsewhere.

use std::ops::RangeInclusive;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::geometry::FrameSize;
use crate::printable;
use crate::slots::{self, Slot, SlotState, Snapshot};
use crate::source::SourceState;

/// The form of the messages. A reader refuses another one.
pub const VERSION: u32 = 1;

/// Largest message that is read. A snapshot of 256 slots takes about 60 kB.
pub const MESSAGE_MAX: usize = 256 * 1024;
/// Most slots of a node.
const SLOTS_MAX: u32 = slots::SLOTS_MAX as u32;
/// Class ids beyond this are a fault: the names are kept as a list up to the largest.
const CLASS_ID_MAX: i32 = 9_999;
/// Centres, in frame widths and heights: boxes reach beyond the frame, not far.
const CENTRE: RangeInclusive<f32> = -1.0..=2.0;
/// Sizes of boxes, in frame widths and heights.
const SIZE: RangeInclusive<f32> = 0.0..=2.0;
/// Fastest, in frame widths and heights a second: across the frame in 10 ms.
const SPEED: RangeInclusive<f32> = -100.0..=100.0;
/// Oldest frame and longest hold: an hour, the longest persistence there is.
const HOUR_MS: u32 = 3_600_000;
/// The wall clock's last moment, in the year 2200.
const LAST_UNIX_NS: i64 = 7_258_118_400_000_000_000;
/// Most tracks that may wait.
const WAITING_MAX: u32 = 100_000;

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
    /// Reads a message as it came. The numbers are still unchecked.
    ///
    /// # Errors
    /// When it is too large or no such message.
    pub fn read(payload: &[u8]) -> Result<Self, String> {
        read(payload)
    }

    /// Checks every number that another node gave, and cleans its names. One number
    /// that cannot be makes the whole message void: half a snapshot would show people
    /// leaving who are there.
    ///
    /// # Errors
    /// What is at fault, and what it may be.
    pub fn checked(mut self) -> Result<Self, String> {
        check_version(self.v)?;
        self.node = printable::name(&self.node);
        self.camera = printable::name(&self.camera);
        within("seq", self.seq, 1..=u64::MAX)?;
        within("sent_unix_ns", self.sent_unix_ns, 0..=LAST_UNIX_NS)?;
        let oldest_ns = i64::from(HOUR_MS) * crate::clock::NS_PER_MS;
        within("frame_age_ns", self.frame_age_ns, 0..=oldest_ns)?;
        within("waiting", self.waiting, 0..=WAITING_MAX)?;
        within("slots_max", self.slots_max, 1..=SLOTS_MAX)?;
        let FrameSize { width, height } = self.frame_size;
        // Before its first frame a node knows no size, and nobody in it.
        let before_first = (width, height) == (0, 0) && self.slots.is_empty();
        if !self.frame_size.is_usable() && !before_first {
            return Err(format!(
                "frame_size must have sides of 1..{}, got {width}x{height}",
                FrameSize::SIDE_MAX
            ));
        }
        let mut taken = [false; SLOTS_MAX as usize];
        for slot in &mut self.slots {
            within("slot", slot.slot, 1..=SLOTS_MAX)?;
            if std::mem::replace(&mut taken[slot.slot as usize - 1], true) {
                return Err(format!("slot {} is in it twice", slot.slot));
            }
            if slot.state != SlotState::Empty {
                slot.check()
                    .map_err(|e| format!("slot {}: {e}", slot.slot))?;
            }
            slot.class = printable::name(&slot.class);
        }
        self.slots.retain(|slot| slot.state != SlotState::Empty);
        Ok(self)
    }

    /// Whether the node has not had a frame yet.
    pub fn is_before_first_frame(&self) -> bool {
        self.frame_size == FrameSize::default()
    }

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

impl SlotMessage {
    fn check(&self) -> Result<(), String> {
        within("class_id", self.class_id, 0..=CLASS_ID_MAX)?;
        within("score", self.score, 0.0..=1.0)?;
        for (name, value) in [("x", self.x), ("y", self.y)] {
            within(name, value, CENTRE)?;
        }
        for (name, value) in [("w", self.w), ("h", self.h)] {
            within(name, value, SIZE)?;
        }
        for (name, value) in [("vx", self.vx), ("vy", self.vy)] {
            within(name, value, SPEED)?;
        }
        within("age_ms", self.age_ms, 0..=HOUR_MS)
    }
}

impl StateMessage {
    /// Reads a message as it came, with its names cleaned.
    ///
    /// # Errors
    /// When it is too large or no such message.
    pub fn read(payload: &[u8]) -> Result<Self, String> {
        let mut message: Self = read(payload)?;
        check_version(message.v)?;
        message.node = printable::name(&message.node);
        message.camera = printable::name(&message.camera);
        Ok(message)
    }
}

fn read<T: DeserializeOwned>(payload: &[u8]) -> Result<T, String> {
    if payload.len() > MESSAGE_MAX {
        return Err(format!(
            "it has {} bytes, at most {MESSAGE_MAX} are read",
            payload.len()
        ));
    }
    // What does not fit is repeated in the reason, at whatever length.
    serde_json::from_slice(payload).map_err(|e| {
        format!(
            "it is no message of a node ({})",
            printable::name(&e.to_string())
        )
    })
}

fn check_version(v: u32) -> Result<(), String> {
    if v == VERSION {
        return Ok(());
    }
    Err(format!(
        "it is of form {v}, this version reads {VERSION}; use the same version on all nodes"
    ))
}

/// NaN is within nothing.
fn within<T: PartialOrd + std::fmt::Display>(
    name: &str,
    value: T,
    range: RangeInclusive<T>,
) -> Result<(), String> {
    if range.contains(&value) {
        return Ok(());
    }
    let (start, end) = (range.start(), range.end());
    Err(format!("{name} must be within {start}..{end}, got {value}"))
}

/// The wall clock: nanoseconds since 1970.
pub fn unix_ns() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, crate::clock::duration_ns)
}
