//! Source: where frames come from.
//!
//! In: an address ([`StreamAddress`]). Out: [`Frame`]s with a number and a
//! capture time, through a mailbox in which the newest wins. Thread:
//! `rextrack:<camera>:source`, one a pipeline, run by [`Capture`]; it blocks in
//! the camera's read for at most 5 s and in nothing else that a stop does not
//! end.
//!
//! A source is one [`Source`]. What it hands over is [`Content`]: a picture, or what
//! it knows already (the detections of a simulated crowd), which enters the chain at
//! the stage that would have found it out.

mod address;
mod authentication;
mod backoff;
mod capture;
mod error;
mod ffmpeg;
mod ffmpeg_log;
#[cfg(feature = "mqtt")]
mod mqtt;
mod playlist;
mod probe;
mod push;
mod redact;
mod remote;
mod sampling;
mod status;
mod synth;
mod video;

use std::path::PathBuf;
use std::sync::Arc;

use crate::config::RtspTransport;
use crate::geometry::FrameSize;
use crate::shutdown::Shutdown;
pub(crate) use address::resolve;
pub use address::{AddressError, NetworkAddress, StreamAddress};
pub use backoff::Backoff;
pub use capture::{Capture, Delivery, FramePool};
pub use error::{Retry, SourceError};
pub use ffmpeg::codecs;
pub use playlist::playlist;
pub use push::{Image, PixelFormat, PushError, PushInlet};
pub use redact::{HIDDEN, one_line, redact, redact_address};
pub use remote::{Following, Remote, RemoteSlot, RemoteSlots};
pub use sampling::Sampling;
pub use status::{SourceState, SourceStatus};
pub use synth::{Body, Scene, SynthSettings};

/// One picture of a camera: BGR, 8 bits a channel, rows without padding.
#[derive(Clone)]
pub struct Frame {
    /// Number of the source's frame, from 1; dropped frames are counted.
    pub seq: u64,
    /// When the frame was captured, on the clock of [`crate::clock::now_ns`].
    /// A file's frames are as far apart as the file says.
    pub capture_ns: i64,
    /// When the frame was handed over, on the same clock: the start of the
    /// end-to-end latency.
    pub arrival_ns: i64,
    /// How long decoding and colour conversion took, in nanoseconds.
    pub decode_ns: i64,
    /// Size in pixels.
    pub size: FrameSize,
    /// `width * height * 3` bytes, blue first, top row first. Empty while `known`
    /// says what a picture would have shown; see [`Frame::painted`].
    pub bgr: Vec<u8>,
    /// What a source knows without a picture.
    pub known: Option<Known>,
}

/// What a source knows of a frame that was never a picture.
#[derive(Debug, Clone)]
pub enum Known {
    /// Everybody of a simulated crowd, and what a detector would see of them.
    Crowd(Arc<Scene>),
    /// Who sits in another node's slots.
    Slots(Arc<RemoteSlots>),
}

/// Most pixels of a picture that is painted: more than 8K. What a source says of its
/// frames' size costs memory here only up to this.
const PAINTED_MAX: u64 = 8192 * 4608;

impl Frame {
    /// The frame as a picture: itself, or what it knows, painted; smaller than the
    /// frame if that is beyond 8K. Paints on the calling thread, a millisecond or so.
    ///
    /// # Errors
    /// When OpenCV cannot draw.
    pub fn painted(self: &Arc<Self>) -> opencv::Result<Arc<Self>> {
        match &self.known {
            None => Ok(Arc::clone(self)),
            Some(known) => {
                let size = self.size.within(PAINTED_MAX);
                let bgr = match known {
                    Known::Crowd(scene) => scene.paint(size)?,
                    // The other node keeps its picture; here is the ground alone.
                    Known::Slots(_) => Scene::default().paint(size)?,
                };
                Ok(Arc::new(Self {
                    size,
                    bgr,
                    known: None,
                    ..Self::clone(self)
                }))
            }
        }
    }
}

impl std::fmt::Debug for Frame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Frame #{} {}x{}",
            self.seq, self.size.width, self.size.height
        )
    }
}

/// Whether there is a next frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Advance {
    /// Yes.
    Frame(Stamp),
    /// No: the file is over.
    End,
}

/// What a source knows of the time of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stamp {
    /// Nothing: it is live, and was seen when it arrives.
    Arrival,
    /// Nanoseconds since the start of the file, by which it is paced.
    Media(i64),
    /// When it was captured, on the clock of [`crate::clock::now_ns`].
    Capture(i64),
}

/// What a source needs besides its address.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// How RTSP carries its media.
    pub transport: RtspTransport,
    /// Certificates that a broker with TLS is known by, instead of the system's.
    pub ca_file: Option<PathBuf>,
    /// Whether a local file may be a playlist, which names other files.
    pub allow_playlists: bool,
    /// Where a `push:` source gets its frames.
    pub inlet: Arc<PushInlet>,
    /// Where a source notes what it learns.
    pub status: Arc<SourceStatus>,
}

/// Opens a source. Blocks for at most 5 s a step (resolve, connect, answer,
/// first picture); a stop is obeyed between the steps and while a camera says
/// nothing.
pub fn open(
    address: &StreamAddress,
    around: &Surroundings,
    stop: &Shutdown,
) -> Result<Box<dyn Source>, SourceError> {
    match address {
        StreamAddress::Push => {
            let inlet = Arc::clone(&around.inlet);
            Ok(Box::new(push::PushSource::new(inlet, stop)))
        }
        #[cfg(feature = "mqtt")]
        StreamAddress::Mqtt { url } => {
            let ca_file = around.ca_file.as_deref();
            let source = mqtt::MqttSource::open(url, ca_file, &around.status, stop)?;
            Ok(Box::new(source))
        }
        StreamAddress::Synth(settings) => Ok(Box::new(synth::SynthSource::new(settings))),
        StreamAddress::File { path } if !around.allow_playlists => {
            playlist::refuse(path)?;
            video::open(address, around.transport, stop)
        }
        _ => video::open(address, around.transport, stop),
    }
}

/// Opens a source for one picture and closes it again, to find out whether an
/// address is right. Blocks as [`open`] and [`Source::advance`] do.
///
/// # Errors
/// Why there is no picture; a file that is over before its first is one.
pub fn first_picture(
    address: &StreamAddress,
    around: &Surroundings,
    stop: &Shutdown,
) -> Result<Frame, SourceError> {
    let mut source = open(address, around, stop)?;
    let stamp = source.advance()?;
    if stamp == Advance::End {
        return Err(SourceError::Address(format!("{address} has no picture")));
    }
    let (size, bgr, known) = source.content(Vec::new())?.into_parts();
    Ok(Frame {
        seq: 1,
        capture_ns: crate::clock::now_ns(),
        arrival_ns: crate::clock::now_ns(),
        decode_ns: 0,
        size,
        bgr,
        known,
    })
}

/// What a source hands over for one frame.
#[derive(Debug)]
#[non_exhaustive]
pub enum Content {
    /// A picture: BGR bytes as in [`Frame::bgr`].
    Picture(FrameSize, Vec<u8>),
    /// A simulated crowd, in a frame of that size.
    Crowd(FrameSize, Arc<Scene>),
    /// Another node's slots, from frames of that size.
    Slots(FrameSize, Arc<RemoteSlots>),
}

impl Content {
    /// Size, pixels, and what is known without them.
    pub fn into_parts(self) -> (FrameSize, Vec<u8>, Option<Known>) {
        match self {
            Self::Picture(size, bgr) => (size, bgr, None),
            Self::Crowd(size, scene) => (size, Vec::new(), Some(Known::Crowd(scene))),
            Self::Slots(size, slots) => (size, Vec::new(), Some(Known::Slots(slots))),
        }
    }
}

/// One open camera, file or webcam. Dropping it closes it.
pub trait Source: Send {
    /// Moves to the next frame. Blocks until there is one, at most for the
    /// source's read time-out.
    fn advance(&mut self) -> Result<Advance, SourceError>;

    /// The frame that `advance` moved to. Skipping it is cheap: simply do not
    /// ask. `buffer` is reused for the bytes when it is large enough.
    fn content(&mut self, buffer: Vec<u8>) -> Result<Content, SourceError>;
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_painted_picture_has_bounds_whatever_size_is_claimed() {
        let crowd = Known::Crowd(Arc::new(Scene::default()));
        for known in [crowd, Known::Slots(Arc::default())] {
            let frame = Arc::new(Frame {
                seq: 1,
                capture_ns: 0,
                arrival_ns: 0,
                decode_ns: 0,
                size: FrameSize::new(60_000, 60_000),
                bgr: Vec::new(),
                known: Some(known),
            });
            let painted = frame.painted().unwrap();
            let FrameSize { width, height } = painted.size;
            assert_eq!(width, height);
            assert_eq!(painted.bgr.len(), width as usize * height as usize * 3);
            assert!(painted.bgr.len() as u64 <= PAINTED_MAX * 3);
        }
    }
}
