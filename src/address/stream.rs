//! Addresses of sources: the value of `camera.stream`.

use std::fmt;
use std::path::{Path, PathBuf};

use super::error::{AddressError, reject_control};
use super::network::NetworkAddress;
use super::path::{has_drive, lacks_scheme, resolve, split_scheme};
use super::percent::percent_decode;
use super::redact::redact_address;
use super::scheme::Scheme;
use super::synth::SynthOptions;

/// Where frames come from.
///
/// `Display` and `Debug` hide passwords; [`StreamAddress::expose`] does not.
#[derive(Clone, PartialEq, Eq)]
pub enum StreamAddress {
    /// `rtsp://` or `rtsps://`.
    Rtsp {
        /// The camera's address.
        url: NetworkAddress,
    },
    /// `http://` or `https://`: MJPEG or HLS.
    Http {
        /// The camera's address.
        url: NetworkAddress,
    },
    /// A video file.
    File {
        /// Its path as written, relative to the working folder.
        path: PathBuf,
    },
    /// `webcam:N`.
    Webcam {
        /// Number of the device, from 0.
        index: u32,
    },
    /// `mqtt://` or `mqtts://`: another node's tracks.
    #[cfg(feature = "mqtt")]
    Mqtt {
        /// The broker, and the topic that the node publishes under.
        url: NetworkAddress,
    },
    /// `push:`, frames that the host pushes.
    Push,
    /// `synth:`, a simulated crowd.
    Synth(SynthOptions),
}

impl std::str::FromStr for StreamAddress {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(AddressError::Empty);
        }
        reject_control(text, text)?;
        let Some((scheme, rest)) = split_scheme(text) else {
            if lacks_scheme(text) {
                return Err(AddressError::NoScheme {
                    shown: redact_address(text),
                });
            }
            return Ok(Self::File { path: text.into() });
        };
        let lower = scheme.to_ascii_lowercase();
        if let Some(known) = Scheme::ALL.into_iter().find(|s| s.name() == lower) {
            let Some(rest) = rest.strip_prefix("//") else {
                return Err(AddressError::Host {
                    shown: redact_address(text),
                    scheme: known.name(),
                });
            };
            let url = NetworkAddress::parse(text, known, rest)?;
            return match known {
                Scheme::Rtsp | Scheme::Rtsps => Ok(Self::Rtsp { url }),
                Scheme::Http | Scheme::Https => Ok(Self::Http { url }),
                Scheme::Mqtt | Scheme::Mqtts => Self::mqtt(url),
            };
        }
        match lower.as_str() {
            "file" => {
                let path = file_path(rest);
                reject_control(text, &path.to_string_lossy())?;
                Ok(Self::File { path })
            }
            "webcam" => match rest.parse() {
                Ok(index) => Ok(Self::Webcam { index }),
                Err(_) => Err(AddressError::Webcam {
                    shown: redact_address(text),
                }),
            },
            "push" if rest.is_empty() => Ok(Self::Push),
            "synth" => rest
                .parse()
                .map(Self::Synth)
                .map_err(|reason| AddressError::Synth { reason }),
            _ if rest.contains('@') && !rest.starts_with("//") => Err(AddressError::NoScheme {
                shown: redact_address(text),
            }),
            _ => Err(AddressError::UnknownScheme {
                scheme: scheme.to_owned(),
                known: Self::SCHEMES,
                shown: redact_address(text),
            }),
        }
    }
}

impl StreamAddress {
    /// The schemes of addresses, except `push:`, which only hosts can use.
    pub const SCHEMES: &'static [&'static str] = &[
        "rtsp", "rtsps", "http", "https", "webcam", "file", "synth", "mqtt",
    ];

    /// The entry of [`SCHEMES`](Self::SCHEMES) that the address belongs to, or `push`.
    /// mqtt and mqtts share one entry.
    pub fn scheme(&self) -> &'static str {
        match self {
            Self::Rtsp { url } | Self::Http { url } => url.scheme(),
            #[cfg(feature = "mqtt")]
            Self::Mqtt { .. } => "mqtt",
            Self::File { .. } => "file",
            Self::Webcam { .. } => "webcam",
            Self::Synth(_) => "synth",
            Self::Push => "push",
        }
    }

    #[cfg(feature = "mqtt")]
    fn mqtt(url: NetworkAddress) -> Result<Self, AddressError> {
        let topic = url.tail().trim_matches('/');
        if topic.is_empty() || topic.contains(['#', '+', '?']) {
            return Err(AddressError::Topic {
                shown: url.to_string(),
            });
        }
        Ok(Self::Mqtt { url })
    }

    #[cfg(not(feature = "mqtt"))]
    fn mqtt(_: NetworkAddress) -> Result<Self, AddressError> {
        Err(AddressError::Without { scheme: "mqtt://" })
    }

    /// The address with its password, to open it. Credentials are percent-encoded where
    /// necessary, so that FFmpeg reads them correctly.
    pub fn expose(&self) -> String {
        match self {
            Self::Rtsp { url } | Self::Http { url } => url.expose(),
            #[cfg(feature = "mqtt")]
            Self::Mqtt { url } => url.expose(),
            Self::File { path } => path.display().to_string(),
            Self::Webcam { index } => format!("webcam:{index}"),
            Self::Push | Self::Synth(_) => self.to_string(),
        }
    }

    /// The network part, if the source is on the network.
    pub fn network(&self) -> Option<&NetworkAddress> {
        match self {
            Self::Rtsp { url } | Self::Http { url } => Some(url),
            #[cfg(feature = "mqtt")]
            Self::Mqtt { url } => Some(url),
            Self::File { .. } | Self::Webcam { .. } | Self::Push | Self::Synth(_) => None,
        }
    }

    /// Host name or IP address (IPv6 without brackets); none for files and webcams.
    pub fn host(&self) -> Option<&str> {
        self.network().map(NetworkAddress::host)
    }

    /// TCP port, or the scheme's default (554 rtsp, 322 rtsps, 80 http, 443 https).
    pub fn port(&self) -> Option<u16> {
        self.network().map(NetworkAddress::port)
    }

    /// User and password with percent-encoding undone, if the address has a user.
    pub fn user_password(&self) -> Option<(String, String)> {
        self.network().and_then(NetworkAddress::user_password)
    }

    /// Whether the source comes to an end and can be paced: a file.
    pub fn is_file(&self) -> bool {
        matches!(self, Self::File { .. })
    }

    /// Whether the source can wait until each frame is processed, so that none is lost: a
    /// file or a simulated crowd.
    pub fn can_wait(&self) -> bool {
        matches!(self, Self::File { .. } | Self::Synth(_))
    }

    /// Whether the source has pictures, which need a model.
    pub fn gives_pictures(&self) -> bool {
        matches!(
            self,
            Self::Rtsp { .. }
                | Self::Http { .. }
                | Self::File { .. }
                | Self::Webcam { .. }
                | Self::Push
        )
    }

    /// Whether another node tracks and this one shows its slots.
    pub fn is_another_node(&self) -> bool {
        // Without the feature `mqtt` there is no such variant.
        !self.gives_pictures() && !matches!(self, Self::Synth(_))
    }

    /// The address with a relative file path resolved against `folder`.
    pub fn relative_to(self, folder: &Path) -> Self {
        match self {
            Self::File { path } => Self::File {
                path: resolve(folder, &path),
            },
            other => other,
        }
    }
}

impl fmt::Display for StreamAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rtsp { url } | Self::Http { url } => url.fmt(f),
            #[cfg(feature = "mqtt")]
            Self::Mqtt { url } => url.fmt(f),
            Self::File { path } => path.display().fmt(f),
            Self::Webcam { index } => write!(f, "webcam:{index}"),
            Self::Push => f.write_str("push:"),
            Self::Synth(settings) => write!(f, "synth:{settings}"),
        }
    }
}

impl fmt::Debug for StreamAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StreamAddress({self})")
    }
}

/// The part after `file:`, as a path of this machine.
fn file_path(rest: &str) -> PathBuf {
    let Some(rest) = rest.strip_prefix("//") else {
        return rest.into();
    };
    let path = percent_decode(rest.strip_prefix("localhost").unwrap_or(rest));
    // file:///C:/a.mp4 means C:/a.mp4.
    match path.strip_prefix('/').filter(|p| has_drive(p)) {
        Some(windows) => windows.into(),
        None => path.into(),
    }
}

#[cfg(test)]
mod tests;
