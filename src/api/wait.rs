//! Waiting for snapshots.

use std::time::Duration;

use super::error::Error;
use super::pipeline::Pipeline;
use super::snapshot::Snapshot;

/// Why a wait ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[must_use]
pub enum Wait {
    /// There is a newer snapshot to poll.
    Newer,
    /// No newer snapshot within the time-out. Wait again: a lost camera is reconnected.
    TimedOut,
    /// The file has ended. No newer snapshot will follow.
    Ended,
    /// The pipeline was never started.
    NotRunning,
    /// The pipeline was stopped.
    Stopped,
    /// [`Pipeline::wake`] ended the wait.
    Woken,
}

/// The snapshots of a pipeline, from [`Pipeline::snapshots`].
///
/// `next` blocks until there is a snapshot that is newer than the previous one. A slow reader
/// misses snapshots and never delays the pipeline. The iterator ends when the file has ended,
/// the pipeline is stopped or was never started, or [`Pipeline::wake`] is called; and after an
/// error. While a camera is lost, the pipeline reconnects: slots become held and then empty,
/// and after that `next` blocks until the camera is back.
#[derive(Debug)]
#[must_use = "an iterator does nothing until it is used"]
pub struct Snapshots<'a> {
    pipeline: &'a Pipeline,
    seq: u64,
    is_over: bool,
}

impl<'a> Snapshots<'a> {
    pub(super) fn new(pipeline: &'a Pipeline) -> Self {
        Self {
            pipeline,
            seq: 0,
            is_over: false,
        }
    }
}

impl Iterator for Snapshots<'_> {
    type Item = Result<Snapshot, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.is_over {
            match self.pipeline.wait(self.seq, Duration::MAX) {
                Ok(Wait::Newer) => {
                    let snapshot = self.pipeline.snapshot();
                    self.seq = snapshot.seq;
                    return Some(Ok(snapshot));
                }
                Ok(Wait::TimedOut) => {}
                Ok(_) => self.is_over = true,
                Err(error) => {
                    self.is_over = true;
                    return Some(Err(error));
                }
            }
        }
        None
    }
}

impl std::iter::FusedIterator for Snapshots<'_> {}
