//! `rextrack run`: OSC mode, no server.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::Path;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use rextrack::config::{CameraConfig, ClassRef, Config, LogFormat, PipelineConfig, TrackerKind};
use rextrack::pipeline::{Extras, Pipeline, Stats, View};
use rextrack::shutdown::Shutdown;
use rextrack::sink::{JsonlSink, MotSink, Sink, annotate};
use rextrack::slots::SlotState;
use serde_json::json;

use crate::cli::RunArgs;
use crate::failure::Failure;
use crate::logging;
use crate::output::line;
use crate::sinks::{self, mqtt};

/// How often the run is looked at; bounds how late a Ctrl-C is seen.
const LOOK: Duration = Duration::from_millis(100);
/// How often a line is printed where there is no terminal.
const LINE: Duration = Duration::from_secs(10);

/// Tracks cameras until their files end, something fails for good, the time
/// is over or somebody presses Ctrl-C.
pub fn run(args: &RunArgs) -> Result<(), Failure> {
    let config = configuration(args)?;
    logging::start(&config.service)?;
    let stop = Shutdown::new();
    let pressed = stop.clone();
    ctrlc::set_handler(move || pressed.request())
        .map_err(|e| Failure::work(format!("Ctrl-C cannot be handled: {e}")))?;

    let configs = config.pipelines();
    if configs.is_empty() {
        let why = if config.cameras.is_empty() {
            "has no camera"
        } else {
            "has no enabled camera"
        };
        return Err(Failure::usage(format!(
            "cameras: the configuration {why}; add one"
        )));
    }
    let one = configs.len() == 1;
    if !one && (args.mot.is_some() || args.picture.is_some()) {
        return Err(Failure::usage(
            "--mot and --picture work with one camera; enable only one",
        ));
    }
    let mut pipelines = Vec::new();
    // All are made before any is started: a mistake in the second camera must
    // not leave the first one running.
    let node = sinks::node(&config.service);
    for pipeline in configs {
        let id = &pipeline.camera.id;
        let camera = config.cameras.iter().find(|camera| camera.id == *id);
        let brokers = camera.map(|camera| mqtt::brokers(&config, camera));
        let mut sinks = files(args)?;
        sinks.extend(mqtt::sinks(&brokers.unwrap_or_default(), id, &node));
        let extras = Extras {
            guest: false,
            sinks,
            // Who typed the address is there to correct it; who wrote a file
            // has gone home.
            give_up: args.config.is_none() && !args.keep_trying,
            ..Extras::default()
        };
        pipelines.push(Pipeline::with(pipeline, extras)?);
    }
    for pipeline in &pipelines {
        pipeline.start()?;
    }
    let outcome = watch(args, &pipelines, &stop);
    // Read before the stop, which releases all slots.
    let views: Vec<_> = pipelines.iter().map(Pipeline::view).collect();
    for pipeline in &pipelines {
        pipeline.stop();
    }
    if let (Some(path), Some(view)) = (&args.picture, views.iter().flatten().next()) {
        let classes = pipelines[0]
            .detector()
            .map(|d| d.classes)
            .unwrap_or_default();
        let painted = view.frame.painted();
        let painted =
            painted.map_err(|e| Failure::work(annotate::AnnotateError::from(e).to_string()))?;
        let mut frame = painted.as_ref().clone();
        annotate::annotate(&mut frame, &view.snapshot.slots, &view.trails, &classes)
            .and_then(|()| annotate::save(&frame, path))
            .map_err(|e| Failure::work(e.to_string()))?;
    }
    // What the others did counts, also when one of them failed.
    if args.json || pipelines.iter().any(|p| p.stats().frames_processed > 0) {
        report(args, &pipelines, &views);
    }
    outcome?;
    let sinks = pipelines.iter().flat_map(|p| p.stats().sinks);
    match sinks.filter_map(|sink| sink.broken).next() {
        Some(broken) => Err(Failure::work(broken).told()),
        None => Ok(()),
    }
}

/// The configuration that file and options make together.
fn configuration(args: &RunArgs) -> Result<Config, Failure> {
    let mut config = match (&args.config, &args.stream) {
        (Some(file), _) => Config::load(file)?,
        (None, Some(stream)) => Config {
            cameras: vec![CameraConfig::new("cam1", stream)],
            ..Config::from_environment()?
        },
        (None, None) => {
            return Err(Failure::usage(
                "run needs a camera: give a stream address (rtsp://..., a file, webcam:0) or --config FILE",
            ));
        }
    };
    let tracking = &mut config.tracking;
    set(&mut tracking.model, args.model.clone());
    set(&mut tracking.confidence, args.confidence);
    set(&mut tracking.iou, args.iou);
    set(&mut tracking.objects_max, args.objects_max);
    set(&mut tracking.object_persistence_ms, args.persistence_ms);
    set(&mut tracking.period_frames, args.period_frames);
    set(
        &mut tracking.tracker,
        tracker_kind(args.tracker.as_deref())?,
    );
    if !args.classes.is_empty() {
        tracking.classes = args.classes.iter().map(|c| class(c)).collect();
    }
    set(&mut config.service.models_dir, args.models_dir.clone());
    if let Some(device) = &args.device {
        config.service.device = device
            .parse()
            .map_err(|e| Failure::usage(format!("--device: {e}")))?;
    }
    if let Some(level) = &args.log_level {
        config.service.log_level = serde_json::from_value(json!(level)).map_err(|_| {
            Failure::usage(format!(
                "--log-level: must be error, warn, info, debug or trace, got '{level}'"
            ))
        })?;
    }
    set(
        &mut config.service.log_format,
        log_format(args.log_format.as_deref())?,
    );
    if args.log_file.is_some() {
        config.service.log_file.clone_from(&args.log_file);
    }
    if args.no_osc {
        config.osc = None;
    }
    if let Some(receiver) = &args.osc {
        let osc = config.osc.get_or_insert_default();
        (osc.host, osc.port) = host_port(receiver)?;
    }
    let roi = match args.roi[..] {
        [] => None,
        [x1, y1, x2, y2] => Some([x1, y1, x2, y2]),
        _ => {
            return Err(Failure::usage(format!(
                "--roi: must be four numbers X1,Y1,X2,Y2, got {}",
                args.roi.len()
            )));
        }
    };
    for camera in &mut config.cameras {
        camera.every_frame |= args.every_frame;
        camera.loop_file |= args.loop_file;
        camera.roi = roi.or(camera.roi);
    }
    config.validate()?;
    Ok(config)
}

fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

/// A class by its number or name.
pub fn class(text: &str) -> ClassRef {
    text.parse()
        .map_or_else(|_| ClassRef::Name(text.to_owned()), ClassRef::Id)
}

/// The tracker of that name.
pub fn tracker_kind(name: Option<&str>) -> Result<Option<TrackerKind>, Failure> {
    name.map(|name| {
        serde_json::from_value(json!(name)).map_err(|_| {
            Failure::usage(format!(
                "--tracker: unknown tracker '{name}'; known: bytetrack"
            ))
        })
    })
    .transpose()
}

/// The form of the log of that name.
pub fn log_format(name: Option<&str>) -> Result<Option<LogFormat>, Failure> {
    name.map(|name| {
        serde_json::from_value(json!(name)).map_err(|_| {
            Failure::usage(format!("--log-format: must be human or json, got '{name}'"))
        })
    })
    .transpose()
}

fn host_port(text: &str) -> Result<(String, u16), Failure> {
    let wrong = || Failure::usage(format!("--osc: must be HOST:PORT, got '{text}'"));
    let (host, port) = text.rsplit_once(':').ok_or_else(wrong)?;
    let port = port.parse().map_err(|_| wrong())?;
    Ok((host.trim_matches(['[', ']']).to_owned(), port))
}

fn files(args: &RunArgs) -> Result<Vec<Box<dyn Sink>>, Failure> {
    let failed = |e: rextrack::sink::SinkError| Failure::work(e.to_string());
    let mut sinks: Vec<Box<dyn Sink>> = Vec::new();
    if let Some(path) = &args.mot {
        sinks.push(Box::new(MotSink::create(path).map_err(failed)?));
    }
    if let Some(path) = &args.snapshots {
        let sink = if path == Path::new("-") {
            JsonlSink::stdout()
        } else {
            JsonlSink::create(path).map_err(failed)?
        };
        sinks.push(Box::new(sink));
    }
    Ok(sinks)
}

/// Waits for the end, showing how it goes.
fn watch(args: &RunArgs, pipelines: &[Pipeline], stop: &Shutdown) -> Result<(), Failure> {
    let started = Instant::now();
    let limit = args.seconds.map(Duration::from_secs_f64);
    let bar = std::io::stderr().is_terminal().then(progress_bar);
    let mut next_line = started + LINE;
    loop {
        // A camera that fails does not end the others.
        let over = |p: &Pipeline| p.is_finished() || p.failure().is_some();
        if pipelines.iter().all(over) {
            break;
        }
        if stop.is_requested() || limit.is_some_and(|limit| started.elapsed() >= limit) {
            break;
        }
        if let Some(bar) = &bar {
            bar.set_message(lines(pipelines).join("   "));
            bar.tick();
        } else if Instant::now() >= next_line {
            next_line += LINE;
            for line in lines(pipelines) {
                log::info!("{line}");
            }
        }
        // One pipeline ends its wait early, so that short files end at once.
        if let [pipeline] = pipelines {
            pipeline.wait_finished(LOOK);
        } else {
            stop.wait(LOOK);
        }
    }
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    match pipelines.iter().find_map(Pipeline::failure) {
        Some(error) => Err(Failure::from(error).told()),
        None => Ok(()),
    }
}

fn progress_bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} {elapsed} {wide_msg}");
    ProgressBar::new_spinner()
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()))
}

fn lines(pipelines: &[Pipeline]) -> Vec<String> {
    let line = |pipeline: &Pipeline| {
        let stats = pipeline.stats();
        let active = pipeline.poll(&mut []).active;
        format!(
            "{}: {:?}, {:.1} fps in, {:.1} processed, {active} active, {} waiting",
            pipeline.config().camera.id,
            stats.source_state,
            stats.fps_in,
            stats.fps_proc,
            stats.waiting
        )
        .to_lowercase()
    };
    pipelines.iter().map(line).collect()
}

/// How many of each class sit in slots and were seen in the latest frame.
fn in_view(view: Option<&View>, classes: &[String]) -> BTreeMap<String, u32> {
    let mut counts = BTreeMap::new();
    let slots = view.map(|view| view.snapshot.slots.as_slice());
    for slot in slots.unwrap_or_default() {
        if slot.state == SlotState::Active {
            let class = usize::try_from(slot.class_id).ok();
            let name = class.and_then(|class| classes.get(class)).cloned();
            let name = name.unwrap_or_else(|| format!("class {}", slot.class_id));
            *counts.entry(name).or_default() += 1;
        }
    }
    counts
}

fn report(args: &RunArgs, pipelines: &[Pipeline], views: &[Option<View>]) {
    let cameras: Vec<_> = pipelines
        .iter()
        .zip(views)
        .map(|(p, view)| (p.config(), p.stats(), p.detector(), view.as_ref()))
        .collect();
    if args.json {
        let of = |(config, stats, detector, view): &(
            std::sync::Arc<PipelineConfig>,
            Stats,
            Option<rextrack::detect::DetectorInfo>,
            Option<&View>,
        )| {
            let classes = detector.as_ref().map(|d| &d.classes[..]);
            json!({
                "camera": config.camera.id,
                "model": detector.as_ref().map(|d| &d.model),
                "device": stats.device_used,
                "frames": stats.frames_processed,
                "dropped": stats.dropped,
                "reconnects": stats.reconnects,
                "seconds": stats.busy_s,
                "fps": stats.fps(),
                "tracks": stats.tracks,
                "in_view": in_view(*view, classes.unwrap_or_default()),
                "stages": stats.stages,
                "sinks": stats.sinks,
            })
        };
        let all: Vec<_> = cameras.iter().map(of).collect();
        match &all[..] {
            [one] => line(one),
            _ => line(json!({ "cameras": all })),
        }
        return;
    }
    for (config, stats, ..) in &cameras {
        let s = &stats.stages;
        line(format_args!(
            "{}: {} frames in {:.1} s ({:.1} fps), {} dropped, {} tracks; mean ms a frame: \
             capture {:.2}, preprocess {:.2}, inference {:.2}, postprocess {:.2}, track {:.2}",
            config.camera.id,
            stats.frames_processed,
            stats.busy_s,
            stats.fps(),
            stats.dropped,
            stats.tracks,
            s.capture.mean_ms,
            s.preprocess.mean_ms,
            s.inference.mean_ms,
            s.postprocess.mean_ms,
            s.track.mean_ms
        ));
    }
}
