//! What makes a running service read its configuration again: the file's change,
//! and SIGHUP.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

use notify::event::{AccessKind, AccessMode};
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use crate::manager::{FileState, Manager, SETTLED};
use crate::signals::Hangups;

/// Editors write a file in several steps; after the last it is quiet for that long.
const QUIET: Duration = Duration::from_millis(200);

/// Reads the file again whenever it is another than the one in force. Ends when
/// the watcher that it gives is dropped.
pub fn change(path: &Path, manager: &Arc<Manager>) -> Option<RecommendedWatcher> {
    let (told, changes) = channel();
    let name = path.file_name().map(std::ffi::OsStr::to_owned);
    let watch = move |told: Sender<()>| {
        let concerns = move |event: notify::Event| {
            // Also our own look at the file is an event.
            let is_read = matches!(
                event.kind,
                EventKind::Access(how) if how != AccessKind::Close(AccessMode::Write)
            );
            // The log and other outputs may lie in the same folder.
            !is_read && event.paths.iter().any(|p| p.file_name() == name.as_deref())
        };
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<_>| {
            if event.is_ok_and(&concerns) {
                told.send(()).ok();
            }
        })?;
        // The folder: a file that is replaced is another file under the same name.
        let folder = path.parent().unwrap_or(Path::new("."));
        watcher.watch(folder, RecursiveMode::NonRecursive)?;
        Ok::<_, notify::Error>(watcher)
    };
    let watcher = watch(told)
        .inspect_err(|e| {
            log::warn!("the configuration file cannot be watched ({e}); use `rextrack reload`")
        })
        .ok()?;
    let manager = Arc::clone(manager);
    let follow = move || {
        while changes.recv().is_ok() {
            let mut quiet = QUIET;
            loop {
                match changes.recv_timeout(quiet) {
                    Ok(()) => quiet = QUIET,
                    Err(RecvTimeoutError::Timeout) => match manager.file_state() {
                        // More may follow: half a file is wrong, or lacks cameras.
                        FileState::Doubtful if quiet == QUIET => {
                            let (path, _) = manager.file();
                            log::debug!("{}: may be half written; waits for more", path.display());
                            quiet = SETTLED;
                        }
                        FileState::InForce => {
                            manager.clear_file_problem();
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
        .spawn(follow)
        .ok()?;
    Some(watcher)
}

/// Reads the file again at each SIGHUP. Call it on the web server's runtime.
///
/// # Errors
/// When the system lets nobody listen.
pub fn hangup(manager: &Arc<Manager>) -> std::io::Result<()> {
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
    match manager.reload() {
        Ok(applied) => log::info!(
            "{why}: {} cameras added, {} removed, {} changed",
            applied.added.len(),
            applied.removed.len(),
            applied.changed.len()
        ),
        Err(error) => {
            for line in error.to_string().lines() {
                log::error!("{why}, and nothing is changed: {line}");
            }
        }
    }
}
