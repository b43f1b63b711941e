//! One camera's threads: source -> detect -> track -> slots -> sinks.
//!
//! | thread | work | blocks in |
//! |---|---|---|
//! | `rextrack:<id>:source` | open, read, stamp, pace, reconnect | the camera, at most 5 s a step |
//! | `rextrack:<id>:load` | load and warm up a model, then ends | ONNX Runtime |
//! | `rextrack:<id>:infer` | detector, tracker, slots; publishes | its mailbox, the queue for the model, the model |
//! | `rextrack:<id>:sink` | OSC, files | its queue, a file's write |
//!
//! Between source and infer is a mailbox for one frame: a newer frame replaces an older
//! one. Behind infer are the snapshot buffer, which hosts poll without ever waiting, and
//! the queue of the sinks.

mod buffer_pool;
mod change_set;
mod check;
mod dispatcher;
mod error;
mod events;
mod frame_queue;
mod lifecycle;
mod loader;
mod options;
mod outputs;
mod poll;
mod problems;
mod reconfigure;
mod report;
mod shared;
pub mod snapshot_buffer;
mod stage;
mod stats;
mod subscriber;
mod thread;
mod tracking_chain;
mod worker;

// The parts of stations that the C ABI needs: it knows the pipeline alone.
pub(crate) use crate::detect::runtime::set_library_dir;
pub use crate::detect::{DetectError, ErrorKind};
pub(crate) use crate::sink::picture;
pub use crate::source::Image;
pub use check::{check, check_options, schema};
pub use error::{ErrorCategory, PipelineError};
pub use events::{EVENTS_MAX, Event, EventKind};
pub use lifecycle::Pipeline;
pub use options::PipelineOptions;
pub use report::Info;
pub use shared::AnnotatedFrame;
pub use snapshot_buffer::Header;
pub use stats::{Latency, SinkReport, Stages, Stats};
pub use subscriber::{Next, Subscriber};
