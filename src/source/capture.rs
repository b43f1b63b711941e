//! The source's thread: opens, reads, stamps, paces, reconnects.

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

/// What travels from the source's thread to the next stage.
#[derive(Debug)]
pub enum FrameEvent {
    /// A frame.
    Frame(Frame),
    /// The file is over; nothing follows.
    End,
}

/// Opens the source anew; may block for the source's time-outs.
pub type Opener = Box<dyn FnMut(&Shutdown) -> Result<Box<dyn Source>, SourceError> + Send>;

/// Everything the source's thread owns or shares.
pub struct Capture {
    /// Camera id, for the log.
    pub camera: String,
    /// Opens the source, once a try.
    pub open: Opener,
    /// Start a file again when it ends.
    pub looped: bool,
    /// Give up when the first try fails, for somebody who waits at a terminal.
    pub fail_fast: bool,
    /// Wait until the next stage took each frame, instead of replacing it. For
    /// files; a live camera cannot wait.
    pub lossless: bool,
    /// Which frames are handed on. Shared, since it changes while running.
    pub sampling: Arc<Sampling>,
    /// Takes the frames.
    pub frame_tx: Arc<Mailbox<FrameEvent>>,
    /// Where used buffers come from.
    pub pool: Arc<FramePool>,
    /// Where state and counts go.
    pub status: Arc<SourceStatus>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The end of it all.
    pub stop: Shutdown,
}

/// The longest step between two frames of a recording that is believed at once; a
/// longer one only after another of its kind, as in a time-lapse film. One wrong time
/// stamp would else halt the film for hours.
const MEDIA_STEP_MAX_NS: i64 = 60 * NS_PER_S;
/// The step where nothing is precomputed: 25 frames a second.
const MEDIA_STEP_NS: i64 = 40 * NS_PER_MS;

/// How one connection ended.
enum Ended {
    Stopped,
    EndOfFile,
    Lost(SourceError),
}

impl Capture {
    /// Runs until stopped, until a file ends, or until an error that no other
    /// try can mend. Once stopped it touches nothing that it shares: another
    /// thread may have taken over while this one was inside FFmpeg.
    pub fn run(&mut self) {
        if self.stop.is_requested() {
            return;
        }
        self.status.set_state(SourceState::Connecting);
        let mut connection = Connection::new(&self.camera);
        while !self.stop.is_requested() {
            let ended = match (self.open)(&self.stop) {
                Ok(mut source) => self.read(source.as_mut(), &mut connection),
                Err(error) => Ended::Lost(error),
            };
            let error = match ended {
                Ended::Stopped => break,
                Ended::EndOfFile if self.looped => continue,
                Ended::EndOfFile => {
                    // Behind the last frame, also when the newest wins.
                    self.frame_tx.send(FrameEvent::End);
                    return;
                }
                Ended::Lost(SourceError::Stopped) => break,
                Ended::Lost(error) => error,
            };
            if self.stop.is_requested() || !self.recover(&error, &mut connection) {
                return;
            }
        }
    }

    /// Says what happened and waits before the next try. Returns false when
    /// another try makes no sense.
    fn recover(&self, error: &SourceError, connection: &mut Connection) -> bool {
        let reason = error.to_string();
        self.status.set_problem(Some(reason.clone()));
        self.status.forget_interval();
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
            connection.rejoins = true;
        }
        if connection.lost_ns.is_some() {
            self.status.set_state(SourceState::Lost);
        }
        // Once a change, not once a try: a camera that is off all night fills
        // one line, not a disk.
        if connection.said.as_ref() != Some(&reason) {
            log::warn!("[{}] {reason}; trying again until it works", self.camera);
            connection.said = Some(reason);
        }
        self.frame_tx.wake();
        let wait = match error.retry() {
            Retry::Slowly => Backoff::REFUSED,
            _ => connection.backoff.next_wait(),
        };
        !self.clock.wait(&self.stop, wait)
    }

    /// Reads one connection until it ends.
    fn read(&self, source: &mut dyn Source, connection: &mut Connection) -> Ended {
        connection.start_over();
        loop {
            if self.stop.is_requested() {
                return Ended::Stopped;
            }
            let asked_ns = self.clock.now_ns();
            let stamp = match source.grab() {
                Ok(FrameOrEnd::Frame(stamp)) => stamp,
                Ok(FrameOrEnd::End) => return Ended::EndOfFile,
                Err(error) => return Ended::Lost(error),
            };
            if self.stop.is_requested() {
                return Ended::Stopped;
            }
            let seq = self.status.count_frame();
            let arrival_ns = self.clock.now_ns();
            let capture_ns = connection.stamp(arrival_ns, stamp);
            let recorded = matches!(stamp, Timestamp::Media(_));
            if !self.lossless && recorded {
                let ahead = capture_ns - arrival_ns;
                if ahead > 0
                    && self
                        .clock
                        .wait(&self.stop, Duration::from_nanos(ahead as u64))
                {
                    return Ended::Stopped;
                }
            }
            // Behind the wait: a file is read as fast as it is shown.
            self.note_live(
                connection,
                if recorded {
                    self.clock.now_ns()
                } else {
                    arrival_ns
                },
            );
            if !self
                .sampling
                .takes(&mut connection.schedule, seq, capture_ns)
            {
                continue;
            }
            let started_ns = self.clock.now_ns();
            let (size, bgr, precomputed) = match source.retrieve(self.pool.acquire()) {
                Ok(content) => content.into_parts(),
                Err(error) => return Ended::Lost(error),
            };
            let ready_ns = self.clock.now_ns();
            // A live source's advance is mostly waiting for the camera.
            let advance_ns = if recorded { arrival_ns - asked_ns } else { 0 };
            let decode_ns = ready_ns - started_ns + advance_ns;
            let frame = Frame {
                seq,
                capture_ns,
                arrival_ns: ready_ns,
                decode_ns,
                size,
                bgr,
                precomputed,
            };
            if !self.hand_over(frame) {
                return Ended::Stopped;
            }
        }
    }

    /// Returns false when the next stage is gone.
    fn hand_over(&self, frame: Frame) -> bool {
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

    /// Notes that frames arrive, and says so when they did not before.
    fn note_live(&self, connection: &mut Connection, now_ns: i64) {
        if let Some(previous) = connection.arrived_ns.replace(now_ns) {
            self.status.note_interval(now_ns - previous);
        }
        if self.status.state() == SourceState::Live {
            return;
        }
        connection.backoff.reset();
        connection.said = None;
        self.status.set_problem(None);
        if let Some(lost_ns) = connection.lost_ns.take() {
            self.status.count_reconnect();
            let seconds = (now_ns - lost_ns) as f64 / 1e9;
            log::info!("[{}] the source is back after {seconds:.1} s", self.camera);
        }
        self.status.set_state(SourceState::Live);
        self.frame_tx.wake();
    }
}

/// What is remembered from one connection to the next.
struct Connection {
    backoff: Backoff,
    /// The reason that was logged last.
    said: Option<String>,
    /// When the source was lost, while it is.
    lost_ns: Option<i64>,
    arrived_ns: Option<i64>,
    /// Newest capture time; 0 before the first.
    latest_ns: i64,
    /// Newest media time of the current pass through a file.
    media_ns: Option<i64>,
    /// What it should have been, as long as stamps cannot be right.
    expected_media_ns: i64,
    /// What the file said that lay between its latest two frames, and what was made
    /// of it.
    media_step_ns: i64,
    step_ns: i64,
    /// Whether the next recorded frame is the first after a loss: the time of that
    /// has passed.
    rejoins: bool,
    schedule: Schedule,
}

impl Connection {
    fn new(camera: &str) -> Self {
        // Any seed will do, as long as cameras differ.
        let seed = camera.bytes().fold(0xcbf2_9ce4_8422_2325u64, |h, b| {
            (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3)
        });
        Self {
            backoff: Backoff::new(seed),
            said: None,
            lost_ns: None,
            arrived_ns: None,
            latest_ns: 0,
            media_ns: None,
            expected_media_ns: 0,
            media_step_ns: 0,
            step_ns: MEDIA_STEP_NS,
            rejoins: false,
            schedule: Schedule::default(),
        }
    }

    /// A new connection, or a new pass through a looped file.
    fn start_over(&mut self) {
        self.media_ns = None;
        self.arrived_ns = None;
    }

    /// The capture time of a frame: its arrival, or for a file the time that
    /// the file gives it. Never runs backwards.
    fn stamp(&mut self, arrival_ns: i64, stamp: Timestamp) -> i64 {
        let capture_ns = match stamp {
            Timestamp::Arrival => arrival_ns,
            Timestamp::Capture(capture_ns) => capture_ns,
            Timestamp::Media(media_ns) => self.media_time(arrival_ns, media_ns),
        };
        self.latest_ns = capture_ns.max(self.latest_ns + 1);
        self.latest_ns
    }

    /// The capture time of a recorded frame: as far after the one before as the
    /// recording says.
    fn media_time(&mut self, arrival_ns: i64, media_ns: i64) -> i64 {
        let Some(before_ns) = self.media_ns.replace(media_ns) else {
            self.expected_media_ns = media_ns;
            // A second pass follows the first without a jump.
            let joined_ns = self.latest_ns + self.step_ns;
            return if self.latest_ns == 0 {
                arrival_ns
            } else if std::mem::take(&mut self.rejoins) {
                joined_ns.max(arrival_ns)
            } else {
                joined_ns
            };
        };
        // After a stamp that cannot be, either that one was wrong or all later ones
        // count from it.
        let step_ns = media_ns.saturating_sub(before_ns);
        let from_expected_ns = media_ns.saturating_sub(self.expected_media_ns);
        let usual_ns = self.media_step_ns.max(0).saturating_mul(2);
        let can_be = 1..=usual_ns.max(MEDIA_STEP_MAX_NS);
        let steps = [step_ns, from_expected_ns].into_iter();
        self.media_step_ns = step_ns;
        match steps.filter(|ns| can_be.contains(ns)).min() {
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
