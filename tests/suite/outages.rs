//! Outages of a camera, with a real server: the loss and its reason are reported, people
//! who are still there keep their slots, and a stop does not wait. The exact times at which
//! slots are held and released are tested with a simulated clock, in
//! `src/pipeline/worker/tests.rs`.
#![allow(clippy::unwrap_used)]

use crate::support;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

use opencv::core::{Mat, Size, Vec3b};
use opencv::videoio::{VideoWriter, VideoWriterTrait};
use rextrack::internals::address::redact_address;
use rextrack::internals::base::clock::{NS_PER_MS, now_ns};
use rextrack::internals::config::RtspTransport;
use rextrack::internals::flow::{Frame, Slot, SlotState, SourceState};
use rextrack::internals::pipeline::Pipeline;
use rextrack::internals::source::SourceError;
use support::rtsp::RtspServer;
use support::watch::{self, active, ends_in_time, live, problem, source_is, started, until};

const MOTION: &str = "builtin:motion";
/// How late a slot may be released on a busy machine. Shorter than the read time-out of
/// 5 s, which must not delay a release.
const LATE_MS: i64 = 3000;
/// How long the detection of a loss may take on a busy machine: the read time-out of 5 s
/// detects it, not FFmpeg's own of 30 s.
const LOSS_DETECTED_MAX: Duration = Duration::from_secs(20);

/// A server that shows a moving square.
fn walker(test: &str, folder: &Path) -> Option<RtspServer> {
    let film = folder.join("film.avi");
    support::film(&film, 250);
    RtspServer::start(test, &film, 0, &[])
}

/// Waits until a track has been active for some frames.
fn until_tracked(pipeline: &Pipeline) {
    until(pipeline, |header, slots| {
        (header.frame_seq > 30 && !active(slots).is_empty()).then_some(())
    });
}

/// Waits until all slots are empty, and checks that each was held and then released at the
/// end of the persistence. `from_ns` is when the camera failed.
fn released_on_time(pipeline: &Pipeline, persistence_ms: i64, from_ns: i64) {
    let mut seen_ns: Vec<Option<i64>> = vec![None; 10];
    let mut kept_ms = Vec::new();
    let mut previous = until(pipeline, |_, slots| Some(slots.to_vec()));
    until(pipeline, |header, slots| {
        for (index, (now, before)) in slots.iter().zip(&previous).enumerate() {
            if now.state != SlotState::Empty {
                let age_ns = i64::from(now.age_ms) * NS_PER_MS;
                seen_ns[index] = Some(header.capture_ns - age_ns);
            } else if before.state != SlotState::Empty {
                assert_eq!(before.state, SlotState::Held, "held before it is released");
                let kept_ns = header.capture_ns - seen_ns[index].take().unwrap();
                kept_ms.push(kept_ns / NS_PER_MS);
            }
        }
        previous = slots.to_vec();
        let empty = slots.iter().all(|s| s.state == SlotState::Empty);
        (empty && header.capture_ns > from_ns).then_some(())
    });
    assert!(!kept_ms.is_empty());
    for ms in &kept_ms {
        // Ages are whole milliseconds.
        let due = persistence_ms - 1..persistence_ms + LATE_MS;
        assert!(due.contains(ms), "kept for {kept_ms:?} ms, not {due:?}");
    }
}

#[test]
fn frozen_camera_releases_slots_after_persistence() {
    const TEST: &str = "frozen_camera_releases_slots_after_persistence";
    let folder = tempfile::tempdir().unwrap();
    let Some(server) = walker(TEST, folder.path()) else {
        return;
    };
    let pipeline = started(&server.url, MOTION, 1000);
    until_tracked(&pipeline);
    server.freeze();
    let frozen = Instant::now();
    released_on_time(&pipeline, 1000, now_ns());
    source_is(&pipeline, SourceState::Lost);
    let detected = frozen.elapsed();
    assert!(detected < LOSS_DETECTED_MAX, "lost after {detected:?}");
    let stalled = SourceError::Stalled {
        address: server.url.clone(),
        seconds: 5,
    };
    assert_eq!(problem(&pipeline), stalled.to_string());
    server.thaw();
    live(&pipeline);
    assert_eq!(pipeline.stats().reconnects, 1);
    server.freeze();
    ends_in_time(pipeline);
}

#[test]
fn stationary_people_keep_their_slots_through_a_short_outage() {
    const TEST: &str = "stationary_people_keep_their_slots_through_a_short_outage";
    let (Some(people), Some(model)) = (
        support::asset(TEST, "vtest.avi"),
        support::people_model(TEST),
    ) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let film = folder.path().join("still.avi");
    // Three people with high scores.
    write_still_film(&support::frame_of(&people, 479), &film);
    let Some(server) = RtspServer::start(TEST, &film, 0, &[]) else {
        return;
    };
    let port = server.port();
    let pipeline = watch::started_with(&server.url, model, 60_000, |config| {
        // All others in that picture have scores below 0.5.
        config.tracking.confidence = 0.6;
        config.tracking.classes =
            vec![rextrack::internals::config::ClassRef::Name("person".into())];
    });
    let owners = |slots: &[Slot]| -> Vec<(u64, u32)> {
        let ids = slots.iter().map(|s| (s.track_id, s.generation));
        ids.take(3).collect()
    };
    let before = until(&pipeline, |header, slots| {
        (header.frame_seq > 10 && active(slots).len() == 3).then(|| owners(slots))
    });
    drop(server);
    let held = until(&pipeline, |header, slots| {
        (header.source_state == SourceState::Lost).then(|| slots[..3].to_vec())
    });
    assert!(held.iter().all(|s| s.state == SlotState::Held), "{held:?}");
    let _server = RtspServer::start(TEST, &film, port, &[]).unwrap();
    let after = until(&pipeline, |header, slots| {
        let is_live = header.source_state == SourceState::Live;
        (is_live && active(&slots[..3]).len() == 3).then(|| owners(slots))
    });
    assert_eq!(after, before, "same slot, same owner, same generation");
    assert_eq!(pipeline.stats().reconnects, 1);
}

/// Writes a film that repeats one picture.
fn write_still_film(picture: &Frame, film: &Path) {
    let (width, height) = (picture.size.width as i32, picture.size.height as i32);
    let pixels = Mat::new_rows_cols_with_bytes::<Vec3b>(height, width, &picture.bgr).unwrap();
    let fourcc = VideoWriter::fourcc('M', 'J', 'P', 'G').unwrap();
    let size = Size::new(width, height);
    let mut writer = VideoWriter::new(film.to_str().unwrap(), fourcc, 10.0, size, true).unwrap();
    for _ in 0..100 {
        writer.write(&pixels).unwrap();
    }
    writer.release().unwrap();
}

#[test]
fn lost_camera_is_detected_over_udp() {
    const TEST: &str = "lost_camera_is_detected_over_udp";
    let folder = tempfile::tempdir().unwrap();
    let Some(server) = walker(TEST, folder.path()) else {
        return;
    };
    let pipeline = watch::started_with(&server.url, MOTION, 1000, |config| {
        config.camera.rtsp_transport = RtspTransport::Udp;
    });
    until_tracked(&pipeline);
    drop(server);
    let off = Instant::now();
    released_on_time(&pipeline, 1000, now_ns());
    source_is(&pipeline, SourceState::Lost);
    let detected = off.elapsed();
    assert!(detected < LOSS_DETECTED_MAX, "lost after {detected:?}");
}

#[test]
fn slots_of_old_stream_are_released_when_new_one_does_not_answer() {
    const TEST: &str = "slots_of_old_stream_are_released_when_new_one_does_not_answer";
    let folder = tempfile::tempdir().unwrap();
    let Some(server) = walker(TEST, folder.path()) else {
        return;
    };
    let silent = SilentServer::new();
    let pipeline = started(&server.url, MOTION, 1000);
    until_tracked(&pipeline);
    let patch = |url: &str| serde_json::json!({"camera": {"stream": url}}).to_string();
    pipeline.set_config(&patch(&silent.url())).unwrap();
    released_on_time(&pipeline, 1000, now_ns());
    // Back to the first stream, while the silent one still times out.
    pipeline.set_config(&patch(&server.url)).unwrap();
    live(&pipeline);
    assert_eq!(pipeline.source_problem(), None);
}

#[test]
fn camera_is_found_when_it_is_switched_on_later() {
    const TEST: &str = "camera_is_found_when_it_is_switched_on_later";
    let folder = tempfile::tempdir().unwrap();
    let Some(server) = walker(TEST, folder.path()) else {
        return;
    };
    let (url, port) = (server.url.clone(), server.port());
    drop(server);
    let pipeline = started(&url, MOTION, 1000);
    let unreachable = SourceError::Unreachable {
        address: url,
        port,
        reason: "connection refused".into(),
    };
    assert_eq!(problem(&pipeline), unreachable.to_string());
    assert_eq!(pipeline.stats().source_state, SourceState::Connecting);
    let film = folder.path().join("film.avi");
    let _server = RtspServer::start(TEST, &film, port, &[]).unwrap();
    live(&pipeline);
    let stats = pipeline.stats();
    assert_eq!(stats.reconnects, 0, "it was never lost");
    assert_eq!(pipeline.source_problem(), None);
}

#[test]
fn corrected_password_is_tried_at_once() {
    const TEST: &str = "corrected_password_is_tried_at_once";
    let folder = tempfile::tempdir().unwrap();
    let film = folder.path().join("film.avi");
    support::film(&film, 50);
    let login = ["--user", "admin", "--password", "secret"];
    let Some(server) = RtspServer::start(TEST, &film, 0, &login) else {
        return;
    };
    let wrong = server.url_with("admin", "hunter2");
    let pipeline = started(&wrong, MOTION, 1000);
    let rejected = SourceError::CredentialsRefused {
        address: redact_address(&wrong),
    };
    assert_eq!(problem(&pipeline), rejected.to_string());
    assert!(!rejected.to_string().contains("hunter2"));
    let right = server.url_with("admin", "secret");
    let patch = serde_json::json!({"camera": {"stream": right}}).to_string();
    let started_at = Instant::now();
    pipeline.set_config(&patch).unwrap();
    live(&pipeline);
    // A retry with the wrong password would come after 30 s.
    assert!(started_at.elapsed() < Duration::from_secs(25));
    assert_eq!(pipeline.source_problem(), None);
}

/// A server that accepts connections and reads requests, and answers only the first
/// `answers` of them.
struct SilentServer {
    port: u16,
    requests: std::sync::mpsc::Receiver<String>,
}

impl SilentServer {
    fn new() -> Self {
        Self::answering(0)
    }

    fn answering(answers: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (request_tx, requests) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            // Kept open, because a closed connection would be an answer.
            let mut kept = Vec::new();
            for (number, stream) in listener.incoming().enumerate() {
                let mut stream = stream.unwrap();
                let request = read_request(&mut stream);
                if number < answers {
                    stream.write_all(b"RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n").ok();
                }
                if request_tx.send(request).is_err() {
                    return;
                }
                kept.push(stream);
            }
        });
        Self { port, requests }
    }

    fn url(&self) -> String {
        format!("rtsp://127.0.0.1:{}/cam", self.port)
    }
}

fn read_request(stream: &mut TcpStream) -> String {
    let mut request = Vec::new();
    let mut byte = [0; 1];
    while !request.ends_with(b"\r\n\r\n") && matches!(stream.read(&mut byte), Ok(1)) {
        request.push(byte[0]);
    }
    String::from_utf8_lossy(&request).into_owned()
}

#[test]
fn stop_does_not_wait_for_a_silent_camera() {
    let silent = SilentServer::new();
    let pipeline = started(&silent.url(), MOTION, 1000);
    let request = silent.requests.recv_timeout(watch::PATIENCE).unwrap();
    assert!(request.starts_with("DESCRIBE "), "{request}");
    let started_at = Instant::now();
    pipeline.stop();
    assert!(started_at.elapsed() < watch::STOP_MAX, "stop");
    // After a restart it waits for the same camera.
    pipeline.start().unwrap();
    silent.requests.recv_timeout(watch::PATIENCE).unwrap();
    let no_answer = SourceError::Silent {
        address: silent.url(),
        seconds: 5,
        protocol: "RTSP",
    };
    assert_eq!(problem(&pipeline), no_answer.to_string());
    ends_in_time(pipeline);
}

#[test]
fn stop_does_not_wait_for_ffmpeg() {
    // The probe's request is answered. FFmpeg's, which cannot be interrupted, is not.
    let silent = SilentServer::answering(1);
    let pipeline = started(&silent.url(), MOTION, 1000);
    silent.requests.recv_timeout(watch::PATIENCE).unwrap();
    let request = silent.requests.recv_timeout(watch::PATIENCE).unwrap();
    assert!(request.contains("Lavf"), "{request}");
    ends_in_time(pipeline);
}
