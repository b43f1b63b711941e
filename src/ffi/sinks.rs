//! The outputs of a pipeline: what they sent, and what is wrong with them.

use std::ffi::c_char;
use std::mem::offset_of;

use super::args::{self, HostArray};
use super::handle::{self, RextrackPipeline};
use super::status::{Failure, RextrackStatus, guard};
use super::text_buffer::to_chars;
use crate::pipeline::SinkReport;

/// Bytes of an output's name, the closing NUL included.
pub const REXTRACK_SINK_NAME_CHARS: usize = 128;
/// Bytes of the text of an output's problem, the closing NUL included.
pub const REXTRACK_SINK_PROBLEM_CHARS: usize = 256;

/// Values of `RextrackSink.state`.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::enum_variant_names)]
pub enum RextrackSinkState {
    /// The output sends.
    RextrackSinkOk = 0,
    /// The output no longer sends: `problem` has the reason.
    RextrackSinkFailed = 1,
}

/// One output, such as OSC or a file. The struct may grow at its end: pass its size to
/// `rextrack_sinks`.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RextrackSink {
    /// A `RextrackSinkState`.
    pub state: u32,
    /// Not used; 0.
    pub reserved: u32,
    /// Datagrams or lines that were passed to the system.
    pub sent: u64,
    /// Datagrams or lines that could not be sent, or that the receiver's machine refused.
    pub failed: u64,
    /// Bytes that were passed to the system.
    pub bytes: u64,
    /// Snapshots that newer ones replaced before they were sent.
    pub dropped: u64,
    /// Such as `osc 127.0.0.1:5005`. Cut to fit.
    pub name: [c_char; REXTRACK_SINK_NAME_CHARS],
    /// Why the output no longer sends, and the remedy. Empty while it sends. Cut to fit.
    pub problem: [c_char; REXTRACK_SINK_PROBLEM_CHARS],
}

/// Size of the struct in the first version of this major version of the ABI.
const SINK_LEAST: usize = offset_of!(RextrackSink, problem) + REXTRACK_SINK_PROBLEM_CHARS;

impl From<&SinkReport> for RextrackSink {
    fn from(report: &SinkReport) -> Self {
        let state = match report.problem {
            None => RextrackSinkState::RextrackSinkOk,
            Some(_) => RextrackSinkState::RextrackSinkFailed,
        };
        Self {
            state: state as u32,
            reserved: 0,
            sent: report.stats.sent,
            failed: report.stats.failed,
            bytes: report.stats.bytes,
            dropped: report.stats.dropped,
            name: to_chars(&report.name),
            problem: to_chars(report.problem.as_deref().unwrap_or_default()),
        }
    }
}

/// Writes up to `capacity` outputs to `sinks`, in the order of the configuration, and the
/// number of all outputs to `count`. Set `sink_size` to `sizeof(RextrackSink)`. `sinks` may
/// be NULL if `capacity` is 0. There are none until the model is loaded; the outputs' own
/// thread lists them soon after, and soon after a change.
///
/// Any thread. Blocks for microseconds: it takes a lock that the pipeline's threads hold.
///
/// # Safety
/// `pipeline` is NULL or a live handle; `sinks` has room for `capacity` structs of
/// `sink_size` bytes; `count` is NULL or points to a `size_t`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rextrack_sinks(
    pipeline: *const RextrackPipeline,
    sinks: *mut RextrackSink,
    sink_size: usize,
    capacity: usize,
    count: *mut usize,
) -> RextrackStatus {
    const NAME: &str = "rextrack_sinks";
    guard(|| {
        // SAFETY: NULL or live, as the caller vouches.
        let pipeline = unsafe { handle::handle(pipeline, NAME) }?;
        if sinks.is_null() && count.is_null() {
            return Err(Failure::argument(format!(
                "{NAME}: sinks and count are NULL; pass at least one"
            )));
        }
        // SAFETY: as the caller vouches.
        let array =
            unsafe { HostArray::new(sinks, sink_size, capacity, SINK_LEAST, NAME, "sinks") }?;
        let reports = pipeline.sinks();
        for (index, report) in reports.iter().enumerate().take(array.capacity()) {
            array.write(index, &report.into());
        }
        // SAFETY: as the caller vouches.
        unsafe { args::write_count(count, reports.len()) };
        Ok(())
    })
}
