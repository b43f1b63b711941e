//! The message with the slots of a camera.

use serde::{Deserialize, Serialize};

use super::error::MessageError;
use super::limits::VERSION;
use super::message::{check_range, check_version, read, unix_ns};
use crate::base::printable;
use crate::flow::{AXES, FrameSize, SLOTS_MAX, Slot, SlotState, Snapshot, SourceState};

/// Oldest frame: an hour, the longest persistence.
const HOUR_MS: u32 = 3_600_000;
/// Latest wall-clock time, in the year 2200.
const LAST_UNIX_NS: i64 = 7_258_118_400_000_000_000;
/// Most tracks that may wait.
const WAITING_MAX: u32 = 100_000;
/// Most slots of a node.
const SLOT_NUMBER_MAX: u32 = SLOTS_MAX as u32;

/// One complete snapshot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SlotsMessage {
    /// [`VERSION`].
    pub v: u32,
    /// Name of the machine that tracks.
    pub node: String,
    /// The camera's id there.
    pub camera: String,
    /// A different number for each run of the publisher; `seq` restarts with it.
    pub session: u64,
    /// Number of the snapshot, from 1.
    pub seq: u64,
    /// Number of the camera's frame, from 1.
    pub frame_seq: u64,
    /// When it was sent, by the node's wall clock: nanoseconds since 1970.
    pub sent_unix_ns: i64,
    /// Age of the frame at that time, in nanoseconds.
    pub frame_age_ns: i64,
    /// State of the source.
    pub source_state: SourceState,
    /// The frame's size in pixels.
    pub frame_size: FrameSize,
    /// Tracks that wait for a slot.
    pub waiting: u32,
    /// How many slots there are.
    pub slots_max: u32,
    /// Occupied slots, ascending. Slots that are not listed are empty.
    pub slots: Vec<SlotMessage>,
}

/// One occupied slot: normalised, origin top left.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SlotMessage {
    /// From 1: p1 is 1.
    pub slot: u32,
    /// The class's name; empty if it is unknown.
    #[serde(default)]
    pub class: String,
    /// The slot's values, one key for each axis.
    #[serde(flatten)]
    pub values: Slot,
}

impl SlotsMessage {
    /// Parses a message. Its numbers are not checked yet; see [`SlotsMessage::checked`].
    ///
    /// # Errors
    /// When it is too large or has another form.
    pub fn read(payload: &[u8]) -> Result<Self, MessageError> {
        read(payload)
    }

    /// Checks every number and cleans the names. One number out of range rejects the whole
    /// message, because a partial snapshot would empty slots whose people are still there.
    ///
    /// # Errors
    /// The first value that is out of range.
    pub fn checked(mut self) -> Result<Self, MessageError> {
        check_version(self.v)?;
        self.node = printable::name(&self.node);
        self.camera = printable::name(&self.camera);
        check_range("seq", self.seq, 1..=u64::MAX)?;
        check_range("sent_unix_ns", self.sent_unix_ns, 0..=LAST_UNIX_NS)?;
        let oldest_ns = i64::from(HOUR_MS) * crate::base::clock::NS_PER_MS;
        check_range("frame_age_ns", self.frame_age_ns, 0..=oldest_ns)?;
        check_range("waiting", self.waiting, 0..=WAITING_MAX)?;
        check_range("slots_max", self.slots_max, 1..=SLOT_NUMBER_MAX)?;
        let FrameSize { width, height } = self.frame_size;
        // Before its first frame a node sends no size and no slots.
        let before_first = (width, height) == (0, 0) && self.slots.is_empty();
        if !self.frame_size.is_usable() && !before_first {
            return Err(MessageError::FrameSize {
                size: self.frame_size,
            });
        }
        let mut listed = [false; SLOTS_MAX];
        for slot in &mut self.slots {
            check_range("slot", slot.slot, 1..=SLOT_NUMBER_MAX)?;
            if std::mem::replace(&mut listed[slot.slot as usize - 1], true) {
                return Err(MessageError::DuplicateSlot { slot: slot.slot });
            }
            if slot.values.state != SlotState::Empty {
                let (number, values) = (slot.slot, &slot.values);
                let in_slot = |value| MessageError::SlotValue {
                    slot: number,
                    value,
                };
                (AXES.iter().try_for_each(|axis| axis.check(values))).map_err(in_slot)?;
            }
            slot.class = printable::name(&slot.class);
        }
        self.slots
            .retain(|slot| slot.values.state != SlotState::Empty);
        Ok(self)
    }

    /// Whether the node has not received a frame yet.
    pub fn is_before_first_frame(&self) -> bool {
        self.frame_size == FrameSize::default()
    }

    /// The message of a normalised snapshot, sent now. `name` returns a class's name.
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
            frame_age_ns: (crate::base::clock::now_ns() - snapshot.capture_ns).max(0),
            source_state: snapshot.source_state,
            frame_size: snapshot.frame_size,
            waiting: snapshot.waiting,
            slots_max: u32::try_from(snapshot.slots.len()).unwrap_or(u32::MAX),
            slots: slots
                .map(|(index, slot)| SlotMessage {
                    slot: index as u32 + 1,
                    class: name(slot.class_id).to_owned(),
                    values: *slot,
                })
                .collect(),
        }
    }
}
