//! The C ABI as a host uses it: only through its functions.
#![allow(clippy::unwrap_used)]
#![allow(unsafe_code)] // The ABI is unsafe by nature.
#![allow(clippy::undocumented_unsafe_blocks)]

mod axes;
mod calls;
mod frames;
mod handle;
mod lifecycle;
mod problems;
mod settings;
mod waits;
