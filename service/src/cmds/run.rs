//! `rextrack run`: OSC mode, no server.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::Path;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use rextrack::internals::base::shutdown::Shutdown;
use rextrack::internals::config::PipelineConfig;
use rextrack::internals::flow::SlotState;
use rextrack::internals::pipeline::{AnnotatedFrame, Pipeline, PipelineOptions, Stats};
use rextrack::internals::sink::{JsonlSink, MotSink, Sink, annotate};
use serde_json::json;

use crate::cli::RunArgs;
use crate::cli_error::CliError;
use crate::logging;
use crate::options;
use crate::output::{self, line};
use crate::sinks;

/// How often the pipelines are polled; also how late a Ctrl-C may be noticed.
const POLL_INTERVAL: Duration = Duration::from_millis(100);
/// How often progress is logged where there is no terminal.
const PROGRESS_INTERVAL: Duration = Duration::from_secs(10);

/// Tracks cameras until their files end, all have failed, the time is over or Ctrl-C is
/// pressed.
pub fn run(args: &RunArgs) -> Result<(), CliError> {
    let config = options::run(args)?;
    logging::start(&config.service)?;
    let stop = Shutdown::new();
    let pressed = stop.clone();
    ctrlc::set_handler(move || pressed.request())
        .map_err(|e| CliError::work(format!("Ctrl-C cannot be handled: {e}")))?;

    let configs = config.pipelines();
    if configs.is_empty() {
        let why = if config.cameras.is_empty() {
            "has no camera"
        } else {
            "has no enabled camera"
        };
        return Err(CliError::usage(format!(
            "cameras: the configuration {why}; add one"
        )));
    }
    let one = configs.len() == 1;
    if !one && (args.mot.is_some() || args.picture.is_some()) {
        return Err(CliError::usage(
            "--mot and --picture work with one camera; enable only one",
        ));
    }
    let mut pipelines = Vec::new();
    // All pipelines are created before any is started: an error in the second camera
    // must not leave the first one running.
    let node = sinks::node(&config.service);
    for pipeline in configs {
        let id = &pipeline.camera.id;
        let camera = config.cameras.iter().find(|camera| camera.id == *id);
        let settings = camera.map(|camera| sinks::settings(&config, camera));
        let mut outputs = file_sinks(args)?;
        outputs.extend(sinks::create(&settings.unwrap_or_default(), id, &node));
        let extras = PipelineOptions {
            low_priority: false,
            sinks: outputs,
            // An address on the command line means that somebody is watching: fail at
            // once. A file may run unattended: retry.
            fail_fast: args.config.is_none() && !args.retry,
            ..PipelineOptions::default()
        };
        pipelines.push(Pipeline::with(pipeline, extras)?);
    }
    for pipeline in &pipelines {
        pipeline.start()?;
    }
    let outcome = watch(args, &pipelines, &stop);
    // Read before the stop, which releases all slots.
    let views: Vec<_> = pipelines.iter().map(Pipeline::annotated_frame).collect();
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
            painted.map_err(|e| CliError::work(annotate::AnnotateError::from(e).to_string()))?;
        let mut frame = painted.as_ref().clone();
        annotate::annotate(&mut frame, &view.snapshot.slots, &view.trails, &classes)
            .and_then(|()| annotate::save(&frame, path))
            .map_err(|e| CliError::work(e.to_string()))?;
    }
    // The report has all cameras, even when one of them failed.
    if args.json || pipelines.iter().any(|p| p.stats().frames_processed > 0) {
        report(args, &pipelines, &views);
    }
    outcome?;
    let sinks = pipelines.iter().flat_map(|p| p.stats().sinks);
    match sinks.filter_map(|sink| sink.problem).next() {
        Some(problem) => Err(CliError::work(problem).already_logged()),
        None => Ok(()),
    }
}

/// The sinks that write to the files of `--mot` and `--snapshots`.
fn file_sinks(args: &RunArgs) -> Result<Vec<Box<dyn Sink>>, CliError> {
    let failed = |e: rextrack::internals::sink::SinkError| CliError::work(e.to_string());
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

/// Waits for the end and shows progress.
fn watch(args: &RunArgs, pipelines: &[Pipeline], stop: &Shutdown) -> Result<(), CliError> {
    let started = Instant::now();
    let limit = args.seconds.map(Duration::from_secs_f64);
    let bar = std::io::stderr().is_terminal().then(progress_bar);
    let mut next_line = started + PROGRESS_INTERVAL;
    loop {
        // A camera that fails does not end the others.
        let has_ended = |p: &Pipeline| p.is_finished() || p.failure().is_some();
        if pipelines.iter().all(has_ended) {
            break;
        }
        if stop.is_requested() || limit.is_some_and(|limit| started.elapsed() >= limit) {
            break;
        }
        if let Some(bar) = &bar {
            bar.set_message(lines(pipelines).join("   "));
            bar.tick();
        } else if Instant::now() >= next_line {
            next_line += PROGRESS_INTERVAL;
            for line in lines(pipelines) {
                log::info!("{line}");
            }
        }
        // The wait for a single pipeline ends with it, so that a short file ends at once.
        if let [pipeline] = pipelines {
            pipeline.wait_finished(POLL_INTERVAL);
        } else {
            stop.wait(POLL_INTERVAL);
        }
    }
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    match pipelines.iter().find_map(Pipeline::failure) {
        Some(error) => Err(CliError::from(error).already_logged()),
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

/// How many objects of each class the newest frame shows, of those that have a slot.
fn in_view(view: Option<&AnnotatedFrame>, classes: &[String]) -> BTreeMap<String, u32> {
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

fn report(args: &RunArgs, pipelines: &[Pipeline], views: &[Option<AnnotatedFrame>]) {
    let cameras: Vec<_> = pipelines
        .iter()
        .zip(views)
        .map(|(p, view)| (p.config(), p.stats(), p.detector(), view.as_ref()))
        .collect();
    if args.json {
        let of = |(config, stats, detector, view): &(
            std::sync::Arc<PipelineConfig>,
            Stats,
            Option<rextrack::internals::detect::DetectorInfo>,
            Option<&AnnotatedFrame>,
        )| {
            let classes = detector.as_ref().map(|d| &d.classes[..]);
            json!({
                "camera": config.camera.id,
                "model": detector.as_ref().map(|d| &d.model),
                "device": stats.device,
                "frames": stats.frames_processed,
                "dropped": stats.dropped,
                "reconnects": stats.reconnects,
                "seconds": stats.elapsed_s,
                "fps": stats.fps(),
                "tracks": stats.tracks,
                "in_view": in_view(*view, classes.unwrap_or_default()),
                "stages": stats.stages,
                "sinks": stats.sinks,
            })
        };
        let all: Vec<_> = cameras.iter().map(of).collect();
        match &all[..] {
            [one] => output::json(one),
            _ => output::json(json!({ "cameras": all })),
        }
        return;
    }
    for (config, stats, ..) in &cameras {
        let s = &stats.stages;
        line(format_args!(
            "{}: {} frames in {:.1} s ({:.1} fps), {} dropped, {} tracks; mean ms a frame: \
             capture {:.2}, wait {:.2}, preprocess {:.2}, inference {:.2}, postprocess {:.2}, track {:.2}",
            config.camera.id,
            stats.frames_processed,
            stats.elapsed_s,
            stats.fps(),
            stats.dropped,
            stats.tracks,
            s.capture.mean_ms,
            s.wait.mean_ms,
            s.preprocess.mean_ms,
            s.inference.mean_ms,
            s.postprocess.mean_ms,
            s.track.mean_ms
        ));
    }
}
