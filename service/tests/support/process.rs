//! What the system knows of a process (Linux).

use std::path::PathBuf;

/// Threads, open descriptors and resident memory in KiB; none where the system does
/// not tell.
pub fn usage(pid: u32) -> Option<(usize, usize, u64)> {
    let proc = PathBuf::from(format!("/proc/{pid}"));
    let count = |name: &str| Some(std::fs::read_dir(proc.join(name)).ok()?.count());
    let status = std::fs::read_to_string(proc.join("status")).ok()?;
    let memory = status.lines().find(|line| line.starts_with("VmRSS"))?;
    let kib = memory.split_whitespace().nth(1)?.parse().ok()?;
    Some((count("task")?, count("fd")?, kib))
}
