//! Why a source has no frames.

use std::path::PathBuf;

/// Why a source could not be opened or read. Every text names the address without its
/// password, the reason and the remedy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// The address itself is unusable.
    #[error("{0}")]
    Address(String),
    /// No such file.
    #[error("{}: no such file; check the path", path.display())]
    NotFound {
        /// The file.
        path: PathBuf,
    },
    /// A file without a video frame.
    #[error("{}: no video frame found ({reason}); check that it is a video and was copied completely", path.display())]
    NotVideo {
        /// The file.
        path: PathBuf,
        /// What was found.
        reason: String,
    },
    /// A local file that refers to other files, or a text that FFmpeg may read as one.
    #[error(
        "{}: is {kind}, not a video; use the video file itself, or set service.allow_playlists: true in the configuration file", path.display()
    )]
    Playlist {
        /// The file.
        path: PathBuf,
        /// The kind of file.
        kind: &'static str,
    },
    /// The host's name has no address.
    #[error(
        "{address}: cannot find host '{host}' ({reason}); check the name, or use the camera's IP address"
    )]
    Unresolved {
        /// The stream, redacted.
        address: String,
        /// The name.
        host: String,
        /// The resolver's reason.
        reason: String,
    },
    /// The connection failed.
    #[error(
        "{address}: cannot connect to port {port} ({reason}); check that the camera is on and on this network"
    )]
    Unreachable {
        /// The stream, redacted.
        address: String,
        /// The port that was tried.
        port: u16,
        /// The system's reason.
        reason: String,
    },
    /// The camera accepts the connection and does not answer.
    #[error(
        "{address}: connected, but no answer for {seconds} s; restart the camera, or check that the port speaks {protocol}"
    )]
    Silent {
        /// The stream, redacted.
        address: String,
        /// The time-out.
        seconds: u64,
        /// The protocol of the request.
        protocol: &'static str,
    },
    /// The camera requires a user and a password, and the address has none.
    #[error(
        "{address}: the camera requires a user and a password; add them to the address as USER:PASSWORD@HOST"
    )]
    CredentialsMissing {
        /// The stream, redacted.
        address: String,
    },
    /// The camera or broker rejected the user or the password.
    #[error(
        "{address}: user or password rejected; check both (retrying in 30 s, to avoid an account lockout)"
    )]
    CredentialsRefused {
        /// The stream, redacted.
        address: String,
    },
    /// The camera answers with an error.
    #[error("{address}: the camera answered {status}; check the path after the host")]
    Refused {
        /// The stream, redacted.
        address: String,
        /// Code and text of the status line.
        status: String,
    },
    /// The camera answers, but FFmpeg cannot decode the stream.
    #[error(
        "{address}: the stream answers but cannot be decoded; try the camera's H.264 profile or its second stream"
    )]
    Undecodable {
        /// The stream, redacted.
        address: String,
    },
    /// The stream ended or stalled.
    #[error(
        "{address}: no frame for {seconds} s or the connection was closed; check the camera and the network"
    )]
    Stalled {
        /// The stream, redacted.
        address: String,
        /// The read time-out.
        seconds: u64,
    },
    /// The broker or the other node sends no snapshots.
    #[error("{address}: {reason}")]
    Broker {
        /// The broker and topic, redacted.
        address: String,
        /// Reason and remedy.
        reason: String,
    },
    /// No such webcam, or another program uses it.
    #[error(
        "webcam:{index}: cannot be opened; check that it is plugged in and not in use by another program"
    )]
    Webcam {
        /// The webcam's number.
        index: u32,
    },
    /// Any other failure of OpenCV.
    #[error("{address}: {reason}")]
    Capture {
        /// The stream, redacted.
        address: String,
        /// OpenCV's reason.
        reason: String,
    },
    /// A stop was requested while the source was opening.
    #[error("stopped while opening")]
    Stopped,
}

/// Whether and when to try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// Retry with the usual backoff.
    Backoff,
    /// Retry at a long interval, so that the camera does not lock the account.
    Slowly,
    /// Do not retry: the configuration has to change.
    Never,
}

impl SourceError {
    /// Whether and when to try again.
    pub fn retry(&self) -> Retry {
        match self {
            Self::Address(_)
            | Self::NotFound { .. }
            | Self::NotVideo { .. }
            | Self::Playlist { .. }
            | Self::Stopped => Retry::Never,
            Self::CredentialsMissing { .. } | Self::CredentialsRefused { .. } => Retry::Slowly,
            _ => Retry::Backoff,
        }
    }
}
