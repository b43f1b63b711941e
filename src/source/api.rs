//! The interface of a source.

use super::error::SourceError;
use crate::flow::{FrameSize, Precomputed};

/// The timestamp of the next frame, or the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrameOrEnd {
    /// A frame.
    Frame(Timestamp),
    /// The end of the file.
    End,
}

/// The time of a frame, as far as the source provides it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timestamp {
    /// Unknown. The source is live, and the arrival of a frame counts as its capture.
    Arrival,
    /// Nanoseconds since the start of the file. The file is paced by it.
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
    /// Results without a picture, for a frame of this size.
    Precomputed(FrameSize, Precomputed),
}

impl Payload {
    /// Size, pixels, and precomputed results.
    pub fn into_parts(self) -> (FrameSize, Vec<u8>, Option<Precomputed>) {
        match self {
            Self::Picture(size, bgr) => (size, bgr, None),
            Self::Precomputed(size, results) => (size, Vec::new(), Some(results)),
        }
    }
}

/// One open camera, file or webcam. Dropping it closes it.
pub trait Source: Send {
    /// Moves to the next frame. Blocks until there is one, at most for the source's read
    /// time-out.
    fn grab(&mut self) -> Result<FrameOrEnd, SourceError>;

    /// Decodes the frame that `grab` moved to. Not calling it skips the frame cheaply.
    /// `buffer` is reused for the bytes if it is large enough.
    fn retrieve(&mut self, buffer: Vec<u8>) -> Result<Payload, SourceError>;
}
