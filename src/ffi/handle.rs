//! The handle of a pipeline.

use super::status::Failure;
use crate::pipeline::Pipeline;

/// The pipeline of one camera. Opaque: hosts only hold pointers to it.
pub struct RextrackPipeline {
    pub(super) pipeline: Pipeline,
}

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
        .ok_or_else(|| Failure::argument(format!("{function}: pipeline is NULL; create it first")))
}
