//! `rextrack serve`: many cameras, an API and a panel.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use serde_json::json;
use tokio::sync::watch;

use crate::cli::ServeArgs;
use crate::cli_error::CliError;
use crate::logging;
use crate::manager::Manager;
use crate::options;
use crate::reload_triggers;
use crate::server::{self, App, Token, is_loopback};
use crate::signals;
use crate::sinks;
use crate::store::Store;

/// The configuration file, unless another one is given.
const CONFIG_DEFAULT: &str = "config.yaml";
/// Threads of the web server; cameras have their own.
const SERVER_THREADS: usize = 2;

/// Serves until Ctrl-C or SIGTERM.
pub fn run(args: &ServeArgs) -> Result<(), CliError> {
    let path = args.config.as_deref().unwrap_or(Path::new(CONFIG_DEFAULT));
    let store = Store::open(path, args.config.is_some())?;
    let mut service = store.config().service.clone();
    if let Some(listen) = &args.listen {
        service.listen.clone_from(listen);
    }
    service.port = args.port.unwrap_or(service.port);
    let log_format = options::log_format(args.log_format.as_deref())?;
    service.log_format = log_format.unwrap_or(service.log_format);
    logging::start(&service)?;
    let token = server::token(&service, store.folder()).map_err(CliError::work)?;
    let node = sinks::node(&service);

    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(SERVER_THREADS)
        .thread_name("rextrack:web")
        .enable_all()
        .build()
        .map_err(|e| CliError::work(format!("the web server cannot be started: {e}")))?;
    // Before any camera is opened, so that a port in use is an error at once.
    let listening = runtime
        .block_on(server::bind(&service.listen, service.port))
        .map_err(CliError::work)?;
    let is_new = token.as_ref().is_some_and(|token| token.is_new);
    let url = url(&service.listen, listening.address.port());

    let saved = store.is_saved();
    let watched = service.watch.then(|| store.path().to_owned());
    let manager = Manager::start(store, node);
    if !saved {
        log::info!(
            "{} not found: showing a simulated crowd; adding a camera in the panel creates the file",
            path.display()
        );
    }
    if service.auth == rextrack::internals::config::AuthMode::None && !is_loopback(&service.listen)
    {
        log::warn!(
            "service.auth is none: everybody who can reach {url} can change this service; set it to token"
        );
    }
    if let Some(token) = token.as_ref().filter(|_| !is_new)
        && let Some(file) = &token.file
    {
        log::info!("the token is in {}", file.display());
    }
    let token_text = token.as_ref().map(|token| token.text.clone());
    let app = App::new(Arc::clone(&manager), token_text, &service);

    let polled = Arc::clone(&manager);
    let poll_thread = std::thread::Builder::new()
        .name("rextrack:watch".into())
        .spawn(move || polled.poll_cameras())
        .map_err(|e| CliError::work(format!("no thread could be started: {e}")))?;
    let file_watch = watched.and_then(|path| reload_triggers::watch_file(&path, &manager));
    let (end, ended) = watch::channel(false);
    let served = runtime.block_on(async {
        reload_triggers::listen_for_hangup(&manager)?;
        tokio::spawn(async move {
            if let Err(error) = signals::wait_for_end().await {
                log::warn!("Ctrl-C cannot be handled ({error}); end the process in another way");
                std::future::pending::<()>().await;
            }
            end.send_replace(true);
        });
        announce(args, &url, token.as_ref());
        listening.serve(server::router(app), ended).await;
        Ok::<_, std::io::Error>(())
    });
    served.map_err(|e| CliError::work(format!("signals cannot be handled: {e}")))?;
    drop(file_watch);
    manager.shut_down();
    poll_thread.join().ok();
    // Do not wait for probes that are still running.
    runtime.shutdown_background();
    Ok(())
}

/// The address of the panel.
fn url(listen: &str, port: u16) -> String {
    let host = match listen {
        // On every network: other machines know this one by its name.
        "0.0.0.0" | "::" => gethostname::gethostname().to_string_lossy().into_owned(),
        host if host.contains(':') => format!("[{host}]"),
        host => host.to_owned(),
    };
    format!("http://{host}:{port}/")
}

/// Prints where the panel is. A new token is printed with it, once.
fn announce(args: &ServeArgs, url: &str, token: Option<&Token>) {
    let new = token.filter(|token| token.is_new);
    let link = match new {
        Some(token) => format!("{url}?token={}", token.text),
        None => url.to_owned(),
    };
    let mut out = std::io::stdout().lock();
    if args.json {
        let line = json!({"url": link, "pid": std::process::id()});
        writeln!(out, "{line}").ok();
    } else {
        writeln!(out, "rextrack {}: {link}", env!("CARGO_PKG_VERSION")).ok();
        if let Some(file) = new.and_then(|token| token.file.as_ref()) {
            writeln!(
                out,
                "this link is shown once; the token is in {}",
                file.display()
            )
            .ok();
        }
    }
    out.flush().ok();
}
