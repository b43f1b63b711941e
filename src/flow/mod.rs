//! Flow: the things that travel through a pipeline. Plain data, no threads, no input or
//! output.
//!
//! ```text
//! Frame -> Detection -> Track -> Slot -> Snapshot
//! ```
//!
//! A source gives a [`Frame`]. A detector finds [`Detection`]s in it, a tracker makes
//! [`Track`]s of them, and the slots become a [`Snapshot`]. [`AXES`] is the one table of a
//! slot's values. Every output and every table of names in the documents uses it.
//!
//! Positions and sizes are 0..1 of the full frame, origin top left, unless a type says
//! otherwise. Times are nanoseconds on the clock of [`crate::base::clock::now_ns`].

mod axis;
mod class_names;
mod detection;
mod frame;
mod geometry;
pub mod motion;
mod pixel_format;
mod remote_slots;
mod slot;
mod slot_json;
mod snapshot;
mod source_state;
mod track;

pub use axis::{AXES, Axis, AxisId, AxisValue, OutOfRange, Quantity, UnknownAxis};
pub use class_names::{COCO, default_class_names};
pub use detection::Detection;
pub use frame::{Frame, Paint, Precomputed};
pub use geometry::{BBox, FrameSize};
pub use pixel_format::PixelFormat;
pub use remote_slots::{RemoteNode, RemoteSlot, RemoteSlots};
pub(crate) use slot::risen_presence;
pub use slot::{SLOTS_MAX, Slot, SlotState, SlotWords};
pub use snapshot::Snapshot;
pub use source_state::SourceState;
pub use track::{FrameMeta, Track};
