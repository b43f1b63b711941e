//! rextrack: an IP camera in, stable slots p1..pN out.
//!
//! One pipeline is one camera. The data moves one way, and the folders are the flow:
//!
//! ```text
//! source -> detect -> track -> slots -> sink
//! ```
//!
//! * [`flow`] has the things that travel: frame, detection, track, slot, snapshot, and the
//!   table of a slot's values.
//! * [`source`] gives frames with a capture time.
//! * [`detect`] turns a frame into detections: class, score, box.
//! * [`track`] follows detections over frames and gives tracks with an id.
//! * [`slots`] assigns tracks to numbered slots; a slot keeps its track until it is released.
//! * [`sink`] carries whole snapshots to OSC receivers and files.
//! * [`pipeline`] owns the threads and ties the stations together. Begin with
//!   [`pipeline::Pipeline`].
//!
//! The stations do not know each other; each knows the layers below:
//!
//! * [`base`] has the clock, the mailbox and other small tools.
//! * [`address`] reads addresses of cameras and outputs, and hides their passwords.
//! * [`config`] is the one schema of all ways in.
//! * [`protocol`] has the messages between machines.
//!
//! [`ffi`] is the C ABI: a thin layer that checks, delegates and converts errors. Nothing
//! in Rust calls it. The table of who may import whom is in `docs/architecture.md`, and a
//! test reads it.
#![deny(unsafe_code)]

pub mod base;
pub mod flow;

pub mod address;
pub mod config;
pub mod protocol;

pub mod source;

pub mod detect;

pub mod track;

pub mod slots;

pub mod sink;

pub mod pipeline;

pub mod ffi;
