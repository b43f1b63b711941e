//! Signals of the system to the service, on every platform: end, and reload.

use std::io;

/// Waits for the request to end: Ctrl-C, SIGTERM, or on Windows the end of the console
/// or the system.
///
/// # Errors
/// When the system does not allow a handler.
#[cfg(unix)]
pub async fn wait_for_end() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        pressed = tokio::signal::ctrl_c() => pressed,
        _ = terminate.recv() => Ok(()),
    }
}

/// As on Unix.
#[cfg(windows)]
pub async fn wait_for_end() -> io::Result<()> {
    use tokio::signal::windows;
    let (mut close, mut shutdown) = (windows::ctrl_close()?, windows::ctrl_shutdown()?);
    tokio::select! {
        pressed = tokio::signal::ctrl_c() => pressed,
        _ = close.recv() => Ok(()),
        _ = shutdown.recv() => Ok(()),
    }
}

/// Receives each SIGHUP. On Windows, which has none, it never receives any.
pub struct Hangups(#[cfg(unix)] tokio::signal::unix::Signal);

impl Hangups {
    /// Receives signals from now on.
    ///
    /// # Errors
    /// When the system does not allow a handler.
    pub fn listen() -> io::Result<Self> {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            signal(SignalKind::hangup()).map(Self)
        }
        #[cfg(not(unix))]
        Ok(Self())
    }

    /// Waits for the next signal.
    pub async fn next(&mut self) {
        #[cfg(unix)]
        self.0.recv().await;
        #[cfg(not(unix))]
        std::future::pending::<()>().await;
    }
}
