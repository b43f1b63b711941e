//! Helpers of the integration tests: assets that may be missing, and pictures.
#![allow(dead_code)] // Each test file uses some of the helpers.
#![allow(clippy::unwrap_used)]

mod assets;
pub mod host;
pub mod osc;
pub mod python;
pub mod rtsp;
pub mod touchdesigner;
pub mod watch;

use opencv::core::{Mat, MatTraitConst, MatTraitConstManual};
use opencv::imgcodecs;
use opencv::videoio::{CAP_ANY, VideoCapture, VideoCaptureTrait};
use rextrack::internals::config::PipelineConfig;
use rextrack::internals::flow::Frame;
use rextrack::internals::flow::FrameSize;

pub use assets::*;

/// A picture file as a frame.
pub fn picture(path: &std::path::Path) -> Frame {
    let mat = imgcodecs::imread(path.to_str().unwrap(), imgcodecs::IMREAD_COLOR).unwrap();
    frame(1, &mat)
}

/// A frame of a video, counted from 1.
pub fn frame_of(film: &std::path::Path, number: u64) -> Frame {
    let mut video = VideoCapture::from_file(film.to_str().unwrap(), CAP_ANY).unwrap();
    for _ in 0..number {
        assert!(video.grab().unwrap(), "{} is shorter", film.display());
    }
    let mut mat = Mat::default();
    video.retrieve(&mut mat, 0).unwrap();
    frame(number, &mat)
}

fn frame(seq: u64, mat: &Mat) -> Frame {
    Frame {
        seq,
        capture_ns: 1,
        arrival_ns: 0,
        decode_ns: 0,
        size: FrameSize::new(mat.cols() as u32, mat.rows() as u32),
        bgr: mat.data_bytes().unwrap().to_vec(),
        precomputed: None,
    }
}

/// The configuration of a pipeline with a model of `models/` and default settings.
pub fn pipeline(model: &str) -> PipelineConfig {
    let mut config: PipelineConfig =
        serde_json::from_value(serde_json::json!({"camera": {"stream": "unused.mp4"}})).unwrap();
    config.tracking.model = model.into();
    config.service.models_dir = models_dir();
    config
}

/// Writes a video of a bright square that moves from left to right over a static
/// background, for `builtin:motion`: 25 frames per second, 320x240, MJPEG.
pub fn film(path: &std::path::Path, frames: u32) {
    film_of(path, frames, 320, 240);
}

/// As [`film`], in another size.
pub fn film_of(path: &std::path::Path, frames: u32, width: i32, height: i32) {
    use opencv::core::{CV_8UC3, Point, Rect, Scalar, Size};
    use opencv::imgproc::{LINE_8, rectangle};
    use opencv::videoio::{VideoWriter, VideoWriterTrait};
    let fourcc = VideoWriter::fourcc('M', 'J', 'P', 'G').unwrap();
    let name = path.to_str().unwrap();
    let mut writer = VideoWriter::new(name, fourcc, 25.0, Size::new(width, height), true).unwrap();
    for frame in 0..frames {
        let ground = Scalar::new(90.0, 110.0, 100.0, 0.0);
        let mut picture = Mat::new_rows_cols_with_default(height, width, CV_8UC3, ground).unwrap();
        let left = 20 + (frame as i32 * 2) % (width - 80);
        let middle = height / 2;
        // The first frames show only the background, which the detector learns.
        if frame >= 20 {
            let corner = Point::new(left + 40, middle + 30);
            let square = Rect::from_points(Point::new(left, middle - 30), corner);
            let white = Scalar::new(250.0, 250.0, 250.0, 0.0);
            rectangle(&mut picture, square, white, -1, LINE_8, 0).unwrap();
        }
        writer.write(&picture).unwrap();
    }
    writer.release().unwrap();
}
