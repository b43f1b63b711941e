//! Named threads that can be waited for with a bound.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use crate::panics;

/// A running thread of a pipeline.
#[derive(Debug)]
pub struct NamedThread {
    name: String,
    handle: JoinHandle<()>,
    ended: Arc<(Mutex<bool>, Condvar)>,
}

impl NamedThread {
    /// Starts `work` on a thread named `rextrack:<camera>:<role>` (Linux shows
    /// the first 15 bytes of it). A panic ends at the thread's edge: it is
    /// given to `on_panic` as text.
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

    /// Waits until `deadline` for the thread to end. A thread that is stuck in
    /// a call of another library (FFmpeg, ONNX Runtime) is left behind: it
    /// ends by itself when that call returns, and touches nothing of ours but
    /// memory that it shares ownership of. Returns whether it was joined.
    pub fn join_by(self, deadline: Instant) -> bool {
        let mut ended = self.ended.0.lock();
        while !*ended {
            if self.ended.1.wait_until(&mut ended, deadline).timed_out() {
                log::debug!(
                    "{} is still inside a blocking call; left to end by itself",
                    self.name
                );
                return false;
            }
        }
        drop(ended);
        self.handle.join().is_ok()
    }
}

/// Shorthand for a deadline.
pub fn within(duration: Duration) -> Instant {
    Instant::now() + duration
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_panic_stays_inside_and_is_told() {
        let (tell, told) = std::sync::mpsc::channel();
        let thread = NamedThread::spawn(
            "cam1",
            "test",
            || panic!("on purpose"),
            move |text| {
                tell.send(text).unwrap();
            },
        )
        .unwrap();
        assert_eq!(told.recv().unwrap(), "on purpose");
        assert!(thread.join_by(within(Duration::from_secs(5))));
    }

    #[test]
    fn a_stuck_thread_is_left_behind_at_the_deadline() {
        let stop = crate::shutdown::Shutdown::new();
        let inside = stop.clone();
        let work = move || {
            inside.wait(Duration::from_secs(60));
        };
        let thread = NamedThread::spawn("cam1", "test", work, |_| {}).unwrap();
        assert!(!thread.join_by(Instant::now()));
        stop.request();
    }
}
