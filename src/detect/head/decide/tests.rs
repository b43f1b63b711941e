//! Shapes and metadata of real models.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::detect::head::family::{Cell, cells};

const S416: FrameSize = FrameSize::new(416, 416);
const S640: FrameSize = FrameSize::new(640, 640);

fn decide(input: FrameSize, shape: &[i64], metadata: &Metadata) -> Result<Head, String> {
    Head::decide(input, &[shape.to_vec()], metadata)
}

#[test]
fn yolox_is_recognised_by_its_grid() {
    let head = decide(S416, &[1, 3549, 85], &Metadata::default()).unwrap();
    assert_eq!((head.family.name(), head.classes.len()), ("yolox", 80));
    assert_eq!(head.classes[5], "bus");
    let head = decide(S640, &[1, 8400, 6], &Metadata::default()).unwrap();
    assert_eq!(
        (head.family.name(), head.classes),
        ("yolox", vec!["class0".to_owned()])
    );
}

#[test]
fn yolov8_is_known_by_its_layout_and_names() {
    let head = decide(S640, &[1, 84, 8400], &Metadata::default()).unwrap();
    assert_eq!((head.family.name(), head.classes.len()), ("yolov8", 80));
    let metadata = Metadata {
        names: Some(vec!["hand".into(), "face".into()]),
        task: Some("detect".into()),
        ..Metadata::default()
    };
    // A head of four grids (P2 or P6) has another number of proposals.
    let head = decide(S640, &[1, 6, 34000], &metadata).unwrap();
    assert_eq!(
        (head.family.name(), head.layout.proposals),
        ("yolov8", 34000)
    );
    assert_eq!(head.classes, ["hand", "face"]);
    let wide = FrameSize::new(640, 384);
    assert_eq!(
        decide(wide, &[1, 84, 5040], &Metadata::default())
            .unwrap()
            .layout
            .proposals,
        5040
    );
}

#[test]
fn nanodet_is_recognised_by_its_bins_and_grids() {
    let named = |count: usize| Metadata {
        names: Some(vec!["a".into(); count]),
        ..Metadata::default()
    };
    let none = Metadata::default();
    // NanoDet-g, NanoDet-m, NanoDet-Plus, one of two classes, one of 416 x 320.
    let wide = FrameSize::new(416, 320);
    let cases: [(FrameSize, &[i64], &Metadata, usize); 6] = [
        (S416, &[1, 3549, 124], &none, 80),
        (S416, &[1, 3549, 112], &none, 80),
        (S416, &[1, 3598, 112], &none, 80),
        (S416, &[1, 3598, 34], &none, 2),
        (S416, &[1, 3549, 46], &named(2), 2),
        (wide, &[1, 2765, 112], &none, 80),
    ];
    for (input, shape, metadata, classes) in cases {
        let head = decide(input, shape, metadata).unwrap();
        let seen = (head.family.name(), head.classes.len());
        assert_eq!(seen, ("nanodet", classes), "{shape:?}");
        assert_eq!(
            head.output_len(),
            shape.iter().product::<i64>() as usize,
            "{shape:?}"
        );
    }
}

#[test]
fn named_classes_decide_between_two_families_and_coco_without_names() {
    let named = |count: usize| Metadata {
        names: Some(vec!["a".into(); count]),
        ..Metadata::default()
    };
    let family = |shape: &[i64], metadata: &Metadata| {
        decide(S416, shape, metadata).map(|head| head.family.name())
    };
    assert_eq!(family(&[1, 3549, 124], &named(119)), Ok("yolox"));
    assert_eq!(family(&[1, 3549, 124], &named(80)), Ok("nanodet"));
    assert_eq!(family(&[1, 3549, 85], &named(41)), Ok("nanodet"));
    assert_eq!(family(&[1, 3549, 85], &Metadata::default()), Ok("yolox"));
    assert_eq!(family(&[1, 3549, 65], &Metadata::default()), Ok("yolox"));
    // As many rows as columns: YOLOX with 16 classes, or YOLOv8 with 17.
    let small = FrameSize::new(32, 32);
    let reason = decide(small, &[1, 21, 21], &Metadata::default()).unwrap_err();
    assert!(
        reason.contains("16 (yolox) or 17 (yolov8)") && reason.contains("names"),
        "{reason}"
    );
    let head = decide(small, &[1, 21, 21], &named(17)).unwrap();
    assert_eq!(head.family.name(), "yolov8");
}

#[test]
fn cells_come_grid_by_grid_and_row_by_row() {
    let input = FrameSize::new(96, 32);
    let all: Vec<Cell> = cells(input, &[8, 16, 32, 64]).collect();
    assert_eq!(all.len(), cell_count(input, &[8, 16, 32, 64]));
    assert_eq!(all.len(), 48 + 12 + 3 + 2, "the last grid is rounded up");
    let at = |i: usize| (all[i].column, all[i].row, all[i].stride);
    assert_eq!(at(13), (1.0, 1.0, 8.0));
    assert_eq!(at(48), (0.0, 0.0, 16.0));
    assert_eq!(at(64), (1.0, 0.0, 64.0));
}

#[test]
fn unsupported_heads_are_rejected_with_the_shapes_found() {
    let cases: [(&[i64], &str); 7] = [
        (&[1, 8500, 32], "no supported head"),
        (&[1, 25200, 85], "YOLOv5"),
        (&[1, 300, 6], "nms=False"),
        (&[1, 1000], "classifier"),
        (&[1, 3, 640, 640], "no supported head"),
        (&[4, 84, 8400], "no supported head"),
        (&[1, 8400, 5], "transposed"),
    ];
    for (shape, part) in cases {
        let reason = decide(S640, shape, &Metadata::default()).unwrap_err();
        assert!(
            reason.contains(&format!("{shape:?}")) && reason.contains(part),
            "{reason}"
        );
    }
    let two = Head::decide(
        S640,
        &[vec![1, 116, 8400], vec![1, 32, 160, 160]],
        &Metadata::default(),
    );
    assert!(
        two.unwrap_err()
            .contains("[1, 116, 8400], [1, 32, 160, 160]")
    );
}

#[test]
fn other_task_is_rejected_by_name() {
    let metadata = Metadata {
        task: Some("pose".into()),
        ..Metadata::default()
    };
    let reason = decide(S640, &[1, 56, 8400], &metadata).unwrap_err();
    assert!(reason.contains("'pose'"), "{reason}");
}

#[test]
fn names_that_do_not_match_the_output_are_an_error() {
    let metadata = Metadata {
        names: Some(vec!["person".into()]),
        ..Metadata::default()
    };
    let reason = decide(S640, &[1, 84, 8400], &metadata).unwrap_err();
    assert!(
        reason.contains("names 1 classes") && reason.contains("80"),
        "{reason}"
    );
}

#[test]
fn model_with_too_many_classes_is_rejected() {
    // The smallest input has 16 + 4 + 1 cells.
    let small = FrameSize::new(32, 32);
    let shape = |classes: i64| [1, 4 + classes, 21];
    let most = decide(small, &shape(65_536), &Metadata::default()).unwrap();
    assert_eq!(most.classes.len(), 65_536);
    let error = decide(small, &shape(1_000_000), &Metadata::default()).unwrap_err();
    assert!(
        error.contains("has 1000000 classes, more than 65536; export"),
        "{error}"
    );
}
