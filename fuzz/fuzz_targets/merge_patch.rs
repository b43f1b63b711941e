//! Any bytes as a merge patch on a complete configuration.
#![no_main]

#[path = "../properties.rs"]
mod properties;

libfuzzer_sys::fuzz_target!(|data: &[u8]| properties::merge_patch(data));
