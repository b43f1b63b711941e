//! The C ABI: a thin layer. Each function checks its arguments, delegates to
//! [`crate::pipeline`], and converts the error. No logic lives here, and
//! nothing in Rust calls it. This list is the whole ABI:
//!
//! | file | functions |
//! |---|---|
//! | `pipeline.rs` | `rextrack_create`, `_start`, `_stop`, `_wake`, `_reset_slots`, `_destroy` |
//! | `registry.rs` | `rextrack_find` |
//! | `version.rs` | `rextrack_abi_version`, `rextrack_version_string`, `rextrack_now_ns` |
//! | `status.rs` | `rextrack_status_string`, `rextrack_last_error` |
//! | `logging.rs`, `log_lines.rs` | `rextrack_set_log`, `rextrack_poll_log` |
//! | `settings.rs` | `rextrack_set_config`, `rextrack_get_config`, `rextrack_get_config_ex` |
//! | `snapshot.rs` | `rextrack_poll`, `rextrack_poll_at`, `rextrack_wait` |
//! | `axes.rs` | `rextrack_axes`, `rextrack_poll_axes` |
//! | `slot_arrays.rs` | `rextrack_poll_keypoints`, `rextrack_poll_zones` |
//! | `events.rs` | `rextrack_poll_events` |
//! | `frame.rs` | `rextrack_push_frame`, `rextrack_preview` |
//! | `sinks.rs` | `rextrack_sinks` |
//! | `stats.rs` | `rextrack_stats`, `rextrack_info`, `rextrack_class_name`, `rextrack_problem` |
//!
//! `status::guard` turns every error and panic into a status and the last message of the
//! calling thread.

// This folder reads and writes memory of the host. Every use says why it is sound.
#![allow(unsafe_code)]

#[allow(dead_code)] // The build script and the installer use the rest of it.
mod abi;
mod args;
mod axes;
mod events;
mod frame;
mod handle;
mod library_dir;
mod log_lines;
mod logging;
mod pipeline;
mod registry;
mod settings;
mod sinks;
mod slot_arrays;
mod snapshot;
mod stats;
mod status;
mod text_buffer;
mod version;

pub use abi::REXTRACK_ABI_VERSION;
pub use axes::{RextrackAxis, RextrackQuantity, rextrack_axes, rextrack_poll_axes};
pub use events::{RextrackEvent, RextrackEventKind, rextrack_poll_events};
pub use frame::{
    RextrackFrame, RextrackFrameFlags, RextrackImage, RextrackPixelFormat, rextrack_preview,
    rextrack_push_frame,
};
pub use handle::RextrackPipeline;
pub use log_lines::{RextrackLogLine, rextrack_poll_log};
pub use logging::{REXTRACK_LOG_QUIET, RextrackLogCallback, rextrack_set_log};
pub use pipeline::{
    rextrack_create, rextrack_destroy, rextrack_reset_slots, rextrack_start, rextrack_stop,
    rextrack_wake,
};
pub use registry::rextrack_find;
pub use settings::{rextrack_get_config, rextrack_get_config_ex, rextrack_set_config};
pub use sinks::{RextrackSink, RextrackSinkState, rextrack_sinks};
pub use slot_arrays::{RextrackKeypoint, rextrack_poll_keypoints, rextrack_poll_zones};
pub use snapshot::{
    RextrackSlot, RextrackSlotState, RextrackSnapshot, RextrackSourceState, rextrack_poll,
    rextrack_poll_at, rextrack_wait,
};
pub use stats::{
    RextrackStats, rextrack_class_name, rextrack_info, rextrack_problem, rextrack_stats,
};
pub use status::{RextrackStatus, rextrack_last_error, rextrack_status_string};
pub use version::{rextrack_abi_version, rextrack_now_ns, rextrack_version_string};
