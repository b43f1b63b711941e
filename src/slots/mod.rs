//! Slots: tracks in, snapshots out. Runs on the pipeline's infer thread, never
//! blocks.
//!
//! ```text
//!         new track               not seen for the persistence
//! EMPTY ------------> ACTIVE ------> HELD -----------------------> EMPTY
//!                       ^   not seen  |
//!                       +-------------+  seen again: same slot, same generation
//! ```
//!
//! [`Smoother`] smooths the tracks' boxes, [`SlotTable`] assigns tracks to slots by these
//! rules, and [`OutputUnits`] converts a snapshot to the configured units and origin. The
//! types [`Slot`](crate::flow::Slot) and [`Snapshot`](crate::flow::Snapshot) are in
//! [`flow`](crate::flow).

mod output_units;
#[cfg(test)]
mod rules;
mod smoothing;
mod table;

pub use output_units::OutputUnits;
pub use smoothing::Smoother;
pub use table::SlotTable;
