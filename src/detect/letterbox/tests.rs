//! Letterboxed pictures against a simple implementation.
#![allow(clippy::unwrap_used)]
use super::super::input_style::GREY;
use super::*;

const YOLOX: InputStyle = InputStyle::scaled(Placement::TopLeft, false, 1.0);
const ULTRALYTICS: InputStyle = InputStyle::scaled(Placement::Centred, true, 1.0 / 255.0);

fn whole(size: FrameSize) -> Crop {
    Crop::of(size, None).unwrap()
}

fn frame(size: FrameSize, bgr: [u8; 3]) -> Frame {
    let bgr = bgr.repeat((size.width * size.height) as usize);
    Frame {
        seq: 1,
        capture_ns: 1,
        arrival_ns: 0,
        decode_ns: 0,
        size,
        bgr,
        precomputed: None,
    }
}

#[test]
fn each_family_places_the_picture_as_it_was_trained() {
    // An upright picture: 810 x 1080 at 416/1080 is 312.0 wide; at 640/1080, 480.
    let upright = FrameSize::new(810, 1080);
    let fit = LetterboxTransform::new(
        upright,
        whole(upright),
        FrameSize::new(416, 416),
        Placement::TopLeft,
    );
    assert_eq!(
        (fit.scaled, fit.left, fit.top),
        (FrameSize::new(312, 416), 0, 0)
    );
    let fit = LetterboxTransform::new(
        upright,
        whole(upright),
        FrameSize::new(640, 640),
        Placement::Centred,
    );
    assert_eq!(
        (fit.scaled, fit.left, fit.top),
        (FrameSize::new(480, 640), 80, 0)
    );
    // 1279 * 640/1279 = 640, 719 * 640/1279 = 359.78: 360, and 280 rows free.
    let odd = FrameSize::new(1279, 719);
    let fit = LetterboxTransform::new(
        odd,
        whole(odd),
        FrameSize::new(640, 640),
        Placement::Centred,
    );
    assert_eq!(
        (fit.scaled, fit.left, fit.top),
        (FrameSize::new(640, 360), 0, 140)
    );
    let fit = LetterboxTransform::new(
        odd,
        whole(odd),
        FrameSize::new(416, 416),
        Placement::TopLeft,
    );
    assert_eq!(fit.scaled, FrameSize::new(416, 233));
}

#[test]
fn box_is_mapped_back_to_its_position_in_the_frame() {
    let size = FrameSize::new(1279, 719);
    for placement in [Placement::TopLeft, Placement::Centred] {
        for roi in [
            None,
            Some([0.25, 0.1, 0.9, 0.95]),
            Some([100.0, 50.0, 700.0, 600.0]),
        ] {
            let crop = Crop::of(size, roi).unwrap();
            let fit = LetterboxTransform::new(size, crop, FrameSize::new(640, 416), placement);
            let there = BBox::from_ltrb(0.3, 0.2, 0.5, 0.7);
            // The way in, computed independently of `to_frame`.
            let inward = |v: f32, n: u32, origin: u32, scaled: u32, crop: u32, pad: u32| {
                (v * n as f32 - origin as f32) * scaled as f32 / crop as f32 + pad as f32
            };
            let [l, t, r, b] = there.ltrb();
            let x = |v| inward(v, 1279, crop.x, fit.scaled.width, crop.width, fit.left);
            let y = |v| inward(v, 719, crop.y, fit.scaled.height, crop.height, fit.top);
            let back = fit.to_frame(BBox::from_ltrb(x(l), y(t), x(r), y(b)));
            for (a, b) in back.ltrb().into_iter().zip(there.ltrb()) {
                assert!((a - b).abs() < 1e-5, "{placement:?} {roi:?}: {back:?}");
            }
        }
    }
}

#[test]
fn boxes_are_clipped_to_the_crop() {
    let size = FrameSize::new(100, 100);
    let crop = Crop::of(size, Some([0.5, 0.5, 1.0, 1.0])).unwrap();
    let fit = LetterboxTransform::new(size, crop, FrameSize::new(64, 64), Placement::TopLeft);
    let all = fit
        .to_frame(BBox::from_ltrb(-100.0, -5.0, 500.0, 64.0))
        .ltrb();
    assert_eq!(all, [0.5, 0.5, 1.0, 1.0]);
}

#[test]
fn region_is_normalised_or_in_pixels_and_must_touch_the_frame() {
    let size = FrameSize::new(200, 100);
    let half = Crop {
        x: 100,
        y: 0,
        width: 100,
        height: 50,
    };
    assert_eq!(Crop::of(size, Some([0.5, 0.0, 1.0, 0.5])).unwrap(), half);
    assert_eq!(
        Crop::of(size, Some([100.0, 0.0, 200.0, 50.0])).unwrap(),
        half
    );
    assert_eq!(
        Crop::of(size, Some([100.0, 0.0, 9999.0, 50.0])).unwrap(),
        half
    );
    let tenth = Crop::of(size, Some([0.1, 0.1, 0.3, 0.3])).unwrap();
    assert_eq!(
        tenth,
        Crop {
            x: 20,
            y: 10,
            width: 40,
            height: 20
        }
    );
    let outside = Crop::of(size, Some([300.0, 0.0, 400.0, 50.0]));
    assert!(matches!(
        outside,
        Err(DetectError::Roi {
            width: 200,
            height: 100,
            ..
        })
    ));
    assert!(Crop::of(size, Some([0.6, 0.0, 0.4, 1.0])).is_err());
    assert!(Crop::of(FrameSize::default(), None).is_err());
}

#[test]
fn colours_and_padding_are_written_to_the_planes_of_the_family() {
    let size = FrameSize::new(8, 4);
    let picture = frame(size, [10, 20, 30]);
    let input = FrameSize::new(8, 8);
    let mut letterbox = Letterbox::new(input, YOLOX);
    letterbox.draw(&picture, whole(size)).unwrap();
    let planes = letterbox.planes();
    assert_eq!([planes[0], planes[64], planes[128]], [10.0, 20.0, 30.0]);
    assert_eq!(planes[32..64], [GREY; 32], "padding is below");

    let mut letterbox = Letterbox::new(input, ULTRALYTICS);
    letterbox.draw(&picture, whole(size)).unwrap();
    let planes = letterbox.planes();
    assert_eq!(planes[0], GREY * (1.0 / 255.0), "padding is above");
    let middle = 4 * 8;
    let seen = [planes[middle], planes[64 + middle], planes[128 + middle]];
    assert_eq!(seen, [30.0, 20.0, 10.0].map(|v| v * (1.0 / 255.0)));

    let (mean, deviation) = ([1.0, 2.0, 3.0], [2.0, 4.0, 8.0]);
    let style = InputStyle::normalised(Placement::Centred, false, mean, deviation);
    let mut letterbox = Letterbox::new(input, style);
    letterbox.draw(&picture, whole(size)).unwrap();
    let planes = letterbox.planes();
    let at = |i: usize| [planes[i], planes[64 + i], planes[128 + i]];
    assert_eq!(at(0), [-0.5, -0.5, -0.375], "black, normalised");
    assert_eq!(at(middle), [4.5, 4.5, 3.375]);
}

#[test]
fn changed_crop_leaves_nothing_of_the_previous_picture() {
    let size = FrameSize::new(8, 8);
    let input = FrameSize::new(8, 8);
    let mut letterbox = Letterbox::new(input, YOLOX);
    letterbox.draw(&frame(size, [200; 3]), whole(size)).unwrap();
    let crop = Crop::of(size, Some([0.0, 0.0, 1.0, 0.5])).unwrap();
    letterbox.draw(&frame(size, [50; 3]), crop).unwrap();
    assert!(letterbox.planes().iter().all(|v| *v == 50.0 || *v == GREY));
}

#[test]
fn frame_with_a_wrong_size_is_rejected() {
    let mut short = frame(FrameSize::new(8, 8), [0; 3]);
    short.bgr.pop();
    let mut letterbox = Letterbox::new(FrameSize::new(8, 8), YOLOX);
    let error = letterbox.draw(&short, whole(short.size));
    assert!(matches!(error, Err(DetectError::Frame { bytes: 191, .. })));
}
