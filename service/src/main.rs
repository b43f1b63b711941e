//! The `rextrack` program.
fn main() {}
