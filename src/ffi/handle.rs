//! The handle of a pipeline.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use super::status::{Failure, RextrackStatus};
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
        let handle = Box::into_raw(Box::new(Self {
            pipeline,
            subscriber,
        }));
        live::add(handle);
        handle
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
        live::check(pipeline, function)?;
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
    live::remove(pipeline, function)?;
    // SAFETY: as the caller vouches.
    unsafe { &*pipeline }.subscriber.close(CLOSE);
    // SAFETY: `new` made it with `Box::into_raw`, and this is its last use.
    let RextrackPipeline { pipeline, .. } = unsafe { live::free(pipeline) };
    Ok(Arc::into_inner(pipeline).is_some())
}

/// Debug builds know all live handles, so that the late use of a handle is an error and not
/// a crash. Release builds trust the host: a lookup would cost more than a poll.
#[cfg(debug_assertions)]
mod live {
    use std::collections::HashSet;
    use std::sync::LazyLock;

    use parking_lot::RwLock;

    use super::{Failure, RextrackPipeline, RextrackStatus};

    static HANDLES: LazyLock<RwLock<HashSet<usize>>> = LazyLock::new(Default::default);

    /// The memory of destroyed handles. Leak checkers find its addresses here.
    static RETIRED: RwLock<Vec<usize>> = RwLock::new(Vec::new());

    pub fn add(handle: *mut RextrackPipeline) {
        HANDLES.write().insert(handle.addr());
    }

    pub fn check(handle: *const RextrackPipeline, function: &str) -> Result<(), Failure> {
        if HANDLES.read().contains(&handle.addr()) {
            return Ok(());
        }
        Err(unknown(function))
    }

    pub fn remove(handle: *const RextrackPipeline, function: &str) -> Result<(), Failure> {
        if HANDLES.write().remove(&handle.addr()) {
            return Ok(());
        }
        Err(unknown(function))
    }

    /// Takes the contents and keeps the memory, so that no later handle has its address.
    ///
    /// # Safety
    /// As `Box::from_raw`.
    pub unsafe fn free(handle: *mut RextrackPipeline) -> RextrackPipeline {
        RETIRED.write().push(handle.addr());
        // SAFETY: as the caller vouches. The memory is never used again.
        unsafe { handle.read() }
    }

    fn unknown(function: &str) -> Failure {
        let text = format!(
            "{function}: the handle was destroyed, or is not from rextrack_create or \
             rextrack_find; do not use a handle after rextrack_destroy"
        );
        Failure(RextrackStatus::RextrackErrClosed, text)
    }
}

#[cfg(not(debug_assertions))]
mod live {
    use super::{Failure, RextrackPipeline};

    pub fn add(_: *mut RextrackPipeline) {}

    #[inline(always)]
    pub fn check(_: *const RextrackPipeline, _: &str) -> Result<(), Failure> {
        Ok(())
    }

    pub fn remove(_: *const RextrackPipeline, _: &str) -> Result<(), Failure> {
        Ok(())
    }

    /// # Safety
    /// As `Box::from_raw`.
    pub unsafe fn free(handle: *mut RextrackPipeline) -> RextrackPipeline {
        // SAFETY: as the caller vouches.
        *unsafe { Box::from_raw(handle) }
    }
}
