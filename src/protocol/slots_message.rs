//! The message with the slots of a camera.

use serde::{Deserialize, Serialize};

use super::message::{VERSION, check_version, read, unix_ns, within};
use crate::base::printable;
use crate::flow::{AXES, FrameSize, SLOTS_MAX, Slot, SlotState, Snapshot, SourceState};

/// Oldest frame: an hour, the longest persistence there is.
const HOUR_MS: u32 = 3_600_000;
/// The wall clock's last moment, in the year 2200.
const LAST_UNIX_NS: i64 = 7_258_118_400_000_000_000;
/// Most tracks that may wait.
const WAITING_MAX: u32 = 100_000;
/// Most slots of a node.
const SLOT_NUMBER_MAX: u32 = SLOTS_MAX as u32;

/// One whole snapshot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SlotsMessage {
    /// [`VERSION`].
    pub v: u32,
    /// Name of the machine that tracks.
    pub node: String,
    /// The camera's id there.
    pub camera: String,
    /// Another number for each run of the publisher; `seq` restarts with it.
    pub session: u64,
    /// Number of the snapshot, from 1.
    pub seq: u64,
    /// Number of the camera's frame, from 1.
    pub frame_seq: u64,
    /// When it was sent by the node's wall clock: nanoseconds since 1970.
    pub sent_unix_ns: i64,
    /// How old the frame was then, in nanoseconds.
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
    /// The class's name; empty where it is not known.
    #[serde(default)]
    pub class: String,
    /// The slot's values, one key for each axis.
    #[serde(flatten)]
    pub values: Slot,
}

impl SlotsMessage {
    /// Reads a message as it came. The numbers are still unchecked.
    ///
    /// # Errors
    /// When it is too large or no such message.
    pub fn read(payload: &[u8]) -> Result<Self, String> {
        read(payload)
    }

    /// Checks every number that another node gave, and cleans its names. One
    /// impossible number makes the whole message void: half a snapshot would show people
    /// leaving who are still there.
    ///
    /// # Errors
    /// Names the value at fault and its range.
    pub fn checked(mut self) -> Result<Self, String> {
        check_version(self.v)?;
        self.node = printable::name(&self.node);
        self.camera = printable::name(&self.camera);
        within("seq", self.seq, 1..=u64::MAX)?;
        within("sent_unix_ns", self.sent_unix_ns, 0..=LAST_UNIX_NS)?;
        let oldest_ns = i64::from(HOUR_MS) * crate::base::clock::NS_PER_MS;
        within("frame_age_ns", self.frame_age_ns, 0..=oldest_ns)?;
        within("waiting", self.waiting, 0..=WAITING_MAX)?;
        within("slots_max", self.slots_max, 1..=SLOT_NUMBER_MAX)?;
        let FrameSize { width, height } = self.frame_size;
        // Before its first frame a node knows no size, and nobody in it.
        let before_first = (width, height) == (0, 0) && self.slots.is_empty();
        if !self.frame_size.is_usable() && !before_first {
            return Err(format!(
                "frame_size must have sides of 1..{}, got {width}x{height}",
                FrameSize::SIDE_MAX
            ));
        }
        let mut taken = [false; SLOTS_MAX];
        for slot in &mut self.slots {
            within("slot", slot.slot, 1..=SLOT_NUMBER_MAX)?;
            if std::mem::replace(&mut taken[slot.slot as usize - 1], true) {
                return Err(format!("slot {} is in it twice", slot.slot));
            }
            if slot.values.state != SlotState::Empty {
                let values = &slot.values;
                (AXES.iter().try_for_each(|axis| axis.check(values)))
                    .map_err(|e| format!("slot {}: {e}", slot.slot))?;
            }
            slot.class = printable::name(&slot.class);
        }
        self.slots
            .retain(|slot| slot.values.state != SlotState::Empty);
        Ok(self)
    }

    /// Whether the node has not had a frame yet.
    pub fn is_before_first_frame(&self) -> bool {
        self.frame_size == FrameSize::default()
    }

    /// The message of a normalised snapshot, sent now. `name` gives a class's name.
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
