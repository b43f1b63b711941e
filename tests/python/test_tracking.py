"""Slots and axes of pipelines."""

import threading
import unittest

import rextrack
from helpers import SIDE, STEP_NS, push_bytes, pushing, scene, show
from rextrack import EventKind, Pipeline, PixelFormat, SlotState, Snapshot, SourceState


class Tracking(unittest.TestCase):
    def test_pushed_square_takes_a_slot_and_is_reported_as_an_event(self):
        with Pipeline(pushing()) as pipeline:
            self.assertIsNone(pipeline.preview())
            # Frames are 40 ms apart, independent of the test's speed. They start so far in
            # the past that none is ahead of the clock.
            base = rextrack.now_ns() // STEP_NS - 750
            for number in range(20):
                show(pipeline, push_bytes(pipeline, scene()), base + number)
            for number in range(20, 40):
                left = 20 + (number - 20) * 4
                snapshot = show(pipeline, push_bytes(pipeline, scene(left)), base + number)
            ((number, slot),) = snapshot.occupied()
            self.assertEqual((number, slot.state, slot.generation), (1, SlotState.ACTIVE, 1))
            self.assertAlmostEqual(slot.x, (20 + 76 + 30) / SIDE, delta=0.03)
            self.assertEqual((len(snapshot), snapshot.frame_size), (3, (SIDE, SIDE)))
            self.assertEqual(snapshot.source_state, SourceState.LIVE)
            later = pipeline.poll_at(snapshot.capture_ns + 100_000_000)
            self.assertGreater(later[0].x, slot.x)
            kinds = [event.kind for event in pipeline.events()]
            self.assertEqual(kinds.count(EventKind.ENTERED), 1)
            self.assertEqual(pipeline.events(), [])
            plain = pipeline.preview(annotated=False)
            drawn = pipeline.preview()
            self.assertEqual(bytes(plain.data[:3]), bytes((100, 110, 90)))
            self.assertEqual((drawn.width, drawn.height, len(drawn.data)), (SIDE, SIDE, SIDE * SIDE * 3))
            self.assertNotEqual(plain.data, drawn.data)
            stats = pipeline.stats()
            self.assertEqual(stats.frames_processed, 40)
            self.assertEqual(stats.device, "cpu")
            self.assertIn("frames_processed=40", repr(stats))

    def test_axes_are_polled_by_name(self):
        axes = {axis.name: axis for axis in rextrack.axes()}
        self.assertEqual((axes["class"].empty, axes["age"].unit), (-1, "ms"))
        with Pipeline(pushing()) as pipeline:
            base = rextrack.now_ns() // STEP_NS - 750
            for number in range(20):
                show(pipeline, push_bytes(pipeline, scene()), base + number)
            for number in range(20, 40):
                show(pipeline, push_bytes(pipeline, scene(20 + (number - 20) * 4)), base + number)
            values = pipeline.poll_axes(["class", "x", "speed"])
            self.assertEqual(len(values), 3)
            self.assertEqual(values[1:], [(-1, 0, 0)] * 2)
            self.assertGreater(values[0][2], 0)
            later = pipeline.poll_axes(["x"], rextrack.now_ns() + 10**9)
            self.assertGreater(later[0][0], values[0][1])
            self.assertEqual(list(pipeline.poll_axes([])), [()] * 3)
            with self.assertRaisesRegex(ValueError, "'q'; known are x, y"):
                pipeline.poll_axes(["q"])

    def test_two_pipelines_run_side_by_side(self):
        with Pipeline(pushing()) as one, Pipeline(pushing(objects_max=7)) as other:
            t = rextrack.now_ns() // STEP_NS
            self.assertEqual(len(show(one, push_bytes(one, scene()), t)), 3)
            self.assertEqual(len(show(other, push_bytes(other, scene()), t)), 7)

    def test_a_wait_lets_other_threads_run(self):
        with Pipeline(pushing()) as pipeline:
            show(pipeline, push_bytes(pipeline, scene()), rextrack.now_ns() // STEP_NS)
            seen = []
            started = threading.Event()

            def wait():
                seq = pipeline.poll().seq
                started.set()
                seen.append(pipeline.wait(seq, 60))

            waiter = threading.Thread(target=wait)
            waiter.start()
            started.wait()
            pipeline.push_frame(scene(), PixelFormat.BGR8, (SIDE, SIDE))
            waiter.join(60)
            self.assertEqual(seen, [True])

    def test_a_snapshot_can_be_polled_into_again(self):
        with Pipeline(pushing()) as pipeline:
            show(pipeline, push_bytes(pipeline, scene()), rextrack.now_ns() // STEP_NS)
            snapshot = Snapshot(2)
            self.assertIs(pipeline.poll(snapshot), snapshot)
            self.assertEqual(len(snapshot), 2, "as many as fit")
