//! `rextrack reload`: asks a running service to read its configuration again.

use std::path::Path;
use std::time::Duration;

use rextrack::internals::config::{self, Config};
use serde_json::Value;

use crate::cli::ReloadArgs;
use crate::cli_error::CliError;
use crate::output::{self, line};
use crate::server;

/// Refuses an empty file, which a full disk or a failed copy may leave.
fn refuse_blank(path: &Path) -> Result<(), CliError> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    if config::parse(&text).is_ok_and(|document| !document.is_null()) {
        return Ok(());
    }
    Err(CliError::usage(format!(
        "{}: is empty, so nothing was reloaded and the cameras keep running; write cameras: [] if you want none",
        path.display()
    )))
}

/// Asks the service that the configuration file describes.
pub fn run(args: &ReloadArgs) -> Result<(), CliError> {
    let path = args.config.as_deref().unwrap_or("config.yaml".as_ref());
    // The errors of a file are found here, in the same words as the service's.
    let service = Config::load(path)?.service;
    refuse_blank(path)?;
    let port = args.port.unwrap_or(service.port);
    let host = match service.listen.as_str() {
        "0.0.0.0" => "127.0.0.1".to_owned(),
        "::" => "[::1]".to_owned(),
        host if host.contains(':') => format!("[{host}]"),
        host => host.to_owned(),
    };
    let url = format!("http://{host}:{port}/api/v1/config/reload");
    let folder = path.parent().unwrap_or("".as_ref());
    let token = server::token(&service, folder).map_err(CliError::work)?;
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(Duration::from_secs(15)))
        .http_status_as_error(false)
        .build()
        .into();
    let mut request = agent.post(&url);
    if let Some(token) = token {
        request = request.header("Authorization", format!("Bearer {}", token.text));
    }
    let failed = |e: ureq::Error| {
        CliError::work(format!(
            "{url}: no answer ({e}); check that `rextrack serve` is running there"
        ))
    };
    let mut answer = request.send_empty().map_err(failed)?;
    let body: Value = answer.body_mut().read_json().map_err(failed)?;
    if answer.status() != 200 {
        let detail = body["detail"]
            .as_str()
            .unwrap_or("the service gave no reason");
        return Err(CliError::work(detail));
    }
    if args.json {
        output::json(body);
        return Ok(());
    }
    for (key, word) in [
        ("added", "added"),
        ("removed", "removed"),
        ("changed", "changed"),
        ("restart", "takes effect at the next start"),
    ] {
        for name in body[key].as_array().into_iter().flatten() {
            line(format_args!(
                "{word}: {}",
                name.as_str().unwrap_or_default()
            ));
        }
    }
    line("the configuration is in force");
    Ok(())
}
