//! `rextrack schema`.

use crate::failure::Failure;

/// Prints the JSON Schema of the configuration file.
pub fn run() -> Result<(), Failure> {
    println!("{:#}", rextrack::config::schema());
    Ok(())
}
