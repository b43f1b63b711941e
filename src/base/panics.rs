//! The message of a panic, for the code that catches it: the edges of threads and of the C
//! ABI, and calls to libraries that panic on unusual input.

use std::any::Any;

/// The message of a caught panic.
pub(crate) fn text(panic: &(dyn Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(|s| (*s).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without words".into())
}
