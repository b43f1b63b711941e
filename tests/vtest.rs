//! The main job on a real video with a real model: tracks that last, OSC that a
//! receiver of others understands, and the same result on every run.
#![allow(clippy::unwrap_used)]

mod support;

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use opencv::core::{Mat, Size};
use opencv::prelude::*;
use opencv::videoio::{CAP_ANY, VideoCapture, VideoWriter};
use rextrack::config::{ClassRef, OscConfig, PipelineConfig};
use rextrack::pipeline::{Extras, Pipeline};
use rextrack::sink::JsonlSink;
use serde_json::Value;

/// vtest.avi with a people model, every frame; `None` where one of them is missing.
fn config(test: &str) -> Option<PipelineConfig> {
    let film = support::asset(test, "vtest.avi")?;
    let mut config = support::pipeline(support::people_model(test)?);
    config.camera.stream = film.to_str().unwrap().into();
    config.camera.every_frame = true;
    config.tracking.classes = vec![ClassRef::Name("person".into())];
    Some(config)
}

/// Runs to the end of the film and gives all snapshots.
fn run(config: PipelineConfig, folder: &Path) -> Vec<Value> {
    let path = folder.join("snapshots.jsonl");
    let extras = Extras {
        sinks: vec![Box::new(JsonlSink::create(&path).unwrap())],
        ..Extras::default()
    };
    let pipeline = Pipeline::with(config, extras).unwrap();
    pipeline.start().unwrap();
    let done = pipeline.wait_finished(Duration::from_secs(300));
    assert!(done, "{:?}", pipeline.failure());
    pipeline.stop();
    let text = std::fs::read_to_string(path).unwrap();
    text.lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect()
}

fn slots(snapshot: &Value) -> &[Value] {
    snapshot["slots"].as_array().unwrap()
}

#[test]
fn people_are_followed_and_sent_as_whole_bundles() {
    const TEST: &str = "people_are_followed_and_sent_as_whole_bundles";
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
    let snapshots = run(config, folder.path());

    // Five people at least are followed for five seconds at least.
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
        // A slot is whole: x comes with y.
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
    assert!(with_p1.count() > 500);
    // Every snapshot in which somebody is there is one bundle with all of them.
    let occupied = |s: &Value| {
        let there = slots(s).iter().filter(|s| s["state"] != "empty");
        there.count()
    };
    let full = snapshots.iter().filter(|s| occupied(s) > 0).count();
    assert!(
        datagrams.len() >= full,
        "{} bundles, {full} snapshots",
        datagrams.len()
    );
    let most = snapshots.iter().map(occupied).max().unwrap();
    let widest = datagrams
        .iter()
        .map(|d| d.messages.len() / 2)
        .max()
        .unwrap();
    assert!(widest >= most, "{widest} slots in a bundle, {most} at once");
}

/// The first frames of a film, as a film.
fn cut(film: &str, frames: u32, path: &Path) {
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
fn the_same_film_gives_the_same_snapshots_byte_for_byte() {
    let Some(mut config) = config("the_same_film_gives_the_same_snapshots_byte_for_byte") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let film = folder.path().join("short.avi");
    cut(&config.camera.stream, 120, &film);
    config.camera.stream = film.to_str().unwrap().into();
    let text = |config: PipelineConfig| {
        let mut lines = Vec::new();
        for mut snapshot in run(config, folder.path()) {
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
