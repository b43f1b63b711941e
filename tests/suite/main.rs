//! The promises of the README, from outside: one module a promise.
//!
//! One program for all of them, since linking the library with OpenCV takes longer than
//! most of these tests. Three tests have a program of their own, because of what they
//! do to their process: `lifecycle` counts its threads, `poll` replaces its allocator,
//! and `runtime` loads an ONNX Runtime of its own choice.
#![allow(clippy::unwrap_used)]

#[path = "../support/mod.rs"]
mod support;

mod abi;
mod axes;
mod c_abi;
mod c_abi_reference;
mod config;
mod config_reference;
mod corpora;
mod detect;
mod examples;
mod header;
mod host_process;
mod hosts;
mod imports;
mod outages;
mod pipeline;
mod python;
mod rtsp;
mod rust_api;
mod rust_host;
mod script_hosts;
mod synth;
mod touchdesigner;
mod vtest;
