//! `rextrack validate-config`.

use serde_json::json;

use crate::cli::ValidateArgs;
use crate::cli_error::CliError;
use crate::options;
use crate::output::{self, line};

/// Checks a configuration file and reports every error with its place.
pub fn run(args: &ValidateArgs) -> Result<(), CliError> {
    let loaded = options::load(&args.file);
    if args.json {
        let problems = match &loaded {
            Ok(_) => Vec::new(),
            Err(error) => error.to_string().lines().map(str::to_owned).collect(),
        };
        output::json(json!({ "valid": loaded.is_ok(), "problems": problems }));
    }
    let config = loaded?;
    let enabled = config.pipelines();
    if !args.json {
        line(format_args!(
            "{}: valid, {} of {} cameras enabled",
            args.file.display(),
            enabled.len(),
            config.cameras.len()
        ));
    }
    // The file may be meant for another machine, so that it is valid even if something
    // is missing on this one.
    for pipeline in &enabled {
        if let Err(error) = rextrack::internals::pipeline::check(pipeline) {
            let error = rextrack::internals::address::one_line(&error.to_string());
            eprintln!("note: camera {}: {error}", pipeline.camera.id);
        }
    }
    Ok(())
}
