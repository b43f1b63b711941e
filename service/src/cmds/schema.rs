//! `rextrack schema`.

use std::io::{ErrorKind, Write};

use crate::cli::SchemaArgs;
use crate::cli_error::CliError;
use crate::server;

/// Prints the JSON Schema of the configuration file, or the OpenAPI document.
pub fn run(args: &SchemaArgs) -> Result<(), CliError> {
    let schema = if args.api {
        server::document()
    } else {
        rextrack::internals::pipeline::schema()
    };
    // The output is long, so that people pipe it to `head`. `println` would panic when
    // `head` ends.
    match writeln!(std::io::stdout(), "{schema:#}") {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(CliError::work(format!(
            "stdout cannot be written ({error})"
        ))),
        _ => Ok(()),
    }
}
