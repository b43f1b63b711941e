//! Copies text into a host's buffer.

use std::ffi::c_char;

/// Writes text with a closing NUL. Text that does not fit is cut between two characters.
///
/// # Safety
/// `buffer` is NULL, or has room for `capacity` bytes.
pub unsafe fn write_text(text: &str, buffer: *mut c_char, capacity: usize) {
    if buffer.is_null() || capacity == 0 {
        return;
    }
    let mut end = text.len().min(capacity - 1);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    // SAFETY: `end` + 1 <= `capacity` bytes, for which the caller vouches; our text
    // and the host's buffer do not overlap.
    unsafe {
        std::ptr::copy_nonoverlapping(text.as_ptr().cast(), buffer, end);
        buffer.add(end).write(0);
    }
}

/// Text in a field of `N` bytes, with a closing NUL. Text that does not fit is cut between
/// two characters.
pub fn to_chars<const N: usize>(text: &str) -> [c_char; N] {
    let mut out = [0; N];
    // SAFETY: `out` has `N` bytes.
    unsafe { write_text(text, out.as_mut_ptr(), N) };
    out
}
