//! Memory and processor time of this process.

use std::time::{Duration, Instant};

use parking_lot::Mutex;
use serde::Serialize;
use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};
use utoipa::ToSchema;

/// How old a measurement may be.
const MAX_AGE: Duration = Duration::from_secs(1);

/// Memory and processor time of this process.
#[derive(Debug, Clone, Copy, Default, Serialize, ToSchema)]
pub struct ProcessUsage {
    /// Bytes in memory.
    pub resident_bytes: u64,
    /// Processor seconds since the start, of all threads together.
    pub cpu_seconds: f64,
    /// Seconds since the start.
    pub uptime_s: f64,
}

/// Measures this process, at most once a second.
#[derive(Default)]
pub struct ProcessMonitor(Mutex<Option<(System, Instant, ProcessUsage)>>);

impl ProcessMonitor {
    /// The usage now, of a process that has been running for `uptime`.
    pub fn usage(&self, uptime: Duration) -> ProcessUsage {
        ProcessUsage {
            uptime_s: uptime.as_secs_f64(),
            ..self.measured()
        }
    }

    fn measured(&self) -> ProcessUsage {
        let mut last = self.0.lock();
        if let Some((_, at, usage)) = last.as_ref()
            && at.elapsed() < MAX_AGE
        {
            return *usage;
        }
        let system = last.take().map(|(system, ..)| system);
        let Some(mut system) = system.or_else(|| System::new().ok()) else {
            return ProcessUsage::default();
        };
        let pid = Pid::from_u32(std::process::id());
        let what = ProcessRefreshKind::nothing().with_memory().with_cpu();
        system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), false, what);
        let usage = system
            .process(pid)
            .map_or_else(ProcessUsage::default, |process| ProcessUsage {
                resident_bytes: process.memory(),
                cpu_seconds: process.accumulated_cpu_time() as f64 / 1e3,
                uptime_s: 0.0,
            });
        *last = Some((system, Instant::now(), usage));
        usage
    }
}
