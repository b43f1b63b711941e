//! The source's thread with a scripted camera and a simulated clock.
#![allow(clippy::unwrap_used)]

use std::collections::VecDeque;

use parking_lot::Mutex;

use super::*;
use crate::base::clock::{NS_PER_MS, NS_PER_S, SimulatedClock};
use crate::base::mailbox::Received;
use crate::flow::FrameSize;
use crate::source::Payload;

const START_NS: i64 = NS_PER_S;
const MS: fn(u64) -> Duration = Duration::from_millis;

/// One step of a connection.
#[derive(Clone)]
enum Step {
    /// A frame arrives after this many milliseconds.
    Live(u64),
    /// A frame of a file with this media time, in milliseconds.
    Media(i64),
    /// The size of all later frames.
    Resize(u32, u32),
    /// The connection is lost.
    Break,
    End,
}

struct Camera {
    clock: Arc<SimulatedClock>,
    steps: VecDeque<Step>,
    size: FrameSize,
}

impl Source for Camera {
    fn grab(&mut self) -> Result<FrameOrEnd, SourceError> {
        loop {
            return match self.steps.pop_front().unwrap_or(Step::Break) {
                Step::Live(ms) => {
                    self.clock.advance(MS(ms));
                    Ok(FrameOrEnd::Frame(Timestamp::Arrival))
                }
                Step::Media(ms) => Ok(FrameOrEnd::Frame(Timestamp::Media(ms * NS_PER_MS))),
                Step::Resize(width, height) => {
                    self.size = FrameSize::new(width, height);
                    continue;
                }
                Step::Break => Err(stalled()),
                Step::End => Ok(FrameOrEnd::End),
            };
        }
    }

    fn retrieve(&mut self, mut buffer: Vec<u8>) -> Result<Payload, SourceError> {
        buffer.resize((self.size.width * self.size.height * 3) as usize, 7);
        Ok(Payload::Picture(self.size, buffer))
    }
}

fn stalled() -> SourceError {
    SourceError::Stalled {
        address: "rtsp://camera/".into(),
        seconds: 5,
    }
}

/// A capture that goes through `connections` and stops when they are used up.
struct Stage {
    clock: Arc<SimulatedClock>,
    status: Arc<SourceStatus>,
    frame_tx: Arc<Mailbox<FrameEvent>>,
    /// When each connection was attempted.
    attempts: Arc<Mutex<Vec<i64>>>,
    capture: Capture,
}

fn stage(connections: Vec<Result<Vec<Step>, SourceError>>) -> Stage {
    let clock = Arc::new(SimulatedClock::new(START_NS));
    let status = Arc::new(SourceStatus::default());
    let frame_tx = Arc::new(Mailbox::default());
    let attempts = Arc::new(Mutex::new(Vec::new()));
    let stop = Shutdown::new();
    let (open_clock, open_attempts, open_stop) =
        (Arc::clone(&clock), Arc::clone(&attempts), stop.clone());
    let mut connections = VecDeque::from(connections);
    let open: Opener = Box::new(move |_| {
        let Some(connection) = connections.pop_front() else {
            open_stop.request();
            return Err(SourceError::Stopped);
        };
        open_attempts.lock().push(open_clock.now_ns() - START_NS);
        let camera = Camera {
            clock: Arc::clone(&open_clock),
            steps: connection?.into(),
            size: FrameSize::new(4, 2),
        };
        Ok(Box::new(camera) as Box<dyn Source>)
    });
    let capture = Capture {
        camera: "cam1".into(),
        open,
        looped: false,
        fail_fast: false,
        lossless: false,
        sampling: Arc::default(),
        frame_tx: Arc::clone(&frame_tx),
        pool: Arc::default(),
        status: Arc::clone(&status),
        clock: Arc::clone(&clock) as Arc<dyn Clock>,
        stop,
    };
    Stage {
        clock,
        status,
        frame_tx,
        attempts,
        capture,
    }
}

impl Stage {
    /// Runs to the end and returns the frame in the mailbox.
    fn newest(mut self) -> Frame {
        self.capture.run();
        loop {
            match self.frame_tx.take(Some(Duration::ZERO)) {
                Received::Item(FrameEvent::Frame(frame)) => return frame,
                Received::Woken => {}
                other => panic!("no frame: {other:?}"),
            }
        }
    }

    /// Runs a lossless capture and returns all its frames.
    fn all(mut self) -> Vec<Frame> {
        self.capture.lossless = true;
        let mut capture = self.capture;
        let thread = std::thread::spawn(move || capture.run());
        let mut frames = Vec::new();
        loop {
            match self.frame_tx.take(Some(Duration::from_secs(60))) {
                Received::Item(FrameEvent::Frame(frame)) => frames.push(frame),
                Received::Item(FrameEvent::End) => break,
                Received::Woken => {}
                other => panic!("no end: {other:?}"),
            }
        }
        thread.join().unwrap();
        frames
    }
}

#[test]
fn newest_frame_replaces_older_ones_which_count_as_dropped() {
    let stage = stage(vec![Ok(vec![Step::Live(40); 5])]);
    let status = Arc::clone(&stage.status);
    let frame = stage.newest();
    assert_eq!(frame.seq, 5);
    assert_eq!(frame.capture_ns, START_NS + 200 * NS_PER_MS);
    assert_eq!((status.frames(), status.dropped()), (5, 4));
}

#[test]
fn lost_camera_is_retried_with_backoff_and_counts_one_reconnect() {
    let mut connections = vec![Ok(vec![Step::Live(40), Step::Break])];
    connections.extend((0..8).map(|_| Err(stalled())));
    connections.push(Ok(vec![Step::Live(40)]));
    let stage = stage(connections);
    let (attempts, status) = (Arc::clone(&stage.attempts), Arc::clone(&stage.status));
    let frame = stage.newest();
    let attempts = attempts.lock().clone();
    let waits: Vec<f64> = attempts
        .windows(2)
        .map(|t| (t[1] - t[0]) as f64 / NS_PER_S as f64)
        .collect();
    for (wait, full) in waits
        .iter()
        .skip(1)
        .zip([0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0])
    {
        assert!(*wait <= full && *wait >= full * 0.75, "{waits:?}");
    }
    assert_eq!(status.reconnects(), 1);
    assert_eq!(frame.seq, 2, "numbers continue");
}

#[test]
fn first_connection_does_not_count_as_reconnect() {
    let stage = stage(vec![
        Err(stalled()),
        Err(stalled()),
        Ok(vec![Step::Live(40)]),
    ]);
    let status = Arc::clone(&stage.status);
    stage.newest();
    assert_eq!(status.reconnects(), 0);
}

#[test]
fn rejected_password_is_retried_after_thirty_seconds() {
    let refused = SourceError::CredentialsRefused {
        address: "rtsp://camera/".into(),
    };
    let stage = stage(vec![Err(refused), Ok(vec![Step::Live(0)])]);
    let attempts = Arc::clone(&stage.attempts);
    stage.newest();
    assert_eq!(*attempts.lock(), [0, 30 * NS_PER_S]);
}

#[test]
fn permanent_error_is_not_retried() {
    let missing = SourceError::NotFound {
        path: "no.mp4".into(),
    };
    let Stage {
        mut capture,
        status,
        attempts,
        ..
    } = stage(vec![Err(missing.clone()), Ok(vec![])]);
    capture.run();
    assert_eq!(status.state(), SourceState::Failed);
    assert_eq!(attempts.lock().len(), 1);
    assert_eq!(status.problem(), Some(missing.to_string()));
}

#[test]
fn fail_fast_applies_to_first_connection_only() {
    let mut never = stage(vec![Err(stalled()), Ok(vec![Step::Live(40)])]);
    never.capture.fail_fast = true;
    never.capture.run();
    assert_eq!(never.status.state(), SourceState::Failed);

    let mut lost = stage(vec![
        Ok(vec![Step::Live(40)]),
        Err(stalled()),
        Ok(vec![Step::Live(40)]),
    ]);
    lost.capture.fail_fast = true;
    let status = Arc::clone(&lost.status);
    assert_eq!(lost.newest().seq, 2);
    assert_eq!(status.reconnects(), 1);
}

#[test]
fn frame_size_may_change_with_reconnect() {
    let second = vec![Step::Resize(8, 6), Step::Live(40)];
    let frame = stage(vec![Ok(vec![Step::Live(40)]), Ok(second)]).newest();
    assert_eq!(frame.size, FrameSize::new(8, 6));
    assert_eq!(frame.bgr.len(), 8 * 6 * 3);
}

#[test]
fn file_is_paced_by_its_timestamps() {
    let film = (0..4).map(|n| Step::Media(n * 100)).chain([Step::End]);
    let stage = stage(vec![Ok(film.collect())]);
    let clock = Arc::clone(&stage.clock);
    let status = Arc::clone(&stage.status);
    let Stage {
        mut capture,
        frame_tx,
        ..
    } = stage;
    let reader = std::thread::spawn(move || {
        loop {
            match frame_tx.take(Some(Duration::from_secs(60))) {
                Received::Item(FrameEvent::End) => return,
                Received::Item(_) | Received::Woken => {}
                other => panic!("no end: {other:?}"),
            }
        }
    });
    capture.run();
    reader.join().unwrap();
    assert_eq!(clock.now_ns(), START_NS + 300 * NS_PER_MS);
    assert_eq!(status.frames(), 4);
}

#[test]
fn lossless_capture_sends_every_frame() {
    let film = (0..50).map(|n| Step::Media(n * 40)).chain([Step::End]);
    let frames = stage(vec![Ok(film.collect())]).all();
    let numbers: Vec<u64> = frames.iter().map(|f| f.seq).collect();
    assert_eq!(numbers, (1..=50).collect::<Vec<_>>());
    let step = frames[1].capture_ns - frames[0].capture_ns;
    assert_eq!(step, 40 * NS_PER_MS, "the file's time, not the clock's");
}

#[test]
fn period_frames_selects_every_nth_frame() {
    let film = (0..10).map(|n| Step::Media(n * 40)).chain([Step::End]);
    let stage = stage(vec![Ok(film.collect())]);
    let mut config =
        crate::config::PipelineConfig::from_json(r#"{"camera": {"stream": "push:"}}"#).unwrap();
    config.tracking.period_frames = 3;
    stage
        .capture
        .sampling
        .configure(config.tracking.period_frames, config.camera.max_fps);
    let numbers: Vec<u64> = stage.all().iter().map(|f| f.seq).collect();
    assert_eq!(numbers, [1, 4, 7, 10]);
}

#[test]
fn looped_file_continues_without_a_jump_in_time() {
    let film: Vec<Step> = (0..3)
        .map(|n| Step::Media(n * 40))
        .chain([Step::End])
        .collect();
    let mut stage = stage(vec![Ok(film.clone()), Ok(film)]);
    stage.capture.looped = true;
    stage.capture.lossless = true;
    let Stage {
        mut capture,
        frame_tx,
        ..
    } = stage;
    let thread = std::thread::spawn(move || capture.run());
    let mut times = Vec::new();
    while times.len() < 6 {
        if let Received::Item(FrameEvent::Frame(frame)) =
            frame_tx.take(Some(Duration::from_secs(60)))
        {
            times.push((frame.capture_ns - START_NS) / NS_PER_MS);
        }
    }
    thread.join().unwrap();
    assert_eq!(times, [0, 40, 80, 120, 160, 200]);
}

#[test]
fn stopped_capture_changes_no_shared_state() {
    let Stage {
        mut capture,
        status,
        ..
    } = stage(vec![]);
    status.set_state(SourceState::Live);
    capture.stop.request();
    let frame_tx = Arc::clone(&capture.frame_tx);
    capture.run();
    assert_eq!(status.state(), SourceState::Live);
    assert!(matches!(
        frame_tx.take(Some(Duration::ZERO)),
        Received::TimedOut
    ));
}

/// Capture times of a film whose frames have these media times, in milliseconds.
fn times(media_ms: &[i64]) -> Vec<i64> {
    let film = media_ms.iter().map(|ms| Step::Media(*ms));
    let frames = stage(vec![Ok(film.chain([Step::End]).collect())]).all();
    let time = |f: &Frame| (f.capture_ns - START_NS) / NS_PER_MS;
    frames.iter().map(time).collect()
}

#[test]
fn wrong_timestamp_in_a_file_moves_no_later_frame() {
    const HOURS: i64 = 36_000_000;
    for wrong in [HOURS, i64::MAX / NS_PER_MS, 3, 80, -1, -HOURS] {
        let got = times(&[0, 40, 80, wrong, 160, 200]);
        assert_eq!(got, [0, 40, 80, 120, 160, 200], "{wrong}");
    }
    // A recording that was joined from two continues at the pace of the second.
    let joined = times(&[0, 40, 80, HOURS, HOURS + 40, HOURS + 80]);
    assert_eq!(joined, [0, 40, 80, 120, 160, 200]);
    assert_eq!(times(&[500, 540, 580, 0, 40, 80]), joined);
    // A missing frame is plausible, and so is a film with one frame every 90 s.
    assert_eq!(times(&[0, 40, 120, 160]), [0, 40, 120, 160]);
    let minutes = [0, 90_000, 180_000, 270_000];
    assert_eq!(times(&minutes), [0, 40, 90_040, 180_040]);
}

#[test]
fn recording_continues_at_current_time_after_a_loss() {
    let part = || vec![Step::Media(0), Step::Media(40), Step::Break];
    let frame = stage(vec![Ok(part()), Ok(part())]).newest();
    // Lost at 40 ms and opened again about 250 ms later; its second frame is newest.
    let ms = (frame.capture_ns - START_NS) / NS_PER_MS;
    assert!((40 + 200 + 40..40 + 320 + 40).contains(&ms), "{ms}");
}
