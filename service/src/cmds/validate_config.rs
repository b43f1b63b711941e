//! `rextrack validate-config`.

use rextrack::config::Config;
use serde_json::json;

use crate::cli::ValidateArgs;
use crate::failure::Failure;

/// Says whether a configuration file is right, and what is wrong where.
pub fn run(args: &ValidateArgs) -> Result<(), Failure> {
    let loaded = Config::load(&args.file);
    if args.json {
        let problems = match &loaded {
            Ok(_) => Vec::new(),
            Err(error) => error.to_string().lines().map(str::to_owned).collect(),
        };
        println!(
            "{}",
            json!({ "valid": loaded.is_ok(), "problems": problems })
        );
    }
    let config = loaded?;
    if !args.json {
        let enabled = config.cameras.iter().filter(|c| c.enabled).count();
        let total = config.cameras.len();
        println!(
            "{}: fine, {enabled} of {total} cameras enabled",
            args.file.display()
        );
    }
    Ok(())
}
