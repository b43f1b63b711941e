//! The infer thread with scripts and a simulated clock: every time is exact.
#![allow(clippy::unwrap_used)]

mod inference;
mod probe;
mod script;
mod time;
