//! Set-up and demo, with the standard library alone, so that they build within
//! seconds on a machine that has nothing but Rust. `tools/` stands on top of this.
#![deny(unsafe_code)]

mod assets;
mod cache;
mod client;
pub mod command;
#[path = "../../src/base/data_dir.rs"]
mod data_dir;
mod debian;
pub mod demo;
mod download;
mod lock;
mod made;
mod manifest;
mod node;
mod npm;
mod origin;
pub mod panel;
pub mod program;
mod progress;
pub mod python;
mod receiver;
mod runtime;
#[cfg(test)]
mod scratch;
pub mod setup;
mod sha256;
pub mod system;
mod temporary;
pub mod tools;
mod transfer;
pub mod workspace;
