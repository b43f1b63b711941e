//! An object tracker for live shows: an IP camera in, stable slots p1..pN out.
//!
//! ```
//! use rextrack::{Config, Pipeline};
//!
//! // A simulated crowd. Put the address of your camera here: "rtsp://user:password@host/path".
//! let pipeline = Pipeline::new(Config::from_stream("synth:people=3,seed=1"))?;
//! pipeline.start()?;
//! for snapshot in pipeline.snapshots().take(50) {
//!     for (number, slot) in snapshot?.occupied() {
//!         println!("p{number} at {:.2}, {:.2}", slot.x(), slot.y());
//!     }
//! }
//! # Ok::<(), rextrack::Error>(())
//! ```
//!
//! A [`Pipeline`] is one camera with its own threads. It gives [`Snapshot`]s: all slots at one
//! moment. A [`Slot`] belongs to one object from its appearance until it has left, so a
//! program can bind p1 to a light and p2 to a sound.
//!
//! | to | use |
//! |---|---|
//! | set model, classes, number of slots | [`Config`] |
//! | get each snapshot on a thread that may block | [`Pipeline::snapshots`], [`Pipeline::wait`] |
//! | get the newest snapshot in a render loop | [`Pipeline::poll`], [`Pipeline::poll_at`] |
//! | act once when somebody enters or leaves | [`Pipeline::events`] |
//! | track frames of your own program | [`Pipeline::push`] with the stream `push:` |
//! | show the picture | [`Pipeline::preview`], [`Pipeline::annotated_preview`] |
//! | change something while it runs | [`Pipeline::set_config`] |
//! | learn why nothing comes | [`Pipeline::problem`], [`Pipeline::stats`], [`Pipeline::info`] |
//!
//! Coordinates are 0..1 of the full frame, with the origin at the top left. Times are
//! nanoseconds on the clock of [`now_ns`].
//!
//! A source with pictures needs a model: `yolox_nano` in the folder `models`, or
//! `builtin:motion`, which needs no file. See `docs/guide/install.md`.
//!
//! # Versions
//!
//! The items on this page are the public API, and follow semantic versioning.
//! `docs/ref/rust-api.txt` lists their signatures. They contain only types of this crate and
//! of `std`. Types that are marked `non_exhaustive` grow within a version.
#![deny(unsafe_code)]

// The inside: the data moves one way, and the folders are the flow.
//
//     source -> detect -> track -> slots -> sink
//
// * `flow` has the things that travel: frame, detection, track, slot, snapshot, and the
//   table of a slot's values.
// * `source` gives frames with a capture time.
// * `detect` turns a frame into detections: class, score, box.
// * `track` follows detections over frames and gives tracks with an id.
// * `slots` assigns tracks to numbered slots; a slot keeps its track until it is released.
// * `sink` carries whole snapshots to OSC receivers and files.
// * `pipeline` owns the threads and ties the stations together.
//
// The stations do not know each other; each knows the layers below:
//
// * `base` has the clock, the mailbox and other small tools.
// * `address` reads addresses of cameras and outputs, and hides their passwords.
// * `config` is the one schema of all ways in.
// * `protocol` has the messages between machines.
//
// Two thin layers stand on top: `api` is the public Rust API, `ffi` the C ABI. Both check,
// delegate and convert errors, and nothing calls them. The table of who may import whom is
// in `docs/architecture.md`, and a test reads it.

mod base;
mod flow;

mod address;
mod config;
mod protocol;

mod source;

mod detect;

mod track;

mod slots;

mod sink;

mod pipeline;

mod api;
mod ffi;

pub use api::{
    Axis, Config, Error, ErrorKind, Event, EventKind, Events, Image, Info, Latency, ModelInfo,
    Picture, Pipeline, PixelFormat, SinkStats, Slot, SlotState, Snapshot, Snapshots, SourceState,
    Stats, Wait, now_ns,
};

/// The stations, for the programs and tests of this repository. Not part of the public
/// API: anything in it may change in every version
/// (docs/decisions/0029-a-small-public-rust-api.md).
#[doc(hidden)]
pub mod internals {
    #[allow(missing_docs)]
    pub mod address {
        pub use crate::address::*;
    }
    #[allow(missing_docs)]
    pub mod base {
        pub use crate::base::*;
    }
    #[allow(missing_docs)]
    pub mod config {
        pub use crate::config::*;
    }
    #[allow(missing_docs)]
    pub mod detect {
        pub use crate::detect::*;
    }
    #[allow(missing_docs)]
    pub mod ffi {
        pub use crate::ffi::*;
    }
    #[allow(missing_docs)]
    pub mod flow {
        pub use crate::flow::*;
    }
    #[allow(missing_docs)]
    pub mod pipeline {
        pub use crate::pipeline::*;
    }
    #[allow(missing_docs)]
    pub mod protocol {
        pub use crate::protocol::*;
    }
    #[allow(missing_docs)]
    pub mod sink {
        pub use crate::sink::*;
    }
    #[allow(missing_docs)]
    pub mod slots {
        pub use crate::slots::*;
    }
    #[allow(missing_docs)]
    pub mod source {
        pub use crate::source::*;
    }
    #[allow(missing_docs)]
    pub mod track {
        pub use crate::track::*;
    }
}
