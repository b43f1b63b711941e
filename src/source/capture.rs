//! The source's thread: opens, reads, timestamps, paces and reconnects.

use std::sync::Arc;
use std::time::Duration;

use super::api::{FrameOrEnd, Source, Timestamp};
use super::backoff::Backoff;
use super::error::{Retry, SourceError};
use super::frame_pool::FramePool;
use super::sampling::Sampling;
use super::status::SourceStatus;
use crate::base::clock::{Clock, NS_PER_MS, NS_PER_S, Schedule};
use crate::base::mailbox::Mailbox;
use crate::base::shutdown::Shutdown;
use crate::flow::{Frame, SourceState};

/// What the source's thread sends to the next stage.
#[derive(Debug)]
pub enum FrameEvent {
    /// A frame.
    Frame(Frame),
    /// The end of the file. Nothing follows.
    End,
}

/// Opens the source; may block for the source's time-outs.
pub type Opener = Box<dyn FnMut(&Shutdown) -> Result<Box<dyn Source>, SourceError> + Send>;

/// Everything the source's thread owns or shares.
pub struct Capture {
    /// Camera id, for the log.
    pub camera: String,
    /// Opens the source, once per attempt.
    pub open: Opener,
    /// Restart a file when it ends.
    pub looped: bool,
    /// Stop if the first attempt fails, for a person who waits at a terminal.
    pub fail_fast: bool,
    /// Wait until the next stage has taken each frame, instead of replacing it. For files
    /// only, because a live camera cannot wait.
    pub lossless: bool,
    /// Which frames are sent on. Shared, because it changes while running.
    pub sampling: Arc<Sampling>,
    /// Receives the frames.
    pub frame_tx: Arc<Mailbox<FrameEvent>>,
    /// The pool of frame buffers.
    pub pool: Arc<FramePool>,
    /// State and counters of the source.
    pub status: Arc<SourceStatus>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The request to stop.
    pub stop: Shutdown,
}

/// The longest step between two frames of a recording that is accepted at once. A longer
/// step is accepted only after another one of that length, as in a time-lapse video.
/// Otherwise one wrong timestamp would pause the video for hours.
const MEDIA_STEP_MAX_NS: i64 = 60 * NS_PER_S;
/// The default step: 25 frames per second.
const MEDIA_STEP_NS: i64 = 40 * NS_PER_MS;

/// How a connection ended.
enum ConnectionEnd {
    Stopped,
    EndOfFile,
    Lost(SourceError),
}

impl Capture {
    /// Runs until it is stopped, until a file ends, or until an error that a retry cannot
    /// fix. After a stop it changes no shared state, because a new thread may have replaced
    /// this one while FFmpeg was blocking it.
    pub fn run(&mut self) {
        if self.stop.is_requested() {
            return;
        }
        self.status.set_state(SourceState::Connecting);
        let mut connection = Connection::new(&self.camera);
        while !self.stop.is_requested() {
            let end = match (self.open)(&self.stop) {
                Ok(mut source) => self.read(source.as_mut(), &mut connection),
                Err(error) => ConnectionEnd::Lost(error),
            };
            let error = match end {
                ConnectionEnd::Stopped => break,
                ConnectionEnd::EndOfFile if self.looped => continue,
                ConnectionEnd::EndOfFile => {
                    // Waits, so that it does not replace the last frame.
                    self.frame_tx.send(FrameEvent::End);
                    return;
                }
                ConnectionEnd::Lost(SourceError::Stopped) => break,
                ConnectionEnd::Lost(error) => error,
            };
            if self.stop.is_requested() || !self.recover(&error, &mut connection) {
                return;
            }
        }
    }

    /// Reports the error and waits before the next attempt. A source that was live is LOST;
    /// one that never was stays CONNECTING. Returns false if there is no point in another
    /// attempt.
    fn recover(&self, error: &SourceError, connection: &mut Connection) -> bool {
        let reason = error.to_string();
        self.status.set_problem(Some(reason.clone()));
        self.status.reset_interval();
        let first = self.status.state() == SourceState::Connecting;
        if error.retry() == Retry::Never || (self.fail_fast && first) {
            log::error!("[{}] {reason}", self.camera);
            self.status.set_state(SourceState::Failed);
            self.frame_tx.wake();
            return false;
        }
        let was_live = self.status.state() == SourceState::Live;
        if was_live {
            connection.lost_ns = Some(self.clock.now_ns());
            connection.is_after_loss = true;
        }
        if connection.lost_ns.is_some() {
            self.status.set_state(SourceState::Lost);
        }
        // Logged once per reason, not once per attempt: a camera that is off all night
        // must not fill the disk.
        if connection.logged_reason.as_ref() != Some(&reason) {
            log::warn!("[{}] {reason}; retrying until it works", self.camera);
            connection.logged_reason = Some(reason);
        }
        self.frame_tx.wake();
        let wait = match error.retry() {
            Retry::Slowly => Backoff::REFUSED,
            _ => connection.backoff.next_wait(),
        };
        !self.clock.wait(&self.stop, wait)
    }

    /// Reads one connection until it ends.
    fn read(&self, source: &mut dyn Source, connection: &mut Connection) -> ConnectionEnd {
        connection.start_pass();
        loop {
            if self.stop.is_requested() {
                return ConnectionEnd::Stopped;
            }
            let grab_start_ns = self.clock.now_ns();
            let timestamp = match source.grab() {
                Ok(FrameOrEnd::Frame(timestamp)) => timestamp,
                Ok(FrameOrEnd::End) => return ConnectionEnd::EndOfFile,
                Err(error) => return ConnectionEnd::Lost(error),
            };
            if self.stop.is_requested() {
                return ConnectionEnd::Stopped;
            }
            let seq = self.status.count_frame();
            let arrival_ns = self.clock.now_ns();
            let capture_ns = connection.capture_time(arrival_ns, timestamp);
            let is_recorded = matches!(timestamp, Timestamp::Media(_));
            if !self.lossless && is_recorded {
                let ahead = capture_ns - arrival_ns;
                if ahead > 0
                    && self
                        .clock
                        .wait(&self.stop, Duration::from_nanos(ahead as u64))
                {
                    return ConnectionEnd::Stopped;
                }
            }
            // After the wait, so that the rate of a file is its playback rate.
            self.set_live(
                connection,
                if is_recorded {
                    self.clock.now_ns()
                } else {
                    arrival_ns
                },
            );
            if !self
                .sampling
                .selects(&mut connection.schedule, seq, capture_ns)
            {
                continue;
            }
            let started_ns = self.clock.now_ns();
            let (size, bgr, precomputed) = match source.retrieve(self.pool.acquire()) {
                Ok(payload) => payload.into_parts(),
                Err(error) => return ConnectionEnd::Lost(error),
            };
            let ready_ns = self.clock.now_ns();
            // For a live source, grabbing is mostly waiting for the camera.
            let grab_ns = if is_recorded {
                arrival_ns - grab_start_ns
            } else {
                0
            };
            let decode_ns = ready_ns - started_ns + grab_ns;
            let frame = Frame {
                seq,
                capture_ns,
                arrival_ns: ready_ns,
                decode_ns,
                size,
                bgr,
                precomputed,
            };
            if !self.send_frame(frame) {
                return ConnectionEnd::Stopped;
            }
        }
    }

    /// Sends a frame to the next stage. Returns false after a stop.
    fn send_frame(&self, frame: Frame) -> bool {
        if self.stop.is_requested() {
            return false;
        }
        if self.lossless {
            return self.frame_tx.send(FrameEvent::Frame(frame));
        }
        if let Some(FrameEvent::Frame(displaced)) = self.frame_tx.replace(FrameEvent::Frame(frame))
        {
            self.status.count_dropped();
            self.pool.release(displaced.bgr);
        }
        true
    }

    /// Updates the measured rate. If the source was not live, sets it live and reports it.
    fn set_live(&self, connection: &mut Connection, now_ns: i64) {
        if let Some(previous) = connection.arrived_ns.replace(now_ns) {
            self.status.add_interval(now_ns - previous, now_ns);
        }
        if self.status.state() == SourceState::Live {
            return;
        }
        connection.backoff.reset();
        connection.logged_reason = None;
        self.status.set_problem(None);
        if let Some(lost_ns) = connection.lost_ns.take() {
            self.status.count_reconnect();
            let seconds = (now_ns - lost_ns) as f64 / 1e9;
            log::info!("[{}] reconnected after {seconds:.1} s", self.camera);
        }
        self.status.set_state(SourceState::Live);
        self.frame_tx.wake();
    }
}

/// State that is kept from one connection to the next.
struct Connection {
    backoff: Backoff,
    /// The latest reason that was logged.
    logged_reason: Option<String>,
    /// When the source was lost; `None` while it is not lost.
    lost_ns: Option<i64>,
    arrived_ns: Option<i64>,
    /// Newest capture time; 0 before the first.
    latest_ns: i64,
    /// Newest media time of the current pass through a file.
    media_ns: Option<i64>,
    /// The expected media time, while the timestamps are implausible.
    expected_media_ns: i64,
    /// The step between the latest two frames by their timestamps, and the step that was
    /// used.
    media_step_ns: i64,
    step_ns: i64,
    /// Whether the next recorded frame is the first one after a loss. It continues at the
    /// current time, not where the recording was lost.
    is_after_loss: bool,
    schedule: Schedule,
}

impl Connection {
    fn new(camera: &str) -> Self {
        // Any seed will do if each camera has its own.
        let seed = camera.bytes().fold(0xcbf2_9ce4_8422_2325u64, |h, b| {
            (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3)
        });
        Self {
            backoff: Backoff::new(seed),
            logged_reason: None,
            lost_ns: None,
            arrived_ns: None,
            latest_ns: 0,
            media_ns: None,
            expected_media_ns: 0,
            media_step_ns: 0,
            step_ns: MEDIA_STEP_NS,
            is_after_loss: false,
            schedule: Schedule::default(),
        }
    }

    /// Prepares for a new connection, or a new pass through a looped file.
    fn start_pass(&mut self) {
        self.media_ns = None;
        self.arrived_ns = None;
    }

    /// The capture time of a frame: its arrival, or for a file its time in the file. Never
    /// runs backwards.
    fn capture_time(&mut self, arrival_ns: i64, timestamp: Timestamp) -> i64 {
        let capture_ns = match timestamp {
            Timestamp::Arrival => arrival_ns,
            Timestamp::Capture(capture_ns) => capture_ns,
            Timestamp::Media(media_ns) => self.media_time(arrival_ns, media_ns),
        };
        self.latest_ns = capture_ns.max(self.latest_ns + 1);
        self.latest_ns
    }

    /// The capture time of a recorded frame: that of the frame before it, plus the step
    /// between the two in the recording.
    fn media_time(&mut self, arrival_ns: i64, media_ns: i64) -> i64 {
        let Some(before_ns) = self.media_ns.replace(media_ns) else {
            self.expected_media_ns = media_ns;
            // A new pass continues the one before it without a jump.
            let next_ns = self.latest_ns + self.step_ns;
            return if self.latest_ns == 0 {
                arrival_ns
            } else if std::mem::take(&mut self.is_after_loss) {
                next_ns.max(arrival_ns)
            } else {
                next_ns
            };
        };
        // After an implausible timestamp, either that one was wrong, or all later ones
        // are relative to it.
        let step_ns = media_ns.saturating_sub(before_ns);
        let from_expected_ns = media_ns.saturating_sub(self.expected_media_ns);
        let usual_ns = self.media_step_ns.max(0).saturating_mul(2);
        let plausible = 1..=usual_ns.max(MEDIA_STEP_MAX_NS);
        let steps = [step_ns, from_expected_ns].into_iter();
        self.media_step_ns = step_ns;
        match steps.filter(|ns| plausible.contains(ns)).min() {
            Some(step_ns) => {
                self.step_ns = step_ns;
                self.expected_media_ns = media_ns;
            }
            None => {
                let expected_ns = self.expected_media_ns.saturating_add(self.step_ns);
                self.expected_media_ns = expected_ns;
            }
        }
        self.latest_ns + self.step_ns
    }
}

#[cfg(test)]
mod tests;
