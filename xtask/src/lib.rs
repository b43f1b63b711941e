//! Set-up and demo, with the standard library alone: they build within seconds on a
//! machine with nothing but Rust. `tools/` uses this library.
#![deny(unsafe_code)]

mod assets;
mod cache;
pub mod command;
mod conversion;
mod conversion_record;
#[path = "../../src/base/data_dir.rs"]
mod data_dir;
mod debian;
pub mod demo;
mod download;
mod http_client;
mod lock;
mod manifest;
mod nodejs;
mod npm;
mod npm_folder;
mod origin;
pub mod panel;
pub mod program;
mod progress;
pub mod python;
mod receiver_process;
mod runtime;
pub mod setup;
mod sha256;
pub mod system_packages;
mod temporary;
#[cfg(test)]
mod test_dir;
pub mod tools;
mod transfer;
pub mod workspace;
