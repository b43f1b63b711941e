//! `rextrack schema`.

use std::io::{ErrorKind, Write};

use crate::failure::Failure;

/// Prints the JSON Schema of the configuration file.
pub fn run() -> Result<(), Failure> {
    // Long enough for people to pipe it to `head`, which println would answer
    // with a panic.
    match writeln!(std::io::stdout(), "{:#}", rextrack::config::schema()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::work(format!("stdout cannot be written ({error})")))
        }
        _ => Ok(()),
    }
}
