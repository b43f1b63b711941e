//! How the pixels of a picture lie in memory.

/// Layout of the pixels of a picture; 8 bits a channel, the first named channel first
/// in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum PixelFormat {
    Rgba8,
    Bgra8,
    Rgb8,
    Bgr8,
    Gray8,
}

impl PixelFormat {
    /// Bytes of one pixel.
    pub const fn bytes(self) -> usize {
        match self {
            Self::Rgba8 | Self::Bgra8 => 4,
            Self::Rgb8 | Self::Bgr8 => 3,
            Self::Gray8 => 1,
        }
    }
}
