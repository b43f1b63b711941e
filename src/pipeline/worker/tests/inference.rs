//! Detectors and permits: which frame is processed, and when a model changes.

use std::sync::mpsc::channel;

use parking_lot::Mutex;

use super::super::*;
use super::probe::{Probe, Running};
use super::script::*;
use crate::detect::{self, InferencePermits};
use crate::pipeline::error::PipelineError;

#[test]
fn failed_inference_is_reported_and_the_next_frame_is_processed() {
    let failed = Arc::new(Mutex::new(Vec::new()));
    let note = |failed: &Arc<Mutex<Vec<bool>>>| {
        let failed = Arc::clone(failed);
        move |s: &Shared| failed.lock().push(s.problems.standing().is_some())
    };
    let steps = vec![
        (0, Step::Frame(1)),
        act(10, note(&failed)),
        (100, Step::Frame(1)),
        act(110, note(&failed)),
        (200, Step::Frame(1)),
        act(210, note(&failed)),
    ];
    let (probe, _, frames) = Probe::new("probe", &[2]);
    let mut probe = Some(probe);
    let load: StartLoader = Box::new(move |c, _, _| {
        let (send, result) = channel();
        send.send(Ok(Box::new(probe.take().unwrap()) as Box<dyn Detector>))
            .unwrap();
        Loader::from_channel(c, result)
    });
    let run = play_with(config(""), steps, Duration::ZERO, load);
    assert_eq!(*failed.lock(), [false, true, false]);
    assert_eq!(frames.try_iter().collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(run.shared.measured.lock().frames, 2);
}

#[test]
fn frame_for_another_detector_is_dropped_without_a_failure() {
    let load: StartLoader = Box::new(|c, _, _| {
        let mut motion = PipelineConfig::clone(&c);
        motion.camera.stream = "push:".into();
        motion.tracking.model = "builtin:motion".into();
        let (send, result) = channel();
        send.send(detect::create(&motion, 0.1).map_err(PipelineError::from))
            .unwrap();
        Loader::from_channel(c, result)
    });
    // A simulated crowd, which needs no model, before the model is replaced.
    let run = play_with(config(""), frames_every(0, 100, 3), Duration::ZERO, load);
    assert!(run.shared.problems.standing().is_none());
    assert_eq!(run.shared.source.dropped(), 3);
    assert_eq!(run.shared.measured.lock().frames, 0);
}

#[test]
fn changed_model_replaces_the_old_one_when_it_is_loaded() {
    let (first, _, seen_by_first) = Probe::new("first", &[]);
    let (second, _, seen_by_second) = Probe::new("second", &[]);
    let (send, result) = channel();
    let mut loaders = vec![result];
    let (at_once, first_result) = channel();
    at_once
        .send(Ok(Box::new(first) as Box<dyn Detector>))
        .unwrap();
    loaders.push(first_result);
    let load: StartLoader =
        Box::new(move |c, _, _| Loader::from_channel(c, loaders.pop().unwrap()));
    // The loader below returns the second probe whatever the configured model is.
    let steps = vec![
        (0, Step::Frame(1)),
        act(10, |s| {
            set(s, r#"{"tracking": {"model": "builtin:motion"}}"#)
        }),
        (100, Step::Frame(1)),
        act(110, move |_| {
            send.send(Ok(Box::new(second) as Box<dyn Detector>))
                .unwrap();
        }),
        (200, Step::Frame(1)),
    ];
    let run = play_with(config(""), steps, Duration::ZERO, load);
    assert_eq!(seen_by_first.try_iter().collect::<Vec<_>>(), [1, 2]);
    assert_eq!(seen_by_second.try_iter().collect::<Vec<_>>(), [3]);
    let info = run.shared.detector.lock().clone().unwrap();
    assert_eq!(info.model, "second");
}

#[test]
fn failed_load_keeps_the_old_model_and_its_configuration() {
    let (first, _, seen) = Probe::new("first", &[]);
    let mut results = Vec::new();
    for result in [
        Err(PipelineError::Internal {
            part: "model loading",
            reason: "on purpose".into(),
        }),
        Ok(Box::new(first) as Box<dyn Detector>),
    ] {
        let (send, receive) = channel();
        send.send(result).unwrap();
        results.push(receive);
    }
    let load: StartLoader =
        Box::new(move |c, _, _| Loader::from_channel(c, results.pop().unwrap()));
    let steps = vec![
        (0, Step::Frame(1)),
        act(10, |s| {
            set(s, r#"{"tracking": {"model": "builtin:motion"}}"#)
        }),
        (100, Step::Frame(1)),
    ];
    let run = play_with(config(""), steps, Duration::ZERO, load);
    assert_eq!(seen.try_iter().collect::<Vec<_>>(), [1, 2]);
    assert_eq!(run.shared.config().tracking.model, "first");
    let reported = run.shared.problems.report_after(0).map(|(_, error)| error);
    assert!(matches!(reported, Some(PipelineError::Internal { .. })));
    assert!(run.shared.problems.standing().is_none());
}

#[test]
fn any_change_after_a_failed_load_loads_again() {
    let (model, _, seen) = Probe::new("model", &[]);
    let mut model = Some(model);
    // As a class that the model does not have: another key than the model's is the remedy.
    let load: StartLoader = Box::new(move |c, _, _| {
        let (send, result) = channel();
        let loaded = if c.tracking.classes.is_empty() {
            Ok(Box::new(model.take().unwrap()) as Box<dyn Detector>)
        } else {
            Err(PipelineError::Internal {
                part: "model loading",
                reason: "on purpose".into(),
            })
        };
        send.send(loaded).unwrap();
        Loader::from_channel(c, result)
    });
    let steps = vec![
        (0, Step::Frame(1)),
        act(10, |s| assert!(s.problems.standing().is_some())),
        act(20, |s| set(s, r#"{"tracking": {"classes": []}}"#)),
        (100, Step::Frame(1)),
    ];
    let config = config(r#"{"tracking": {"classes": ["persn"]}}"#);
    let run = play_with(config, steps, Duration::ZERO, load);
    assert_eq!(seen.try_iter().count(), 1);
    assert!(run.shared.problems.standing().is_none());
}

#[test]
fn change_while_a_load_fails_is_loaded_afterwards() {
    let (model, _, seen) = Probe::new("model", &[]);
    let (send_failure, failure) = channel();
    let (send_model, success) = channel();
    send_model
        .send(Ok(Box::new(model) as Box<dyn Detector>))
        .unwrap();
    let mut results = vec![success, failure];
    let load: StartLoader =
        Box::new(move |c, _, _| Loader::from_channel(c, results.pop().unwrap()));
    let steps = vec![
        act(10, |s| set(s, r#"{"tracking": {"classes": []}}"#)),
        (50, Step::Frame(1)),
        act(60, move |_| {
            let reason = "on purpose".into();
            let part = "model loading";
            send_failure
                .send(Err(PipelineError::Internal { part, reason }))
                .unwrap();
        }),
        (100, Step::Frame(1)),
        (200, Step::Frame(1)),
    ];
    let run = play_with(
        config(r#"{"tracking": {"classes": ["persn"]}}"#),
        steps,
        Duration::ZERO,
        load,
    );
    assert!(seen.try_iter().count() >= 1);
    assert!(run.shared.problems.standing().is_none());
}

#[test]
fn frame_is_chosen_when_the_permit_is_granted_not_when_it_is_requested() {
    let running = Running::start(None);
    let others = Requester::new(None);
    // One inference runs and one is next: the worker is behind both.
    let runs = others
        .request(Some(&running.model), Duration::ZERO)
        .permit();
    let next = others.request(Some(&running.model), Duration::ZERO);
    running.offer(1);
    running.until_taken();
    for seq in [2, 3] {
        running.offer(seq);
    }
    drop(runs);
    let runs = next.permit();
    drop(runs);
    assert_eq!(running.seen.recv().unwrap(), 3, "the newest");
    running.frame_tx.close();
    running.thread.join().unwrap();
    assert_eq!(
        running.shared.source.dropped(),
        1,
        "the frame that it had taken"
    );
    let stages = running.shared.measured.lock().stages;
    assert_eq!(stages.wait.count(), 1);
    assert!(stages.wait.max_ms > 0.0, "waiting is measured");
}

#[test]
fn frame_that_aged_while_the_model_was_busy_is_replaced() {
    let running = Running::start(None);
    let others = Requester::new(None);
    let request = || others.request(Some(&running.model), Duration::ZERO);
    // The usual time is short, and this inference takes longer.
    drop(request().permit());
    let runs = request().permit();
    running.offer(1);
    while running.prepared.load(Ordering::Acquire) != 1 {
        std::thread::yield_now();
    }
    running.offer(2);
    drop(runs);
    assert_eq!(running.seen.recv().unwrap(), 2);
    assert_eq!(running.prepared.load(Ordering::Acquire), 2);
    running.frame_tx.close();
    running.thread.join().unwrap();
    assert_eq!(running.shared.source.dropped(), 1);
}

#[test]
fn stop_ends_the_wait_for_the_model_without_an_inference() {
    let permits = InferencePermits::new(1);
    let running = Running::start(Some(permits.clone()));
    let others = Requester::new(Some(permits));
    let permit = others.request(None, Duration::ZERO).permit();
    running.offer(1);
    running.until_taken();
    running.frame_tx.close();
    running.requester.close();
    running.thread.join().unwrap();
    assert!(
        running.seen.try_recv().is_err(),
        "no inference after the stop"
    );
    drop(permit);
}

#[test]
fn file_that_ends_while_the_model_is_busy_is_finished() {
    let running = Running::start(None);
    let others = Requester::new(None);
    let runs = others
        .request(Some(&running.model), Duration::ZERO)
        .permit();
    let next = others.request(Some(&running.model), Duration::ZERO);
    running.offer(1);
    running.until_taken();
    running.offer(2);
    // The source thread does the same at the end of a file: it waits until the last frame is taken.
    let frame_tx = Arc::clone(&running.frame_tx);
    let source = std::thread::spawn(move || frame_tx.send(FrameEvent::End));
    drop((runs, next));
    assert_eq!(running.seen.recv().unwrap(), 2, "the last frame");
    assert!(source.join().unwrap());
    while !running.shared.finished.load(Ordering::Acquire) {
        std::thread::yield_now();
    }
    running.frame_tx.close();
    running.thread.join().unwrap();
}

#[test]
fn frame_of_a_changed_source_does_not_replace_one_of_the_old_source() {
    let running = Running::start(None);
    let others = Requester::new(None);
    let runs = others
        .request(Some(&running.model), Duration::ZERO)
        .permit();
    running.offer(1);
    while running.prepared.load(Ordering::Acquire) != 1 {
        std::thread::yield_now();
    }
    // `Pipeline::set_config` does the same. The new source's first frame comes at once.
    running.shared.config_version.fetch_add(1, Ordering::AcqRel);
    running.offer(2);
    drop(runs);
    assert_eq!(running.seen.recv().unwrap(), 1);
    assert_eq!(running.seen.recv().unwrap(), 2);
    running.frame_tx.close();
    running.thread.join().unwrap();
}
