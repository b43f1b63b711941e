//! builtin:motion finds movement in front of a fixed camera, without a model.
//!
//! It is for installations where no trained model works, for example a camera that looks
//! straight down or sees infrared. Background subtraction by a mixture of Gaussians a
//! pixel (Zivkovic 2004, OpenCV's MOG2) leaves out shadows. Specks are removed and gaps
//! closed, connected pixels become boxes, and overlapping boxes are joined.
//!
//! The background is learned over capture time, not over frames, so slow and fast cameras
//! behave alike. An object that stands still for about half a minute becomes background.
//! If somebody was there from the start and leaves, the empty place takes as long. The
//! first frames only teach the background. When most of the picture changes at once (a
//! light goes on, the camera is moved), learning restarts.

use std::sync::Arc;
use std::time::Instant;

use opencv::core::{self, Mat, MatTraitConst, MatTraitConstManual, Point, Ptr, Scalar, Size};
use opencv::imgproc;
use opencv::video::{self, BackgroundSubtractorMOG2, BackgroundSubtractorMOG2Trait};

use super::class_filter::ClassFilter;
use super::detector::{DetectSettings, Detector, DetectorInfo, StageTimes};
use super::error::DetectError;
use super::letterbox::{Crop, with_crop};
use super::model::MOTION;
use super::permits::Permit;
use crate::config::Device;
use crate::flow::{BBox, Detection, Frame, FrameSize};

/// Longest side of the picture that is processed. Larger crops are reduced.
const WORK_SIDE: u32 = 480;
/// Frames that only teach the background.
const WARM_UP: u32 = 15;
/// Smallest moving area, as a share of the crop. Anything below is noise.
const MIN_AREA: f32 = 0.0005;
/// Share of moving pixels above which the whole scene has changed.
const SCENE_CHANGE: f32 = 0.6;
/// Seconds after which an object that stands still is background.
const ABSORB_S: f64 = 30.0;
/// A colour counts as background once the modes before it weigh less than
/// MOG2's background ratio of 0.9, so after ln(1 / 0.9) time constants.
const ABSORB_CONSTANTS: f64 = 0.105_360_5;
/// Squared distance, in variances, above which a pixel is foreground (OpenCV's default).
const VAR_THRESHOLD: f64 = 16.0;
/// MOG2 marks shadows with 127 and movement with 255.
const ABOVE_SHADOW: f64 = 200.0;
/// Opening removes specks, closing joins the parts of a body. In pixels at work size.
const OPEN: i32 = 3;
const CLOSE: i32 = 9;

/// Finds moving blobs. Its one class is `motion`.
pub struct MotionDetector {
    info: DetectorInfo,
    settings: DetectSettings,
    subtractor: Ptr<BackgroundSubtractorMOG2>,
    /// Frame size and crop that the background was learned for.
    view: Option<(FrameSize, Crop)>,
    learned: u32,
    last_ns: i64,
    open: Mat,
    close: Mat,
    small: Mat,
    mask: Mat,
    work: Mat,
    labels: Mat,
    stats: Mat,
    centroids: Mat,
}

impl MotionDetector {
    /// A detector without a background yet. It runs on the CPU, so an explicit GPU is an
    /// error.
    pub fn new(device: Device, settings: &DetectSettings) -> Result<Self, DetectError> {
        if let Device::Cuda(_) = device {
            let reason =
                format!("{MOTION} runs on the CPU only; set service.device to auto or cpu");
            return Err(DetectError::Device { device, reason });
        }
        let info = DetectorInfo {
            model: MOTION.into(),
            family: "motion".into(),
            classes: Arc::new(["motion".to_owned()]),
            input: FrameSize::default(),
            requested_device: device,
            device: Device::Cpu.to_string(),
            licence: None,
            runtime: format!("OpenCV {}", core::get_version_string()?),
        };
        ClassFilter::resolve(&settings.classes, &info.classes)?;
        let ellipse = |side| {
            imgproc::get_structuring_element(
                imgproc::MORPH_ELLIPSE,
                Size::new(side, side),
                Point::new(-1, -1),
            )
        };
        Ok(Self {
            info,
            settings: settings.clone(),
            subtractor: video::create_background_subtractor_mog2(500, VAR_THRESHOLD, true)?,
            view: None,
            learned: 0,
            last_ns: 0,
            open: ellipse(OPEN)?,
            close: ellipse(CLOSE)?,
            small: Mat::default(),
            mask: Mat::default(),
            work: Mat::default(),
            labels: Mat::default(),
            stats: Mat::default(),
            centroids: Mat::default(),
        })
    }

    /// Reduces the crop to work size.
    fn shrink(&mut self, frame: &Frame, crop: Crop) -> Result<(), DetectError> {
        let longest = crop.width.max(crop.height);
        let side = |n: u32| {
            let reduced = u64::from(n) * u64::from(WORK_SIDE.min(longest)) / u64::from(longest);
            reduced.max(1) as i32
        };
        let size = Size::new(side(crop.width), side(crop.height));
        with_crop(frame, crop, |picture| {
            Ok(imgproc::resize(
                picture,
                &mut self.small,
                size,
                0.0,
                0.0,
                imgproc::INTER_AREA,
            )?)
        })
    }

    /// Updates the background and writes the moving pixels to `mask`. Returns whether the
    /// background is learned and the mask is valid.
    fn subtract(&mut self, frame: &Frame, crop: Crop) -> Result<bool, DetectError> {
        let view = Some((frame.size, crop));
        if self.view != view {
            self.view = view;
            self.learned = 0;
        }
        let rate = if self.learned < WARM_UP {
            // A plain average. The first frame replaces the old background.
            1.0 / f64::from(self.learned + 1)
        } else {
            let dt = (frame.capture_ns - self.last_ns).max(0) as f64 * 1e-9;
            (dt * ABSORB_CONSTANTS / ABSORB_S).min(1.0)
        };
        self.last_ns = frame.capture_ns;
        self.subtractor.apply(&self.small, &mut self.mask, rate)?;
        self.learned = self.learned.saturating_add(1);
        if self.learned <= WARM_UP {
            return Ok(false);
        }
        imgproc::threshold(
            &self.mask,
            &mut self.work,
            ABOVE_SHADOW,
            255.0,
            imgproc::THRESH_BINARY,
        )?;
        let moving = core::count_non_zero(&self.work)? as f32 / self.work.total() as f32;
        if moving > SCENE_CHANGE {
            log::debug!("builtin:motion: the scene has changed, learning the background again");
            self.learned = 0;
            return Ok(false);
        }
        let anchor = Point::new(-1, -1);
        for (operation, kernel) in [
            (imgproc::MORPH_OPEN, &self.open),
            (imgproc::MORPH_CLOSE, &self.close),
        ] {
            imgproc::morphology_ex(
                &self.work,
                &mut self.mask,
                operation,
                kernel,
                anchor,
                1,
                core::BORDER_CONSTANT,
                Scalar::all(f64::MAX),
            )?;
            std::mem::swap(&mut self.work, &mut self.mask);
        }
        std::mem::swap(&mut self.work, &mut self.mask);
        Ok(true)
    }

    /// Boxes the connected parts of `mask`, in pixels at work size.
    fn blobs(&mut self) -> Result<Vec<Blob>, DetectError> {
        let count = imgproc::connected_components_with_stats(
            &self.mask,
            &mut self.labels,
            &mut self.stats,
            &mut self.centroids,
            8,
            core::CV_32S,
        )?;
        let min_area = MIN_AREA * self.mask.total() as f32;
        let mut blobs = Vec::new();
        // Label 0 is the background.
        for label in 1..count {
            let row: &[i32] = self.stats.at_row(label)?;
            let &[left, top, width, height, area] = row else {
                continue;
            };
            if area as f32 >= min_area {
                blobs.push(Blob {
                    ltrb: [left, top, left + width, top + height],
                    area,
                });
            }
        }
        join_overlapping(&mut blobs);
        Ok(blobs)
    }
}

impl Detector for MotionDetector {
    fn info(&self) -> &DetectorInfo {
        &self.info
    }

    fn configure(&mut self, settings: &DetectSettings) -> Result<(), DetectError> {
        ClassFilter::resolve(&settings.classes, &self.info.classes)?;
        self.settings = settings.clone();
        Ok(())
    }

    fn infer(
        &mut self,
        frame: &Frame,
        _permit: Option<Permit>,
        out: &mut Vec<Detection>,
    ) -> Result<StageTimes, DetectError> {
        out.clear();
        let start = Instant::now();
        let crop = Crop::of(frame.size, self.settings.roi)?;
        self.shrink(frame, crop)?;
        let shrunk = Instant::now();
        let learned = self.subtract(frame, crop)?;
        let subtracted = Instant::now();
        if learned {
            let size = self.small.size()?;
            let min_score = self.settings.min_score;
            let all = self
                .blobs()?
                .into_iter()
                .map(|b| b.detection(size, crop, frame.size));
            out.extend(all.filter(|d| d.score >= min_score));
            out.sort_by(|a, b| b.score.total_cmp(&a.score));
        }
        Ok(StageTimes {
            preprocess: shrunk - start,
            inference: subtracted - shrunk,
            postprocess: subtracted.elapsed(),
        })
    }
}

/// A group of connected moving pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Blob {
    ltrb: [i32; 4],
    /// Number of moving pixels.
    area: i32,
}

impl Blob {
    /// The score is the root of the share of the box that moves, times the root of the
    /// area over four times the smallest area, up to 1. A solid blob of the size of an
    /// object is near 1, a flicker at the limit of noise near 0.3.
    fn detection(self, work: Size, crop: Crop, frame: FrameSize) -> Detection {
        let [l, t, r, b] = self.ltrb;
        let share = self.area as f32 / ((r - l) * (b - t)).max(1) as f32;
        let smallest = MIN_AREA * (work.width * work.height) as f32;
        let size = (self.area as f32 / (4.0 * smallest)).min(1.0);
        let x = |v: i32| {
            (crop.x as f32 + v as f32 * crop.width as f32 / work.width as f32) / frame.width as f32
        };
        let y = |v: i32| {
            (crop.y as f32 + v as f32 * crop.height as f32 / work.height as f32)
                / frame.height as f32
        };
        Detection {
            class_id: 0,
            score: (share.sqrt() * size.sqrt()).clamp(0.0, 1.0),
            bbox: BBox::from_ltrb(x(l), y(t), x(r), y(b)),
        }
    }

    fn overlaps(&self, other: &Self) -> bool {
        let (a, b) = (self.ltrb, other.ltrb);
        a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3]
    }

    fn joined(self, other: Self) -> Self {
        let (a, b) = (self.ltrb, other.ltrb);
        Self {
            ltrb: [
                a[0].min(b[0]),
                a[1].min(b[1]),
                a[2].max(b[2]),
                a[3].max(b[3]),
            ],
            area: self.area + other.area,
        }
    }
}

/// Joins blobs whose boxes overlap, until none do. There are only a few: each covers at
/// least `MIN_AREA` of the picture.
fn join_overlapping(blobs: &mut Vec<Blob>) {
    let mut i = 0;
    while i < blobs.len() {
        match (i + 1..blobs.len()).find(|&j| blobs[i].overlaps(&blobs[j])) {
            Some(j) => {
                let other = blobs.remove(j);
                blobs[i] = blobs[i].joined(other);
                // The larger box may now overlap blobs that were checked before.
                i = 0;
            }
            None => i += 1,
        }
    }
}

#[cfg(test)]
mod tests;
