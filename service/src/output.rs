//! What commands print on stdout.

use std::fmt::Display;
use std::io::Write;

/// Prints one line. A reader that has gone, as in `rextrack doctor | head -1`,
/// is no reason to panic: nobody misses the line.
pub fn line(text: impl Display) {
    writeln!(std::io::stdout().lock(), "{text}").ok();
}
