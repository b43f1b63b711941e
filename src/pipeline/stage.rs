//! Runs a stage of the pipeline on its thread.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::error::PipelineError;
use super::shared::Shared;
use super::thread::{self, NamedThread};
use crate::base::panics;
use crate::base::shutdown::Shutdown;
use crate::source::Backoff;

/// Starts a stage's thread. A stage that panics is restarted after 0.25 s, doubling to 8
/// s, until `stop`. Each restart is logged, queued as an event and reported to waiting
/// hosts.
pub fn spawn(
    shared: &Arc<Shared>,
    camera: &str,
    role: &'static str,
    stop: &Shutdown,
    mut work: impl FnMut() + Send + 'static,
) -> Result<NamedThread, PipelineError> {
    /// The backoff starts over after a stage ran this long.
    const STEADY: Duration = Duration::from_secs(60);
    let (shared, stop, camera_id) = (Arc::clone(shared), stop.clone(), camera.to_owned());
    let supervised = move || {
        if shared.low_priority {
            thread::lower_priority();
        }
        let mut backoff = Backoff::new(0);
        loop {
            let began = Instant::now();
            let Err(panic) = catch_unwind(AssertUnwindSafe(&mut work)) else {
                return;
            };
            if began.elapsed() > STEADY {
                backoff.reset();
            }
            shared.report_restart(&camera_id, role, panics::text(panic.as_ref()));
            if stop.wait(backoff.next_wait()) {
                return;
            }
        }
    };
    NamedThread::spawn(camera, role, supervised, |_| {}).map_err(|e| PipelineError::Internal {
        part: "thread start",
        reason: e.to_string(),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::super::thread::within;
    use super::super::{EventKind, Next, Pipeline};
    use super::*;
    use crate::config::PipelineConfig;

    #[test]
    fn stage_that_panics_is_restarted_and_reported() {
        let config = PipelineConfig::from_json(
            r#"{"camera": {"stream": "push:"}, "tracking": {"model": "builtin:motion"}}"#,
        )
        .unwrap();
        let pipeline = Pipeline::new(config).unwrap();
        let runs = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&runs);
        let work = move || {
            if counted.fetch_add(1, Ordering::Relaxed) == 0 {
                panic!("a defect of ours");
            }
        };
        let thread = spawn(&pipeline.shared, "cam1", "infer", &Shutdown::new(), work).unwrap();
        assert!(thread.join_by(within(Duration::from_secs(60))).is_none());
        let Next::Failed(error) = pipeline.next(0, Duration::ZERO) else {
            panic!("the panic was not reported");
        };
        let PipelineError::Internal { part, reason } = error else {
            panic!("{error}");
        };
        assert_eq!((part, reason.as_str()), ("infer", "a defect of ours"));
        let mut kinds = Vec::new();
        pipeline.drain_events(9, |_, event| kinds.push(event.kind));
        assert_eq!(kinds, [EventKind::Restarted]);
        assert_eq!(runs.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn stop_ends_the_wait_for_the_next_restart() {
        let config = PipelineConfig::from_json(
            r#"{"camera": {"stream": "push:"}, "tracking": {"model": "builtin:motion"}}"#,
        )
        .unwrap();
        let pipeline = Pipeline::new(config).unwrap();
        let stop = Shutdown::new();
        stop.request();
        let work = || panic!("for ever");
        let thread = spawn(&pipeline.shared, "cam1", "infer", &stop, work).unwrap();
        assert!(thread.join_by(within(Duration::from_secs(60))).is_none());
    }
}
