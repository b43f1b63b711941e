//! The program from outside: its command line, its service, its panel.
//!
//! One program for all of them, since linking takes longer than most of these tests.
//! `load` has one of its own: it measures what the service uses.
#![allow(clippy::unwrap_used)]

#[path = "../support/mod.rs"]
mod support;

mod api_description;
mod bad_input;
mod changed_keys;
mod config_file;
mod foreign;
mod metrics;
mod mqtt;
mod panel;
mod panel_types;
mod policy;
mod remote_nodes;
mod run;
mod security;
mod serve;
mod sockets;
