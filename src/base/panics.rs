//! What a panic said, for the places where one ends: the edges of threads and
//! of the C ABI, and calls into libraries that panic on odd input.

use std::any::Any;

/// The words of a caught panic.
pub(crate) fn text(panic: &(dyn Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(|s| (*s).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without words".into())
}
