//! Set-up and demo, with the standard library alone, so that they build within
//! seconds on a machine that has nothing but Rust. `tools/` stands on top of this.
#![deny(unsafe_code)]

mod assets;
pub mod command;
#[path = "../../src/data_dir.rs"]
mod data_dir;
pub mod demo;
mod download;
mod manifest;
pub mod panel;
pub mod program;
pub mod python;
mod receiver;
mod runtime;
pub mod setup;
mod sha256;
pub mod system;
pub mod tools;
pub mod workspace;
