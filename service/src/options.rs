//! Options of the command line as configuration.

use std::path::Path;

use rextrack::internals::config::{
    self, CameraConfig, ClassRef, Config, ConfigError, LogFormat, PipelineConfig, TrackingConfig,
};
use rextrack::internals::track::TRACKERS;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::cli::{DetectMotArgs, RunArgs, TrackMotArgs};
use crate::cli_error::CliError;

/// Reads a file, and checks also the options that the library's stations own.
pub fn load(file: &Path) -> Result<Config, ConfigError> {
    let config = Config::load(file)?;
    rextrack::internals::pipeline::check_options(&config)?;
    Ok(config)
}

/// The configuration of `rextrack run`: the file, or the address, with the options over
/// it.
pub fn run(args: &RunArgs) -> Result<Config, CliError> {
    let mut config = match (&args.config, &args.stream) {
        (Some(file), _) => load(file)?,
        (None, Some(stream)) => Config {
            cameras: vec![CameraConfig::new("cam1", stream)],
            ..Config::from_environment()?
        },
        (None, None) => {
            return Err(CliError::usage(
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
    set(&mut tracking.tracker, tracker(args.tracker.as_deref())?);
    if !args.classes.is_empty() {
        tracking.classes = classes(&args.classes);
    }
    let service = &mut config.service;
    set(&mut service.models_dir, args.models_dir.clone());
    if let Some(device) = &args.device {
        service.device = device
            .parse()
            .map_err(|e| CliError::usage(format!("--device: {e}")))?;
    }
    let log_level = args.log_level.as_deref();
    set(
        &mut service.log_level,
        choice("--log-level", "LogLevel", log_level)?,
    );
    set(
        &mut service.log_format,
        log_format(args.log_format.as_deref())?,
    );
    if args.log_file.is_some() {
        service.log_file.clone_from(&args.log_file);
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
            return Err(CliError::usage(format!(
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

/// The configuration of `rextrack detect-mot`.
pub fn detect_mot(args: &DetectMotArgs) -> Result<PipelineConfig, CliError> {
    check_share("--min-score", args.min_score)?;
    let mut config = PipelineConfig::from_json(
        &json!({ "camera": { "stream": args.video.to_string_lossy() } }).to_string(),
    )?;
    let tracking = &mut config.tracking;
    tracking.classes = classes(&args.classes);
    set(&mut tracking.model, args.model.clone());
    set(&mut tracking.iou, args.iou);
    set(&mut config.service.models_dir, args.models_dir.clone());
    config.validate()?;
    Ok(config)
}

/// The settings of `rextrack track-mot`.
pub fn track_mot(args: &TrackMotArgs) -> Result<TrackingConfig, CliError> {
    let mut tracking = TrackingConfig::default();
    set(&mut tracking.tracker, tracker(args.tracker.as_deref())?);
    set(&mut tracking.confidence, args.confidence);
    set(&mut tracking.object_persistence_ms, args.persistence_ms);
    check_share("--confidence", tracking.confidence)?;
    Ok(tracking)
}

/// The log format of `--log-format`.
pub fn log_format(name: Option<&str>) -> Result<Option<LogFormat>, CliError> {
    choice("--log-format", "LogFormat", name)
}

/// Checks the name of a tracker.
fn tracker(name: Option<&str>) -> Result<Option<String>, CliError> {
    let Some(name) = name else { return Ok(None) };
    let known: Vec<&str> = TRACKERS.iter().map(|kind| kind.name).collect();
    if known.contains(&name) {
        return Ok(Some(name.to_owned()));
    }
    Err(CliError::usage(format!(
        "--tracker {name}: unknown; known are {}",
        known.join(", ")
    )))
}

fn set<T>(setting: &mut T, option: Option<T>) {
    if let Some(value) = option {
        *setting = value;
    }
}

/// Classes by number or name.
fn classes(options: &[String]) -> Vec<ClassRef> {
    let class = |text: &String| match text.parse() {
        Ok(number) => ClassRef::Id(number),
        Err(_) => ClassRef::Name(text.clone()),
    };
    options.iter().map(class).collect()
}

fn check_share(option: &str, value: f32) -> Result<(), CliError> {
    if (0.0..=1.0).contains(&value) {
        return Ok(());
    }
    Err(CliError::usage(format!(
        "{option}: must be within 0..1, got {value}"
    )))
}

/// The value of an option that takes one of the names which the configuration's schema
/// lists for a type.
fn choice<T: DeserializeOwned>(
    option: &str,
    type_name: &str,
    name: Option<&str>,
) -> Result<Option<T>, CliError> {
    let parse = |name: &str| {
        serde_json::from_value(json!(name)).map_err(|_| {
            let known = names(&config::schema()["$defs"][type_name]).join(", ");
            CliError::usage(format!("{option}: must be one of {known}; got '{name}'"))
        })
    };
    name.map(parse).transpose()
}

/// The names that a schema allows.
fn names(schema: &Value) -> Vec<String> {
    let listed = schema["enum"].as_array().into_iter().flatten();
    let described = schema["oneOf"].as_array().into_iter().flatten();
    listed
        .chain(described.map(|choice| &choice["const"]))
        .filter_map(|name| name.as_str().map(str::to_owned))
        .collect()
}

fn host_port(text: &str) -> Result<(String, u16), CliError> {
    let wrong = || CliError::usage(format!("--osc: must be HOST:PORT, got '{text}'"));
    let (host, port) = text.rsplit_once(':').ok_or_else(wrong)?;
    let port = port.parse().map_err(|_| wrong())?;
    Ok((host.trim_matches(['[', ']']).to_owned(), port))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn choices_come_from_the_schema_of_the_configuration() {
        assert_eq!(log_format(Some("json")).unwrap(), Some(LogFormat::Json));
        assert!(tracker(None).unwrap().is_none());
        let definitions = &config::schema()["$defs"];
        assert_eq!(names(&definitions["LogFormat"]), ["human", "json"]);
        assert!(names(&definitions["LogLevel"]).contains(&"debug".into()));
        let error = tracker(Some("none_such")).unwrap_err().message.unwrap();
        assert!(error.contains("bytetrack"), "{error}");
    }
}
