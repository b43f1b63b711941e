//! A slot's values by name.

use std::ffi::{CString, c_char};
use std::sync::LazyLock;

use super::args;
use super::handle::{self, RextrackPipeline};
use super::snapshot::{RextrackSnapshot, SNAPSHOT_LEAST};
use super::status::{Failure, RextrackStatus, guard};
use crate::flow::{AXES, Axis, Quantity, Slot};

/// Values of `RextrackAxis.quantity`: how a value changes with other units or another
/// origin.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::enum_variant_names)]
pub enum RextrackQuantity {
    /// A number that no unit changes.
    RextrackQuantityNumber = 0,
    /// A position across the frame.
    RextrackQuantityX = 1,
    /// A position along the frame.
    RextrackQuantityY = 2,
    /// A width.
    RextrackQuantityWidth = 3,
    /// A height.
    RextrackQuantityHeight = 4,
    /// A velocity across the frame.
    RextrackQuantityVelocityX = 5,
    /// A velocity along the frame.
    RextrackQuantityVelocityY = 6,
}

const _: () = assert!(
    RextrackQuantity::RextrackQuantityNumber as u32 == Quantity::Number as u32
        && RextrackQuantity::RextrackQuantityX as u32 == Quantity::X as u32
        && RextrackQuantity::RextrackQuantityVelocityY as u32 == Quantity::VelocityY as u32
);

/// One value of a slot: its name, as in `osc.axes`, and its meaning. Texts are static:
/// do not free them.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct RextrackAxis {
    /// Such as `x`, `id` or `speed`.
    pub name: *const c_char,
    /// Such as `frame widths` or `ms`; empty for plain numbers. In normalised units.
    pub unit: *const c_char,
    /// One sentence in English.
    pub description: *const c_char,
    /// A `RextrackQuantity`.
    pub quantity: u32,
    /// The value of an empty slot.
    pub empty: f32,
}

// SAFETY: the pointers are to static text, which nobody changes.
unsafe impl Send for RextrackAxis {}
// SAFETY: as above.
unsafe impl Sync for RextrackAxis {}

/// The table as C sees it.
static TABLE: LazyLock<Vec<RextrackAxis>> = LazyLock::new(|| AXES.iter().map(to_c).collect());

fn to_c(axis: &Axis) -> RextrackAxis {
    // The table's texts hold no NUL. Leaked on purpose: hosts keep the pointers.
    let text = |text: &str| {
        CString::new(text)
            .unwrap_or_default()
            .into_raw()
            .cast_const()
    };
    RextrackAxis {
        name: text(axis.name),
        unit: text(axis.unit),
        description: text(axis.description),
        quantity: axis.quantity as u32,
        empty: axis.empty,
    }
}

/// Writes up to `capacity` axes to `axes` and the number of all axes to `count`. Their
/// order does not change within a major version; new ones are added at the end. Ask for
/// an axis by its name: its index is what `rextrack_poll_axes` takes.
///
/// `axis_size` is `sizeof(RextrackAxis)`, so that the struct may grow. `axes` may be
/// NULL when `capacity` is 0; `count` may be NULL.
///
/// Any thread. Never blocks.
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
            return Err(Failure::argument("rextrack_axes: axes is NULL"));
        }
        if capacity > 0 && axis_size < size_of::<RextrackAxis>() {
            return Err(Failure::argument(format!(
                "rextrack_axes: axis_size is {axis_size}, at least {} is needed; set it to \
                 sizeof(RextrackAxis)",
                size_of::<RextrackAxis>()
            )));
        }
        for (index, axis) in TABLE.iter().take(capacity).enumerate() {
            // SAFETY: `index` < `capacity`, and each struct has at least the size of ours,
            // as the caller vouches and as was checked. A larger one may be unaligned to
            // ours, so it is written byte by byte.
            unsafe {
                let place = axes.cast::<u8>().add(index * axis_size);
                place.cast::<RextrackAxis>().write_unaligned(*axis);
            }
        }
        // SAFETY: NULL or valid, as the caller vouches.
        if let Some(count) = unsafe { count.as_mut() } {
            *count = TABLE.len();
        }
        Ok(())
    })
}

/// As `rextrack_poll_at`, for values that are chosen by name: writes the values of up to
/// `slot_capacity` slots, p1 first, each as `axis_count` floats in the order of `axes`, so
/// that the value of axis i of slot s is `values[s * axis_count + i]`. `axes` holds
/// indices of `rextrack_axes`. With `t_ns` 0 slots stay as they were captured. Units and
/// origin are those of the configuration, but for axes that never change. Whole numbers
/// are exact up to 2^24. Places beyond the pipeline's slots get the values of an empty
/// slot.
///
/// Any thread, any number at once. Wait-free, as `rextrack_poll`.
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
                "{NAME}: {slot_capacity} slots of {axis_count} axes are too many"
            )));
        }
        if length > 0 && (axes.is_null() || values.is_null()) {
            return Err(Failure::argument(format!("{NAME}: axes or values is NULL")));
        }
        let indices: &[u32] = if length == 0 {
            &[]
        } else {
            // SAFETY: not NULL, and `axis_count` long, as the caller vouches.
            unsafe { std::slice::from_raw_parts(axes, axis_count) }
        };
        if let Some(unknown) = indices.iter().find(|i| **i as usize >= AXES.len()) {
            return Err(Failure::argument(format!(
                "{NAME}: there is no axis {unknown}; rextrack_axes has {}",
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
