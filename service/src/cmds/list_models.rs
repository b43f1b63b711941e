//! `rextrack list-models`.

use rextrack::internals::config::Config;
use rextrack::internals::detect;
use serde_json::json;

use crate::cli::ListModelsArgs;
use crate::cli_error::CliError;
use crate::output::{self, line};

/// Lists the possible values of `tracking.model`.
pub fn run(args: &ListModelsArgs) -> Result<(), CliError> {
    let mut service = match &args.config {
        Some(file) => Config::load(file)?.service,
        None => Config::from_environment()?.service,
    };
    if let Some(dir) = &args.models_dir {
        service.models_dir = dir.clone();
    }
    let models = detect::list_models(&service);
    if args.json {
        let entries: Vec<_> = models
            .iter()
            .map(|m| json!({ "name": m.name, "path": m.path, "size_bytes": m.size_bytes }))
            .collect();
        output::json(json!({ "models_dir": service.models_dir, "models": entries }));
        return Ok(());
    }
    for model in &models {
        let size = model.size_bytes as f64 / 1e6;
        match &model.path {
            Some(path) => line(format_args!(
                "{:24} {size:7.1} MB  {}",
                model.name,
                path.display()
            )),
            None => line(format_args!(
                "{:24} {:>7}     detects motion, needs no file",
                model.name, "-"
            )),
        }
    }
    if models.iter().all(|m| m.path.is_none()) {
        line(format_args!(
            "no .onnx file in {}; `cargo xtask setup` fetches a people model, or export your own: \
             yolo export model=yolov8n.pt format=onnx",
            service.models_dir.display()
        ));
    }
    Ok(())
}
