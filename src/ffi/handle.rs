//! The handle of a pipeline.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use super::status::Failure;
use crate::pipeline::{Pipeline, Subscriber};

/// How long destroying a handle waits for this handle's running waits. They return as soon
/// as they are woken.
const CLOSE: Duration = Duration::from_millis(100);

/// The pipeline of one camera. Opaque: hosts only hold pointers to it.
pub struct RextrackPipeline {
    pipeline: Arc<Pipeline>,
    /// This owner's events and waits. Shared with running waits, so that none of them
    /// touches the handle's memory after it is freed.
    subscriber: Arc<Subscriber>,
    /// Cleared by [`destroy`], which keeps the memory in debug builds.
    #[cfg(debug_assertions)]
    is_live: std::sync::atomic::AtomicBool,
}

impl Deref for RextrackPipeline {
    type Target = Pipeline;

    fn deref(&self) -> &Pipeline {
        &self.pipeline
    }
}

impl RextrackPipeline {
    /// A new handle of a pipeline, for the host to own.
    pub fn new(pipeline: Arc<Pipeline>) -> *mut Self {
        let subscriber = Arc::new(pipeline.subscribe());
        Box::into_raw(Box::new(Self {
            pipeline,
            subscriber,
            #[cfg(debug_assertions)]
            is_live: true.into(),
        }))
    }

    /// This owner's events and waits.
    pub fn subscriber(&self) -> &Arc<Subscriber> {
        &self.subscriber
    }
}

/// The pipeline behind a handle.
///
/// # Safety
/// `pipeline` is NULL or came from `rextrack_create` or `rextrack_find` and was not
/// destroyed.
pub unsafe fn handle<'a>(
    pipeline: *const RextrackPipeline,
    function: &str,
) -> Result<&'a RextrackPipeline, Failure> {
    if !pipeline.is_null() {
        // SAFETY: as the caller vouches.
        unsafe { live::check(pipeline, function) }?;
    }
    // SAFETY: as the caller vouches; NULL becomes `None`.
    unsafe { pipeline.as_ref() }
        .ok_or_else(|| Failure::argument(format!("{function}: pipeline is NULL; create it first")))
}

/// Ends the waits of a handle and frees it. Returns whether it was the last handle of its
/// pipeline, which is then freed too.
///
/// # Safety
/// As [`handle`], and this is the last use of the handle.
pub unsafe fn destroy(pipeline: *mut RextrackPipeline, function: &str) -> Result<bool, Failure> {
    // SAFETY: as the caller vouches.
    unsafe { live::remove(pipeline, function) }?;
    // SAFETY: as the caller vouches.
    unsafe { &*pipeline }.subscriber.close(CLOSE);
    // SAFETY: `new` made it with `Box::into_raw`, and this is its last use.
    let RextrackPipeline { pipeline, .. } = unsafe { live::free(pipeline) };
    Ok(Arc::into_inner(pipeline).is_some())
}

/// Debug builds never free the memory of a handle, so that its late use is an error and not
/// a crash. Checking reads one flag: a poll stays wait-free. Release builds trust the host.
#[cfg(debug_assertions)]
mod live {
    use std::sync::atomic::Ordering;

    use parking_lot::Mutex;

    use super::{Failure, RextrackPipeline};
    use crate::ffi::status::RextrackStatus;

    /// The memory of destroyed handles. Leak checkers find its addresses here.
    static RETIRED: Mutex<Vec<usize>> = Mutex::new(Vec::new());

    /// # Safety
    /// The handle came from `RextrackPipeline::new`, even if it was destroyed.
    pub unsafe fn check(handle: *const RextrackPipeline, function: &str) -> Result<(), Failure> {
        // SAFETY: as the caller vouches; the memory is never freed, and a destroyed handle
        // keeps its flag.
        let is_live = unsafe { &(*handle).is_live };
        if is_live.load(Ordering::Acquire) {
            return Ok(());
        }
        Err(destroyed(function))
    }

    /// # Safety
    /// As [`check`].
    pub unsafe fn remove(handle: *mut RextrackPipeline, function: &str) -> Result<(), Failure> {
        // SAFETY: as in `check`.
        let is_live = unsafe { &(*handle).is_live };
        if is_live.swap(false, Ordering::AcqRel) {
            return Ok(());
        }
        Err(destroyed(function))
    }

    /// Takes the contents and keeps the memory, so that no later handle has its address.
    ///
    /// # Safety
    /// As `Box::from_raw`.
    pub unsafe fn free(handle: *mut RextrackPipeline) -> RextrackPipeline {
        RETIRED.lock().push(handle.addr());
        // SAFETY: as the caller vouches. Only the flag is used again.
        unsafe { handle.read() }
    }

    fn destroyed(function: &str) -> Failure {
        let text = format!(
            "{function}: the handle was destroyed; do not use a handle after rextrack_destroy"
        );
        Failure(RextrackStatus::RextrackErrClosed, text)
    }
}

#[cfg(not(debug_assertions))]
mod live {
    use super::{Failure, RextrackPipeline};

    /// # Safety
    /// None.
    #[inline(always)]
    pub unsafe fn check(_: *const RextrackPipeline, _: &str) -> Result<(), Failure> {
        Ok(())
    }

    /// # Safety
    /// None.
    pub unsafe fn remove(_: *mut RextrackPipeline, _: &str) -> Result<(), Failure> {
        Ok(())
    }

    /// # Safety
    /// As `Box::from_raw`.
    pub unsafe fn free(handle: *mut RextrackPipeline) -> RextrackPipeline {
        // SAFETY: as the caller vouches.
        *unsafe { Box::from_raw(handle) }
    }
}
