//! Sinks: snapshots in, messages, files and pictures out.
//!
//! Sinks run on the pipeline's sink thread, which takes the newest snapshot. A slow sink
//! misses snapshots and never slows the pipeline. A sink that may block runs on its own
//! thread ([`ThreadedSink`]). [`OscSink`] sends to an OSC receiver, [`MotSink`] and [`JsonlSink`]
//! write text, and [`annotate`] draws slots into a frame.
//!
//! A kind of sink is one file of this folder and one row of [`SINKS`]; its section of the
//! configuration is in `config/outputs.rs`.

pub mod annotate;
mod api;
mod jsonl;
mod mot;
pub mod osc;
mod osc_monitor;
pub mod picture;
mod registry;
mod text;
mod threaded;

pub use api::{Sink, SinkError, SinkStats};
pub use jsonl::JsonlSink;
pub use mot::MotSink;
pub use osc::OscSink;
pub use registry::{CreateSinkError, CreatedSink, SinkContext, SinkKind, needs_restart};
pub use threaded::ThreadedSink;

/// The kinds of sinks in the library. The service has more.
pub const SINKS: &[SinkKind] = &[
    SinkKind {
        key: "osc",
        create: osc::create,
    },
    SinkKind {
        key: "jsonl",
        create: jsonl::create,
    },
];
