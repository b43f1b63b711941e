//! Tracking of a real video with a real model: lasting tracks, OSC that a third-party
//! receiver understands, and the same result on every run.
#![allow(clippy::unwrap_used)]

use crate::support;

use std::collections::HashMap;
use std::path::Path;
use std::time::{Duration, Instant};

use opencv::core::{Mat, Size};
use opencv::prelude::*;
use opencv::videoio::{CAP_ANY, VideoCapture, VideoWriter};
use rextrack::internals::config::{ClassRef, OscConfig, PipelineConfig};
use rextrack::internals::pipeline::{Pipeline, PipelineOptions};
use rextrack::internals::sink::JsonlSink;
use serde_json::Value;

/// vtest.avi with a people model, every frame; `None` if one of them is missing.
fn config(test: &str) -> Option<PipelineConfig> {
    let film = support::asset(test, "vtest.avi")?;
    let mut config = support::pipeline(support::people_model(test)?);
    config.camera.stream = film.to_str().unwrap().into();
    config.camera.every_frame = true;
    config.tracking.classes = vec![ClassRef::Name("person".into())];
    Some(config)
}

/// Waits until the last sink has written a line for each snapshot. On a busy machine the
/// sinks are behind, and a stop waits for them only briefly.
fn wait_until_written(pipeline: &Pipeline) {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let stats = pipeline.stats();
        if stats.sinks.last().unwrap().stats.sent >= stats.snapshots {
            return;
        }
        assert!(Instant::now() < deadline, "{stats:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Runs to the end of the film. Returns all snapshots, and the number of datagrams that the
/// OSC output sent.
fn run(config: PipelineConfig, folder: &Path) -> (Vec<Value>, u64) {
    let path = folder.join("snapshots.jsonl");
    let options = PipelineOptions {
        sinks: vec![Box::new(JsonlSink::create(&path).unwrap())],
        ..PipelineOptions::default()
    };
    let pipeline = Pipeline::with(config, options).unwrap();
    pipeline.start().unwrap();
    let done = pipeline.wait_finished(Duration::from_secs(300));
    assert!(done, "{:?}", pipeline.failure());
    wait_until_written(&pipeline);
    pipeline.stop();
    wait_until_written(&pipeline);
    let sinks = pipeline.stats().sinks;
    let osc = sinks.iter().filter(|s| s.name.starts_with("osc"));
    let sent = osc.map(|s| s.stats.sent).sum();
    let text = std::fs::read_to_string(path).unwrap();
    let snapshots = text.lines().map(|l| serde_json::from_str(l).unwrap());
    (snapshots.collect(), sent)
}

fn slots(snapshot: &Value) -> &[Value] {
    snapshot["slots"].as_array().unwrap()
}

#[test]
fn people_are_tracked_and_sent_as_complete_bundles() {
    const TEST: &str = "people_are_tracked_and_sent_as_complete_bundles";
    let Some(mut config) = config(TEST) else {
        return;
    };
    let Some(receiver) = support::osc::OscReceiver::start(TEST) else {
        return;
    };
    config.osc = Some(OscConfig {
        port: receiver.port,
        ..OscConfig::default()
    });
    let folder = tempfile::tempdir().unwrap();
    let (snapshots, sent) = run(config, folder.path());

    // At least five people are tracked for at least five seconds.
    let mut life: HashMap<u64, u64> = HashMap::new();
    for slot in snapshots.iter().flat_map(slots) {
        let best = life.entry(slot["track_id"].as_u64().unwrap()).or_default();
        *best = slot["life_ms"].as_u64().unwrap().max(*best);
    }
    let lasting = life.iter().filter(|(id, ms)| **id > 0 && **ms >= 5000);
    let lasting = lasting.count();
    assert!(lasting >= 5, "only {lasting} of {} tracks", life.len());

    let datagrams = receiver.finish();
    let with_p1 = datagrams.iter().filter(|d| {
        let addresses: Vec<_> = d.messages.iter().map(|m| m[0].as_str().unwrap()).collect();
        assert_eq!(d.error, None);
        assert!(d.bundle);
        // A slot is complete: x is followed by y.
        assert_eq!(addresses.len() % 2, 0);
        for pair in addresses.chunks(2) {
            let slot = pair[0].strip_suffix("_x").unwrap();
            assert_eq!(pair[1], format!("{slot}_y"));
        }
        for value in d.messages.iter().map(|m| m[1].as_f64().unwrap()) {
            assert!((0.0..=1.0).contains(&value), "{d:?}");
        }
        addresses.starts_with(&["/p1_x", "/p1_y"])
    });
    // The system may drop some datagrams if the receiver is too slow on a busy machine.
    let with_p1 = with_p1.count() as u64;
    assert!(2 * with_p1 > sent, "{with_p1} with p1 of {sent} sent");
    // Every snapshot with occupied slots is one bundle with all of them.
    let occupied = |s: &Value| {
        let there = slots(s).iter().filter(|s| s["state"] != "empty");
        there.count()
    };
    let full = snapshots.iter().filter(|s| occupied(s) > 0).count() as u64;
    assert!(sent >= full, "{sent} bundles sent, {full} snapshots");
    let arrived = datagrams.len() as u64;
    assert!(
        arrived <= sent && 10 * arrived > 9 * sent,
        "{arrived} of {sent} arrived"
    );
    let most = snapshots.iter().map(occupied).max().unwrap();
    let widths = datagrams.iter().map(|d| d.messages.len() / 2);
    let widest = widths.max().unwrap();
    assert!(
        widest >= most || arrived < sent,
        "{widest} slots in a bundle, {most} at once"
    );
}

/// Writes the first frames of a film to another film.
fn write_excerpt(film: &str, frames: u32, path: &Path) {
    let mut from = VideoCapture::from_file(film, CAP_ANY).unwrap();
    let mut picture = Mat::default();
    let fourcc = VideoWriter::fourcc('M', 'J', 'P', 'G').unwrap();
    let mut to: Option<VideoWriter> = None;
    for _ in 0..frames {
        assert!(from.read(&mut picture).unwrap());
        let size = Size::new(picture.cols(), picture.rows());
        let to = to.get_or_insert_with(|| {
            VideoWriter::new(path.to_str().unwrap(), fourcc, 10.0, size, true).unwrap()
        });
        to.write(&picture).unwrap();
    }
    to.unwrap().release().unwrap();
}

#[test]
fn same_film_has_identical_snapshots() {
    let Some(mut config) = config("same_film_has_identical_snapshots") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let film = folder.path().join("short.avi");
    write_excerpt(&config.camera.stream, 120, &film);
    config.camera.stream = film.to_str().unwrap().into();
    let text = |config: PipelineConfig| {
        let mut lines = Vec::new();
        for mut snapshot in run(config, folder.path()).0 {
            for time in ["capture_ns", "publish_ns"] {
                snapshot.as_object_mut().unwrap().remove(time).unwrap();
            }
            lines.push(snapshot.to_string());
        }
        lines
    };
    let first = text(config.clone());
    assert!(first.len() >= 120);
    assert!(first.iter().any(|line| line.contains("active")));
    for (one, other) in first.iter().zip(text(config.clone())) {
        assert_eq!(*one, other);
    }
}
