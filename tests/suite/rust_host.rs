//! Programs in Rust that use the public API alone.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use rextrack::{
    Axis, Config, ErrorKind, Event, EventKind, Image, Pipeline, PixelFormat, Snapshot, SourceState,
    Wait,
};

/// Longer than any wait of these tests should be.
const LONG: Duration = Duration::from_secs(60);

/// A running pipeline of a simulated crowd.
fn crowd(stream: &str) -> Pipeline {
    let pipeline = Pipeline::new(Config::from_stream(stream)).unwrap();
    pipeline.start().unwrap();
    pipeline
}

/// A crowd without an end, and its newest snapshot as soon as all three people have a slot.
fn crowd_of_three() -> (Pipeline, Snapshot) {
    let pipeline = crowd("synth:people=3,seed=1");
    let three = pipeline.snapshots().find_map(|snapshot| {
        let snapshot = snapshot.unwrap();
        (snapshot.occupied().count() == 3).then_some(snapshot)
    });
    let three = three.unwrap();
    (pipeline, three)
}

#[test]
fn wait_says_why_it_ended() {
    let stream = "synth:people=1,seed=1,frames=3";
    let pipeline = Pipeline::new(Config::from_stream(stream).every_frame(true)).unwrap();
    assert_eq!(pipeline.wait(0, LONG).unwrap(), Wait::NotRunning);
    pipeline.start().unwrap();
    assert_eq!(pipeline.wait(0, Duration::MAX).unwrap(), Wait::Newer);
    assert_eq!(pipeline.wait(u64::MAX, LONG).unwrap(), Wait::Ended);
    pipeline.stop();

    let pipeline = crowd("synth:people=1,seed=1");
    assert_eq!(
        pipeline.wait(u64::MAX, Duration::ZERO).unwrap(),
        Wait::TimedOut
    );
    pipeline.wake();
    assert_eq!(pipeline.wait(u64::MAX, LONG).unwrap(), Wait::Woken);
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| pipeline.wait(u64::MAX, Duration::MAX).unwrap());
        pipeline.stop();
        assert_eq!(waiting.join().unwrap(), Wait::Stopped);
    });
}

#[test]
fn snapshots_end_when_another_thread_stops_the_pipeline() {
    let pipeline = crowd("synth:people=1,seed=1");
    std::thread::scope(|scope| {
        let seen = scope.spawn(|| pipeline.snapshots().map(Result::unwrap).count());
        assert_eq!(pipeline.wait(0, LONG).unwrap(), Wait::Newer);
        pipeline.stop();
        seen.join().unwrap();
    });
}

#[test]
fn polled_snapshot_keeps_its_memory_and_follows_the_number_of_slots() {
    let (pipeline, mut snapshot) = crowd_of_three();
    assert_eq!(snapshot.slots.len(), 10);
    let memory = snapshot.slots.as_ptr();
    pipeline
        .set_config(r#"{"tracking": {"objects_max": 4}}"#)
        .unwrap();
    while snapshot.slots.len() != 4 {
        assert_eq!(pipeline.wait(snapshot.seq, LONG).unwrap(), Wait::Newer);
        pipeline.poll(&mut snapshot);
    }
    assert_eq!(snapshot.slots.as_ptr(), memory);
    assert_eq!(snapshot.source_state, SourceState::Live);
    assert!(snapshot.frame_width > 0 && snapshot.publish_ns >= snapshot.capture_ns);
}

#[test]
fn slot_has_the_same_value_by_method_and_by_name() {
    let (pipeline, snapshot) = crowd_of_three();
    let value = |slot: &rextrack::Slot, name: &str| slot.value(name.parse().unwrap());
    for (number, slot) in snapshot.occupied() {
        assert!((1..=10).contains(&number));
        assert_eq!(value(slot, "x"), slot.x());
        assert_eq!(value(slot, "id"), slot.track_id() as f32);
        assert_eq!(value(slot, "speed"), slot.speed());
        let class = slot.class_id().unwrap();
        assert_eq!(value(slot, "class"), class as f32);
        assert_eq!(pipeline.class_name(class).as_deref(), Some("person"));
    }
    let empty = snapshot.slots.last().unwrap();
    assert!(Axis::all().all(|axis| empty.value(axis) == axis.empty()));
    let error = "spede".parse::<Axis>().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
}

#[test]
fn each_reader_of_events_gets_each_event_once() {
    let pipeline = Pipeline::new(Config::from_stream("synth:people=3,seed=1,frames=30")).unwrap();
    let (mut one, mut two) = (pipeline.events(), pipeline.events());
    pipeline.start().unwrap();
    let mut seen: Vec<Event> = Vec::new();
    for snapshot in pipeline.snapshots() {
        snapshot.unwrap();
        // Takes at most one, and leaves the others for the next poll.
        seen.extend(one.poll().next());
    }
    drop(pipeline);
    seen.extend(one.poll());
    assert_eq!(seen, two.poll().collect::<Vec<_>>());
    assert_eq!(one.poll().count(), 0);
    let entered: Vec<_> = seen
        .iter()
        .filter(|event| event.kind == EventKind::Entered)
        .map(|event| event.slot)
        .collect();
    assert!(entered.contains(&Some(1)), "{seen:?}");
    let source = seen.iter().find(|event| event.kind == EventKind::Source);
    assert_eq!(source.unwrap().slot, None);
}

#[test]
fn missing_file_is_reported_by_every_way_to_look() {
    let config = Config::from_stream("nowhere.avi").model("builtin:motion");
    let pipeline = Pipeline::new(config).unwrap();
    let mut events = pipeline.events();
    pipeline.start().unwrap();
    let error = pipeline.snapshots().find_map(Result::err).unwrap();
    assert_eq!(error.kind(), ErrorKind::Source);
    assert!(error.to_string().contains("nowhere.avi"), "{error}");
    assert_eq!(
        pipeline.wait(u64::MAX, LONG).unwrap_err().kind(),
        ErrorKind::Source
    );
    assert!(pipeline.problem().unwrap().contains("nowhere.avi"));
    let snapshot = pipeline.snapshot();
    assert_eq!(snapshot.problem, Some(ErrorKind::Source));
    assert_eq!(snapshot.problem_count, 1);
    let problem = events.poll().find(|event| event.kind == EventKind::Problem);
    assert_eq!(problem.unwrap().problem, Some(ErrorKind::Source));
}

#[test]
fn pushed_frame_comes_back_as_preview() {
    let config = Config::from_stream("push:").model("builtin:motion");
    let pipeline = Pipeline::new(config).unwrap();
    pipeline.start().unwrap();
    assert_eq!(pipeline.preview(PixelFormat::Rgb8).unwrap(), None);
    // The top row is red, and the last one in memory.
    let mut pixels = [0; 64 * 4 * 64];
    for pixel in pixels[64 * 4 * 63..].chunks_exact_mut(4) {
        pixel.copy_from_slice(&[200, 0, 0, 255]);
    }
    let image = Image::new(PixelFormat::Rgba8, 64, 64, &pixels).flipped(true);
    pipeline.push(&image).unwrap();
    // A snapshot without a frame may come first: it shows that the source is live.
    let mut snapshots = pipeline.snapshots().map(Result::unwrap);
    let first = snapshots.find(|snapshot| snapshot.frame_seq > 0);
    assert_eq!(first.unwrap().frame_seq, 1);
    let picture = pipeline.preview(PixelFormat::Bgr8).unwrap().unwrap();
    assert_eq!(
        (picture.width, picture.height, picture.frame_seq),
        (64, 64, 1)
    );
    assert_eq!(picture.pixels.len(), 64 * 64 * 3);
    assert_eq!(picture.pixels[..3], [0, 0, 200]);
    let drawn = pipeline.annotated_preview(PixelFormat::Gray8).unwrap();
    assert_eq!(drawn.unwrap().pixels.len(), 64 * 64);

    let short = Image::new(PixelFormat::Rgba8, 64, 65, &pixels);
    let error = pipeline.push(&short).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    let overlapping = Image::new(PixelFormat::Rgba8, 64, 64, &pixels).stride(8);
    assert!(pipeline.push(&overlapping).is_err());
    let stale = image.captured_at(1);
    assert!(pipeline.push(&stale).is_err());
}

#[test]
fn configuration_round_trips_and_hides_its_password() {
    let config = Config::from_stream("rtsp://user:secret@192.168.1.10/1")
        .id("front")
        .model("builtin:motion")
        .models_dir(std::env::temp_dir())
        .classes(["motion"])
        .objects_max(4)
        .persistence(Duration::from_millis(300))
        .osc("127.0.0.1", 5005);
    let same = Config::from_json(&config.to_json(true)).unwrap();
    assert_eq!(same, config);
    let pipeline = Pipeline::new(config.clone()).unwrap();
    assert_eq!(pipeline.config(), config);
    for shown in [
        config.to_json(false),
        format!("{config:?} {pipeline:?} {:?}", pipeline.info()),
    ] {
        assert!(!shown.contains("secret"), "{shown}");
    }
    assert_eq!(pipeline.info().camera, "front");
    assert_eq!(pipeline.stats().frames_in, 0);
}

#[test]
fn wrong_configuration_names_each_key() {
    let config = Config::from_stream("synth:people=1")
        .confidence(2.0)
        .objects_max(0);
    let error = Pipeline::new(config).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    let text = error.to_string();
    for key in ["tracking.confidence", "tracking.objects_max"] {
        assert!(text.contains(key), "{text}");
    }
    let unknown = Config::from_stream("synth:").with(r#"{"trackign": {}}"#);
    assert_eq!(unknown.unwrap_err().kind(), ErrorKind::Config);
}
