//! Base: small tools without any knowledge of tracking. Imports only the standard library
//! and crates.
//!
//! * [`clock`] is the process's one clock, and its simulated twin for tests.
//! * [`shutdown`] asks threads to stop; `mailbox` hands one item between two threads.
//! * `rate` computes frame rates.
//! * `panics` turns a panic into text; [`printable`] makes text from outside safe to show.
//! * [`data_dir`] finds the folder of the user's rextrack data.

pub mod clock;
pub mod data_dir;
pub(crate) mod mailbox;
pub(crate) mod panics;
pub mod printable;
pub(crate) mod rate;
pub mod shutdown;
