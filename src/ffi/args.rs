//! Arguments from the host: checked once, here.

use std::ffi::{CStr, c_char};

use super::pipeline::RextrackPipeline;
use super::status::{Failure, RextrackStatus};
use crate::pipeline::Pipeline;

/// The pipeline behind a handle.
///
/// # Safety
/// `pipeline` is NULL or came from `rextrack_create` and was not destroyed.
pub unsafe fn handle<'a>(
    pipeline: *const RextrackPipeline,
    function: &str,
) -> Result<&'a Pipeline, Failure> {
    // SAFETY: as the caller vouches; NULL becomes `None`.
    unsafe { pipeline.as_ref() }
        .map(|p| &p.pipeline)
        .ok_or_else(|| Failure::argument(format!("{function}: pipeline is NULL")))
}

/// Text from the host.
///
/// # Safety
/// `text` is NULL or a NUL-terminated string that lives as long as `'a`.
pub unsafe fn text<'a>(text: *const c_char, function: &str) -> Result<&'a str, Failure> {
    if text.is_null() {
        return Err(Failure::argument(format!(
            "{function}: the JSON text is NULL"
        )));
    }
    // SAFETY: not NULL, and NUL-terminated as the caller vouches.
    unsafe { CStr::from_ptr(text) }.to_str().map_err(|e| {
        Failure::argument(format!(
            "{function}: the text is not UTF-8 (byte {})",
            e.valid_up_to()
        ))
    })
}

/// Writes text with a closing NUL, cut at a character's edge to fit.
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
    // SAFETY: `end` + 1 <= `capacity` bytes, as the caller vouches; our text
    // and the host's buffer do not overlap.
    unsafe {
        std::ptr::copy_nonoverlapping(text.as_ptr().cast(), buffer, end);
        buffer.add(end).write(0);
    }
}

/// Hands text over by the rule of every function with `buffer`, `capacity`
/// and `length`.
///
/// # Safety
/// `buffer` is NULL or has room for `capacity` bytes; `length` is NULL or
/// points to a `size_t`.
pub unsafe fn hand_over(
    text: &str,
    buffer: *mut c_char,
    capacity: usize,
    length: *mut usize,
    function: &str,
) -> Result<(), Failure> {
    if buffer.is_null() && capacity > 0 {
        return Err(Failure::argument(format!(
            "{function}: buffer is NULL, capacity {capacity}"
        )));
    }
    if buffer.is_null() && length.is_null() {
        return Err(Failure::argument(format!(
            "{function}: neither buffer nor length is given"
        )));
    }
    // SAFETY: NULL or valid, as the caller vouches.
    if let Some(length) = unsafe { length.as_mut() } {
        *length = text.len();
    }
    if buffer.is_null() {
        return Ok(());
    }
    // SAFETY: not NULL, `capacity` bytes.
    unsafe { write_text(text, buffer, capacity) };
    if text.len() < capacity {
        return Ok(());
    }
    let reason = format!(
        "{function}: {} bytes are needed, the buffer has {capacity}",
        text.len() + 1
    );
    Err(Failure(RextrackStatus::RextrackErrBufferTooSmall, reason))
}

/// Checks the size that the caller wrote at the beginning of an output struct,
/// and gives it.
///
/// # Safety
/// `out` is NULL or points to a struct that begins with its own size in bytes.
pub unsafe fn check_struct<T>(
    out: *const T,
    least: usize,
    function: &str,
) -> Result<usize, Failure> {
    if out.is_null() {
        return Err(Failure::argument(format!(
            "{function}: the output struct is NULL"
        )));
    }
    // SAFETY: not NULL; the first field is a u32, as the caller vouches.
    let theirs = unsafe { out.cast::<u32>().read() } as usize;
    if theirs < least {
        return Err(Failure::argument(format!(
            "{function}: struct_size is {theirs}, at least {least} is needed; set it to sizeof the struct"
        )));
    }
    Ok(theirs)
}

/// Writes a struct that begins with `uint32_t struct_size` as far as the
/// caller's version of it reaches: an older caller gets the fields it knows,
/// the fields that only a newer caller knows stay untouched.
///
/// # Safety
/// `out` is NULL or points to a struct that begins with its own size in
/// bytes. `T` is `repr(C)` and begins with `uint32_t struct_size`.
pub unsafe fn write_struct<T>(
    value: &T,
    out: *mut T,
    least: usize,
    function: &str,
) -> Result<(), Failure> {
    const SIZE_FIELD: usize = size_of::<u32>();
    // SAFETY: as the caller vouches.
    let theirs = unsafe { check_struct(out, least, function) }?;
    let size = theirs.min(size_of::<T>());
    // SAFETY: both sides have at least `size` bytes; the host's struct and our
    // value do not overlap. The size field stays the caller's.
    unsafe {
        std::ptr::copy_nonoverlapping(
            std::ptr::from_ref(value).cast::<u8>().add(SIZE_FIELD),
            out.cast::<u8>().add(SIZE_FIELD),
            size - SIZE_FIELD,
        );
    }
    Ok(())
}
