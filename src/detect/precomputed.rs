//! Detections that the source already knows, filtered like a model's.

use std::sync::Arc;
use std::time::Instant;

use super::class_filter::ClassFilter;
use super::detector::{DetectSettings, Detector, DetectorInfo, StageTimes};
use super::error::DetectError;
use super::permits::Permit;
use crate::config::PipelineConfig;
use crate::flow::FrameSize;
use crate::flow::{COCO, Detection};
use crate::flow::{Frame, Precomputed};

/// Passes on the detections that frames carry, filtered by the same thresholds, classes
/// and region as a model's. A simulated crowd has COCO's classes, so a filter written for
/// a model works. Slots of another node are not filtered, and their class names come with
/// them.
pub struct PrecomputedDetector {
    info: DetectorInfo,
    settings: DetectSettings,
    filter: ClassFilter,
    /// Whether the classes are another node's, which decides what it tracks.
    is_another_node: bool,
}

impl PrecomputedDetector {
    /// A detector without a model.
    pub fn new(config: &PipelineConfig, settings: &DetectSettings) -> Result<Self, DetectError> {
        let is_another_node = is_another_node(config);
        let classes: Arc<[String]> = if is_another_node {
            Arc::default()
        } else {
            COCO.iter().map(ToString::to_string).collect()
        };
        let mut detector = Self {
            info: DetectorInfo {
                model: "none".into(),
                family: "none".into(),
                classes,
                input: FrameSize::default(),
                requested_device: config.service.device,
                device: "cpu".into(),
                licence: None,
                runtime: String::new(),
            },
            settings: settings.clone(),
            filter: ClassFilter::default(),
            is_another_node,
        };
        detector.configure(settings)?;
        Ok(detector)
    }

    fn keeps(&self, detection: &Detection, size: FrameSize) -> bool {
        let inside = |[x1, y1, x2, y2]: [f32; 4]| {
            let pixels = [x1, y1, x2, y2].iter().any(|v| *v > 1.0);
            let (w, h) = match pixels {
                true => (size.width.max(1) as f32, size.height.max(1) as f32),
                false => (1.0, 1.0),
            };
            let (x, y) = (detection.bbox.x * w, detection.bbox.y * h);
            (x1..=x2).contains(&x) && (y1..=y2).contains(&y)
        };
        detection.score >= self.settings.min_score
            && self.filter.keeps(detection.class_id)
            && self.settings.roi.is_none_or(inside)
    }
}

/// Whether another node tracks, and this one only shows its slots.
pub(super) fn is_another_node(config: &PipelineConfig) -> bool {
    config.camera.address().is_ok_and(|a| a.is_another_node())
}

impl Detector for PrecomputedDetector {
    fn info(&self) -> &DetectorInfo {
        &self.info
    }

    fn configure(&mut self, settings: &DetectSettings) -> Result<(), DetectError> {
        if !self.is_another_node {
            self.filter = ClassFilter::resolve(&settings.classes, &self.info.classes)?;
        }
        self.settings = settings.clone();
        Ok(())
    }

    fn takes(&self, frame: &Frame) -> bool {
        frame.precomputed.is_some()
    }

    fn infer(
        &mut self,
        frame: &Frame,
        _permit: Option<Permit>,
        out: &mut Vec<Detection>,
    ) -> Result<StageTimes, DetectError> {
        let started = Instant::now();
        out.clear();
        if let Some(Precomputed::Detections(detections, _)) = &frame.precomputed {
            let kept = detections.iter().filter(|d| self.keeps(d, frame.size));
            out.extend(kept.copied());
        }
        Ok(StageTimes {
            postprocess: started.elapsed(),
            ..StageTimes::default()
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::flow::{BBox, Paint};

    #[derive(Debug)]
    struct NoPicture;

    impl Paint for NoPicture {
        fn paint(&self, _: FrameSize) -> opencv::Result<Vec<u8>> {
            Ok(Vec::new())
        }
    }

    #[test]
    fn thresholds_classes_and_region_apply_as_for_a_model() {
        let detection = |class_id, score, x| Detection {
            class_id,
            score,
            bbox: BBox::new(x, 0.5, 0.1, 0.2),
        };
        let detections = vec![
            detection(0, 0.9, 0.2),
            detection(0, 0.8, 0.8),
            detection(2, 0.7, 0.2),
            detection(0, 0.1, 0.2),
        ];
        let frame = Frame {
            seq: 1,
            capture_ns: 1,
            arrival_ns: 1,
            decode_ns: 0,
            size: FrameSize::new(200, 100),
            bgr: Vec::new(),
            precomputed: Some(Precomputed::Detections(
                detections.into(),
                Arc::new(NoPicture),
            )),
        };
        let config = PipelineConfig::from_json(
            r#"{"camera": {"stream": "synth:", "classes_filter": ["person"], "roi": [0, 0, 100, 100]}}"#,
        )
        .unwrap();
        let mut detector =
            PrecomputedDetector::new(&config, &DetectSettings::new(&config, 0.2)).unwrap();
        let mut out = Vec::new();
        detector.detect(&frame, &mut out).unwrap();
        assert_eq!(out, [detection(0, 0.9, 0.2)]);
    }
}
