//! Files, network streams and webcams through OpenCV's `VideoCapture`.

use std::path::{Path, PathBuf};
use std::time::Instant;

use opencv::core::{Mat, MatTraitConst, MatTraitConstManual, Vec3b, Vector};
use opencv::videoio::{
    CAP_ANY, CAP_DSHOW, CAP_FFMPEG, CAP_PROP_BUFFERSIZE, CAP_PROP_FPS, CAP_PROP_FRAME_COUNT,
    CAP_PROP_FRAME_HEIGHT, CAP_PROP_FRAME_WIDTH, CAP_PROP_OPEN_TIMEOUT_MSEC, CAP_PROP_POS_MSEC,
    CAP_PROP_READ_TIMEOUT_MSEC, VideoCapture, VideoCaptureTrait, VideoCaptureTraitConst,
};

use super::api::{FrameOrEnd, Payload, Source, Timestamp};
use super::error::SourceError;
use super::ffmpeg;
use super::probe::{self, Request, Target};
use crate::address::StreamAddress;
use crate::base::clock::duration_ns;
use crate::base::shutdown::Shutdown;
use crate::config::RtspTransport;
use crate::flow::FrameSize;

/// Opens a file, stream or webcam; see [`super::open`].
pub fn open(
    address: &StreamAddress,
    transport: RtspTransport,
    stop: &Shutdown,
) -> Result<Box<dyn Source>, SourceError> {
    ffmpeg::prepare();
    let shown = address.to_string();
    match address {
        StreamAddress::File { path } => Ok(Box::new(VideoSource::open_file(path, shown)?)),
        StreamAddress::Webcam { index } => Ok(Box::new(VideoSource::open_webcam(*index, shown)?)),
        StreamAddress::Rtsp { .. } | StreamAddress::Http { .. } => {
            probe_camera(address, &shown, stop)?;
            if stop.is_requested() {
                return Err(SourceError::Stopped);
            }
            Ok(Box::new(VideoSource::open_stream(
                address, transport, shown,
            )?))
        }
        _ => Err(SourceError::Address(format!(
            "{shown} is not a video stream"
        ))),
    }
}

/// Probes a network camera, because FFmpeg's errors do not say what is wrong.
fn probe_camera(address: &StreamAddress, shown: &str, stop: &Shutdown) -> Result<(), SourceError> {
    let (Some(host), Some(port)) = (address.host(), address.port()) else {
        return Ok(());
    };
    let Some(network) = address.network() else {
        return Ok(());
    };
    let tail = network.tail();
    let bracketed = if host.contains(':') {
        format!("[{host}]")
    } else {
        host.to_owned()
    };
    let plain = format!("rtsp://{bracketed}:{port}{tail}");
    let request = match network.scheme() {
        "rtsp" => Request::Describe(&plain),
        "http" => Request::Get(if tail.is_empty() { "/" } else { tail }),
        _ => Request::Connect,
    };
    let credentials = address.user_password();
    let target = Target {
        shown,
        host,
        port,
        credentials: credentials.as_ref().map(|(u, p)| (u.as_str(), p.as_str())),
        request,
    };
    probe::probe(target, stop)
}

/// How the frames of a source are paced.
enum Pace {
    /// By the camera: a frame arrives when it was captured.
    Live,
    /// By the file's timestamps. The path is for errors.
    File(PathBuf),
    /// By the timestamps of a recording that arrives over the network faster than it
    /// plays: a video file on a web server, or HLS.
    Recording,
}

/// An open `VideoCapture`.
struct VideoSource {
    capture: VideoCapture,
    shown: String,
    pace: Pace,
    /// Whether the first frame is already grabbed, which happens when the backlog is
    /// skipped.
    has_grabbed: bool,
    size: FrameSize,
    frames: u64,
    /// Media time of the newest frame, for files without timestamps.
    media_ns: i64,
    /// Time between frames by the file's frame rate, for files without timestamps.
    nominal_step_ns: i64,
}

impl VideoSource {
    fn open_file(path: &Path, shown: String) -> Result<Self, SourceError> {
        let not_video = |reason: &str| SourceError::NotVideo {
            path: path.to_owned(),
            reason: reason.to_owned(),
        };
        let about = std::fs::metadata(path).map_err(|_| SourceError::NotFound {
            path: path.to_owned(),
        })?;
        if about.is_dir() {
            return Err(not_video("it is a folder"));
        }
        if about.len() == 0 {
            return Err(not_video("the file is empty"));
        }
        std::fs::File::open(path).map_err(|e| not_video(&e.to_string()))?;
        let name = path
            .to_str()
            .ok_or_else(|| not_video("its name is not valid Unicode"))?;
        let capture = VideoCapture::from_file(name, CAP_FFMPEG)
            .ok()
            .filter(|c| c.is_opened().unwrap_or(false))
            .ok_or_else(|| not_video("FFmpeg does not support the format"))?;
        Ok(Self::new(capture, shown, Pace::File(path.to_owned())))
    }

    fn open_webcam(index: u32, shown: String) -> Result<Self, SourceError> {
        let failed = || SourceError::Webcam { index };
        let number = i32::try_from(index).map_err(|_| failed())?;
        // On Windows the names in TouchDesigner's menu have DirectShow's order.
        let api = if cfg!(windows) { CAP_DSHOW } else { CAP_ANY };
        let mut capture = VideoCapture::new(number, api)
            .ok()
            .filter(|c| c.is_opened().unwrap_or(false))
            .ok_or_else(failed)?;
        // The newest picture, not the oldest one in a queue. Some drivers ignore this.
        capture.set(CAP_PROP_BUFFERSIZE, 1.0).ok();
        Ok(Self::new(capture, shown, Pace::Live))
    }

    fn open_stream(
        address: &StreamAddress,
        transport: RtspTransport,
        shown: String,
    ) -> Result<Self, SourceError> {
        let milliseconds = i32::try_from(probe::TIMEOUT.as_millis()).unwrap_or(i32::MAX);
        let mut parameters = vec![
            CAP_PROP_OPEN_TIMEOUT_MSEC,
            milliseconds,
            CAP_PROP_READ_TIMEOUT_MSEC,
            milliseconds,
        ];
        parameters.extend(ffmpeg::low_delay());
        let parameters = Vector::from_slice(&parameters);
        let url = match address {
            StreamAddress::Rtsp { .. } => with_transport(&address.expose(), transport),
            _ => address.expose(),
        };
        let capture = VideoCapture::from_file_with_params(&url, CAP_FFMPEG, &parameters)
            .ok()
            .filter(|c| c.is_opened().unwrap_or(false))
            .ok_or_else(|| SourceError::Undecodable {
                address: shown.clone(),
            })?;
        if is_recording(address, &capture) {
            return Ok(Self::new(capture, shown, Pace::Recording));
        }
        let mut source = Self::new(capture, shown, Pace::Live);
        source.skip_backlog()?;
        Ok(source)
    }

    /// Skips the frames that FFmpeg buffered while it analysed the stream, up to some
    /// seconds of it. With their arrival as capture time, people in these frames would
    /// move many times too fast.
    fn skip_backlog(&mut self) -> Result<(), SourceError> {
        /// More than any backlog. A stream with more frames is used as it is.
        const MOST: u32 = 500;
        for _ in 0..MOST {
            let before_ns = self.position_ns();
            let started = Instant::now();
            if !self.capture.grab().map_err(|e| self.failed(&e))? {
                return Err(self.stalled());
            }
            let waited = started.elapsed();
            // Buffered frames arrive faster than they were captured.
            let step_ns = match self.position_ns() - before_ns {
                step if step > 0 => step,
                _ => self.nominal_step_ns,
            };
            if duration_ns(waited) > step_ns / 2 {
                break;
            }
        }
        self.has_grabbed = true;
        Ok(())
    }

    /// Media time of the grabbed frame; 0 if it has none.
    fn position_ns(&self) -> i64 {
        (self.capture.get(CAP_PROP_POS_MSEC).unwrap_or(0.0) * 1e6) as i64
    }

    fn stalled(&self) -> SourceError {
        SourceError::Stalled {
            address: self.shown.clone(),
            seconds: probe::TIMEOUT.as_secs(),
        }
    }

    fn new(capture: VideoCapture, shown: String, pace: Pace) -> Self {
        let side = |property| capture.get(property).unwrap_or(0.0).max(0.0) as u32;
        let size = FrameSize::new(side(CAP_PROP_FRAME_WIDTH), side(CAP_PROP_FRAME_HEIGHT));
        let fps = capture.get(CAP_PROP_FPS).unwrap_or(0.0);
        let fps = if (1.0..=240.0).contains(&fps) {
            fps
        } else {
            25.0
        };
        let nominal_step_ns = (1e9 / fps) as i64;
        Self {
            capture,
            shown,
            pace,
            has_grabbed: false,
            size,
            frames: 0,
            media_ns: -1,
            nominal_step_ns,
        }
    }

    fn failed(&self, error: &opencv::Error) -> SourceError {
        SourceError::Capture {
            address: self.shown.clone(),
            reason: crate::address::one_line(error.message.trim()),
        }
    }
}

/// Whether frames must be paced by their timestamps.
fn is_recording(address: &StreamAddress, capture: &VideoCapture) -> bool {
    let StreamAddress::Http { .. } = address else {
        return false;
    };
    let playlist = address.network().is_some_and(|network| {
        let path = network.tail().split(['?', '#']).next().unwrap_or_default();
        [".m3u8", ".mpd"].iter().any(|e| path.ends_with(e))
    });
    // A live MJPEG stream has no end, so it reports no number of frames.
    let frames = capture.get(CAP_PROP_FRAME_COUNT).unwrap_or(0.0);
    playlist || (frames > 0.0 && frames < 1e9)
}

/// Adds the transport to the query, from which FFmpeg's RTSP reader removes it before it
/// sends a request to the camera.
fn with_transport(url: &str, transport: RtspTransport) -> String {
    let name = match transport {
        RtspTransport::Tcp => "tcp",
        RtspTransport::Udp => "udp",
    };
    format!("{url}{}{name}", if url.contains('?') { '&' } else { '?' })
}

impl Source for VideoSource {
    fn grab(&mut self) -> Result<FrameOrEnd, SourceError> {
        let grabbed = std::mem::take(&mut self.has_grabbed)
            || self.capture.grab().map_err(|e| self.failed(&e))?;
        if !grabbed {
            return match &self.pace {
                Pace::File(path) if self.frames == 0 => Err(SourceError::NotVideo {
                    path: path.clone(),
                    reason: "FFmpeg found no video frame".into(),
                }),
                Pace::File(_) => Ok(FrameOrEnd::End),
                Pace::Live | Pace::Recording => Err(self.stalled()),
            };
        }
        self.frames += 1;
        if matches!(self.pace, Pace::Live) {
            return Ok(FrameOrEnd::Frame(Timestamp::Arrival));
        }
        let position_ns = self.position_ns();
        self.media_ns = if position_ns > self.media_ns {
            position_ns
        } else {
            self.media_ns + self.nominal_step_ns
        };
        Ok(FrameOrEnd::Frame(Timestamp::Media(self.media_ns)))
    }

    fn retrieve(&mut self, mut buffer: Vec<u8>) -> Result<Payload, SourceError> {
        let bytes = |s: FrameSize| s.width as usize * s.height as usize * 3;
        buffer.resize(bytes(self.size), 0);
        if !buffer.is_empty() {
            // OpenCV writes to our memory if size and type match, which saves a copy of
            // every frame.
            let (rows, columns) = (self.size.height as i32, self.size.width as i32);
            let target = buffer.as_ptr();
            let mut view = Mat::new_rows_cols_with_bytes_mut::<Vec3b>(rows, columns, &mut buffer)
                .map_err(|e| self.failed(&e))?;
            if !self
                .capture
                .retrieve(&mut view, 0)
                .map_err(|e| self.failed(&e))?
            {
                return Err(self.no_picture());
            }
            if std::ptr::eq(view.data(), target) {
                drop(view);
                return Ok(Payload::Picture(self.size, buffer));
            }
        }
        // The first frame of a source with unknown size, or a changed size.
        let mut mat = Mat::default();
        if !self
            .capture
            .retrieve(&mut mat, 0)
            .map_err(|e| self.failed(&e))?
        {
            return Err(self.no_picture());
        }
        self.size = FrameSize::new(mat.cols().max(0) as u32, mat.rows().max(0) as u32);
        let pixels = mat.data_typed::<Vec3b>().map_err(|e| self.failed(&e))?;
        buffer.clear();
        buffer.extend(pixels.iter().flat_map(|p| p.0));
        Ok(Payload::Picture(self.size, buffer))
    }
}

impl VideoSource {
    fn no_picture(&self) -> SourceError {
        SourceError::Undecodable {
            address: self.shown.clone(),
        }
    }
}
