//! The schemes that addresses begin with.

/// A scheme of addresses on the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scheme {
    Rtsp,
    Rtsps,
    Http,
    Https,
    Mqtt,
    Mqtts,
}

impl Scheme {
    pub const ALL: [Self; 6] = [
        Self::Rtsp,
        Self::Rtsps,
        Self::Http,
        Self::Https,
        Self::Mqtt,
        Self::Mqtts,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Rtsp => "rtsp",
            Self::Rtsps => "rtsps",
            Self::Http => "http",
            Self::Https => "https",
            Self::Mqtt => "mqtt",
            Self::Mqtts => "mqtts",
        }
    }

    pub fn port(self) -> u16 {
        match self {
            Self::Rtsp => 554,
            Self::Rtsps => 322,
            Self::Http => 80,
            Self::Https => 443,
            Self::Mqtt => 1883,
            Self::Mqtts => 8883,
        }
    }
}
