//! The pipelines of the process by camera id, so that several parts of a host can share
//! one.

use std::ffi::{CStr, c_char};
use std::sync::{Arc, Weak};

use parking_lot::Mutex;

use super::handle::RextrackPipeline;
use super::status::{Failure, RextrackStatus, guard};
use crate::pipeline::Pipeline;

/// Camera ids, which do not change in a pipeline's life, and pipelines.
static PIPELINES: Mutex<Vec<(String, Weak<Pipeline>)>> = Mutex::new(Vec::new());

/// Adds a pipeline.
pub fn register(pipeline: &Arc<Pipeline>) {
    let id = pipeline.config().camera.id.clone();
    let mut pipelines = PIPELINES.lock();
    pipelines.retain(|(_, one)| one.strong_count() > 0);
    pipelines.push((id, Arc::downgrade(pipeline)));
}

/// The newest pipeline whose camera has that id.
fn find(camera: &str) -> Option<Arc<Pipeline>> {
    let pipelines = PIPELINES.lock();
    let mut named = pipelines.iter().rev().filter(|(id, _)| id == camera);
    named.find_map(|(_, pipeline)| pipeline.upgrade())
}

/// Finds the pipeline of this process whose `camera.id` is `camera_id`, and writes a handle
/// to `out`. If several have that id, the newest one is returned. Use it when two parts of
/// a host share one camera, such as a node that tracks and a node that shows the image.
///
/// The caller owns the handle and must pass it to `rextrack_destroy`; the last release
/// frees the pipeline. The handle has its own events, from now on, and its own waits. If
/// no pipeline has that id, `out` is NULL and the status is `REXTRACK_ERR_NOT_FOUND`.
///
/// Any thread. Never blocks.
///
/// # Safety
/// `camera_id` is NULL or NUL-terminated; `out` is NULL or points to a
/// pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rextrack_find(
    camera_id: *const c_char,
    out: *mut *mut RextrackPipeline,
) -> RextrackStatus {
    guard(|| {
        // SAFETY: NULL or valid, as the caller vouches.
        let out = unsafe { out.as_mut() }.ok_or_else(|| {
            Failure::argument("rextrack_find: out is NULL; pass a pointer to a handle")
        })?;
        *out = std::ptr::null_mut();
        if camera_id.is_null() {
            return Err(Failure::argument(
                "rextrack_find: camera_id is NULL; pass the id of a camera",
            ));
        }
        // SAFETY: not NULL, and NUL-terminated as the caller vouches.
        let camera = unsafe { CStr::from_ptr(camera_id) }
            .to_str()
            .map_err(|_| Failure::argument("rextrack_find: camera_id is not UTF-8"))?;
        let found = find(camera).ok_or_else(|| {
            let text = format!(
                "no pipeline of this process has the camera.id {camera:?}; create it first, \
                 under that id"
            );
            Failure(RextrackStatus::RextrackErrNotFound, text)
        })?;
        *out = RextrackPipeline::new(found);
        Ok(())
    })
}
