//! Checks the arguments of the host.

use std::ffi::{CStr, c_char};
use std::mem::MaybeUninit;

use super::status::{Failure, RextrackStatus};
use super::text_buffer::write_text;

/// Borrows a text of the host.
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

/// Writes a text, by the rule of every function with `buffer`, `capacity` and `length`.
///
/// # Safety
/// `buffer` is NULL or has room for `capacity` bytes; `length` is NULL or
/// points to a `size_t`.
pub unsafe fn write_sized_text(
    text: &str,
    buffer: *mut c_char,
    capacity: usize,
    length: *mut usize,
    function: &str,
) -> Result<(), Failure> {
    if buffer.is_null() && capacity > 0 {
        return Err(Failure::argument(format!(
            "{function}: buffer is NULL but capacity is {capacity}; pass a buffer, or capacity 0"
        )));
    }
    if buffer.is_null() && length.is_null() {
        return Err(Failure::argument(format!(
            "{function}: buffer and length are both NULL; pass at least one"
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
        "{function}: the text needs {} bytes, the buffer has {capacity}; pass a larger buffer",
        text.len() + 1
    );
    Err(Failure(RextrackStatus::RextrackErrBufferTooSmall, reason))
}

/// Checks the size that the caller wrote at the beginning of a struct, and
/// gives it.
///
/// # Safety
/// `pointer` is NULL or points to a struct that begins with its own size in
/// bytes.
pub unsafe fn check_struct<T>(
    pointer: *const T,
    least: usize,
    function: &str,
) -> Result<usize, Failure> {
    if pointer.is_null() {
        return Err(Failure::argument(format!("{function}: the struct is NULL")));
    }
    // SAFETY: not NULL; the first field is a u32, as the caller vouches.
    let theirs = unsafe { pointer.cast::<u32>().read() } as usize;
    if theirs < least {
        return Err(Failure::argument(format!(
            "{function}: struct_size is {theirs}, at least {least} is needed; set it to sizeof the struct"
        )));
    }
    Ok(theirs)
}

/// Reads a struct that begins with `uint32_t struct_size`. Fields that an older caller
/// does not have are 0. Fields that only a newer caller has are ignored.
///
/// # Safety
/// `pointer` is NULL or points to a struct that begins with its own size in
/// bytes. `T` is `repr(C)`, and all zeros are a value of it.
pub unsafe fn read_struct<T: Copy>(
    pointer: *const T,
    least: usize,
    function: &str,
) -> Result<T, Failure> {
    // SAFETY: as the caller vouches.
    let theirs = unsafe { check_struct(pointer, least, function) }?;
    let size = theirs.min(size_of::<T>());
    let mut ours = MaybeUninit::<T>::zeroed();
    // SAFETY: both sides have at least `size` bytes and do not overlap; what
    // is not copied is zero, which is a value as the caller vouches.
    Ok(unsafe {
        let (from, to) = (pointer.cast::<u8>(), ours.as_mut_ptr().cast::<u8>());
        std::ptr::copy_nonoverlapping(from, to, size);
        ours.assume_init()
    })
}

/// Writes a struct that begins with `uint32_t struct_size`. An older caller gets the
/// fields that it has. Fields that only a newer caller has stay unchanged.
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

/// An array of structs in the host's memory. The host's struct may be shorter or longer
/// than ours: it was built with an older or a newer header.
pub struct HostArray<T> {
    first: *mut T,
    size: usize,
    capacity: usize,
}

impl<T: Copy> HostArray<T> {
    /// Checks the array that a function got. `name` is the name of the argument, `least`
    /// the size of the struct in the first version of this major version of the ABI.
    ///
    /// # Safety
    /// `first` is NULL or points to `capacity` structs of `size` bytes.
    pub unsafe fn new(
        first: *mut T,
        size: usize,
        capacity: usize,
        least: usize,
        function: &str,
        name: &str,
    ) -> Result<Self, Failure> {
        if first.is_null() && capacity > 0 {
            return Err(Failure::argument(format!(
                "{function}: {name} is NULL but its capacity is {capacity}; pass an array, or \
                 capacity 0"
            )));
        }
        if capacity > 0 && size < least {
            return Err(Failure::argument(format!(
                "{function}: the structs of {name} have {size} bytes, at least {least} are \
                 needed; pass sizeof(*{name})"
            )));
        }
        Ok(Self {
            first,
            size,
            capacity,
        })
    }

    /// The number of structs.
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// Whether the host's struct is the one of this header.
    pub fn is_current(&self) -> bool {
        self.size == size_of::<T>()
    }

    /// The struct at `index`, which is below the capacity. Valid as a `T` only if
    /// [`Self::is_current`].
    pub fn at(&self, index: usize) -> *mut T {
        debug_assert!(index < self.capacity);
        self.first
            .cast::<u8>()
            .wrapping_add(index * self.size)
            .cast()
    }

    /// Writes the fields that the host's struct has. Fields that only a newer host has stay
    /// unchanged. An `index` beyond the capacity writes nothing.
    pub fn write(&self, index: usize, value: &T) {
        if index >= self.capacity {
            return;
        }
        let size = self.size.min(size_of::<T>());
        // SAFETY: `index` is below the capacity, and each struct of the host has `size`
        // bytes or more, as the caller of `new` vouched. The two do not overlap.
        unsafe {
            std::ptr::copy_nonoverlapping(
                std::ptr::from_ref(value).cast::<u8>(),
                self.at(index).cast(),
                size,
            );
        }
    }
}

/// Writes the number of elements, if the host asks for it.
///
/// # Safety
/// `count` is NULL or points to a `size_t`.
pub unsafe fn write_count(count: *mut usize, value: usize) {
    // SAFETY: as the caller vouches.
    if let Some(count) = unsafe { count.as_mut() } {
        *count = value;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    // Every block below lends a local struct whose size it has set.
    #![allow(clippy::undocumented_unsafe_blocks)]
    use super::*;

    /// A struct in an older version of the ABI, in this one, and in a newer one.
    #[repr(C)]
    #[derive(Debug, Clone, Copy, PartialEq)]
    struct Old {
        struct_size: u32,
        first: u32,
    }
    #[repr(C)]
    #[derive(Debug, Clone, Copy, PartialEq)]
    struct Current {
        old: Old,
        second: u64,
    }
    #[repr(C)]
    #[derive(Debug, Clone, Copy, PartialEq)]
    struct New {
        known: Current,
        third: u64,
    }

    const LEAST: usize = size_of::<Old>();

    fn old<T>(first: u32) -> Old {
        let struct_size = size_of::<T>() as u32;
        Old { struct_size, first }
    }

    fn known<T>(first: u32, second: u64) -> Current {
        let old = old::<T>(first);
        Current { old, second }
    }

    #[test]
    fn write_struct_fills_only_the_fields_of_an_older_caller() {
        // The second element is the memory behind the caller's struct.
        let mut memory = [old::<Old>(0), old::<Old>(77)];
        let out = memory.as_mut_ptr().cast::<Current>();
        unsafe { write_struct(&known::<Current>(5, u64::MAX), out, LEAST, "f") }.unwrap();
        assert_eq!(memory, [old::<Old>(5), old::<Old>(77)]);
    }

    #[test]
    fn write_struct_leaves_unknown_fields_of_a_newer_caller_unchanged() {
        let mut theirs = New {
            known: known::<New>(0, 0),
            third: 77,
        };
        let out = (&raw mut theirs).cast();
        unsafe { write_struct(&known::<Current>(5, 6), out, LEAST, "f") }.unwrap();
        assert_eq!((theirs.known, theirs.third), (known::<New>(5, 6), 77));
    }

    #[test]
    fn read_struct_zeroes_fields_that_an_older_caller_lacks() {
        let memory = [old::<Old>(5), old::<Old>(u32::MAX)];
        let read = unsafe { read_struct(memory.as_ptr().cast::<Current>(), LEAST, "f") }.unwrap();
        assert_eq!(
            read,
            Current {
                old: old::<Old>(5),
                second: 0
            }
        );
    }

    #[test]
    fn read_struct_ignores_unknown_fields_of_a_newer_caller() {
        let theirs = New {
            known: known::<New>(5, 6),
            third: 77,
        };
        let pointer = (&raw const theirs).cast::<Current>();
        let read = unsafe { read_struct(pointer, LEAST, "f") }.unwrap();
        assert_eq!(read, known::<New>(5, 6));
    }

    #[test]
    fn struct_size_below_the_first_version_is_rejected() {
        let memory = Old {
            struct_size: 4,
            first: 0,
        };
        let pointer = (&raw const memory).cast::<Current>();
        let refused = unsafe { read_struct(pointer, LEAST, "f") }.unwrap_err();
        assert!(
            refused.1.contains("struct_size is 4, at least 8"),
            "{}",
            refused.1
        );
    }
}
