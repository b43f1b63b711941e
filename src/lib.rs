//! rextrack: an IP camera in, stable slots p1..pN out.
//!
//! The flow is the layout. One pipeline is one camera, and the data moves one
//! way through these folders:
//!
//! ```text
//! source -> detect -> track -> slots -> sink
//! ```
//!
//! * [`source`] gives frames (or, later, detections or tracks) with a capture time.
//! * [`detect`] turns a frame into detections: class, score, box.
//! * [`track`] follows detections over frames and gives tracks with an id.
//! * [`slots`] seats tracks in numbered places that never swap owners.
//! * [`sink`] carries whole snapshots to OSC receivers and files.
//!
//! [`pipeline`] owns the threads and ties the stages together, [`config`] is
//! the one schema of all ways in, and `ffi` is the C ABI: a thin skin that
//! checks, delegates and converts errors. Nothing in Rust calls it.
#![deny(unsafe_code)]

#[cfg(feature = "mqtt")]
pub mod broker;
pub mod clock;
pub mod config;
pub mod data_dir;
pub mod detect;
pub mod ffi;
pub mod geometry;
mod mailbox;
pub mod motion;
mod panics;
pub mod pipeline;
pub mod printable;
pub mod shutdown;
pub mod sink;
pub mod slots;
pub mod source;
pub mod track;
pub mod wire;
