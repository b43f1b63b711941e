//! Arrays beside the slots: key points and zones.
//!
//! They have functions of their own, because their sizes depend on the model and on the
//! configuration. No model of this version has key points, and no configuration has zones.

use std::mem::offset_of;

use super::args::{self, HostArray};
use super::handle::{self, RextrackPipeline};
use super::snapshot::{RextrackSnapshot, SNAPSHOT_LEAST};
use super::status::{Failure, RextrackStatus, guard};

/// One key point of a slot's owner, such as the nose. The struct may grow at its end: pass
/// its size to `rextrack_poll_keypoints`.
#[repr(C)]
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct RextrackKeypoint {
    /// Horizontal position, in the units of a slot's `x`.
    pub x: f32,
    /// Vertical position, in the units of a slot's `y`.
    pub y: f32,
    /// Score, 0..1; 0 if the key point is not seen.
    pub score: f32,
    /// Not used; 0.
    pub reserved: u32,
}

/// Size of the struct in the first version of this major version of the ABI.
const KEYPOINT_LEAST: usize = offset_of!(RextrackKeypoint, reserved) + size_of::<u32>();

/// Writes the key points of up to `slot_capacity` slots, p1 first:
/// `keypoints[s * keypoint_capacity + k]` is key point `k` of slot `s`. `keypoint_count`
/// receives the number of key points that the model has for each object. Set
/// `keypoint_size` to `sizeof(RextrackKeypoint)`. `t_ns` works as in `rextrack_poll_axes`.
/// `snapshot` may be NULL. To use key points together with slots, compare `seq` of both
/// polls, and poll again if they differ.
///
/// The models of this version have no key points: `keypoint_count` is 0, and `keypoints`
/// stays unchanged.
///
/// Any thread, any number at the same time. Wait-free, as `rextrack_poll`.
///
/// # Safety
/// `pipeline` is NULL or a live handle; `keypoints` has room for
/// `slot_capacity * keypoint_capacity` structs of `keypoint_size` bytes; `keypoint_count` is
/// NULL or points to a `size_t`; `snapshot` is NULL or a struct with its `struct_size` set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rextrack_poll_keypoints(
    pipeline: *const RextrackPipeline,
    t_ns: i64,
    keypoints: *mut RextrackKeypoint,
    keypoint_size: usize,
    slot_capacity: usize,
    keypoint_capacity: usize,
    keypoint_count: *mut usize,
    snapshot: *mut RextrackSnapshot,
) -> RextrackStatus {
    const NAME: &str = "rextrack_poll_keypoints";
    // Every time is allowed, and without key points nothing is predicted.
    let _ = t_ns;
    guard(|| {
        let capacity = slot_capacity.saturating_mul(keypoint_capacity);
        // SAFETY: as the caller vouches.
        unsafe {
            HostArray::new(
                keypoints,
                keypoint_size,
                capacity,
                KEYPOINT_LEAST,
                NAME,
                "keypoints",
            )?;
            write_counts(pipeline, keypoint_count, snapshot, NAME)
        }
    })
}

/// Writes the zones in which each of up to `slot_capacity` slots is, p1 first: bit `i` of
/// `zones[s]` is set if slot `s` is in zone `i`. `zone_count` receives the number of zones.
/// `snapshot` may be NULL. To use zones together with slots, compare `seq` of both polls,
/// and poll again if they differ.
///
/// The configuration of this version has no zones: `zone_count` is 0, and `zones` stays
/// unchanged.
///
/// Any thread, any number at the same time. Wait-free, as `rextrack_poll`.
///
/// # Safety
/// `pipeline` is NULL or a live handle; `zones` has room for `slot_capacity` numbers;
/// `zone_count` is NULL or points to a `size_t`; `snapshot` is NULL or a struct with its
/// `struct_size` set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rextrack_poll_zones(
    pipeline: *const RextrackPipeline,
    zones: *mut u64,
    slot_capacity: usize,
    zone_count: *mut usize,
    snapshot: *mut RextrackSnapshot,
) -> RextrackStatus {
    const NAME: &str = "rextrack_poll_zones";
    guard(|| {
        let (size, least) = (size_of::<u64>(), size_of::<u64>());
        // SAFETY: as the caller vouches.
        unsafe {
            HostArray::new(zones, size, slot_capacity, least, NAME, "zones")?;
            write_counts(pipeline, zone_count, snapshot, NAME)
        }
    })
}

/// Writes a count of 0 and the snapshot's header.
///
/// # Safety
/// `pipeline` is NULL or a live handle; `count` is NULL or points to a `size_t`; `snapshot`
/// is NULL or a struct with its `struct_size` set.
unsafe fn write_counts(
    pipeline: *const RextrackPipeline,
    count: *mut usize,
    snapshot: *mut RextrackSnapshot,
    function: &str,
) -> Result<(), Failure> {
    // SAFETY: as the caller vouches.
    let pipeline = unsafe { handle::handle(pipeline, function) }?;
    if count.is_null() {
        return Err(Failure::argument(format!(
            "{function}: the count is NULL; pass a size_t"
        )));
    }
    if !snapshot.is_null() {
        let header = pipeline.poll(&mut []);
        // SAFETY: as the caller vouches.
        unsafe { args::write_struct(&header.into(), snapshot, SNAPSHOT_LEAST, function) }?;
    }
    // SAFETY: as the caller vouches.
    unsafe { args::write_count(count, 0) };
    Ok(())
}
