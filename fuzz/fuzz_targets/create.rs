//! Any bytes as the JSON of `rextrack_create` and, after a NUL, of
//! `rextrack_set_config`.
#![no_main]

#[path = "../properties.rs"]
mod properties;

libfuzzer_sys::fuzz_target!(|data: &[u8]| properties::create(data));
