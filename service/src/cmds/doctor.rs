//! `rextrack doctor`: checks this machine, and says how to get what is missing.

use std::net::TcpListener;
use std::path::Path;

use rextrack::internals::config::{Config, Device};
use rextrack::internals::{detect, source};
use serde::Serialize;
use serde_json::json;

use crate::cli::DoctorArgs;
use crate::cli_error::CliError;
use crate::output::{self, line};

/// The result of one check.
#[derive(Debug, Serialize)]
struct Check {
    /// What was checked.
    subject: &'static str,
    /// Whether rextrack can work with it.
    fine: bool,
    /// What was found, or the problem and the remedy.
    text: String,
}

impl Check {
    fn new(subject: &'static str, result: Result<String, String>) -> Self {
        let fine = result.is_ok();
        Self {
            subject,
            fine,
            text: result.unwrap_or_else(|e| e),
        }
    }
}

/// Checks everything that a run needs.
pub fn run(args: &DoctorArgs) -> Result<(), CliError> {
    let config = match &args.config {
        Some(file) => Config::load(file)?,
        None => Config::from_environment()?,
    };
    let checks = [
        Check::new("runtime", runtime(&config)),
        Check::new("model", model(&config)),
        Check::new("device", device(&config)),
        Check::new("codec", source::codecs()),
        Check::new("port", port(&config)),
        Check::new("osc", osc(&config)),
    ];
    let missing = checks.iter().filter(|f| !f.fine).count();
    if args.json {
        output::json(json!({ "fine": missing == 0, "findings": checks }));
    } else {
        line(concat!("rextrack ", env!("CARGO_PKG_VERSION")));
        for Check {
            subject,
            fine,
            text,
        } in &checks
        {
            let mark = if *fine { "ok     " } else { "MISSING" };
            line(format_args!("{mark} {subject:8} {text}"));
        }
    }
    match missing {
        0 => Ok(()),
        n => Err(CliError::work(format!(
            "{n} of {} checks failed; the lines marked MISSING have the remedies",
            checks.len()
        ))),
    }
}

fn runtime(config: &Config) -> Result<String, String> {
    let located = detect::runtime::locate(config.service.onnxruntime.as_deref())
        .map_err(|e| e.to_string())?;
    Ok(format!(
        "ONNX Runtime {} at {}",
        located.version,
        located.path.display()
    ))
}

fn model(config: &Config) -> Result<String, String> {
    let mut names = Vec::new();
    let pipelines = config.pipelines();
    if pipelines.is_empty() {
        let models = detect::list_models(&config.service);
        let found: Vec<_> = models.iter().map(|m| m.name.as_str()).collect();
        let folder = config.service.models_dir.display();
        let chosen = &config.tracking.model;
        return if !models.iter().any(|m| m.path.is_some()) {
            Err(format!(
                "no .onnx file in {folder}; `cargo xtask setup` fetches a people model (builtin:motion needs no file)"
            ))
        } else if found.contains(&chosen.as_str()) || Path::new(chosen).is_file() {
            Ok(format!("{chosen} (found: {})", found.join(", ")))
        } else {
            Err(format!(
                "{chosen}, the default model, is not in {folder}; found: {}; choose one with `--model` or REXTRACK__TRACKING__MODEL",
                found.join(", ")
            ))
        };
    }
    for pipeline in &pipelines {
        detect::check(pipeline).map_err(|e| e.to_string())?;
        names.push(format!(
            "{} for {}",
            pipeline.tracking.model, pipeline.camera.id
        ));
    }
    Ok(names.join(", "))
}

fn device(config: &Config) -> Result<String, String> {
    let requested = config.service.device;
    let cuda = detect::runtime::cuda_available(config.service.onnxruntime.as_deref());
    match (requested, cuda) {
        (Device::Cpu, _) => Ok("cpu, as configured".into()),
        (Device::Auto, Ok(true)) => Ok("auto: the runtime can use CUDA".into()),
        (Device::Auto, _) => Ok("auto: cpu (this ONNX Runtime has no CUDA)".into()),
        (Device::Cuda(_), Ok(true)) => Ok(format!("{requested}: the runtime can use CUDA")),
        (Device::Cuda(_), Ok(false)) => Err(format!(
            "{requested}: this ONNX Runtime has no CUDA; install the onnxruntime-gpu package, or set service.device to auto"
        )),
        (Device::Cuda(_), Err(e)) => Err(e.to_string()),
    }
}

fn port(config: &Config) -> Result<String, String> {
    let address = (config.service.listen.as_str(), config.service.port);
    TcpListener::bind(address)
        .map(|_| format!("{}:{} is free for the service", address.0, address.1))
        .map_err(|e| {
            format!(
                "{}:{} cannot be used by the service ({e}); set service.port to a free port",
                address.0, address.1
            )
        })
}

fn osc(config: &Config) -> Result<String, String> {
    use std::net::ToSocketAddrs;
    let Some(osc) = &config.osc else {
        return Ok("off".into());
    };
    (osc.host.as_str(), osc.port)
        .to_socket_addrs()
        .map(|_| format!("to {}:{}", osc.host, osc.port))
        .map_err(|e| format!("cannot find host '{}' ({e}); check osc.host", osc.host))
}
