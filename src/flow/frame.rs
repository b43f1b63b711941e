//! A frame of a source: a picture, or results that the source has without one.

use std::fmt;
use std::sync::Arc;

use super::detection::Detection;
use super::geometry::FrameSize;
use super::remote_slots::RemoteSlots;

/// Most pixels of a painted picture: more than 8K. Limits the memory that a source can
/// claim with the size of its frames.
const PAINTED_MAX: u64 = 8192 * 4608;

/// One frame of a source. Pixels are BGR, 8 bits a channel, rows without padding.
#[derive(Clone)]
pub struct Frame {
    /// Number of the source's frame, from 1; dropped frames are counted.
    pub seq: u64,
    /// When the frame was captured, on the clock of [`crate::base::clock::now_ns`].
    /// A file's frames are as far apart as the file says.
    pub capture_ns: i64,
    /// When the source sent the frame, on the same clock. The end-to-end latency starts
    /// here.
    pub arrival_ns: i64,
    /// How long decoding and colour conversion took, in nanoseconds.
    pub decode_ns: i64,
    /// Size in pixels.
    pub size: FrameSize,
    /// `width * height * 3` bytes, blue first, top row first. Empty while `precomputed`
    /// is set; see [`Frame::painted`].
    pub bgr: Vec<u8>,
    /// Results of a source that has no picture.
    pub precomputed: Option<Precomputed>,
}

/// Results that enter the pipeline after the stage that usually computes them.
#[derive(Debug, Clone)]
pub enum Precomputed {
    /// Detections, best score first, as of a simulated crowd. They bypass the model.
    Detections(Arc<[Detection]>, Arc<dyn Paint>),
    /// Another node's slots. They bypass model and tracker.
    Slots(Arc<RemoteSlots>, Arc<dyn Paint>),
}

/// Draws the picture of a frame that has none.
pub trait Paint: fmt::Debug + Send + Sync {
    /// BGR rows without padding, `width * height * 3` bytes.
    ///
    /// # Errors
    /// When OpenCV cannot draw.
    fn paint(&self, size: FrameSize) -> opencv::Result<Vec<u8>>;
}

impl Precomputed {
    fn picture(&self) -> &dyn Paint {
        match self {
            Self::Detections(_, picture) | Self::Slots(_, picture) => &**picture,
        }
    }
}

impl Frame {
    /// The frame as a picture: itself, or painted where it has none; smaller than the
    /// frame if that is beyond 8K. Paints on the calling thread, a millisecond or so.
    ///
    /// # Errors
    /// When OpenCV cannot draw.
    pub fn painted(self: &Arc<Self>) -> opencv::Result<Arc<Self>> {
        let Some(precomputed) = &self.precomputed else {
            return Ok(Arc::clone(self));
        };
        let size = self.size.within(PAINTED_MAX);
        Ok(Arc::new(Self {
            size,
            bgr: precomputed.picture().paint(size)?,
            precomputed: None,
            ..Self::clone(self)
        }))
    }
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let FrameSize { width, height } = self.size;
        write!(f, "Frame #{} {width}x{height}", self.seq)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[derive(Debug)]
    struct Grey;

    impl Paint for Grey {
        fn paint(&self, size: FrameSize) -> opencv::Result<Vec<u8>> {
            Ok(vec![128; size.width as usize * size.height as usize * 3])
        }
    }

    #[test]
    fn painted_picture_is_bounded_whatever_size_is_claimed() {
        let picture: Arc<dyn Paint> = Arc::new(Grey);
        for precomputed in [
            Precomputed::Detections(Arc::default(), Arc::clone(&picture)),
            Precomputed::Slots(Arc::default(), picture),
        ] {
            let frame = Arc::new(Frame {
                seq: 1,
                capture_ns: 0,
                arrival_ns: 0,
                decode_ns: 0,
                size: FrameSize::new(60_000, 60_000),
                bgr: Vec::new(),
                precomputed: Some(precomputed),
            });
            let painted = frame.painted().unwrap();
            let FrameSize { width, height } = painted.size;
            assert_eq!(width, height);
            assert_eq!(painted.bgr.len(), width as usize * height as usize * 3);
            assert!(painted.bgr.len() as u64 <= PAINTED_MAX * 3);
        }
    }
}
