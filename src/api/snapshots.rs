//! An iterator over snapshots.

use std::time::Duration;

use super::error::Error;
use super::pipeline::Pipeline;
use super::snapshot::Snapshot;
use super::wait::Wait;

impl Pipeline {
    /// An iterator over the snapshots. It blocks for each new one, and ends with the file or
    /// when the pipeline is stopped. The first snapshot is the newest one at that time.
    ///
    /// ```
    /// # use rextrack::{Config, Pipeline};
    /// // A simulated crowd that ends, as a file does; and no frame is dropped.
    /// let stream = "synth:people=3,seed=1,frames=50";
    /// let pipeline = Pipeline::new(Config::from_stream(stream).every_frame(true))?;
    /// pipeline.start()?;
    /// let mut last = 0;
    /// for snapshot in pipeline.snapshots() {
    ///     last = snapshot?.frame_seq;
    /// }
    /// assert_eq!(last, 50);
    /// # Ok::<(), rextrack::Error>(())
    /// ```
    pub fn snapshots(&self) -> Snapshots<'_> {
        Snapshots {
            pipeline: self,
            seq: 0,
            is_over: false,
        }
    }
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
