//! The configuration as users write it.
#![allow(clippy::unwrap_used)]

mod environment;
mod helpers;
mod issues;
mod schema;
mod secrets;
mod values;
