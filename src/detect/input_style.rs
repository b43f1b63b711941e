//! The input format of a family of models.

/// Grey level of the padding, in most families.
pub(super) const GREY: f32 = 114.0;

/// The format of a model's input.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InputStyle {
    /// Where the picture lies in the input.
    pub placement: Placement,
    /// Whether red comes first. In frames blue comes first.
    pub rgb: bool,
    /// Factors for blue, green and red bytes.
    pub scale: [f32; 3],
    /// Offsets that are added afterwards.
    pub offset: [f32; 3],
    /// The byte value of the padding.
    pub pad: f32,
}

impl InputStyle {
    /// Bytes times one number, grey padding.
    pub const fn scaled(placement: Placement, rgb: bool, scale: f32) -> Self {
        Self {
            placement,
            rgb,
            scale: [scale; 3],
            offset: [0.0; 3],
            pad: GREY,
        }
    }

    /// Bytes minus a mean, divided by a standard deviation, for blue, green and red.
    /// Black padding.
    pub const fn normalised(
        placement: Placement,
        rgb: bool,
        mean: [f32; 3],
        deviation: [f32; 3],
    ) -> Self {
        let [b, g, r] = deviation;
        Self {
            placement,
            rgb,
            scale: [1.0 / b, 1.0 / g, 1.0 / r],
            offset: [-mean[0] / b, -mean[1] / g, -mean[2] / r],
            pad: 0.0,
        }
    }
}

/// Position of the picture in the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placement {
    /// Top left, size rounded down.
    TopLeft,
    /// In the middle, size rounded to the nearest.
    Centred,
}
