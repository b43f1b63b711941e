//! Reloads the configuration of a running service when its file changes, and on SIGHUP.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

use notify::event::{AccessKind, AccessMode};
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use crate::manager::{FileState, Manager, SETTLE_TIME};
use crate::signals::Hangups;

/// Editors write a file in several steps. A reload waits until the last one is this old.
const QUIET: Duration = Duration::from_millis(200);

/// Reloads the file whenever it differs from the one in force. Ends when the returned
/// watcher is dropped.
pub fn watch_file(path: &Path, manager: &Arc<Manager>) -> Option<RecommendedWatcher> {
    let (changed, changes) = channel();
    let name = path.file_name().map(std::ffi::OsStr::to_owned);
    let watch = move |changed: Sender<()>| {
        let is_change = move |event: notify::Event| {
            // Reading the file, which this program does too, is an event.
            let is_read = matches!(
                event.kind,
                EventKind::Access(how) if how != AccessKind::Close(AccessMode::Write)
            );
            // The log and other outputs may be in the same folder.
            !is_read && event.paths.iter().any(|p| p.file_name() == name.as_deref())
        };
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<_>| {
            if event.is_ok_and(&is_change) {
                changed.send(()).ok();
            }
        })?;
        // Watch the folder: an editor may replace the file by another one.
        let folder = path.parent().unwrap_or(Path::new("."));
        watcher.watch(folder, RecursiveMode::NonRecursive)?;
        Ok::<_, notify::Error>(watcher)
    };
    let watcher = watch(changed)
        .inspect_err(|e| {
            log::warn!("the configuration file cannot be watched ({e}); use `rextrack reload` after a change")
        })
        .ok()?;
    let manager = Arc::clone(manager);
    let reload_on_change = move || {
        while changes.recv().is_ok() {
            let mut quiet = QUIET;
            loop {
                match changes.recv_timeout(quiet) {
                    Ok(()) => quiet = QUIET,
                    Err(RecvTimeoutError::Timeout) => match manager.file.state() {
                        // It may be half written: wait for further changes.
                        FileState::Doubtful if quiet == QUIET => {
                            let path = manager.file.path().display();
                            log::debug!("{path}: may be half written; a reload waits for it");
                            quiet = SETTLE_TIME;
                        }
                        FileState::InForce => {
                            manager.file.clear_problem();
                            break;
                        }
                        FileState::Changed | FileState::Doubtful => {
                            reload(&manager, "the file was changed");
                            break;
                        }
                    },
                    Err(RecvTimeoutError::Disconnected) => return,
                }
            }
        }
    };
    std::thread::Builder::new()
        .name("rextrack:file".into())
        .spawn(reload_on_change)
        .ok()?;
    Some(watcher)
}

/// Reloads the file at each SIGHUP. Call it on the web server's runtime.
///
/// # Errors
/// When the system does not allow a handler.
pub fn listen_for_hangup(manager: &Arc<Manager>) -> std::io::Result<()> {
    let mut hangups = Hangups::listen()?;
    let manager = Arc::clone(manager);
    tokio::spawn(async move {
        loop {
            hangups.next().await;
            let manager = Arc::clone(&manager);
            let work = move || reload(&manager, "SIGHUP");
            tokio::task::spawn_blocking(work).await.ok();
        }
    });
    Ok(())
}

fn reload(manager: &Manager, why: &str) {
    match manager.file.reload() {
        Ok(applied) => log::info!(
            "{why}: {} cameras added, {} removed, {} changed",
            applied.added.len(),
            applied.removed.len(),
            applied.changed.len()
        ),
        Err(error) => {
            for line in error.to_string().lines() {
                log::error!("{why}, but it has an error and nothing has changed: {line}");
            }
        }
    }
}
