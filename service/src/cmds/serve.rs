//! `rextrack serve`: many cameras, an API and a panel.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use serde_json::json;
use tokio::sync::watch;

use super::run::log_format;
use crate::cli::ServeArgs;
use crate::failure::Failure;
use crate::logging;
use crate::manager::Manager;
use crate::server::{self, App, auth};
use crate::signals;
use crate::sinks;
use crate::store::{Store, StoreError};
use crate::triggers;

/// The configuration that is looked for when none is named.
const CONFIG: &str = "config.yaml";
/// Threads of the web server; cameras have their own.
const SERVER_THREADS: usize = 2;

/// Serves until Ctrl-C or SIGTERM.
pub fn run(args: &ServeArgs) -> Result<(), Failure> {
    let path = args.config.as_deref().unwrap_or(Path::new(CONFIG));
    let store = Store::open(path, args.config.is_some())?;
    let mut service = store.config().service.clone();
    if let Some(listen) = &args.listen {
        service.listen.clone_from(listen);
    }
    service.port = args.port.unwrap_or(service.port);
    let log_format = log_format(args.log_format.as_deref())?;
    service.log_format = log_format.unwrap_or(service.log_format);
    logging::start(&service)?;
    let token = auth::token(&service, store.folder()).map_err(Failure::work)?;
    let node = sinks::node(&service);

    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(SERVER_THREADS)
        .thread_name("rextrack:web")
        .enable_all()
        .build()
        .map_err(|e| Failure::work(format!("the web server cannot be started: {e}")))?;
    // Before any camera is opened: a port that is taken is seen at once.
    let listening = runtime
        .block_on(server::bind(&service.listen, service.port))
        .map_err(Failure::work)?;
    let is_new = token.as_ref().is_some_and(|token| token.is_new);
    let url = url(&service.listen, listening.address.port());

    let saved = store.is_saved();
    let watched = service.watch.then(|| store.path().to_owned());
    let manager = Manager::start(store, node);
    if !saved {
        log::info!(
            "no {}: a simulated crowd walks until you add a camera in the panel, which makes the file",
            path.display()
        );
    }
    if service.auth == rextrack::config::Auth::None && !auth::is_loopback(&service.listen) {
        log::warn!("service.auth is none: everybody who reaches {url} runs this show");
    }
    if let Some(token) = token.as_ref().filter(|_| !is_new)
        && let Some(file) = &token.file
    {
        log::info!("the token is in {}", file.display());
    }
    let hosts = server::hosts(&service);
    let auth = auth::Auth::new(token.as_ref().map(|token| token.text.clone()));
    let app = App::new(Arc::clone(&manager), auth, hosts);

    let looking = Arc::clone(&manager);
    let watcher = std::thread::Builder::new()
        .name("rextrack:watch".into())
        .spawn(move || looking.watch())
        .map_err(|e| Failure::work(format!("no thread could be started: {e}")))?;
    let file_watch = watched.and_then(|path| triggers::change(&path, &manager));
    let (end, ended) = watch::channel(false);
    let served = runtime.block_on(async {
        triggers::hangup(&manager)?;
        tokio::spawn(async move {
            if let Err(error) = signals::end().await {
                log::warn!("Ctrl-C cannot be handled ({error}); end the process instead");
                std::future::pending::<()>().await;
            }
            end.send_replace(true);
        });
        announce(args, &url, token.as_ref());
        listening.serve(server::router(app), ended).await;
        Ok::<_, std::io::Error>(())
    });
    served.map_err(|e| Failure::work(format!("signals cannot be handled: {e}")))?;
    drop(file_watch);
    manager.shut_down();
    watcher.join().ok();
    // What still looks at a camera is not waited for.
    runtime.shutdown_background();
    Ok(())
}

/// Where a browser finds the panel.
fn url(listen: &str, port: u16) -> String {
    let host = match listen {
        // Every network: the name is what others know this machine by.
        "0.0.0.0" | "::" => gethostname::gethostname().to_string_lossy().into_owned(),
        host if host.contains(':') => format!("[{host}]"),
        host => host.to_owned(),
    };
    format!("http://{host}:{port}/")
}

/// Says where the panel is; the token once, when it was made.
fn announce(args: &ServeArgs, url: &str, token: Option<&auth::Token>) {
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
                "the link is shown once; the token is kept in {}",
                file.display()
            )
            .ok();
        }
    }
    out.flush().ok();
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Config(error) => error.into(),
            error @ StoreError::Write { .. } => Self::work(error.to_string()),
        }
    }
}
