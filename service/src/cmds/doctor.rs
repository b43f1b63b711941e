//! `rextrack doctor`: what is missing on this machine, and how to get it.

use std::net::TcpListener;
use std::path::Path;

use rextrack::config::{Config, Device};
use rextrack::{detect, source};
use serde::Serialize;
use serde_json::json;

use crate::cli::DoctorArgs;
use crate::failure::Failure;
use crate::output::{self, line};

/// One thing that was looked at.
#[derive(Debug, Serialize)]
struct Finding {
    /// What.
    subject: &'static str,
    /// Whether rextrack can work with it as it is.
    fine: bool,
    /// What was found, or what is wrong and the remedy.
    text: String,
}

impl Finding {
    fn new(subject: &'static str, result: Result<String, String>) -> Self {
        let fine = result.is_ok();
        Self {
            subject,
            fine,
            text: result.unwrap_or_else(|e| e),
        }
    }
}

/// Looks at everything that a run needs.
pub fn run(args: &DoctorArgs) -> Result<(), Failure> {
    let config = match &args.config {
        Some(file) => Config::load(file)?,
        None => Config::from_environment()?,
    };
    let findings = [
        Finding::new("runtime", runtime(&config)),
        Finding::new("model", model(&config)),
        Finding::new("device", device(&config)),
        Finding::new("codec", source::codecs()),
        Finding::new("port", port(&config)),
        Finding::new("osc", osc(&config)),
    ];
    let missing = findings.iter().filter(|f| !f.fine).count();
    if args.json {
        output::json(json!({ "fine": missing == 0, "findings": findings }));
    } else {
        line(concat!("rextrack ", env!("CARGO_PKG_VERSION")));
        for Finding {
            subject,
            fine,
            text,
        } in &findings
        {
            let mark = if *fine { "ok     " } else { "MISSING" };
            line(format_args!("{mark} {subject:8} {text}"));
        }
    }
    match missing {
        0 => Ok(()),
        n => Err(Failure::work(format!(
            "{n} of {} checks failed; see above",
            findings.len()
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
                "{chosen}, which runs unless you name another, is not in {folder}; found: {}; name one with `--model` or in REXTRACK__TRACKING__MODEL",
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
    let asked = config.service.device;
    let cuda = detect::runtime::cuda_available(config.service.onnxruntime.as_deref());
    match (asked, cuda) {
        (Device::Cpu, _) => Ok("cpu, as configured".into()),
        (Device::Auto, Ok(true)) => Ok("auto: the runtime can use CUDA".into()),
        (Device::Auto, _) => Ok("auto: cpu (this ONNX Runtime has no CUDA)".into()),
        (Device::Cuda(_), Ok(true)) => Ok(format!("{asked}: the runtime can use CUDA")),
        (Device::Cuda(_), Ok(false)) => Err(format!(
            "{asked}: this ONNX Runtime was built without CUDA; install the onnxruntime-gpu package, or set service.device to auto"
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
                "{}:{} cannot be used by the service ({e}); set service.port to a free one",
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
