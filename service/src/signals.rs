//! The system's signals to a service, in one place: the end, and reading the file
//! again.

use std::io;

/// Waits until somebody wants the service to end: Ctrl-C, SIGTERM, or on Windows
/// the console's or the system's end.
///
/// # Errors
/// When the system lets nobody listen.
#[cfg(unix)]
pub async fn end() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        pressed = tokio::signal::ctrl_c() => pressed,
        _ = terminate.recv() => Ok(()),
    }
}

/// As on Unix.
#[cfg(windows)]
pub async fn end() -> io::Result<()> {
    use tokio::signal::windows;
    let (mut close, mut shutdown) = (windows::ctrl_close()?, windows::ctrl_shutdown()?);
    tokio::select! {
        pressed = tokio::signal::ctrl_c() => pressed,
        _ = close.recv() => Ok(()),
        _ = shutdown.recv() => Ok(()),
    }
}

/// Each SIGHUP, for as long as somebody listens; never where there is no such thing.
pub struct Hangups(#[cfg(unix)] tokio::signal::unix::Signal);

impl Hangups {
    /// Listens from now on.
    ///
    /// # Errors
    /// When the system lets nobody listen.
    pub fn listen() -> io::Result<Self> {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            signal(SignalKind::hangup()).map(Self)
        }
        #[cfg(not(unix))]
        Ok(Self())
    }

    /// Waits for the next.
    pub async fn next(&mut self) {
        #[cfg(unix)]
        self.0.recv().await;
        #[cfg(not(unix))]
        std::future::pending::<()>().await;
    }
}
