//! `rextrack reload`: asks a running service to read its configuration again.

use std::path::Path;
use std::time::Duration;

use rextrack::config::{self, Config};
use serde_json::Value;

use crate::cli::ReloadArgs;
use crate::failure::Failure;
use crate::output::{self, line};
use crate::server::auth;

/// Refuses a file that says nothing at all: it names neither the service to ask nor
/// what it should do, and is what a full disk or a failed copy leaves.
fn refuse_blank(path: &Path) -> Result<(), Failure> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    if config::parse(&text).is_ok_and(|document| !document.is_null()) {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "{}: is empty, so nothing was reloaded and the cameras go on; write cameras: [] if you want none",
        path.display()
    )))
}

/// Asks the service that the configuration file describes.
pub fn run(args: &ReloadArgs) -> Result<(), Failure> {
    let path = args.config.as_deref().unwrap_or("config.yaml".as_ref());
    // A file that is wrong is told here, with the same words.
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
    let token = auth::token(&service, folder).map_err(Failure::work)?;
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
        Failure::work(format!(
            "{url}: no answer ({e}); is `rextrack serve` running there?"
        ))
    };
    let mut answer = request.send_empty().map_err(failed)?;
    let body: Value = answer.body_mut().read_json().map_err(failed)?;
    if answer.status() != 200 {
        let detail = body["detail"].as_str().unwrap_or("no reason given");
        return Err(Failure::work(detail));
    }
    if args.json {
        output::json(body);
        return Ok(());
    }
    for (key, word) in [
        ("added", "added"),
        ("removed", "removed"),
        ("changed", "changed"),
        ("restart", "waits for a restart"),
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
