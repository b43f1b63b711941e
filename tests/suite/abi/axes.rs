//! Slot values by name: `rextrack_axes` and `rextrack_poll_axes`.

use std::ffi::c_char;
use std::mem::MaybeUninit;
use std::ptr::{null, null_mut};

use rextrack::internals::ffi::*;
use rextrack::internals::flow::AXES;

use super::handle::*;

/// All axes, as a host of this version reads them.
fn axes() -> Vec<RextrackAxis> {
    let mut count = 0;
    let size = size_of::<RextrackAxis>();
    assert_eq!(
        unsafe { rextrack_axes(null_mut(), size, 0, &mut count) },
        OK
    );
    let mut axes: Vec<MaybeUninit<RextrackAxis>> = Vec::new();
    axes.resize_with(count, MaybeUninit::zeroed);
    let out = axes.as_mut_ptr().cast();
    assert_eq!(unsafe { rextrack_axes(out, size, count, null_mut()) }, OK);
    axes.into_iter()
        .map(|a| unsafe { a.assume_init() })
        .collect()
}

/// The index of an axis, looked up by name.
fn index(name: &str) -> u32 {
    let found = axes().iter().position(|axis| text(axis.name) == name);
    u32::try_from(found.unwrap()).unwrap()
}

fn indices<const N: usize>(names: [&str; N]) -> [u32; N] {
    names.map(index)
}

#[test]
fn axes_have_the_names_and_meanings_of_the_table() {
    let axes = axes();
    assert_eq!(axes.len(), AXES.len());
    for (ours, axis) in AXES.iter().zip(&axes) {
        let texts: [*const c_char; 3] = [axis.name, axis.unit, axis.description];
        assert_eq!(texts.map(text), [ours.name, ours.unit, ours.description]);
        assert_eq!(
            (axis.quantity, axis.empty),
            (ours.quantity as u32, ours.empty)
        );
    }
}

#[test]
fn axes_are_cut_to_the_capacity_and_counted_in_full() {
    let mut two: [MaybeUninit<RextrackAxis>; 2] = [MaybeUninit::zeroed(), MaybeUninit::zeroed()];
    let mut count = 0;
    let out = two.as_mut_ptr().cast();
    let status = unsafe { rextrack_axes(out, size_of::<RextrackAxis>(), 1, &mut count) };
    assert_eq!((status, count), (OK, AXES.len()));
    let [first, second] = two.map(|axis| unsafe { axis.assume_init() });
    assert_eq!(text(first.name), "x");
    assert!(second.name.is_null(), "written beyond the capacity");
}

#[test]
fn larger_axis_struct_keeps_its_unknown_fields() {
    #[repr(C)]
    #[derive(Clone, Copy)]
    struct Newer {
        known: MaybeUninit<RextrackAxis>,
        added: u64,
    }
    let newer = Newer {
        known: MaybeUninit::zeroed(),
        added: 77,
    };
    let mut axes = vec![newer; AXES.len()];
    let out = axes.as_mut_ptr().cast();
    let status = unsafe { rextrack_axes(out, size_of::<Newer>(), axes.len(), null_mut()) };
    assert_eq!(status, OK, "{}", last_error());
    for (ours, axis) in AXES.iter().zip(&axes) {
        assert_eq!(text(unsafe { axis.known.assume_init() }.name), ours.name);
        assert_eq!(axis.added, 77);
    }
}

#[test]
fn axis_size_below_the_first_version_is_rejected() {
    let mut axis: MaybeUninit<RextrackAxis> = MaybeUninit::zeroed();
    let mut count = 0;
    for size in [0, 1, size_of::<RextrackAxis>() - 1] {
        let status = unsafe { rextrack_axes(axis.as_mut_ptr(), size, 1, &mut count) };
        assert_eq!((status, count), (ARGUMENT, 0));
        assert!(last_error().contains("sizeof(*axes)"), "{}", last_error());
    }
    // Without an array the size does not matter.
    assert_eq!(unsafe { rextrack_axes(null_mut(), 0, 0, &mut count) }, OK);
    assert_eq!(count, AXES.len());
}

#[test]
fn axes_null_is_rejected_unless_only_the_count_is_requested() {
    let (size, mut count) = (size_of::<RextrackAxis>(), 0);
    unsafe {
        assert_eq!(rextrack_axes(null_mut(), size, 1, &mut count), ARGUMENT);
        assert_eq!(rextrack_axes(null_mut(), size, 0, null_mut()), ARGUMENT);
    }
}

#[test]
fn poll_axes_gives_the_values_of_poll() {
    let pipeline = pushing(3_600_000);
    let base = first_frame();
    for number in 0..20 {
        pipeline.show(&scene(None), base + number);
    }
    for step in 0..20 {
        pipeline.show(&scene(Some(20 + step as usize * 4)), base + 20 + step);
    }
    let chosen = indices(["speed", "x", "id", "class", "presence", "life"]);
    let poll_axes = |t_ns, values: &mut [f32], slots| {
        let mut snapshot = sized();
        let (axes, count) = (chosen.as_ptr(), chosen.len());
        let out = values.as_mut_ptr();
        let status =
            unsafe { rextrack_poll_axes(pipeline.0, t_ns, axes, count, out, slots, &mut snapshot) };
        assert_eq!(status, OK, "{}", last_error());
        snapshot
    };
    // A live source that is silent makes new snapshots: compare two polls of one.
    let (snapshot, slots, values) = loop {
        let mut values = [f32::NAN; 6 * 5];
        let snapshot = poll_axes(0, &mut values, 5);
        let (again, slots) = pipeline.poll();
        if again.seq == snapshot.seq {
            break (snapshot, slots, values);
        }
    };
    assert_eq!(snapshot.slot_count, 3);
    let p1 = slots[0];
    assert_eq!(values[1..4], [p1.x, p1.track_id as f32, p1.class_id as f32]);
    assert_eq!(values[5], p1.life_ms as f32);
    // The picture is square: a frame width is a frame height.
    assert!((values[0] - p1.vx.hypot(p1.vy)).abs() < 1e-4, "{values:?}");
    assert!(values[4] > 0.0 && values[4] <= 1.0, "{values:?}");
    // Slots without an owner, and entries beyond the pipeline's slots.
    for (slot, values) in values.chunks(6).enumerate().skip(1) {
        let expected = chosen.map(|axis| AXES[axis as usize].empty);
        assert_eq!(values, expected, "p{}", slot + 1);
    }
    // Predicted, the square moves on.
    let mut later = [0.0; 6];
    let snapshot = poll_axes(snapshot.capture_ns + 10_000_000_000, &mut later, 1);
    assert!(later[1] > p1.x, "{} {}", later[1], p1.x);
    assert!(later[5] > p1.life_ms as f32);
    assert_eq!(
        snapshot.active_count + 1,
        pipeline.poll().0.active_count + 1
    );
}

#[test]
fn poll_axes_rejects_unknown_axes_and_nulls_before_it_writes() {
    let pipeline = pushing(1000);
    let x = [index("x")];
    let beyond = [index("x"), AXES.len() as u32];
    let mut values = [7.0f32; 4];
    let mut snapshot = sized();
    let poll = |axes, count, values, slots, snapshot| unsafe {
        rextrack_poll_axes(pipeline.0, 0, axes, count, values, slots, snapshot)
    };
    let out = values.as_mut_ptr();
    assert_eq!(poll(beyond.as_ptr(), 2, out, 2, &mut snapshot), ARGUMENT);
    assert!(last_error().contains("does not exist"), "{}", last_error());
    assert_eq!(poll(null(), 1, out, 1, &mut snapshot), ARGUMENT);
    assert_eq!(poll(x.as_ptr(), 1, null_mut(), 1, &mut snapshot), ARGUMENT);
    assert_eq!(
        poll(x.as_ptr(), usize::MAX, out, 2, &mut snapshot),
        ARGUMENT
    );
    let mut unsized_one = RextrackSnapshot::default();
    assert_eq!(poll(x.as_ptr(), 1, out, 1, &mut unsized_one), ARGUMENT);
    let status = unsafe { rextrack_poll_axes(null(), 0, x.as_ptr(), 1, out, 1, null_mut()) };
    assert_eq!(status, ARGUMENT);
    assert_eq!(values, [7.0; 4], "a failed call has written");
    // Nothing selected: only the snapshot is filled in.
    assert_eq!(poll(null(), 0, null_mut(), 5, &mut snapshot), OK);
    assert_eq!(poll(x.as_ptr(), 1, null_mut(), 0, &mut snapshot), OK);
    assert_eq!(poll(x.as_ptr(), 1, values.as_mut_ptr(), 1, null_mut()), OK);
    assert_eq!(values, [0.0, 7.0, 7.0, 7.0]);
}
