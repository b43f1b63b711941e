//! rextrack: an IP camera in, stable slots p1..pN out.
//!
//! One pipeline is one camera. The data moves one way, and the folders are the flow:
//!
//! ```text
//! source -> detect -> track -> slots -> sink
//! ```
//!
//! * `flow` has the things that travel: frame, detection, track, slot, snapshot, and the
//!   table of a slot's values.
//! * `source` gives frames with a capture time.
//! * `detect` turns a frame into detections: class, score, box.
//! * `track` follows detections over frames and gives tracks with an id.
//! * `slots` assigns tracks to numbered slots; a slot keeps its track until it is released.
//! * `sink` carries whole snapshots to OSC receivers and files.
//! * `pipeline` owns the threads and ties the stations together.
//!
//! The stations do not know each other; each knows the layers below:
//!
//! * `base` has the clock, the mailbox and other small tools.
//! * `address` reads addresses of cameras and outputs, and hides their passwords.
//! * `config` is the one schema of all ways in.
//! * `protocol` has the messages between machines.
//!
//! `ffi` is the C ABI: a thin layer that checks, delegates and converts errors. Nothing
//! in Rust calls it. The table of who may import whom is in `docs/architecture.md`, and a
//! test reads it.
#![deny(unsafe_code)]

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

mod ffi;

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
