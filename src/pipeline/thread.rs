//! Named threads that can be joined with a deadline.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};
use thread_priority::{ThreadPriority, ThreadPriorityValue};

use crate::base::panics;

/// Of 0..=99, where 50 is normal: nice 4 on Linux, "below normal" on Windows.
const BELOW_NORMAL: u8 = 38;

/// Lowers the priority of the calling thread and, on Linux, of the threads that it
/// starts. On a busy machine the host's cook or render thread then keeps its processor
/// when one of ours wakes up.
pub fn lower_priority() {
    let Ok(value) = ThreadPriorityValue::try_from(BELOW_NORMAL) else {
        return;
    };
    let priority = ThreadPriority::Crossplatform(value);
    // Where the system does not allow it, everything works at normal priority.
    if !lower_to_batch(priority) {
        thread_priority::set_current_thread_priority(priority).ok();
    }
}

/// Sets the priority with the policy `SCHED_BATCH`. The nice value alone does not protect
/// the host: a push wakes the source's thread, and Linux often runs the woken thread at
/// once on the processor of the host's thread, which then waits some milliseconds inside
/// `rextrack_push_frame`. A thread of this policy takes no processor when it wakes up,
/// unless one is idle.
#[cfg(target_os = "linux")]
fn lower_to_batch(priority: ThreadPriority) -> bool {
    use thread_priority::unix::{
        NormalThreadSchedulePolicy, ThreadSchedulePolicy, set_thread_priority_and_policy,
        thread_native_id,
    };
    let batch = ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Batch);
    set_thread_priority_and_policy(thread_native_id(), priority, batch).is_ok()
}

#[cfg(not(target_os = "linux"))]
fn lower_to_batch(_priority: ThreadPriority) -> bool {
    false
}

/// A running thread of a pipeline.
#[derive(Debug)]
pub struct NamedThread {
    name: String,
    handle: JoinHandle<()>,
    ended: Arc<(Mutex<bool>, Condvar)>,
}

impl NamedThread {
    /// Starts `work` on a thread named `rextrack:<camera>:<role>` (Linux shows the first
    /// 15 bytes of it). A panic does not leave the thread: its text is passed to
    /// `on_panic`.
    pub fn spawn(
        camera: &str,
        role: &str,
        work: impl FnOnce() + Send + 'static,
        on_panic: impl FnOnce(String) + Send + 'static,
    ) -> std::io::Result<Self> {
        let name = format!("rextrack:{camera}:{role}");
        let ended = Arc::new((Mutex::new(false), Condvar::new()));
        let signal = Arc::clone(&ended);
        let handle = std::thread::Builder::new()
            .name(name.clone())
            .spawn(move || {
                if let Err(panic) = catch_unwind(AssertUnwindSafe(work)) {
                    on_panic(panics::text(panic.as_ref()));
                }
                *signal.0.lock() = true;
                signal.1.notify_all();
            })?;
        Ok(Self {
            name,
            handle,
            ended,
        })
    }

    /// Waits until `deadline` for the thread to end, and returns the thread if it has not
    /// ended by then. A thread that is stuck in a call of another library (FFmpeg, ONNX
    /// Runtime) ends by itself when that call returns. Until then it touches only memory
    /// that it shares ownership of.
    pub fn join_by(self, deadline: Instant) -> Option<Self> {
        let mut ended = self.ended.0.lock();
        while !*ended {
            if self.ended.1.wait_until(&mut ended, deadline).timed_out() {
                drop(ended);
                return Some(self);
            }
        }
        drop(ended);
        // `on_panic` has reported a panic.
        self.handle.join().ok();
        None
    }

    /// The thread's name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// Threads that were asked to end and are joined later: a source that was replaced, a
/// model that is being loaded, a thread that a stop could not join in time.
#[derive(Debug, Default)]
pub struct UnjoinedThreads(Mutex<Vec<NamedThread>>);

impl UnjoinedThreads {
    /// Adds a thread, and joins the threads that have ended.
    pub fn add(&self, thread: impl IntoIterator<Item = NamedThread>) {
        let mut threads = self.0.lock();
        threads.extend(thread);
        let now = Instant::now();
        let running = threads.drain(..).filter_map(|t| t.join_by(now)).collect();
        *threads = running;
    }

    /// Joins all of them until `deadline`.
    pub fn join_by(&self, deadline: Instant) {
        let threads = std::mem::take(&mut *self.0.lock());
        let running = threads.into_iter().filter_map(|t| t.join_by(deadline));
        let mut running: Vec<_> = running.collect();
        self.0.lock().append(&mut running);
    }

    /// Logs the threads that still run. Nobody joins them after this.
    pub fn log_unjoined(&self) {
        for thread in self.0.lock().drain(..) {
            let name = thread.name();
            let camera = name.split(':').nth(1).unwrap_or_default();
            log::warn!(
                "[{camera}] the thread {name} is still in a call that cannot be interrupted; \
                 it ends by itself, no action is needed"
            );
        }
    }
}

/// The time after `duration`, for a deadline.
pub fn within(duration: Duration) -> Instant {
    Instant::now() + duration
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn panic_is_passed_to_the_handler_and_ends_only_the_thread() {
        let (panic_tx, panic_rx) = std::sync::mpsc::channel();
        let thread = NamedThread::spawn(
            "cam1",
            "test",
            || panic!("on purpose"),
            move |text| {
                panic_tx.send(text).unwrap();
            },
        )
        .unwrap();
        assert_eq!(panic_rx.recv().unwrap(), "on purpose");
        assert!(thread.join_by(within(Duration::from_secs(5))).is_none());
    }

    #[test]
    fn stuck_thread_is_returned_at_the_deadline() {
        let stop = crate::base::shutdown::Shutdown::new();
        let inside = stop.clone();
        let work = move || {
            inside.wait(Duration::from_secs(60));
        };
        let thread = NamedThread::spawn("cam1", "test", work, |_| {}).unwrap();
        let thread = thread.join_by(Instant::now());
        assert!(thread.is_some());
        let unjoined = UnjoinedThreads::default();
        unjoined.add(thread);
        stop.request();
        unjoined.join_by(within(Duration::from_secs(5)));
        assert!(unjoined.0.lock().is_empty());
    }
}
