//! Slot values selected by name.

use std::ffi::{CStr, c_char};
use std::mem::offset_of;

use super::args::{self, HostArray};
use super::handle::{self, RextrackPipeline};
use super::snapshot::{RextrackSnapshot, SNAPSHOT_LEAST};
use super::status::{Failure, RextrackStatus, guard};
use crate::flow::{AXES, Axis, Quantity, Slot};

/// Values of `RextrackAxis.quantity`: how `slots.units` and `slots.origin` of the
/// configuration convert an axis.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::enum_variant_names)]
pub enum RextrackQuantity {
    /// Never converted.
    RextrackQuantityNumber = 0,
    /// Horizontal position.
    RextrackQuantityX = 1,
    /// Vertical position.
    RextrackQuantityY = 2,
    /// Width.
    RextrackQuantityWidth = 3,
    /// Height.
    RextrackQuantityHeight = 4,
    /// Horizontal velocity.
    RextrackQuantityVelocityX = 5,
    /// Vertical velocity.
    RextrackQuantityVelocityY = 6,
}

const _: () = assert!(
    RextrackQuantity::RextrackQuantityNumber as u32 == Quantity::Number as u32
        && RextrackQuantity::RextrackQuantityX as u32 == Quantity::X as u32
        && RextrackQuantity::RextrackQuantityVelocityY as u32 == Quantity::VelocityY as u32
);

/// One value of a slot: its name and its meaning. The texts are static: do not free them.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct RextrackAxis {
    /// The name in `osc.axes`, such as `x`, `id` or `speed`.
    pub name: *const c_char,
    /// The unit in normalised units, such as `frame widths` or `ms`. Empty for plain
    /// numbers.
    pub unit: *const c_char,
    /// One sentence in English.
    pub description: *const c_char,
    /// A `RextrackQuantity`.
    pub quantity: u32,
    /// The value of an empty slot.
    pub empty: f32,
}

/// Size of the struct in the first version of the ABI that has it.
const AXIS_LEAST: usize = offset_of!(RextrackAxis, empty) + size_of::<f32>();

fn to_c(axis: &Axis) -> RextrackAxis {
    let [name, unit, description] = axis.c_texts.map(CStr::as_ptr);
    RextrackAxis {
        name,
        unit,
        description,
        quantity: axis.quantity as u32,
        empty: axis.empty,
    }
}

/// Writes up to `capacity` axes to `axes`, and the number of all axes to `count`. The
/// index of an axis is the number that `rextrack_poll_axes` takes: look it up by name.
/// A newer library adds axes at the end, and does not change the order within a major
/// version.
///
/// Set `axis_size` to `sizeof(RextrackAxis)`: the struct may grow in a newer library.
/// `axes` may be NULL if `capacity` is 0. `count` may be NULL if `axes` is not.
///
/// Any thread. Wait-free: no lock, no allocation, no system call.
///
/// # Safety
/// `axes` has room for `capacity` structs of `axis_size` bytes; `count` is NULL or points
/// to a `size_t`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rextrack_axes(
    axes: *mut RextrackAxis,
    axis_size: usize,
    capacity: usize,
    count: *mut usize,
) -> RextrackStatus {
    guard(|| {
        if axes.is_null() && (capacity > 0 || count.is_null()) {
            return Err(Failure::argument(
                "rextrack_axes: axes is NULL; pass an array, or capacity 0 and count",
            ));
        }
        // SAFETY: as the caller vouches.
        let array = unsafe {
            HostArray::new(
                axes,
                axis_size,
                capacity,
                AXIS_LEAST,
                "rextrack_axes",
                "axes",
            )
        }?;
        for (index, axis) in AXES.iter().enumerate().take(capacity) {
            array.write(index, &to_c(axis));
        }
        // SAFETY: as the caller vouches.
        unsafe { args::write_count(count, AXES.len()) };
        Ok(())
    })
}

/// As `rextrack_poll` and `rextrack_poll_at`, for the axes that you select: writes
/// `axis_count` floats for each of up to `slot_capacity` slots, p1 first.
/// `values[s * axis_count + i]` is the value of axis `axes[i]` in slot `s`. `axes` has
/// indices of `rextrack_axes`.
///
/// `t_ns` 0 gives the slots as captured; any other value moves them to that time, as
/// `rextrack_poll_at` does. Units and origin are those of the configuration. Whole numbers
/// are exact up to 2^24. Entries beyond the pipeline's slots get the values of an empty
/// slot. `snapshot` may be NULL.
///
/// Any thread, any number at the same time. Wait-free, as `rextrack_poll`.
///
/// # Safety
/// `pipeline` is NULL or a live handle; `axes` points to `axis_count` indices; `values` has
/// room for `slot_capacity * axis_count` floats; `snapshot` is NULL or a struct with its
/// `struct_size` set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rextrack_poll_axes(
    pipeline: *const RextrackPipeline,
    t_ns: i64,
    axes: *const u32,
    axis_count: usize,
    values: *mut f32,
    slot_capacity: usize,
    snapshot: *mut RextrackSnapshot,
) -> RextrackStatus {
    const NAME: &str = "rextrack_poll_axes";
    guard(|| {
        // SAFETY: NULL or live, as the caller vouches.
        let pipeline = unsafe { handle::handle(pipeline, NAME) }?;
        let length = axis_count.saturating_mul(slot_capacity);
        if length > isize::MAX as usize / size_of::<f32>() {
            return Err(Failure::argument(format!(
                "{NAME}: {slot_capacity} slots of {axis_count} axes exceed the address space"
            )));
        }
        if length > 0 && (axes.is_null() || values.is_null()) {
            return Err(Failure::argument(format!(
                "{NAME}: axes or values is NULL; pass both, or axis_count or slot_capacity 0"
            )));
        }
        let indices: &[u32] = if length == 0 {
            &[]
        } else {
            // SAFETY: not NULL, and `axis_count` long, as the caller vouches.
            unsafe { std::slice::from_raw_parts(axes, axis_count) }
        };
        if let Some(unknown) = indices.iter().find(|i| **i as usize >= AXES.len()) {
            return Err(Failure::argument(format!(
                "{NAME}: axis {unknown} does not exist; use an index below {}, from rextrack_axes",
                AXES.len()
            )));
        }
        if !snapshot.is_null() {
            // SAFETY: not NULL, and valid as the caller vouches. Checked before
            // anything is written.
            unsafe { args::check_struct(snapshot, SNAPSHOT_LEAST, NAME) }?;
        }
        let write = |slot: usize, values_of: &Slot| {
            for (i, axis) in indices.iter().enumerate() {
                let value = AXES[*axis as usize].value(values_of).as_f32();
                // SAFETY: `slot` < `slot_capacity` and `i` < `axis_count`, for whose
                // product the caller vouches.
                unsafe { values.add(slot * axis_count + i).write(value) };
            }
        };
        let at_ns = Some(t_ns).filter(|t_ns| *t_ns != 0);
        let limit = if length == 0 { 0 } else { slot_capacity };
        let header = pipeline.poll_each(at_ns, limit, write);
        for slot in header.slot_count as usize..limit {
            write(slot, &Slot::default());
        }
        if snapshot.is_null() {
            return Ok(());
        }
        // SAFETY: valid, as the caller vouches.
        unsafe { args::write_struct(&header.into(), snapshot, SNAPSHOT_LEAST, NAME) }
    })
}
