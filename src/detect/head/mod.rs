//! Heads: the family of a model and the decoding of its output.
//!
//! The family follows from the shapes that the model really gives and from the metadata
//! that exporters write. A model that fits no family, or two equally well, is rejected
//! with the shapes found.
//!
//! A family is one file of this folder with a [`Family`], and one row of [`FAMILIES`].

mod decide;
mod family;
mod metadata;
mod nanodet;
mod yolov8;
mod yolox;

pub use decide::Head;
pub use family::{Family, Output, OutputLayout};
pub use metadata::Metadata;

/// Most classes of a model. Names and decoding take memory for each class, and a model with
/// more is a broken file, not a detector.
const CLASSES_MAX: usize = 65_536;

/// Every family that is supported.
pub const FAMILIES: &[&dyn Family] = &[&yolox::Yolox, &yolov8::YoloV8, &nanodet::NanoDet];

/// The supported families, for a message.
pub fn supported() -> String {
    let names: Vec<&str> = FAMILIES.iter().map(|family| family.description()).collect();
    names.join(", ")
}
