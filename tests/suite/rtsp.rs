//! A real RTSP server in place of an IP camera: tracking, reconnection, passwords.
#![allow(clippy::unwrap_used)]

use crate::support;

use std::path::Path;

use rextrack::internals::address::redact_address;
use rextrack::internals::base::clock::NS_PER_MS;
use rextrack::internals::flow::{Slot, SlotState, SourceState};
use rextrack::internals::pipeline::Header;
use rextrack::internals::source::SourceError;
use support::rtsp::RtspServer;
use support::watch::{ends_in_time, live, problem, source_is, started, until};

#[test]
fn camera_is_tracked_again_after_reconnect() {
    const TEST: &str = "camera_is_tracked_again_after_reconnect";
    const PERSISTENCE_MS: u32 = 1500;
    let (Some(film), Some(model)) = (
        support::asset(TEST, "vtest.avi"),
        support::people_model(TEST),
    ) else {
        return;
    };
    let Some(server) = RtspServer::start(TEST, &film, 0, &[]) else {
        return;
    };
    let port = server.port();
    let pipeline = started(&server.url, model, PERSISTENCE_MS);

    let active = |slot: &Slot| slot.state == SlotState::Active;
    // For each slot, when its owner was last seen and when it was released.
    let mut seen = vec![(0u32, 0i64); 10];
    let mut released = vec![0i64; 10];
    let mut held = 0;
    let mut note = |header: &Header, slots: &[Slot]| {
        for (index, slot) in slots.iter().enumerate() {
            match slot.state {
                SlotState::Active => {
                    seen[index] = (slot.generation, header.capture_ns);
                    released[index] = 0;
                }
                SlotState::Held => held += 1,
                SlotState::Empty if released[index] == 0 && slot.generation == seen[index].0 => {
                    released[index] = header.capture_ns;
                }
                SlotState::Empty => {}
            }
        }
    };
    // A person is active for some frames.
    until(&pipeline, |header, slots| {
        note(header, slots);
        (header.frame_seq > 15 && slots.iter().any(active)).then_some(())
    });
    assert!(pipeline.stats().fps_in > 0.0);

    drop(server);
    until(&pipeline, |header, slots| {
        note(header, slots);
        let empty = slots.iter().all(|s| s.state == SlotState::Empty);
        empty.then_some(())
    });
    assert!(held > 0, "slots are held before they are released");
    let kept: Vec<i64> = seen
        .iter()
        .zip(&released)
        .filter(|((generation, at), released)| *generation > 0 && *at > 0 && **released > 0)
        .map(|((_, at), released)| (released - at) / NS_PER_MS)
        .collect();
    assert!(!kept.is_empty());
    for ms in &kept {
        // Not earlier, and not as late as the read time-out of 5 s.
        let persistence = i64::from(PERSISTENCE_MS);
        assert!((persistence..persistence + 3000).contains(ms), "{kept:?}");
    }
    source_is(&pipeline, SourceState::Lost);
    assert!(pipeline.source_problem().is_some());

    let _server = RtspServer::start(TEST, &film, port, &[]).unwrap();
    until(&pipeline, |header, slots| {
        let is_live = header.source_state == SourceState::Live;
        (is_live && slots.iter().any(active)).then_some(())
    });
    assert_eq!(pipeline.stats().reconnects, 1);
    assert_eq!(pipeline.source_problem(), None);
    let mut slots = vec![Slot::default(); 10];
    pipeline.poll(&mut slots);
    for (slot, (before, _)) in slots.iter().zip(seen).filter(|(s, _)| active(s)) {
        assert!(slot.generation > before, "a new owner has a new generation");
    }
}

#[test]
fn frame_size_may_change_with_reconnect() {
    const TEST: &str = "frame_size_may_change_with_reconnect";
    let folder = tempfile::tempdir().unwrap();
    let (small, large) = (
        folder.path().join("small.avi"),
        folder.path().join("large.avi"),
    );
    support::film(&small, 50);
    support::film_of(&large, 50, 640, 480);
    let Some(server) = RtspServer::start(TEST, &small, 0, &[]) else {
        return;
    };
    let port = server.port();
    let pipeline = started(&server.url, "builtin:motion", 500);
    let width = |wanted: u32| {
        until(&pipeline, |header, _| {
            (header.frame_size.width == wanted).then_some(())
        });
    };
    width(320);
    drop(server);
    let _server = RtspServer::start(TEST, &large, port, &[]).unwrap();
    width(640);
}

#[test]
fn wrong_or_missing_password_is_reported_without_showing_it() {
    const TEST: &str = "wrong_or_missing_password_is_reported_without_showing_it";
    let folder = tempfile::tempdir().unwrap();
    let film = folder.path().join("film.avi");
    support::film(&film, 50);
    let with = |film: &Path, method: &str| {
        let more = ["--user", "admin", "--password", "p@ss/1", "--auth", method];
        RtspServer::start(TEST, film, 0, &more)
    };
    let (Some(basic), Some(digest)) = (with(&film, "basic"), with(&film, "digest")) else {
        return;
    };
    for server in [&basic, &digest] {
        live(&started(
            &server.url_with("admin", "p@ss/1"),
            "builtin:motion",
            500,
        ));
    }
    let rejected = |address| SourceError::CredentialsRefused { address };
    let missing = |address| SourceError::CredentialsMissing { address };
    for (url, error) in [
        (
            digest.url_with("admin", "hunter2"),
            &rejected as &dyn Fn(String) -> SourceError,
        ),
        (basic.url_with("admin", "hunter2"), &rejected),
        (digest.url.clone(), &missing),
    ] {
        let pipeline = started(&url, "builtin:motion", 500);
        let problem = problem(&pipeline);
        assert_eq!(problem, error(redact_address(&url)).to_string());
        assert!(!problem.contains("hunter2"), "{problem}");
        ends_in_time(pipeline);
    }
}
