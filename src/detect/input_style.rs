//! How a family of models wants its pictures.

/// Grey level of the padding, in most families.
pub(super) const GREY: f32 = 114.0;

/// How a model wants its picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InputStyle {
    /// Where the picture lies in the input.
    pub placement: Placement,
    /// Red first; frames are blue first.
    pub rgb: bool,
    /// What a byte of blue, green or red is multiplied with.
    pub scale: [f32; 3],
    /// What is then added.
    pub offset: [f32; 3],
    /// The byte that padding consists of.
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

    /// Bytes less a mean and divided by a standard deviation, of blue, green and
    /// red; black padding.
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

/// Where the picture lies in the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placement {
    /// Top left, size rounded down.
    TopLeft,
    /// In the middle, size rounded to the nearest.
    Centred,
}
