//! The public Rust API: the types that `lib.rs` re-exports. The Rust twin of the C ABI.
//!
//! Like `ffi`, it is a thin layer: each method delegates to [`crate::pipeline`] and converts
//! the result. Public signatures contain only types of this folder and of `std`, so that an
//! update of a dependency never breaks a program (docs/ref/rust-api.txt lists them, and a
//! test compares them).

mod axis;
mod config;
mod error;
mod event;
mod image;
mod info;
mod pipeline;
mod slot;
mod snapshot;
mod snapshots;
mod source_state;
mod stats;
mod wait;

pub use axis::Axis;
pub use config::Config;
pub use error::{Error, ErrorKind};
pub use event::{Event, EventKind, Events};
pub use image::{Image, Picture, PixelFormat};
pub use info::{Info, ModelInfo};
pub use pipeline::{Pipeline, now_ns};
pub use slot::{Slot, SlotState};
pub use snapshot::Snapshot;
pub use snapshots::Snapshots;
pub use source_state::SourceState;
pub use stats::{Latency, SinkStats, Stats};
pub use wait::Wait;

#[cfg(test)]
mod tests {
    use super::*;

    fn is_send_and_sync<T: Send + Sync>() {}

    #[test]
    fn every_type_can_be_sent_and_shared() {
        is_send_and_sync::<Axis>();
        is_send_and_sync::<Config>();
        is_send_and_sync::<Error>();
        is_send_and_sync::<ErrorKind>();
        is_send_and_sync::<Event>();
        is_send_and_sync::<EventKind>();
        is_send_and_sync::<Events>();
        is_send_and_sync::<Image<'static>>();
        is_send_and_sync::<Info>();
        is_send_and_sync::<Latency>();
        is_send_and_sync::<ModelInfo>();
        is_send_and_sync::<Picture>();
        is_send_and_sync::<Pipeline>();
        is_send_and_sync::<PixelFormat>();
        is_send_and_sync::<SinkStats>();
        is_send_and_sync::<Slot>();
        is_send_and_sync::<SlotState>();
        is_send_and_sync::<Snapshot>();
        is_send_and_sync::<Snapshots<'static>>();
        is_send_and_sync::<SourceState>();
        is_send_and_sync::<Stats>();
        is_send_and_sync::<Wait>();
    }
}
