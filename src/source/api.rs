//! The interface of a source.

use super::error::SourceError;
use crate::flow::{FrameSize, Precomputed};

/// The next frame's time, or the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrameOrEnd {
    /// There is a frame.
    Frame(Timestamp),
    /// The file is over.
    End,
}

/// The time of a frame, as far as the source knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timestamp {
    /// Unknown: the source is live, and a frame is as old as its arrival.
    Arrival,
    /// Nanoseconds since the start of the file, by which it is paced.
    Media(i64),
    /// When it was captured, on the clock of [`crate::base::clock::now_ns`].
    Capture(i64),
}

/// One frame of a source.
#[derive(Debug)]
#[non_exhaustive]
pub enum Payload {
    /// A picture: BGR bytes as in [`Frame::bgr`](crate::flow::Frame::bgr).
    Picture(FrameSize, Vec<u8>),
    /// Results that the source has without a picture, in a frame of that size.
    Precomputed(FrameSize, Precomputed),
}

impl Payload {
    /// Size, pixels, and results that need none.
    pub fn into_parts(self) -> (FrameSize, Vec<u8>, Option<Precomputed>) {
        match self {
            Self::Picture(size, bgr) => (size, bgr, None),
            Self::Precomputed(size, results) => (size, Vec::new(), Some(results)),
        }
    }
}

/// One open camera, file or webcam. Dropping it closes it.
pub trait Source: Send {
    /// Moves to the next frame. Blocks until there is one, at most for the
    /// source's read time-out.
    fn grab(&mut self) -> Result<FrameOrEnd, SourceError>;

    /// The frame that `grab` moved to. To skip a frame, do not call this: that is
    /// cheap. `buffer` is reused for the bytes when it is large enough.
    fn retrieve(&mut self, buffer: Vec<u8>) -> Result<Payload, SourceError>;
}
