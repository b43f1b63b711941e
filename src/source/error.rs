//! Why a source gives no frames.

use std::path::PathBuf;

/// Why a source could not be opened or read. Every text names the address at
/// fault, without its password, and what mends it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// The address itself is not usable.
    #[error("{0}")]
    Address(String),
    /// No such file.
    #[error("{}: no such file; check the path", path.display())]
    NotFound {
        /// The file.
        path: PathBuf,
    },
    /// A file without a single picture in it.
    #[error("{}: no picture in it ({reason}); is it a video, and was it copied whole?", path.display())]
    NotVideo {
        /// The file.
        path: PathBuf,
        /// What was seen.
        reason: String,
    },
    /// A local file that names other files, or a text that may be read so.
    #[error(
        "{}: is {kind}, not a video; name the video itself, or set service.allow_playlists: true in the configuration file", path.display()
    )]
    Playlist {
        /// The file.
        path: PathBuf,
        /// What it is.
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
        /// The resolver's words.
        reason: String,
    },
    /// Nothing accepts a connection there.
    #[error(
        "{address}: cannot connect to port {port} ({reason}); is the camera on, and on this network?"
    )]
    Unreachable {
        /// The stream, redacted.
        address: String,
        /// The port that was tried.
        port: u16,
        /// The system's words.
        reason: String,
    },
    /// The other side accepts and then says nothing.
    #[error(
        "{address}: connected, but no answer for {seconds} s; restart the camera, or check that the port speaks {protocol}"
    )]
    Silent {
        /// The stream, redacted.
        address: String,
        /// How long was waited.
        seconds: u64,
        /// What was spoken.
        protocol: &'static str,
    },
    /// The camera wants a user and a password, and none are in the address.
    #[error(
        "{address}: the camera asks for a user and a password; write them into the address as user:password@host"
    )]
    CredentialsMissing {
        /// The stream, redacted.
        address: String,
    },
    /// The camera refused the user or the password.
    #[error(
        "{address}: the camera refused this user or password; check both (the next try is in 30 s, so that the camera does not lock the account)"
    )]
    CredentialsRefused {
        /// The stream, redacted.
        address: String,
    },
    /// The camera answers, but not with this stream.
    #[error("{address}: the camera answered {status}; check the path behind the host")]
    Refused {
        /// The stream, redacted.
        address: String,
        /// The status line's code and words.
        status: String,
    },
    /// The camera answers, and FFmpeg still cannot use it.
    #[error(
        "{address}: the stream answers but cannot be decoded; try the camera's H.264 profile or its second stream"
    )]
    Undecodable {
        /// The stream, redacted.
        address: String,
    },
    /// The stream broke off.
    #[error("{address}: no frame for {seconds} s or the connection was closed")]
    Stalled {
        /// The stream, redacted.
        address: String,
        /// The read time-out.
        seconds: u64,
    },
    /// A broker, or the node behind it, gives nothing.
    #[error("{address}: {reason}")]
    Broker {
        /// The broker and topic, redacted.
        address: String,
        /// Who says what.
        reason: String,
    },
    /// No such webcam, or another program has it.
    #[error(
        "webcam:{index}: cannot be opened; is it plugged in, and does no other program use it?"
    )]
    Webcam {
        /// The webcam's number.
        index: u32,
    },
    /// OpenCV failed in a way that has no better name.
    #[error("{address}: {reason}")]
    Capture {
        /// The stream, redacted.
        address: String,
        /// OpenCV's words.
        reason: String,
    },
    /// A stop was asked for while the source was opening.
    #[error("stopped while opening")]
    Stopped,
}

/// Whether another try can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// Yes, with the usual backoff.
    Backoff,
    /// Yes, but slowly, lest the camera locks the account.
    Slowly,
    /// No: the configuration has to change.
    Never,
}

impl SourceError {
    /// Whether another try can help.
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
