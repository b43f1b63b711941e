//! What a host learns that only polls: problems, refused changes, outputs, class names, the
//! log.

use std::ffi::{CStr, c_char};
use std::ptr::null_mut;

use rextrack::internals::ffi::*;
use serde_json::json;

use super::handle::*;
use crate::support;

const MODEL: RextrackStatus = RextrackStatus::RextrackErrModel;
const SOURCE: RextrackStatus = RextrackStatus::RextrackErrSource;

fn text_of(
    write: impl Fn(*mut c_char, usize, *mut usize) -> RextrackStatus,
) -> Result<String, RextrackStatus> {
    let mut length = 0;
    match write(null_mut(), 0, &mut length) {
        OK => {}
        status => return Err(status),
    }
    let mut bytes = vec![0u8; length + 1];
    assert_eq!(
        write(bytes.as_mut_ptr().cast(), bytes.len(), null_mut()),
        OK
    );
    let text = CStr::from_bytes_until_nul(&bytes).unwrap();
    Ok(text.to_str().unwrap().to_owned())
}

impl Handle {
    fn problem(&self) -> String {
        text_of(|buffer, capacity, length| unsafe {
            rextrack_problem(self.0, buffer, capacity, length)
        })
        .unwrap()
    }

    fn class_name(&self, class_id: i32) -> Result<String, RextrackStatus> {
        text_of(|buffer, capacity, length| unsafe {
            rextrack_class_name(self.0, class_id, buffer, capacity, length)
        })
    }

    fn sinks(&self) -> Vec<RextrackSink> {
        let mut count = 0;
        let size = size_of::<RextrackSink>();
        let status = unsafe { rextrack_sinks(self.0, null_mut(), size, 0, &mut count) };
        assert_eq!(status, OK, "{}", last_error());
        let mut sinks: Vec<RextrackSink> = Vec::with_capacity(count);
        let first = sinks.as_mut_ptr();
        let status = unsafe { rextrack_sinks(self.0, first, size, count, &mut count) };
        assert_eq!(status, OK, "{}", last_error());
        unsafe { sinks.set_len(count.min(sinks.capacity())) };
        sinks
    }

    /// Polls until the count of problems goes beyond `count`.
    fn until_problem(&self, count: u32) -> RextrackSnapshot {
        loop {
            let snapshot = self.poll().0;
            if snapshot.problem_count > count {
                return snapshot;
            }
            std::thread::yield_now();
        }
    }

    /// Polls events until one of `kind` comes.
    fn until_event(&self, kind: RextrackEventKind) -> RextrackEvent {
        loop {
            if let Some(event) = self.events().into_iter().find(|e| e.kind == kind as u32) {
                return event;
            }
            std::thread::yield_now();
        }
    }
}

#[test]
fn source_state_is_connecting_as_soon_as_start_returns() {
    let config = json!({"camera": {"stream": "push:"}, "tracking": {"model": "builtin:motion"}});
    let pipeline = Handle::create(&config).unwrap();
    assert_eq!(pipeline.poll().0.source_state, 0);
    assert_eq!(unsafe { rextrack_start(pipeline.0) }, OK);
    // Live already, if the source's thread was quick.
    assert!([1, 2].contains(&pipeline.poll().0.source_state));
    assert!([1, 2].contains(&pipeline.stats().source_state));
    assert_eq!(unsafe { rextrack_stop(pipeline.0) }, OK);
    assert_eq!(pipeline.poll().0.source_state, 0);
}

#[test]
fn polling_host_learns_that_the_model_cannot_be_loaded() {
    if !support::has_runtime("polling_host_learns_that_the_model_cannot_be_loaded") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("text.onnx"), "not a model").unwrap();
    let config = json!({
        "camera": {"stream": "push:"},
        "tracking": {"model": "text"},
        "service": {"models_dir": folder.path()},
    });
    let pipeline = Handle::create(&config).unwrap();
    assert_eq!(
        (pipeline.poll().0.problem, pipeline.problem()),
        (0, "".into())
    );
    assert_eq!(unsafe { rextrack_start(pipeline.0) }, OK);
    let snapshot = pipeline.until_problem(0);
    assert_eq!(snapshot.problem, MODEL as i32);
    assert!(
        pipeline.problem().contains("text.onnx"),
        "{}",
        pipeline.problem()
    );
    let event = pipeline.until_event(RextrackEventKind::RextrackEventProblem);
    assert_eq!(event.status, MODEL as i32);

    // Another model solves it.
    let status = pipeline.set(r#"{"tracking": {"model": "builtin:motion"}}"#);
    assert_eq!(status, OK, "{}", last_error());
    let event = pipeline.until_event(RextrackEventKind::RextrackEventProblem);
    assert_eq!(event.status, 0);
    assert_eq!(
        (pipeline.poll().0.problem, pipeline.problem()),
        (0, "".into())
    );
}

#[test]
fn polling_host_learns_that_a_change_was_refused() {
    if !support::has_runtime("polling_host_learns_that_a_change_was_refused") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("cut.onnx"), [8, 8, 18, 200]).unwrap();
    let config = json!({
        "camera": {"stream": "push:"},
        "tracking": {"model": "builtin:motion"},
        "service": {"models_dir": folder.path()},
    });
    let pipeline = Handle::create(&config).unwrap();
    assert_eq!(unsafe { rextrack_start(pipeline.0) }, OK);
    pipeline.until_ready();
    assert_eq!(pipeline.set(r#"{"tracking": {"model": "cut"}}"#), OK);
    let snapshot = pipeline.until_problem(0);
    // It goes on with the old model.
    assert_eq!(snapshot.problem, 0);
    assert!(
        pipeline.problem().contains("cut.onnx"),
        "{}",
        pipeline.problem()
    );
    let event = pipeline.until_event(RextrackEventKind::RextrackEventChangeRefused);
    assert_eq!(event.status, MODEL as i32);
    // A change that is accepted clears the text.
    assert_eq!(pipeline.set(r#"{"tracking": {"objects_max": 3}}"#), OK);
    assert_eq!(pipeline.problem(), "");
}

#[test]
fn polling_host_learns_that_the_source_cannot_be_opened() {
    let config = json!({
        "camera": {"stream": "nowhere.avi"},
        "tracking": {"model": "builtin:motion"},
    });
    let pipeline = Handle::create(&config).unwrap();
    assert_eq!(unsafe { rextrack_start(pipeline.0) }, OK);
    let snapshot = pipeline.until_problem(0);
    assert_eq!(
        (snapshot.problem, snapshot.source_state),
        (SOURCE as i32, 5)
    );
    assert!(pipeline.problem().contains("nowhere.avi: no such file"));
    assert_eq!(pipeline.set(r#"{"camera": {"stream": "push:"}}"#), OK);
    let snapshot = pipeline.poll().0;
    assert_eq!((snapshot.problem, pipeline.problem()), (0, String::new()));
}

#[test]
fn class_names_and_outputs_need_no_json() {
    let folder = tempfile::tempdir().unwrap();
    let lines = folder.path().join("slots.jsonl");
    let config = json!({
        "camera": {"stream": "synth:people=2,seed=1", "sinks": [{"jsonl": {"path": lines}}]},
    });
    let pipeline = Handle::create(&config).unwrap();
    let not_found = RextrackStatus::RextrackErrNotFound;
    assert_eq!(pipeline.class_name(0), Err(not_found));
    assert_eq!(unsafe { rextrack_start(pipeline.0) }, OK);
    pipeline.until_ready();
    assert_eq!(pipeline.class_name(0).as_deref(), Ok("person"));
    assert_eq!(pipeline.class_name(-1), Err(not_found));
    assert_eq!(pipeline.class_name(i32::MAX), Err(not_found));
    let sink = loop {
        match pipeline.sinks().first() {
            Some(sink) if sink.sent > 0 => break *sink,
            _ => std::thread::yield_now(),
        }
    };
    assert_eq!(sink.state, RextrackSinkState::RextrackSinkOk as u32);
    assert!(text(sink.name.as_ptr()).contains("slots.jsonl"));
    assert_eq!(text(sink.problem.as_ptr()), "");
}

#[test]
fn each_owner_gets_every_event() {
    let config = json!({"camera": {"id": "shared_events", "stream": "synth:people=2,seed=1"}});
    let first = Handle::create(&config).unwrap();
    let mut found = null_mut();
    let status = unsafe { rextrack_find(c"shared_events".as_ptr(), &mut found) };
    assert_eq!(status, OK, "{}", last_error());
    let second = Handle(found);
    assert_ne!(first.0, second.0);
    assert_eq!(unsafe { rextrack_start(first.0) }, OK);
    let entered = RextrackEventKind::RextrackEventEntered;
    let events = [first.until_event(entered), second.until_event(entered)];
    assert_eq!(events[0], events[1]);
}

#[test]
fn arrays_beside_the_slots_are_reserved() {
    let config = json!({"camera": {"stream": "push:"}, "tracking": {"model": "builtin:motion"}});
    let pipeline = Handle::create(&config).unwrap();
    let (mut keypoints, mut zones) = ([RextrackKeypoint::default(); 4], [7u64; 2]);
    let (mut count, mut snapshot) = (9, sized());
    let size = size_of::<RextrackKeypoint>();
    let (array, header) = (keypoints.as_mut_ptr(), &raw mut snapshot);
    let status =
        unsafe { rextrack_poll_keypoints(pipeline.0, 0, array, size, 2, 2, &mut count, header) };
    assert_eq!((status, count), (OK, 0));
    let status =
        unsafe { rextrack_poll_keypoints(pipeline.0, 0, array, 8, 2, 2, &mut count, header) };
    assert_eq!(status, ARGUMENT);
    assert!(
        last_error().contains("sizeof(*keypoints)"),
        "{}",
        last_error()
    );
    count = 9;
    let array = zones.as_mut_ptr();
    let status = unsafe { rextrack_poll_zones(pipeline.0, array, 2, &mut count, null_mut()) };
    assert_eq!((status, count, zones), (OK, 0, [7, 7]));
}

#[test]
fn log_lines_are_polled_by_number_without_secrets() {
    // The logger is the process's: another test may have set the callback or the level.
    let config = json!({
        "camera": {"id": "log_lines", "stream": "rtsp://user:SECRET@127.0.0.1:1/live"},
        "tracking": {"model": "builtin:motion"},
    });
    let pipeline = Handle::create(&config).unwrap();
    assert_eq!(unsafe { rextrack_start(pipeline.0) }, OK);
    let mut after = 0;
    let found = loop {
        let mut line = RextrackLogLine {
            struct_size: size_of::<RextrackLogLine>() as u32,
            ..Default::default()
        };
        let mut text = vec![0u8; 4097];
        let buffer = text.as_mut_ptr().cast();
        let status = unsafe { rextrack_poll_log(after, &mut line, buffer, text.len(), null_mut()) };
        assert_eq!(status, OK, "{}", last_error());
        let text = CStr::from_bytes_until_nul(&text).unwrap();
        if line.number == 0 {
            assert!(text.is_empty());
            std::thread::yield_now();
            continue;
        }
        assert!(line.number > after);
        after = line.number;
        let text = text.to_str().unwrap();
        assert!(!text.contains("SECRET"), "{text}");
        if text.contains("[log_lines]") && text.contains("127.0.0.1:1") {
            break line;
        }
    };
    assert!((1..=5).contains(&found.level));
    assert!(found.time_ns > 0 && found.time_ns <= rextrack_now_ns());
}
