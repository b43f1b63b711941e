//! Source: where frames come from.
//!
//! In: an address ([`StreamAddress`]). Out: [`Frame`]s with a number and a capture time,
//! through a mailbox in which the newest wins. Thread: `rextrack:<camera>:source`, one per
//! pipeline, run by [`Capture`]. It blocks in the camera's read for at most 5 s. A stop
//! ends every other wait.
//!
//! A kind of source is one implementation of [`Source`]: a file in this folder, a variant of
//! [`StreamAddress`], and an arm of [`open`]. It returns a [`Payload`]: a picture, or results
//! without one (such as the detections of a simulated crowd), which enter the pipeline
//! after the stage that usually computes them.
//!
//! * `capture` is the thread's loop: it opens, reads, paces and reconnects, and decides when
//!   a camera is LOST; `backoff` has the delays before the next attempt.
//! * `video`, `push`, `synth` and `mqtt` are the kinds of sources; `app_source` takes the
//!   frames of a host for `push`.
//! * `probe` finds out why a camera does not answer; `http_auth` logs in to it.
//! * `sampling` chooses the frames that are processed; `status` holds state and counters.

mod api;
mod app_source;
mod backoff;
mod capture;
mod error;
mod ffmpeg;
mod ffmpeg_log;
mod frame_pool;
mod http_auth;
#[cfg(feature = "mqtt")]
mod mqtt;
mod playlist;
mod probe;
mod push;
mod sampling;
mod sequencer;
mod status;
mod synth;
mod video;

use std::path::PathBuf;
use std::sync::Arc;

use crate::address::StreamAddress;
use crate::base::shutdown::Shutdown;
use crate::config::{PipelineConfig, RtspTransport};
use crate::flow::Frame;
pub use api::{FrameOrEnd, Payload, Source, Timestamp};
pub use app_source::{AppSource, Image, PushError};
pub use backoff::Backoff;
pub use capture::{Capture, FrameEvent};
pub use error::{Retry, SourceError};
pub use ffmpeg::codecs;
pub use frame_pool::FramePool;
pub use playlist::playlist;
pub use sampling::Sampling;
pub use sequencer::MessageSequencer;
pub use status::SourceStatus;
pub use synth::{Body, Scene};

/// Settings and shared state of a source, besides its address.
#[derive(Debug, Clone, Default)]
pub struct SourceContext {
    /// How RTSP transports its media.
    pub transport: RtspTransport,
    /// Certificates to verify a broker with, instead of the system's.
    pub ca_file: Option<PathBuf>,
    /// Whether a local file may be a playlist, which refers to other files.
    pub allow_playlists: bool,
    /// The frames of a `push:` source.
    pub app_source: Arc<AppSource>,
    /// The state that the source reports.
    pub status: Arc<SourceStatus>,
}

/// Opens a source. Blocks for at most 5 s per step (resolve, connect, answer, first
/// picture). A stop takes effect between the steps and while a camera does not answer.
pub fn open(
    address: &StreamAddress,
    context: &SourceContext,
    stop: &Shutdown,
) -> Result<Box<dyn Source>, SourceError> {
    match address {
        StreamAddress::Push => {
            let frames = Arc::clone(&context.app_source);
            Ok(Box::new(push::PushSource::new(frames, stop)))
        }
        #[cfg(feature = "mqtt")]
        StreamAddress::Mqtt { url } => {
            let ca_file = context.ca_file.as_deref();
            let source = mqtt::MqttSource::open(url, ca_file, &context.status, stop)?;
            Ok(Box::new(source))
        }
        StreamAddress::Synth(settings) => Ok(Box::new(synth::SynthSource::new(settings))),
        StreamAddress::File { path } if !context.allow_playlists => {
            playlist::reject(path)?;
            video::open(address, context.transport, stop)
        }
        _ => video::open(address, context.transport, stop),
    }
}

/// Opens a source, reads one picture and closes it, to check an address. Blocks as [`open`]
/// and [`Source::grab`] do.
///
/// # Errors
/// When there is no picture, also for a file that ends before its first one.
pub fn first_picture(
    address: &StreamAddress,
    context: &SourceContext,
    stop: &Shutdown,
) -> Result<Frame, SourceError> {
    let mut source = open(address, context, stop)?;
    if source.grab()? == FrameOrEnd::End {
        return Err(SourceError::Address(format!(
            "{address} has no picture; use another address"
        )));
    }
    let (size, bgr, precomputed) = source.retrieve(Vec::new())?.into_parts();
    Ok(Frame {
        seq: 1,
        capture_ns: crate::base::clock::now_ns(),
        arrival_ns: crate::base::clock::now_ns(),
        decode_ns: 0,
        size,
        bgr,
        precomputed,
    })
}

/// Whether a change of the configuration requires a restart of the source.
pub fn needs_restart(old: &PipelineConfig, new: &PipelineConfig) -> bool {
    let keys = |c: &PipelineConfig| {
        let camera = &c.camera;
        (
            camera.stream.clone(),
            camera.rtsp_transport,
            camera.ca_file.clone(),
            camera.loop_file,
            camera.every_frame,
            c.service.allow_playlists,
        )
    };
    keys(old) != keys(new)
}
