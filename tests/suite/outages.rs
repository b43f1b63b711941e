//! What a show is promised while its camera fails, with a real server: the loss is
//! noticed and its reason told, people who are still there keep their slots, and the
//! end never waits. When exactly slots are held and released is tested with a
//! simulated clock, in `src/pipeline/worker/tests.rs`.
#![allow(clippy::unwrap_used)]

use crate::support;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

use opencv::core::{Mat, Size, Vec3b};
use opencv::videoio::{VideoWriter, VideoWriterTrait};
use rextrack::base::clock::{NS_PER_MS, now_ns};
use rextrack::config::RtspTransport;
use rextrack::flow::{Frame, SourceState};
use rextrack::flow::{Slot, SlotState};
use rextrack::pipeline::Pipeline;
use support::rtsp::RtspServer;
use support::watch::{self, active, ends_in_time, live, problem, source_is, started, until};

const MOTION: &str = "builtin:motion";
/// How late the release of a slot may be seen on a busy machine: well before the
/// read time-out of 5 s, of which it must not depend.
const LATE_MS: i64 = 3000;
/// Within what time a loss is noticed on a busy machine: by the read time-out of 5 s,
/// and not by FFmpeg's own of 30 s.
const NOTICED_MAX: Duration = Duration::from_secs(20);

/// A server of a walking square.
fn walker(test: &str, folder: &Path) -> Option<RtspServer> {
    let film = folder.join("film.avi");
    support::film(&film, 250);
    RtspServer::start(test, &film, 0, &[])
}

/// Somebody who has been seen often enough to be no chance find.
fn somebody(pipeline: &Pipeline) {
    until(pipeline, |header, slots| {
        (header.frame_seq > 30 && !active(slots).is_empty()).then_some(())
    });
}

/// Follows the slots until all are empty; checks that each was held, and
/// released when the persistence was over, neither before nor after. `from_ns`
/// is when the camera failed.
fn released_on_time(pipeline: &Pipeline, persistence_ms: i64, from_ns: i64) {
    let mut seen_ns: Vec<Option<i64>> = vec![None; 10];
    let mut kept_ms = Vec::new();
    let mut shown = until(pipeline, |_, slots| Some(slots.to_vec()));
    until(pipeline, |header, slots| {
        for (index, (now, before)) in slots.iter().zip(&shown).enumerate() {
            if now.state != SlotState::Empty {
                let age_ns = i64::from(now.age_ms) * NS_PER_MS;
                seen_ns[index] = Some(header.capture_ns - age_ns);
            } else if before.state != SlotState::Empty {
                assert_eq!(before.state, SlotState::Held, "held before it is released");
                let kept_ns = header.capture_ns - seen_ns[index].take().unwrap();
                kept_ms.push(kept_ns / NS_PER_MS);
            }
        }
        shown = slots.to_vec();
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
fn a_frozen_camera_holds_slots_no_longer_than_one_that_is_off() {
    const TEST: &str = "a_frozen_camera_holds_slots_no_longer_than_one_that_is_off";
    let folder = tempfile::tempdir().unwrap();
    let Some(server) = walker(TEST, folder.path()) else {
        return;
    };
    let pipeline = started(&server.url, MOTION, 1000);
    somebody(&pipeline);
    server.freeze();
    let frozen = Instant::now();
    released_on_time(&pipeline, 1000, now_ns());
    source_is(&pipeline, SourceState::Lost);
    let noticed = frozen.elapsed();
    assert!(noticed < NOTICED_MAX, "lost after {noticed:?}");
    assert!(problem(&pipeline).contains("no frame for 5 s"));
    server.thaw();
    live(&pipeline);
    assert_eq!(pipeline.stats().reconnects, 1);
    server.freeze();
    ends_in_time(pipeline);
}

#[test]
fn people_who_stand_still_keep_their_slots_through_a_short_outage() {
    const TEST: &str = "people_who_stand_still_keep_their_slots_through_a_short_outage";
    let (Some(people), Some(model)) = (
        support::asset(TEST, "vtest.avi"),
        support::people_model(TEST),
    ) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let film = folder.path().join("still.avi");
    // Three people whom nobody could miss.
    still(&support::frame_of(&people, 479), &film);
    let Some(server) = RtspServer::start(TEST, &film, 0, &[]) else {
        return;
    };
    let port = server.port();
    let pipeline = watch::started_with(&server.url, model, 60_000, |config| {
        // All others of that picture score less than a half.
        config.tracking.confidence = 0.6;
        config.tracking.classes = vec![rextrack::config::ClassRef::Name("person".into())];
    });
    let who = |slots: &[Slot]| -> Vec<(u64, u32)> {
        let owners = slots.iter().map(|s| (s.track_id, s.generation));
        owners.take(3).collect()
    };
    let before = until(&pipeline, |header, slots| {
        (header.frame_seq > 10 && active(slots).len() == 3).then(|| who(slots))
    });
    drop(server);
    let held = until(&pipeline, |header, slots| {
        (header.source_state == SourceState::Lost).then(|| slots[..3].to_vec())
    });
    assert!(held.iter().all(|s| s.state == SlotState::Held), "{held:?}");
    let _server = RtspServer::start(TEST, &film, port, &[]).unwrap();
    let after = until(&pipeline, |header, slots| {
        let back = header.source_state == SourceState::Live;
        (back && active(&slots[..3]).len() == 3).then(|| who(slots))
    });
    assert_eq!(after, before, "same slot, same owner, same generation");
    assert_eq!(pipeline.stats().reconnects, 1);
}

/// A film of a picture in which nothing moves.
fn still(picture: &Frame, film: &Path) {
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
fn over_udp_a_camera_that_is_off_is_noticed_too() {
    const TEST: &str = "over_udp_a_camera_that_is_off_is_noticed_too";
    let folder = tempfile::tempdir().unwrap();
    let Some(server) = walker(TEST, folder.path()) else {
        return;
    };
    let pipeline = watch::started_with(&server.url, MOTION, 1000, |config| {
        config.camera.rtsp_transport = RtspTransport::Udp;
    });
    somebody(&pipeline);
    drop(server);
    let off = Instant::now();
    released_on_time(&pipeline, 1000, now_ns());
    source_is(&pipeline, SourceState::Lost);
    let noticed = off.elapsed();
    assert!(noticed < NOTICED_MAX, "lost after {noticed:?}");
}

#[test]
fn a_changed_stream_that_does_not_answer_releases_the_old_ones_slots() {
    const TEST: &str = "a_changed_stream_that_does_not_answer_releases_the_old_ones_slots";
    let folder = tempfile::tempdir().unwrap();
    let Some(server) = walker(TEST, folder.path()) else {
        return;
    };
    let silent = Silent::new();
    let pipeline = started(&server.url, MOTION, 1000);
    somebody(&pipeline);
    let patch = |url: &str| serde_json::json!({"camera": {"stream": url}}).to_string();
    pipeline.set_config(&patch(&silent.url())).unwrap();
    released_on_time(&pipeline, 1000, now_ns());
    // And back, while the silent one is still waited for.
    pipeline.set_config(&patch(&server.url)).unwrap();
    live(&pipeline);
    assert_eq!(pipeline.source_problem(), None);
}

#[test]
fn a_camera_that_is_switched_on_later_is_found() {
    const TEST: &str = "a_camera_that_is_switched_on_later_is_found";
    let folder = tempfile::tempdir().unwrap();
    let Some(server) = walker(TEST, folder.path()) else {
        return;
    };
    let (url, port) = (server.url.clone(), server.port());
    drop(server);
    let pipeline = started(&url, MOTION, 1000);
    let reason = problem(&pipeline);
    assert!(
        reason.contains(&format!("port {port} (connection refused)"))
            && reason.contains("is the camera on"),
        "{reason}"
    );
    assert_eq!(pipeline.stats().source_state, SourceState::Connecting);
    let film = folder.path().join("film.avi");
    let _server = RtspServer::start(TEST, &film, port, &[]).unwrap();
    live(&pipeline);
    let stats = pipeline.stats();
    assert_eq!(stats.reconnects, 0, "it was never lost");
    assert_eq!(pipeline.source_problem(), None);
}

#[test]
fn a_right_password_is_tried_at_once_after_a_wrong_one() {
    const TEST: &str = "a_right_password_is_tried_at_once_after_a_wrong_one";
    let folder = tempfile::tempdir().unwrap();
    let film = folder.path().join("film.avi");
    support::film(&film, 50);
    let login = ["--user", "admin", "--password", "secret"];
    let Some(server) = RtspServer::start(TEST, &film, 0, &login) else {
        return;
    };
    let pipeline = started(&server.url_with("admin", "hunter2"), MOTION, 1000);
    let reason = problem(&pipeline);
    assert!(reason.contains("user or password"), "{reason}");
    assert!(!reason.contains("hunter2"), "{reason}");
    let right = server.url_with("admin", "secret");
    let patch = serde_json::json!({"camera": {"stream": right}}).to_string();
    let asked = Instant::now();
    pipeline.set_config(&patch).unwrap();
    live(&pipeline);
    // The next try with the wrong one would have come after 30 s.
    assert!(asked.elapsed() < Duration::from_secs(25));
    assert_eq!(pipeline.source_problem(), None);
}

/// Accepts connections, reads what it is asked, and says nothing, except for
/// the first `answers` questions.
struct Silent {
    port: u16,
    asked: std::sync::mpsc::Receiver<String>,
}

impl Silent {
    fn new() -> Self {
        Self::answering(0)
    }

    fn answering(answers: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (tell, asked) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            // Kept, since a closed connection would be an answer.
            let mut kept = Vec::new();
            for (number, stream) in listener.incoming().enumerate() {
                let mut stream = stream.unwrap();
                let request = question(&mut stream);
                if number < answers {
                    stream.write_all(b"RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n").ok();
                }
                if tell.send(request).is_err() {
                    return;
                }
                kept.push(stream);
            }
        });
        Self { port, asked }
    }

    fn url(&self) -> String {
        format!("rtsp://127.0.0.1:{}/cam", self.port)
    }
}

fn question(stream: &mut TcpStream) -> String {
    let mut request = Vec::new();
    let mut byte = [0; 1];
    while !request.ends_with(b"\r\n\r\n") && matches!(stream.read(&mut byte), Ok(1)) {
        request.push(byte[0]);
    }
    String::from_utf8_lossy(&request).into_owned()
}

#[test]
fn the_end_does_not_wait_for_a_camera_that_says_nothing() {
    let silent = Silent::new();
    let pipeline = started(&silent.url(), MOTION, 1000);
    let request = silent.asked.recv_timeout(watch::PATIENCE).unwrap();
    assert!(request.starts_with("DESCRIBE "), "{request}");
    let asked = Instant::now();
    pipeline.stop();
    assert!(asked.elapsed() < watch::STOP_MAX, "stop");
    // It can be started anew, and then waits for the same camera.
    pipeline.start().unwrap();
    silent.asked.recv_timeout(watch::PATIENCE).unwrap();
    let reason = problem(&pipeline);
    assert!(
        reason.contains("connected, but no answer for 5 s"),
        "{reason}"
    );
    ends_in_time(pipeline);
}

#[test]
fn the_end_does_not_wait_for_ffmpeg_either() {
    // Our own question is answered; FFmpeg's, which nothing can interrupt, is not.
    let silent = Silent::answering(1);
    let pipeline = started(&silent.url(), MOTION, 1000);
    silent.asked.recv_timeout(watch::PATIENCE).unwrap();
    let request = silent.asked.recv_timeout(watch::PATIENCE).unwrap();
    assert!(request.contains("Lavf"), "{request}");
    ends_in_time(pipeline);
}
